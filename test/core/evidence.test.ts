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

it('the grounds of an owner that the policy does not have hold no ticket, no gateway seen and no use', () => {
  const decision = { verdict: 'accept', owner: 'zeta', grant: 'a', grants: ['a'], gateway: VGW.lab } as const;
  const look = {
    request: aVif(),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: NO_DEADLINE,
    decision,
    gateways: [aGateway()],
    world: aDecisionContext({ interfaces: [aLiveVif()] }),
    skipped: [],
  };
  const { tickets, gatewaySeen, usage } = collectEvidence(ORIGIN, aPolicy(), look);
  expect({ tickets: Object.keys(tickets), gatewaySeen, usage }).toEqual({
    tickets: [],
    gatewaySeen: null,
    usage: { owner: [], grants: {} },
  });
});

describe('a receipt that does not say what stood in the slots of a limit had no room there', () => {
  const limited = aPolicyGranting(aGrant({ limit: 1 }));
  it.each([
    ['said to be free', { default: [] }, true],
    ['said to be taken', { default: ['dxvif-bbbbbbbb'] }, false],
    ['not said', {}, false],
  ])('%s', (_, grants, isSame) => {
    expect(replayDecision(aReceipt({ usage: { owner: [], grants } }), limited).isSame).toBe(isSame);
  });

  it('and of what has no limit it need not say it', () => {
    expect(replayDecision(aReceipt({ usage: { owner: [], grants: {} } }), aPolicy()).isSame).toBe(true);
  });
});

describe('what is kept of one acceptance is bounded', () => {
  const decision = {
    verdict: 'accept',
    owner: 'acme',
    grant: 'default',
    grants: ['default'],
    gateway: VGW.prod,
  } as const;
  const interfaces = Array.from({ length: 9000 }, (_, i) =>
    aLiveVif({ id: `dxvif-${i}`, vlan: (i % 4000) + 1 }),
  );
  const look = {
    request: aVif(),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: NO_DEADLINE,
    decision,
    gateways: [aGateway()],
    world: aDecisionContext({ interfaces }),
    skipped: interfaces.map(({ id }) => `VLAN in use: the API gives no VLAN for ${id}`),
  };

  it('so that the intent and the receipt fit one item, whatever stands around the request', () => {
    const grounds = collectEvidence(ORIGIN, aPolicy(), look);
    expect(JSON.stringify(grounds).length).toBeLessThan(130_000);
    expect(grounds.usage.owner.length + (grounds.usage.grants.default?.length ?? 0)).toBeLessThanOrEqual(
      5002,
    );
  });

  it('and its replay still comes to the same: a limit that left room does so by what is kept', () => {
    const policy = aPolicy({ owners: [anOwner({ limit: 9001, grants: [aGrant({ limit: 9001 })] })] });
    const { usage } = collectEvidence(ORIGIN, policy, look);
    expect(replayDecision(aReceipt({ usage }), policy).isSame).toBe(true);
  });
});
