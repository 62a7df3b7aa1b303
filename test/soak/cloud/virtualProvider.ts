import {
  createInProcessEmulator,
  type FaultKind,
  type InProcessEmulator,
  readScenario,
} from '../../../emulator/emulator.ts';
import { IN_SERVICE } from '../../../emulator/world.ts';
import {
  CARRIER_OF,
  GATEWAY_ASN,
  GATEWAYS,
  HUB_PRIVATE,
  HUB_TRANSIT,
  HUBS,
  OWNER_OF,
  OWNER_OF_LAG,
  PROD,
  RECIPIENT_ACCOUNT,
  REGION,
  SPARE,
  START,
  TRANSIT_GATEWAY,
} from '../plan/constants.ts';
import type { LifePlan } from '../plan/lifePlan.ts';
import { type Answer, answerJson, type Call } from './virtualServer.ts';

/** The emulator in this process: Direct Connect, EC2 and STS. */
export interface VirtualProvider {
  readonly simulation: InProcessEmulator;
  /** @param fault fault that the emulator injects into this answer */
  answer(call: Call, fault: FaultKind | null): Answer;
}

/** The Direct Connect gateways, each with what it serves. */
const HUBS_OF_RECIPIENT = {
  transitGateways: [{ account: RECIPIENT_ACCOUNT, id: TRANSIT_GATEWAY }],
  directConnectGateways: HUBS.map((id) => ({ account: RECIPIENT_ACCOUNT, id, name: id, asn: GATEWAY_ASN })),
  associations: [
    { gateway: HUB_PRIVATE, with: PROD },
    { gateway: HUB_TRANSIT, with: TRANSIT_GATEWAY },
  ],
};

export function createVirtualProvider({ provider, names, seed, carrier }: LifePlan): VirtualProvider {
  const scenario = readScenario({
    region: REGION,
    gateways: GATEWAYS.map((id, i) => ({
      account: RECIPIENT_ACCOUNT,
      id,
      vpc: id === SPARE ? null : `vpc-${i}`,
      asn: GATEWAY_ASN,
    })),
    ...(provider === 'aws' && carrier !== null ? HUBS_OF_RECIPIENT : {}),
    connections: Object.entries({ ...OWNER_OF, ...(carrier === null ? {} : CARRIER_OF) }).map(
      ([id, account]) => ({
        account,
        id,
        name: id,
        location: 'PAR1',
        carrier: id in CARRIER_OF,
      }),
    ),
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
    world.lags.set(id, { ...lag, ...IN_SERVICE, minimumLinks: 0, id, account, name: id });
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
