import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { Gateway, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { runPreflightChecks } from '../../core/preflightChecks.ts';
import { REASON_CODES, type Reason, type ReasonCode } from '../../core/reasons.ts';
import {
  AWS,
  aDecisionContext,
  aGateway,
  aGrant,
  aHoldRule,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aPolicyGranting,
  aVif,
  CONNECTION,
  NOW,
  OWNER_ACCOUNT,
  VGW,
} from '../support/builders.ts';

/** For each code: the difference from an accepted request, and parts of the message. */
interface Example {
  readonly policy?: Policy;
  readonly request?: Partial<VirtualInterface>;
  readonly context?: Partial<DecisionContext>;
  readonly gateway?: Partial<Gateway> | null;
  readonly says: readonly string[];
}

const live = aLiveVif();
const neighbour = (given: Partial<VirtualInterface>): Partial<DecisionContext> => ({
  interfaces: [aLiveVif(given)],
});

const EXAMPLES = {
  'not-private': { request: { type: 'transit' }, says: ['`transit`'] },
  unreadable: { request: { readErrors: ['`vlan` must be a whole number'] }, says: ['`vlan` must be'] },
  'other-region': {
    request: { region: 'us-west-1' },
    says: ['`us-west-1`', '`eu-west-2`'],
  },
  'unknown-requester': {
    request: { connection: CONNECTION.other },
    says: [`\`${CONNECTION.other}\``, '`connections`'],
  },
  'owner-mismatch': {
    policy: aPolicy({ recipient: AWS }),
    request: { ownerAccount: OWNER_ACCOUNT },
    says: [`\`${OWNER_ACCOUNT}\``],
  },
  frozen: { policy: aPolicy({ freeze: true }), says: ['`freeze: true`'] },
  'held-by-policy': {
    policy: aPolicy({ hold: [aHoldRule({ vlan: [[100, 199]], reason: 'under investigation' })] }),
    says: ['vlan 100-199', 'under investigation'],
  },
  'no-grant': {
    policy: aPolicyGranting(aGrant({ name: 'prod', match: { vlan: [[1, 99]] } })),
    says: ['`acme`', '`prod`', 'vlan must be 1-99, is 101'],
  },
  'grant-not-started': {
    policy: aPolicyGranting(aGrant({ from: '2026-12-01T00:00:00.000Z' })),
    says: ['`acme.default`', '2026-12-01T00:00:00.000Z'],
  },
  'grant-ended': {
    policy: aPolicyGranting(aGrant({ until: '2026-11-01T00:00:00.000Z' })),
    says: ['`acme.default`', '2026-11-01T00:00:00.000Z'],
  },
  ambiguous: {
    policy: aPolicyGranting(aGrant({ name: 'a' }), aGrant({ name: 'b', gateway: VGW.lab })),
    says: ['`acme.a`', '`acme.b`', `\`${VGW.prod}\``, `\`${VGW.lab}\``],
  },
  'owner-limit': {
    policy: aPolicy({ owners: [anOwner({ limit: 1 })] }),
    context: { interfaces: [live] },
    says: ['`acme`', 'may have 1', live.id],
  },
  'grant-limit': {
    policy: aPolicyGranting(aGrant({ limit: 1 })),
    context: { interfaces: [live] },
    says: ['`acme.default`', 'may have 1', live.id],
  },
  'run-limit': { context: { acceptedThisRun: 10 }, says: ['10', '`limits.acceptsPerRun`', 'next run'] },
  'gateway-missing': { gateway: null, says: [`\`${VGW.prod}\``] },
  'gateway-not-available': { gateway: { state: 'deleting' }, says: [`\`${VGW.prod}\``, '`deleting`'] },
  'gateway-not-attached': { gateway: { attachedVpcs: [] }, says: [`\`${VGW.prod}\``, 'attach it'] },
  'vlan-in-use': {
    context: neighbour({ vlan: 101 }),
    says: ['101', `\`${CONNECTION.owner}\``, `\`${live.id}\``],
  },
  'peers-invalid': {
    request: { peers: [aPeer({ customerAddress: '169.254.20.2/30' })] },
    says: ['`169.254.10.1/30`', '`169.254.20.2/30`', 'subnet'],
  },
  'peers-overlap': { context: neighbour({ peers: [aPeer()] }), says: [`\`${live.id}\``] },
  'asn-conflict': { gateway: { asn: 65010 }, says: ['65010', `\`${VGW.prod}\``] },
} as const satisfies Record<ReasonCode, Example>;

describe('each reason is reported alone and names its object', () => {
  it.each(REASON_CODES)('%s', (code) => {
    const example: Example = EXAMPLES[code];
    const reasons = evaluate(example);
    expect(reasons.map((reason) => reason.code)).toEqual([code]);
    for (const words of example.says) expect(reasons[0]?.message).toContain(words);
  });

  it('differs from a request that is accepted', () => {
    expect(evaluate({ says: [] })).toEqual([]);
  });
});

/** Decides, and runs the preflight checks if the policy allows the request. */
function evaluate({ policy = aPolicy(), request, context, gateway = {} }: Example): readonly Reason[] {
  const [vif, around] = [aVif(request), aDecisionContext(context)];
  const decision = decide(policy, vif, around, NO_DEADLINE, NOW);
  if (decision.verdict === 'hold') return decision.reasons;
  return runPreflightChecks(
    vif,
    decision.gateway,
    gateway === null ? [] : [aGateway(gateway)],
    policy.recipient,
    around,
  ).reasons;
}
