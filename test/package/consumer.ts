/** Code of a user of the package. */

export const POLICY = `version: 1
recipient:
  provider: outscale
  region: eu-west-2
  account: "012345678901"
  credentials: { secret: vif-acceptor/outscale }
owners:
  acme: { connections: [dxcon-1a2b3c4d], gateway: vgw-87654321 }
`;

const IMPORT = {
  esm: (names: string, from: string) => `import { ${names} } from '${from}';`,
  commonJs: (names: string, from: string) => `const { ${names} } = require('${from}');`,
} as const;

/** A CDK app that takes its output folder as its argument. */
export function cdkApp(modules: keyof typeof IMPORT, ours = 'vif-acceptor'): string {
  const take = IMPORT[modules];
  return `${take('App, Stack', 'aws-cdk-lib')}
${take('DeploymentRefused, VifAcceptor', ours)}
const app = new App({ outdir: process.argv[2], builtinCloudFormationValidation: false });
try {
  new VifAcceptor(new Stack(app, 'Net'), 'Acceptor', { policyDir: 'policy', notify: { email: 'noc@acme.example' } });
  app.synth();
} catch (error) {
  if (!(error instanceof DeploymentRefused)) throw error;
  console.error(error.reasons.join('\\n'));
  process.exitCode = 1;
}
`;
}

export const TYPED = `import { Stack } from 'aws-cdk-lib';
import { type Notify, VifAcceptor } from 'vif-acceptor';
const notify: Notify = 'nobody';
new VifAcceptor(new Stack(), 'Acceptor', { policyDir: 'policy', notify });
// @ts-expect-error: notify is required
new VifAcceptor(new Stack(), 'Acceptor', { policyDir: 'policy' });
`;
