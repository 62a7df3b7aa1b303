import {
  accountId,
  integer,
  integerBetween,
  list,
  oneOf,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from './decoders.ts';
import { allocate } from './operations/allocate.ts';
import { readOptions } from './options.ts';
import { asn, GATEWAY_READERS, loadGateways, type ScenarioGateways } from './scenarioGateways.ts';
import { addResource, ScenarioRefused } from './scenarioRefused.ts';
import { ApiError } from './wire.ts';
import type { Tag, World } from './world.ts';

/** Creates the resources of a scenario, in its order. Throws `ScenarioRefused`. */
export function loadScenario(world: World, scenario: Scenario): void {
  const { region } = scenario;
  loadGateways(world, scenario);
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
    addResource(world.connections, `connections[${i}].id`, connection);
  });
  scenario.allocations.forEach((allocation, i) => {
    offer(world, allocation, `allocations[${i}]`);
  });
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
    const why = `dialect \`${dialect}\` has no ${type} interfaces; use ${interfaceTypes.join(', ')}`;
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
    // The platform's own rules apply here too, with its messages.
    if (error instanceof ApiError) throw new ScenarioRefused(path, error.message);
    throw error;
  }
}

/** The initial resources of an emulator. `null`: the emulator chooses. */
export interface Scenario extends ScenarioGateways {
  /** of all resources */
  readonly region: string;
  readonly options: ReturnType<typeof readOptions>;
  readonly connections: readonly ScenarioConnection[];
  readonly allocations: readonly ScenarioAllocation[];
}

interface ScenarioConnection {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
}

export interface ScenarioAllocation {
  /** ID or name of a connection of the scenario, whose account is the requester */
  readonly connection: string;
  /** the recipient's account */
  readonly to: string;
  readonly type: 'private' | 'public' | 'transit';
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  readonly mtu: number;
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly tags: readonly Tag[];
}

/** Reads a scenario from parsed JSON. Throws `InvalidInput`, with the path and the expected value. */
export function readScenario(value: unknown): Scenario {
  return scenario(value, '');
}

const scenario: Reader<Scenario> = writtenObject<Scenario>({
  region: textMatching('a region such as `eu-west-2`', /^[a-z0-9-]+$/),
  options: (value, path) => readOptions(value ?? {}, path),
  ...GATEWAY_READERS,
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
  allocations: optional(
    list(
      writtenObject<ScenarioAllocation>({
        connection: text,
        to: accountId,
        type: optional(oneOf(['private', 'public', 'transit']), 'private'),
        name: textMatching('a name of 1 to 100 characters', /^.{1,100}$/s),
        vlan: integerBetween(1, 4094),
        asn,
        mtu: optional(integer, 1500),
        authKey: optional(textMatching('a BGP key of 6 to 80 characters', /^.{6,80}$/s), ''),
        amazonAddress: optional(text, ''),
        customerAddress: optional(text, ''),
        tags: optional(list(writtenObject<Tag>({ key: text, value: text })), []),
      }),
    ),
    [],
  ),
});
