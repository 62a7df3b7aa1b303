/** What must not be deployed: all reasons at once, each a line for people. */
export class DeploymentRefused extends Error {
  override readonly name = 'DeploymentRefused';
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(reasons.join('\n'));
    this.reasons = reasons;
  }
}
