import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { collectEvidence, replayDecision } from '../../core/receipt.ts';
import {
  aDecisionContext,
  aGateway,
  aGrant,
  aLiveVif,
  anOwner,
  aPolicy,
  aPolicyGranting,
  aVif,
  VGW,
} from '../support/builders.ts';
import { ORIGIN } from '../support/eventFixtures.ts';
import { aReceipt } from '../support/ledgerBuilders.ts';

it('the evidence for an owner that the policy does not have contains no ticket, no gateway and no usage', () => {
  const decision = {
    verdict: 'accept',
    owner: 'zeta',
    grant: 'a',
    grants: ['a'],
    gateway: VGW.lab,
    type: 'private',
  } as const;
  const preflight = {
    request: aVif(),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: NO_DEADLINE,
    decision,
    seen: { gateways: [aGateway()], served: null },
    world: aDecisionContext({ interfaces: [aLiveVif()] }),
    skipped: [],
  };
  const { tickets, gatewaySeen, usage } = collectEvidence(ORIGIN, aPolicy(), preflight);
  expect({ tickets: Object.keys(tickets), gatewaySeen, usage }).toEqual({
    tickets: [],
    gatewaySeen: null,
    usage: { owner: [], grants: {} },
  });
});

describe('a receipt without recorded usage of a limit had no room under that limit', () => {
  const limited = aPolicyGranting(aGrant({ limit: 1 }));
  it.each([
    ['said to be free', { default: [] }, true],
    ['said to be taken', { default: ['dxvif-bbbbbbbb'] }, false],
    ['not said', {}, false],
  ])('%s', (_, grants, isSame) => {
    expect(replayDecision(aReceipt({ usage: { owner: [], grants } }), limited).isSame).toBe(isSame);
  });

  it('a receipt needs no usage of a grant without limit', () => {
    expect(replayDecision(aReceipt({ usage: { owner: [], grants: {} } }), aPolicy()).isSame).toBe(true);
  });
});

describe('the size of a receipt is limited', () => {
  const decision = {
    verdict: 'accept',
    owner: 'acme',
    grant: 'default',
    grants: ['default'],
    gateway: VGW.prod,
    type: 'private',
  } as const;
  const interfaces = Array.from({ length: 9000 }, (_, i) =>
    aLiveVif({ id: `dxvif-${i}`, vlan: (i % 4000) + 1 }),
  );
  const preflight = {
    request: aVif(),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: NO_DEADLINE,
    decision,
    seen: { gateways: [aGateway()], served: null },
    world: aDecisionContext({ interfaces }),
    skipped: interfaces.map(({ id }) => ({ check: 'vlan-in-use', missing: 'ofOthers', ids: [id] }) as const),
  };

  it('the intent and the receipt fit one item, with any number of other interfaces', () => {
    const evidence = collectEvidence(ORIGIN, aPolicy(), preflight);
    expect(JSON.stringify(evidence).length).toBeLessThan(130_000);
    expect(evidence.usage.owner.length + (evidence.usage.grants.default?.length ?? 0)).toBeLessThanOrEqual(
      5002,
    );
  });

  it('a shortened list has the first IDs and the number of the others, and a list that fits is whole', () => {
    const usageOf = (count: number): readonly string[] => {
      const world = aDecisionContext({ interfaces: interfaces.slice(0, count) });
      return collectEvidence(ORIGIN, aPolicy(), { ...preflight, world }).usage.owner;
    };
    expect(usageOf(2500)).toHaveLength(2500);
    expect(usageOf(2500).every((id) => id.startsWith('dxvif-'))).toBe(true);
    const shortened = usageOf(2510);
    expect(shortened).toHaveLength(2501);
    expect(shortened.at(-1)).toMatch(/\b10\b/);
  });

  it('a replay of the shortened evidence has the same result', () => {
    const policy = aPolicy({ owners: [anOwner({ limit: 9001, grants: [aGrant({ limit: 9001 })] })] });
    const { usage } = collectEvidence(ORIGIN, policy, preflight);
    expect(replayDecision(aReceipt({ usage }), policy).isSame).toBe(true);
  });
});
