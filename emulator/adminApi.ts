import { AllocationRefused } from './allocations.ts';
import type { Call } from './callLog.ts';
import { anyObject, flag, InvalidInput, optional, textMatching, writtenObject } from './decoders.ts';
import type { DialectName } from './dialects.ts';
import { type Fault, readFault } from './faults.ts';
import { ResourceNotFound } from './lifecycle.ts';
import { INTERFACE_ROUTES } from './operations/interfaceRoutes.ts';
import { isoDuration, latencyMs } from './options.ts';
import { type Order, type PlacedOrder, readOrder } from './orders.ts';
import { jsonResponse, type Request, type Response } from './wire.ts';
import type { Disguise, InterfaceRoute } from './world.ts';

export const ADMIN_PREFIX = '/_simulator/';

/** Operations of the emulator for tests and for `/_simulator/`. */
export interface EmulatorControls {
  dialect(): DialectName;
  now(): Date;
  advance(milliseconds: number): void;
  faults(): readonly Fault[];
  addFault(fault: Fault): void;
  clearFaults(): void;
  calls(): readonly Call[];
  clearCalls(): void;
  forceState(id: string, state: string): void;
  disguise(id: string, changed: Partial<Disguise>): void;
  /** Sets what routers advertise over an interface. */
  setRoutes(id: string, routes: readonly InterfaceRoute[]): void;
  /** An order of a customer in the portal of a carrier. Throws `AllocationRefused`. */
  order(order: Order): PlacedOrder;
  orders(): readonly PlacedOrder[];
  /** delay of every API answer, in milliseconds of real time */
  latency(): number;
  setLatency(milliseconds: number): void;
  reset(): void;
}

/** Handles a request, given its parsed JSON body and the `ID` in its path. Returns the answer. */
type Action = (controls: EmulatorControls, body: unknown, id: string) => unknown;

/** For probes: an emulator that answers is ready. */
const health: Action = (controls) => ({ status: 'ok', dialect: controls.dialect() });
const clock: Action = (controls) => ({ now: controls.now().toISOString() });
const faults: Action = (controls) => ({ faults: controls.faults() });
const waiting: Action = (controls) => ({ ms: controls.latency() });
const calls: Action = (controls) => ({ calls: controls.calls() });

const steer: Action = (controls, body, id) => {
  const { state } = readState(body, '');
  controls.forceState(id, state);
  return { id, state };
};

/** Changes an interface's state, its disguise and its routes, in one call or in several. */
const steerInterface: Action = (controls, body, id) => {
  const { state, listed, shows, routes } = readInterface(body, '');
  if (state !== null) controls.forceState(id, state);
  controls.disguise(id, {
    ...(listed === null ? {} : { unlisted: !listed }),
    ...(shows === null ? {} : { shows }),
  });
  if (routes !== null) controls.setRoutes(id, routes);
  const changed = Object.entries({ state, listed, shows, routes }).filter(([, value]) => value !== null);
  return { id, ...Object.fromEntries(changed) };
};

const readAdvance = writtenObject({ advance: isoDuration });
const readLatency = writtenObject({ ms: latencyMs });
const state = textMatching('a state such as `down`', /^[a-z]{1,40}$/);
const readState = writtenObject({ state });
const readInterface = writtenObject({
  state: optional(state, null),
  listed: optional(flag, null),
  shows: optional(anyObject, null),
  routes: optional(INTERFACE_ROUTES, null),
});

const ROUTES: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  health: { GET: health },
  clock: {
    GET: clock,
    POST: (controls, body, id) => {
      controls.advance(readAdvance(body, '').advance);
      return clock(controls, body, id);
    },
  },
  faults: {
    GET: faults,
    POST: (controls, body, id) => {
      controls.addFault(readFault(body, ''));
      return faults(controls, body, id);
    },
    DELETE: (controls, body, id) => {
      controls.clearFaults();
      return faults(controls, body, id);
    },
  },
  calls: {
    GET: calls,
    DELETE: (controls, body, id) => {
      controls.clearCalls();
      return calls(controls, body, id);
    },
  },
  orders: {
    GET: (controls) => ({ orders: controls.orders() }),
    POST: (controls, body) => controls.order(readOrder(body, '')),
  },
  latency: {
    GET: waiting,
    POST: (controls, body, id) => {
      controls.setLatency(readLatency(body, '').ms);
      return waiting(controls, body, id);
    },
  },
  'interfaces/ID': { POST: steerInterface },
  'gateways/ID': { POST: steer },
  'peers/ID': { POST: steer },
  'connections/ID': { POST: steer },
  'associations/ID': { POST: steer },
  reset: {
    POST: (controls, body, id) => {
      controls.reset();
      return clock(controls, body, id);
    },
  },
};

/** Answers an unsigned request under `/_simulator/`. An error is in `message`. */
export function handleAdminRequest(request: Request, controls: EmulatorControls): Response {
  const [name = '', id = '', ...rest] = request.target.slice(ADMIN_PREFIX.length).split('/');
  const path = id === '' ? name : `${name}/ID`;
  const methods = rest.length === 0 && Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (methods === undefined) {
    const known = Object.keys(ROUTES).map((route) => ADMIN_PREFIX + route);
    return refuse(404, `no such path; available: ${known.join(', ')}`);
  }
  // The server sends an answer to HEAD without its body.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const action = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (action === undefined) {
    return refuse(405, `\`${path}\` takes ${Object.keys(methods).join(', ')}, got \`${request.method}\``);
  }
  try {
    return jsonResponse(200, action(controls, readBody(request), id));
  } catch (error) {
    return refusalOf(error);
  }
}

/** The answer to a request that cannot be done. Throws any other error again. */
function refusalOf(error: unknown): Response {
  if (error instanceof ResourceNotFound) return refuse(404, error.message);
  if (error instanceof InvalidInput) return refuse(400, error.message);
  if (!(error instanceof AllocationRefused)) throw error;
  const { member, message } = error;
  return refuse(400, member === null ? message : `\`${member}\` does not fit: ${message}`);
}

function readBody({ body }: Request): unknown {
  const text = Buffer.from(body).toString();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new InvalidInput('', 'JSON', text);
  }
}

function refuse(status: number, message: string): Response {
  return jsonResponse(status, { message });
}
