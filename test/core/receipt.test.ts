import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Accept, decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { loadPolicy, writePolicy } from '../../core/policyText.ts';
import { collectEvidence, createReceipt, type Receipt, replayDecision } from '../../core/receipt.ts';
import { renderSkippedCheck } from '../../core/renderReason.ts';
import {
  aDecisionContext,
  aGateway,
  aGrant,
  aHoldRule,
  aLiveVif,
  anOwner,
  aPolicy,
  aPolicyGranting,
  aRecipient,
  aVif,
  CONNECTION,
  NOW,
  OWNER_ACCOUNT,
  VGW,
} from '../support/builders.ts';
import { changeOwners, whenAccepted } from '../support/decisionInputs.ts';
import { ORIGIN } from '../support/eventFixtures.ts';

const ANSWER = { by: 'confirm', state: 'pending', doubt: null } as const;

const NO_CUSTOMER_ASN = { check: 'asn-conflict', missing: 'customerAsn' } as const;

/** The receipt of an attempt with this decision. */
function receiptFor(
  decision: Accept,
  policy: Policy,
  request: VirtualInterface,
  world: DecisionContext,
): Receipt {
  const { owner, grants, gateway } = decision;
  const facts = { firstSeen: '2026-11-10T10:00:05.000Z', deadline: NO_DEADLINE, skipped: [NO_CUSTOMER_ASN] };
  const seen = { gateways: [aGateway({ id: VGW.lab }), aGateway()], served: null };
  const preflight = { request, decision, seen, world, ...facts };
  const assignment = { at: NOW.toISOString(), owner, grants, gateway };
  const evidence = collectEvidence(ORIGIN, policy, preflight);
  return createReceipt(request.id, assignment, evidence, '2026-11-10T12:00:01.000Z', ANSWER);
}

function accepted(policy: Policy, world: DecisionContext = aDecisionContext(), request = aVif()): Receipt {
  const decision = decide(policy, request, world, NO_DEADLINE, NOW);
  if (decision.verdict === 'hold') throw new Error('nothing was accepted');
  return receiptFor(decision, policy, request, world);
}

describe('a receipt', () => {
  it('says who got which gateway, with the evidence and the proof of acceptance', () => {
    const prod = aGrant({ name: 'prod', ticket: 'NET-1' });
    const policy = aPolicyGranting(
      prod,
      aGrant({ name: 'any', limit: 3 }),
      aGrant({ name: 'x', match: { vlan: [[1, 9]] }, ticket: 'NET-9' }),
    );
    const world = aDecisionContext({ interfaces: [aVif(), aLiveVif()], acceptedThisRun: 2 });
    expect(accepted(policy, world)).toEqual({
      id: 'dxvif-aaaaaaaa',
      at: '2026-11-10T12:00:00.000Z',
      owner: 'acme',
      grants: ['any', 'prod'],
      gateway: VGW.prod,
      target: 'acme',
      recipient: { provider: 'outscale', region: 'eu-west-2', account: '012345678901' },
      policy: ORIGIN.policy,
      request: aVif(),
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: NO_DEADLINE,
      grant: 'any',
      tickets: { prod: 'NET-1' },
      gatewaySeen: { ...aGateway(), servedKinds: null },
      usage: { owner: ['dxvif-bbbbbbbb'], grants: { any: ['dxvif-bbbbbbbb'], prod: ['dxvif-bbbbbbbb'] } },
      acceptedBefore: 2,
      skipped: [renderSkippedCheck(NO_CUSTOMER_ASN)],
      acceptedAt: '2026-11-10T12:00:01.000Z',
      answer: ANSWER,
    });
  });

  it('is replayed to the same decision if the API revealed the requester', () => {
    const policy = aPolicy({ owners: [anOwner({ account: OWNER_ACCOUNT })] });
    const receipt = accepted(policy, aDecisionContext(), aVif({ ownerAccount: OWNER_ACCOUNT }));
    expect(replayDecision(receipt, policy)).toMatchObject({ isSame: true });
  });

  it('is replayed to the same decision with the policy of the acceptance, for every accepted request', () => {
    whenAccepted((accept, policy, request, world) => {
      // Read from their JSON text, as from a ledger.
      const receipt: Receipt = JSON.parse(JSON.stringify(receiptFor(accept, policy, request, world)));
      const { policy: then } = loadPolicy(writePolicy(policy), policy.target);
      expect(replayDecision(receipt, then)).toEqual({ decision: accept, isSame: true });
    });
  });

  it('is replayed to the same decision if one slot was free, and not if none was', () => {
    whenAccepted((accept, policy, request, world) => {
      const receipt = receiptFor(accept, policy, request, world);
      const limited = (owner: Partial<Owner>) =>
        replayDecision(
          receipt,
          changeOwners(policy, ({ name }) => (name === accept.owner ? owner : {})),
        ).isSame;
      const used = receipt.usage.owner.length;
      expect([limited({ limit: used }), limited({ limit: used + 1 })]).toEqual([false, true]);

      const grants = policy.owners.find(({ name }) => name === accept.owner)?.grants ?? [];
      const taken = receipt.usage.grants[accept.grant]?.length ?? Number.NaN;
      const withLimit = (limit: number) =>
        grants.map((grant) => (grant.name === accept.grant ? { ...grant, limit } : grant));
      expect(limited({ grants: withLimit(taken) })).toBe(false);
      expect(limited({ grants: withLimit(taken + 1) })).toBe(true);
    });
  });
});

