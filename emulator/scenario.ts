import { type Allocation, AllocationRefused, asn, placeAllocation, readAllocation } from './allocations.ts';
import {
  accountId,
  flag,
  list,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from './decoders.ts';
import { readOptions } from './options.ts';
import { associateGateways, mainRouteTable, type World } from './world.ts';

/** Each part of the scenario is valid, but the parts do not fit together. */
export class ScenarioRefused extends Error {
  override readonly name = 'ScenarioRefused';
  constructor(path: string, why: string) {
    super(`\`${path}\` does not fit: ${why}`);
  }
}

/** Creates the resources of a scenario, in its order. Throws `ScenarioRefused`. */
export function loadScenario(world: World, scenario: Scenario): void {
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
    const table = mainRouteTable(world, { account, region }, vpc);
    if (propagates) table.propagating.add(made);
  });
  scenario.directConnectGateways.forEach(({ account, id, name, asn, associated }, i) => {
    const path = `directConnectGateways[${i}]`;
    if (!world.dialect.hasDirectConnectGateways) {
      throw new ScenarioRefused(
        path,
        `dialect \`${world.dialect.name}\` has no Direct Connect gateways; use \`gateways\``,
      );
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
    if (associated && first !== undefined) associateGateways(world, made, first, []);
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
    place(world, allocation, `allocations[${i}]`);
  });
}

function add<T extends { readonly id: string }>(to: Map<string, T>, path: string, item: T): void {
  if (to.has(item.id)) throw new ScenarioRefused(path, `\`${item.id}\` exists already; use another ID`);
  to.set(item.id, item);
}

function place(world: World, allocation: Allocation, path: string): void {
  try {
    placeAllocation(world, allocation);
  } catch (error) {
    if (!(error instanceof AllocationRefused)) throw error;
    throw new ScenarioRefused(error.member === null ? path : `${path}.${error.member}`, error.message);
  }
}

/** The initial resources of an emulator. `null`: the emulator chooses. */
export interface Scenario {
  /** of all resources */
  readonly region: string;
  readonly options: ReturnType<typeof readOptions>;
  readonly gateways: readonly ScenarioGateway[];
  readonly directConnectGateways: readonly ScenarioDirectConnectGateway[];
  readonly connections: readonly ScenarioConnection[];
  readonly allocations: readonly Allocation[];
}

interface ScenarioGateway {
  readonly account: string;
  readonly id: string | null;
  /** the VPC that it is attached to; `null`: none */
  readonly vpc: string | null;
  readonly asn: number;
  /** whether its routes are propagated to the main route table of that VPC */
  readonly propagates: boolean;
}

interface ScenarioDirectConnectGateway {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly asn: number;
  /** whether it is associated with the first entry of `gateways` with the same account */
  readonly associated: boolean;
}

interface ScenarioConnection {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
}

/** Reads a scenario from parsed JSON. Throws `InvalidInput`, with the path and the expected value. */
export function readScenario(value: unknown): Scenario {
  return scenario(value, '');
}

const scenario: Reader<Scenario> = writtenObject<Scenario>({
  region: textMatching('a region such as `eu-west-2`', /^[a-z0-9-]+$/),
  options: (value, path) => readOptions(value ?? {}, path),
  gateways: optional(
    list(
      writtenObject<ScenarioGateway>({
        account: accountId,
        id: optional(
          textMatching('`vgw-` and 8 or 17 hexadecimal digits', /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/),
          null,
        ),
        vpc: optional(text, null),
        asn: optional(asn, 64512),
        propagates: optional(flag, true),
      }),
    ),
    [],
  ),
  directConnectGateways: optional(
    list(
      writtenObject<ScenarioDirectConnectGateway>({
        account: accountId,
        id: optional(textMatching('a UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), null),
        name: text,
        asn: optional(asn, 64512),
        associated: optional(flag, true),
      }),
    ),
    [],
  ),
  connections: optional(
    list(
      writtenObject<ScenarioConnection>({
        account: accountId,
        id: optional(textMatching('`dxcon-` and 8 small letters or digits', /^dxcon-[0-9a-z]{8}$/), null),
        name: text,
        location: text,
        bandwidth: optional(text, '1Gbps'),
      }),
    ),
    [],
  ),
  allocations: optional(list(readAllocation), []),
});
