import { ApiError } from './errors.ts';
import { allocate } from './operations/allocate.ts';
import { associate, mainTableOf } from './routing.ts';
import type { Scenario, ScenarioAllocation } from './scenario.ts';
import type { World } from './world.ts';

/** Each part of the scenario is sound, but they do not fit together. */
export class ScenarioRefused extends Error {
  override readonly name = 'ScenarioRefused';
  constructor(path: string, why: string) {
    super(`\`${path}\` does not fit: ${why}`);
  }
}

/** Puts everything of a scenario into a world, in its order. Throws `ScenarioRefused`. */
export function populate(world: World, scenario: Scenario): void {
  const { region } = scenario;
  scenario.gateways.forEach(({ account, id, vpc, asn, propagates }, i) => {
    const made = id ?? world.ids.virtualGateway(world.dialect.gatewayDigits);
    add(world.virtualGateways, `gateways[${i}].id`, {
      id: made,
      account,
      region,
      asn,
      type: 'ipsec.1',
      tags: [],
      state: 'available',
      attachment: vpc === null ? null : { vpc, state: 'attached' },
    });
    if (vpc === null) return;
    const table = mainTableOf(world, { account, region }, vpc);
    if (propagates) table.propagating.add(made);
  });
  scenario.directConnectGateways.forEach(({ account, id, name, asn, associated }, i) => {
    const path = `directConnectGateways[${i}]`;
    if (!world.dialect.hasDirectConnectGateways) {
      throw new ScenarioRefused(path, `dialect \`${world.dialect.name}\` has none; use \`gateways\``);
    }
    const made = id ?? world.ids.directConnectGateway();
    add(world.directConnectGateways, `${path}.id`, {
      id: made,
      account,
      name,
      asn,
      tags: [],
      state: 'available',
    });
    const first = [...world.virtualGateways.values()].find((gateway) => gateway.account === account);
    if (associated && first !== undefined) associate(world, made, first, []);
  });
  scenario.connections.forEach(({ account, id, name, location, bandwidth }, i) => {
    const made = id ?? world.ids.connection();
    const connection = {
      id: made,
      account,
      region,
      name,
      location,
      bandwidth,
      lag: null,
      provider: '',
      tags: [],
    };
    add(world.connections, `connections[${i}].id`, connection);
  });
  scenario.allocations.forEach((allocation, i) => {
    offer(world, allocation, `allocations[${i}]`);
  });
}

function add<T extends { readonly id: string }>(to: Map<string, T>, path: string, item: T): void {
  if (to.has(item.id)) throw new ScenarioRefused(path, `\`${item.id}\` is there already; give it another`);
  to.set(item.id, item);
}

function offer(world: World, allocation: ScenarioAllocation, path: string): void {
  const { connection: wanted, to, type, name, ...rest } = allocation;
  const connection = [...world.connections.values()].find(
    (candidate) => candidate.id === wanted || candidate.name === wanted,
  );
  if (connection === undefined) {
    const why = `no connection has the ID or name \`${wanted}\`; add it to \`connections\``;
    throw new ScenarioRefused(`${path}.connection`, why);
  }
  const { name: dialect, interfaceTypes } = world.dialect;
  if (!interfaceTypes.includes(type)) {
    const why = `dialect \`${dialect}\` has none that is ${type}; use ${interfaceTypes.join(', ')}`;
    throw new ScenarioRefused(`${path}.type`, why);
  }
  const asked = {
    ...rest,
    virtualInterfaceName: name,
    asnLong: null,
    addressFamily: 'ipv4',
    routeFilterPrefixes: [],
  };
  try {
    allocate(world, connection, to, type, asked);
  } catch (error) {
    // The rules of the platform hold here too, in its own words.
    if (error instanceof ApiError) throw new ScenarioRefused(path, error.message);
    throw error;
  }
}
