import { randomUUID } from 'node:crypto';
import { ADMIN_PREFIX, type EmulatorControls, handleAdminRequest } from './adminApi.ts';
import { recordCall } from './auditRecords.ts';
import { authenticate } from './authenticate.ts';
import { type CallLog, createCallLog, replyStatus, withoutSecrets } from './callLog.ts';
import { type Clock, createClock } from './clock.ts';
import { InvalidInput } from './decoders.ts';
import type { DialectName } from './dialects.ts';
import { createFaultQueue, type FaultQueue, injectFault } from './faults.ts';
import { createIds } from './ids.ts';
import { applyElapsedTime, disguise, forceState, setRoutes } from './lifecycle.ts';
import { findOperation } from './operations/operationTable.ts';
import { type Options, readOptions, resolveDialect } from './options.ts';
import { listOrders, placeOrder } from './orders.ts';
import { parseQueryCall } from './queryProtocol.ts';
import { loadScenario, readScenarioOption, type ScenarioInput } from './scenario.ts';
import {
  ApiError,
  type Context,
  jsonResponse,
  parseJsonCall,
  parseOutscaleCall,
  type Reply,
  type Request,
  splitTarget,
  type WireCall,
} from './wire.ts';
import { createWorld, type World } from './world.ts';

/** An emulated provider without sockets. */
export interface InProcessEmulator extends EmulatorControls {
  handle(request: Request): Reply;
  /** the current state; change it with care */
  world(): World;
}

interface State {
  readonly clock: Clock;
  readonly world: World;
  readonly faults: FaultQueue;
  readonly calls: CallLog;
  latency: number;
}

/**
 * Creates an emulator with the resources of the scenario. The options override those of the scenario.
 * Throws `InvalidInput` for an invalid option or scenario, and `ScenarioRefused`.
 */
export function createInProcessEmulator(options: Options, given: ScenarioInput | null): InProcessEmulator {
  const scenario = readScenarioOption(given);
  const resolved = readOptions({ ...scenario?.options, ...options }, '');
  // A reset continues with new IDs: a client that caches by ID would otherwise take a new resource for an earlier one.
  const ids = createIds(resolved.seed ?? 1);
  const begin = (): State => {
    const clock = createClock(resolved.now === null ? null : new Date(resolved.now));
    const world = createWorld(resolveDialect(resolved), clock, ids);
    if (scenario !== null) loadScenario(world, scenario);
    return {
      clock,
      world,
      faults: createFaultQueue(),
      calls: createCallLog(),
      latency: resolved.latency ?? 0,
    };
  };
  let state = begin();
  const simulation: InProcessEmulator = {
    handle: (request) =>
      request.target.startsWith(ADMIN_PREFIX)
        ? handleAdminRequest(request, simulation)
        : answer(request, state),
    world: () => {
      applyElapsedTime(state.world);
      return state.world;
    },
    dialect: () => state.world.dialect.name,
    now: () => state.clock.now(),
    advance: (milliseconds) => state.clock.advance(milliseconds),
    faults: () => state.faults.list(),
    addFault: (fault) => state.faults.add(fault),
    clearFaults: () => state.faults.clear(),
    calls: () => state.calls.list(),
    clearCalls: () => state.calls.clear(),
    forceState: (id, word) => forceState(state.world, id, word),
    disguise: (id, changed) => disguise(state.world, id, changed),
    setRoutes: (id, routes) => setRoutes(state.world, id, routes),
    order: (order) => {
      applyElapsedTime(state.world);
      return placeOrder(state.world, order);
    },
    orders: () => {
      applyElapsedTime(state.world);
      return listOrders(state.world);
    },
    latency: () => state.latency,
    setLatency: (milliseconds) => {
      state.latency = milliseconds;
    },
    reset: () => {
      state = begin();
    },
  };
  return simulation;
}

/** What is known of a call while it is answered. */
interface SeenCall {
  caller: Context | null;
  input: unknown;
  refusal: ApiError | null;
}

