import {
  createInProcessEmulator,
  type FaultKind,
  type InProcessEmulator,
  readScenario,
} from '../../../emulator/emulator.ts';
import {
  GATEWAY_ASN,
  GATEWAYS,
  OWNER_OF,
  OWNER_OF_LAG,
  RECIPIENT_ACCOUNT,
  REGION,
  SPARE,
  START,
} from '../plan/constants.ts';
import type { LifePlan } from '../plan/lifePlan.ts';
import { type Answer, answerJson, type Call } from './virtualServer.ts';

/** The emulator in this process: Direct Connect, EC2 and STS. */
export interface VirtualProvider {
  readonly simulation: InProcessEmulator;
  /** @param fault fault that the emulator injects into this answer */
  answer(call: Call, fault: FaultKind | null): Answer;
}

export function createVirtualProvider({ provider, names, seed }: LifePlan): VirtualProvider {
  const scenario = readScenario({
    region: REGION,
    gateways: GATEWAYS.map((id, i) => ({
      account: RECIPIENT_ACCOUNT,
      id,
      vpc: id === SPARE ? null : `vpc-${i}`,
      asn: GATEWAY_ASN,
    })),
    connections: Object.entries(OWNER_OF).map(([id, account]) => ({
      account,
      id,
      name: id,
      location: 'PAR1',
    })),
  });
  const simulation = createInProcessEmulator(
    {
      dialect: provider,
      now: new Date(START),
      seed: seed % 1_000_000,
      ...(provider === 'outscale' ? { ownerAccountWhileConfirming: names } : {}),
    },
    scenario,
  );
  const world = simulation.world();
  for (const [id, account] of provider === 'aws' ? Object.entries(OWNER_OF_LAG) : []) {
    const lag = { region: REGION, location: 'PAR1', bandwidth: '1Gbps', provider: '', tags: [] };
    world.lags.set(id, { ...lag, id, account, name: id });
  }
  return {
    simulation,
    answer: ({ method, path, headers, body }, fault) => {
      if (fault !== null)
        simulation.addFault({
          kind: fault,
          operation: null,
          account: RECIPIENT_ACCOUNT,
          times: 1,
          after: 0,
          status: null,
        });
      const reply = simulation.handle({ method, target: path, headers, body: Buffer.from(body) });
      simulation.clearFaults();
      return reply.kind === 'response' ? { status: reply.status, body: reply.body } : { broken: reply.kind };
    },
  };
}

export function refuseCall(status: number): Answer {
  return answerJson(status, {
    __type: status === 400 ? 'ThrottlingException' : 'ServiceUnavailable',
    message: 'no',
  });
}