describe('a receipt is not justified by a policy', () => {
  const world = aDecisionContext({ interfaces: [aLiveVif()], acceptedThisRun: 1 });
  const receipt = accepted(
    aPolicy({ owners: [anOwner({ limit: 2, grants: [aGrant({ limit: 2 })] })] }),
    world,
  );
  const given = (...grants: Parameters<typeof aGrant>[0][]): Policy =>
    aPolicyGranting(...grants.map((grant) => aGrant(grant)));

  it('unless it is the one of the acceptance, or equivalent', () => {
    expect(replayDecision(receipt, given({})).isSame).toBe(true);
    expect(replayDecision(receipt, given({ until: '2026-11-10T12:00:00.001Z' })).isSame).toBe(true);
    expect(replayDecision(receipt, given({}, { name: 'other', match: { vlan: [[1, 99]] } })).isSame).toBe(
      true,
    );
  });

  it.each<[string, Policy]>([
    ['whose grant leads to another gateway', given({ gateway: VGW.lab })],
    ['whose grant is gone', given({ name: 'other' })],
    ['with another matching grant', given({}, { name: 'other' })],
    ['with a matching grant for another gateway', given({}, { name: 'other', gateway: VGW.lab })],
    ['that has no owner', aPolicy({ owners: [] })],
    ['in which the connection belongs to another owner', aPolicy({ owners: [anOwner({ name: 'zeta' })] })],
    ['whose owner had no slot left', aPolicy({ owners: [anOwner({ limit: 1 })] })],
    ['whose grant had no slot left', given({ limit: 1 })],
    ['whose runs had no slot left', aPolicy({ limits: { acceptsPerRun: 1 } })],
    ['that holds it', aPolicy({ hold: [aHoldRule({ vlan: [[101, 101]] })] })],
    ['that holds everything', aPolicy({ freeze: true })],
    ['whose grant it does not match', given({ match: { vlan: [[1, 99]] } })],
    ['whose grant it may not match', given({ match: { mtu: [1500] } })],
    ['whose grant began later', given({ from: '2026-11-10T12:00:00.001Z' })],
    ['whose grant had ended', given({ until: '2026-11-10T12:00:00.000Z' })],
    ['of another recipient', aPolicy({ recipient: aRecipient({ account: OWNER_ACCOUNT }) })],
  ])('%s', (_, policy) => {
    expect(replayDecision(receipt, policy).isSame).toBe(false);
  });

  it.each<[string, Partial<Receipt>]>([
    ['the gateway', { gateway: VGW.lab }],
    ['the owner', { owner: 'zeta' }],
    ['the grants', { grants: ['default', 'other'] }],
    ['the first grant', { grant: 'other' }],
    ['the request', { request: aVif({ connection: CONNECTION.other }) }],
    ['what was in use', { usage: { owner: ['a', 'b'], grants: { default: [] } } }],
    ['how many came before it', { acceptedBefore: 10 }],
  ])('when %s was changed in the receipt', (_, change) => {
    const limited = aPolicy({ owners: [anOwner({ limit: 2, grants: [aGrant({ limit: 2 })] })] });
    expect(replayDecision(receipt, limited).isSame).toBe(true);
    expect(replayDecision({ ...receipt, ...change }, limited).isSame).toBe(false);
  });
});