/** Answers an API call and logs it. */
function answer(request: Request, { world, faults, calls, clock }: State): Reply {
  const parsed = parseCall(request);
  if (parsed === null) return NOT_A_CALL;
  const at = clock.now().toISOString();
  const seen: SeenCall = { caller: null, input: null, refusal: null };
  const call: WireCall = {
    ...parsed,
    failure: (error) => {
      seen.refusal = error;
      return parsed.failure(error);
    },
  };
  const { service, operation } = call;
  const reply = toReply(call, () => {
    const caller = authenticate(request, service, world);
    seen.caller = caller;
    seen.input = call.input();
    return perform(call, seen.input, caller, faults);
  });
  const { caller, input, refusal } = seen;
  calls.add({ at, ...accountAndRegion(caller), service, operation, input, status: replyStatus(reply) });
  if (caller !== null)
    recordCall(caller, request, { service, operation, input: withoutSecrets(input), error: refusal }, reply);
  if (reply.kind !== 'response') return reply;
  const id = randomUUID();
  return { ...reply, headers: Object.fromEntries(world.dialect.requestIdHeaders.map((name) => [name, id])) };
}

const NOT_A_CALL = jsonResponse(404, {
  message:
    'not a call of Direct Connect, EC2, STS or CloudTrail: those are POST to `/`, in JSON 1.1 or as a form (not in CBOR), ' +
    'and for EC2 and STS also GET of `/?Action=…`; calls of the API of OUTSCALE are POST to `/api/v1/NAME`',
});

/** `null` if the request is no call of the emulated services. */
function parseCall(request: Request): WireCall | null {
  const { path, query } = splitTarget(request.target);
  if (path !== '/') return parseOutscaleCall(request);
  if (request.method === 'GET') return parseQueryCall(request);
  // A form is in the body or in the query, never in both: the emulator would have to guess which counts.
  if (request.method !== 'POST' || query !== '') return null;
  return parseJsonCall(request) ?? parseQueryCall(request);
}

function perform(call: WireCall, input: unknown, caller: Context, faults: FaultQueue): Reply {
  const operation = findOperation(call.service, call.operation, caller.world.dialect);
  if (operation === null) throw call.unknown();
  applyElapsedTime(caller.world);
  const supported = removeIgnored(call.operation, caller.world.dialect.name, input);
  const run = () => operation(caller, supported);
  const fault = faults.take(call.operation, caller.account);
  return fault === null ? call.success(run()) : injectFault(fault, call, input, run);
}

/** Converts an exception to an error answer of the service. */
function toReply(call: WireCall, execute: () => Reply): Reply {
  try {
    return execute();
  } catch (error) {
    if (error instanceof ApiError) return call.failure(error);
    if (error instanceof InvalidInput) return call.failure(call.invalid(error));
    // A bug of the emulator must be visible, and must not stop the emulator.
    return call.failure(new ApiError('InternalFailure', `the emulator failed: ${error}`, 500));
  }
}

function accountAndRegion(caller: Context | null) {
  return { account: caller?.account ?? null, region: caller?.region ?? null };
}

interface Ignored {
  readonly operation: string;
  /** a member of its input */
  readonly member: string;
  /** `null`: in both */
  readonly dialect: DialectName | null;
  readonly reason: string;
}

const NO_PAGES = 'its API documents no paging: it always returns everything at once';

/** Parameters that are accepted without effect. All other unknown parameters are refused by name. */
export const IGNORED_PARAMETERS: readonly Ignored[] = [
  {
    operation: 'CreateVpnGateway',
    member: 'AvailabilityZone',
    dialect: null,
    reason: 'a gateway serves every zone, and no answer contains one',
  },
  {
    operation: 'AssumeRole',
    member: 'ExternalId',
    dialect: null,
    reason: 'every account may assume every role; a test can read it from the log of calls',
  },
  { operation: 'DescribeVirtualInterfaces', member: 'maxResults', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeVirtualInterfaces', member: 'nextToken', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeConnections', member: 'maxResults', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeConnections', member: 'nextToken', dialect: 'outscale', reason: NO_PAGES },
  ...['DescribeRouteTables', 'DescribeSecurityGroups', 'DescribeTags', 'DescribeVpcs'].flatMap((operation) =>
    ['MaxResults', 'NextToken'].map(
      (member): Ignored => ({ operation, member, dialect: 'outscale', reason: NO_PAGES }),
    ),
  ),
];

/** Removes the ignored parameters from an input. */
function removeIgnored(operation: string, dialect: DialectName, input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const ignored = IGNORED_PARAMETERS.filter(
    (entry) => entry.operation === operation && (entry.dialect ?? dialect) === dialect,
  ).map(({ member }) => member);
  return Object.fromEntries(Object.entries(input).filter(([key]) => !ignored.includes(key)));
}
