import { ADMIN_PREFIX } from './adminApi.ts';
import type { Call } from './callLog.ts';
import { type FaultInput, readFault } from './faults.ts';
import { startHttpServer } from './httpServer.ts';
import { createInProcessEmulator } from './inProcessEmulator.ts';
import { isoDuration, latencyMs, type Options } from './options.ts';
import type { Scenario } from './scenario.ts';
import type { Request } from './wire.ts';
import type { Disguise, World } from './world.ts';

export type { Call } from './callLog.ts';
export { InvalidInput } from './decoders.ts';
export type { DialectName } from './dialects.ts';
export type { FaultInput, FaultKind } from './faults.ts';
export { createInProcessEmulator, type InProcessEmulator } from './inProcessEmulator.ts';
export { MAX_LATENCY_MS, type Options } from './options.ts';
export { readScenario, type Scenario, ScenarioRefused } from './scenario.ts';
export type { Reply, Request } from './wire.ts';

export interface EmulatorOptions extends Options {
  /** default: any free port */
  readonly port?: number;
  readonly scenario?: Scenario;
}

/** A running emulator, with one endpoint for Direct Connect (DirectLink), EC2 (FCU) and STS. */
export interface Emulator {
  /** endpoint of all services */
  readonly url: string;
  readonly port: number;
  readonly clock: {
    now(): Date;
    /** by an ISO 8601 duration, or by milliseconds; throws `InvalidInput` */
    advance(by: string | number): void;
  };
  /** throws `InvalidInput` */
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  calls(): readonly Call[];
  clearCalls(): void;
  /** Puts an interface or a gateway into a state, in which it stays; throws `ResourceNotFound`. */
  forceState(id: string, state: string): void;
  /** Makes answers about an interface differ from its real state; throws `ResourceNotFound`. */
  disguise(id: string, changed: Partial<Disguise>): void;
  /** Sets the delay of every API answer, in milliseconds of real time; throws `InvalidInput`. */
  setLatency(milliseconds: number): void;
  /** Resets everything to the start: scenario, clock, latency, no faults, no calls. */
  reset(): void;
  /** the current state; a reset replaces it */
  readonly world: World;
  /** Closes every connection, also those that hang or wait. */
  close(): Promise<void>;
}

/** Starts an emulator on loopback. Rejects with `InvalidInput`, `ScenarioRefused` or the error of the port. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, scenario = null, ...rest } = options;
  const simulation = createInProcessEmulator(rest, scenario);
  // Calls of the admin API are not delayed.
  const delay = ({ target }: Request) => (target.startsWith(ADMIN_PREFIX) ? 0 : simulation.latency());
  const server = await startHttpServer(simulation.handle, delay, port);
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    clock: {
      now: simulation.now,
      advance: (by) => simulation.advance(typeof by === 'number' ? by : isoDuration(by, 'advance')),
    },
    addFault: (fault) => simulation.addFault(readFault(fault, '')),
    clearFaults: simulation.clearFaults,
    calls: simulation.calls,
    clearCalls: simulation.clearCalls,
    forceState: simulation.forceState,
    disguise: simulation.disguise,
    setLatency: (ms) => simulation.setLatency(latencyMs(ms, 'latency')),
    reset: simulation.reset,
    get world() {
      return simulation.world();
    },
    close: server.close,
  };
}
