/** Each part of the scenario is valid, but the parts do not fit together. */
export class ScenarioRefused extends Error {
  override readonly name = 'ScenarioRefused';
  constructor(path: string, why: string) {
    super(`\`${path}\` does not fit: ${why}`);
  }
}

/** Adds a resource of the scenario to the world. Throws `ScenarioRefused` for an ID that exists. */
export function addResource<T extends { readonly id: string }>(
  to: Map<string, T>,
  path: string,
  item: T,
): void {
  if (to.has(item.id)) throw new ScenarioRefused(path, `\`${item.id}\` exists already; use another ID`);
  to.set(item.id, item);
}
