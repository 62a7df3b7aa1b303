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
export { InvalidInput, InvalidInput as Misread } from './decoders.ts';
export type { DialectName } from './dialects.ts';
export type { FaultInput, FaultKind } from './faults.ts';
export {
  createInProcessEmulator as createSimulation,
  type InProcessEmulator as Simulation,
} from './inProcessEmulator.ts';
export { MAX_LATENCY_MS, MAX_LATENCY_MS as LONGEST_LATENCY, type Options } from './options.ts';
export { readScenario, type Scenario, ScenarioRefused } from './scenario.ts';
export type { Reply, Request } from './wire.ts';

export interface EmulatorOptions extends Options {
  /** any free one when left out */
  readonly port?: number;
  readonly scenario?: Scenario;
}

/** A running emulator: one endpoint for Direct Connect (DirectLink), EC2 (FCU) and STS. */
export interface Emulator {
  /** the endpoint of every service */
  readonly url: string;
  readonly port: number;
  readonly clock: {
    now(): Date;
    /** by a duration in ISO 8601, or milliseconds; throws `Misread` */
    advance(by: string | number): void;
  };
  /** throws `Misread` */
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  calls(): readonly Call[];
  clearCalls(): void;
  /** Puts an interface or a gateway into a state, where it stays; throws `NotThere`. */
  forceState(id: string, state: string): void;
  /** Makes answers about an interface depart from what is so; throws `NotThere`. */
  disguise(id: string, changed: Partial<Disguise>): void;
  /** How long every answer of an API waits from now on, in milliseconds of real time; throws `Misread`. */
  setLatency(milliseconds: number): void;
  /** Back to the start: scenario, clock, latency, no faults, no calls. */
  reset(): void;
  /** what stands now; a reset makes another */
  readonly world: World;
  /** Ends every connection, hung and waiting ones too. */
  close(): Promise<void>;
}

/** Starts an emulator on loopback. Rejects with `Misread`, `ScenarioRefused` or the port's own error. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, scenario = null, ...rest } = options;
  const simulation = createInProcessEmulator(rest, scenario);
  // Whoever steers is not kept waiting.
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
