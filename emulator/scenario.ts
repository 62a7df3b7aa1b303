import { type Allocation, AllocationRefused, placeAllocation, readAllocation } from './allocations.ts';
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
import { GATEWAY_READERS, loadGateways, type ScenarioGateways } from './scenarioGateways.ts';
import { addResource, ScenarioRefused } from './scenarioRefused.ts';
import { IN_SERVICE, type World } from './world.ts';

/** Creates the resources of a scenario, in its order. Throws `ScenarioRefused`. */
export function loadScenario(world: World, scenario: Scenario): void {
  const { region } = scenario;
  loadGateways(world, scenario);
  scenario.connections.forEach(({ account, id, name, location, bandwidth, carrier }, i) => {
    const made = id ?? world.ids.connection();
    const connection = {
      id: made,
      isCarrier: carrier,
      account,
      region,
      name,
      location,
      bandwidth,
      lag: null,
      hosting: null,
      provider: '',
      tags: [],
      ...IN_SERVICE,
    };
    addResource(world.connections, `connections[${i}].id`, connection);
  });
  scenario.allocations.forEach((allocation, i) => {
    place(world, allocation, `allocations[${i}]`);
  });
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
export interface Scenario extends ScenarioGateways {
  /** of all resources */
  readonly region: string;
  readonly options: ReturnType<typeof readOptions>;
  readonly connections: readonly ScenarioConnection[];
  readonly allocations: readonly Allocation[];
}

interface ScenarioConnection {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
  /** whether its account offers interfaces on it for many customers */
  readonly carrier: boolean;
}

/** Reads a scenario from parsed JSON. Throws `InvalidInput`, with the path and the expected value. */
export function readScenario(value: unknown): Scenario {
  return scenario(value, '');
}

/** A scenario as `startEmulator` takes it: read by `readScenario`, or parsed JSON. */
export type ScenarioInput = Scenario | Readonly<Record<string, unknown>>;

/** Reads the option of that name. What `readScenario` returned is read again, unchanged. Throws `InvalidInput`. */
export function readScenarioOption(value: ScenarioInput | null): Scenario | null {
  return optional(scenario, null)(value, 'scenario');
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
        carrier: optional(flag, false),
      }),
    ),
    [],
  ),
  allocations: optional(list(readAllocation), []),
});
