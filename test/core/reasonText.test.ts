import { describe, expect, it } from 'vitest';
import { type Deadline, NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { AVAILABLE_WITHIN_MS, findFollowUps } from '../../core/followUp.ts';
import { identify } from '../../core/identifyRequester.ts';
import type { InterfaceField, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { checkNetwork, runPreflightChecks } from '../../core/preflightChecks.ts';
import {
  aDecisionContext,
  aGateway,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aRecipient,
  aVif,
  CONNECTION,
  NOW,
  OWNER_ACCOUNT,
  VGW,
} from '../support/builders.ts';
import { anAcceptance } from '../support/ledgerBuilders.ts';

/** Whole sentences, for cases that the code alone does not distinguish. */

const OWN = { known: true, ids: new Set([CONNECTION.other]) } as const;

describe('the messages of holds', () => {
  const frozen = aPolicy({ freeze: true });
  const WITHOUT = `the policy is frozen (\`freeze: true\`); without the freeze: accepted by \`acme.default\` → \`${VGW.prod}\`, if the preflight checks succeed`;
  const loss = { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:00.000Z' };
  it.each<[string, Policy, Partial<VirtualInterface>, Partial<DecisionContext>, Deadline]>([
    [WITHOUT, frozen, {}, {}, NO_DEADLINE],
    [`${WITHOUT}; the request may expire at the earliest ${loss.earliest}`, frozen, {}, {}, loss],
    [
      `${WITHOUT}; the request may expire at any time, at the latest ${loss.latest}`,
      frozen,
      {},
      {},
      { ...loss, earliest: null },
    ],
    [
      'it is on a connection of the recipient: the recipient offered it to another account, so it is not a request',
      aPolicy(),
      { ownerAccount: OWNER_ACCOUNT, connection: CONNECTION.other },
      { ownConnections: OWN },
      NO_DEADLINE,
    ],
    [
      'the interface is of an unknown type: only private interfaces are accepted',
      aPolicy(),
      { type: null },
      {},
      NO_DEADLINE,
    ],
    ['its state must be `confirming`, got none', aPolicy(), { state: null }, {}, NO_DEADLINE],
  ])('%s', (message, policy, request, context, deadline) => {
    const decision = decide(policy, aVif(request), aDecisionContext(context), deadline, NOW);
    if (decision.verdict !== 'hold') throw new Error('it was accepted');
    expect(decision.reasons[0]?.message).toBe(message);
  });
});

describe('the messages about an unknown requester', () => {
  const accountless = aPolicy({ owners: [anOwner({ account: null })] });
  const acme = aPolicy({ owners: [anOwner({ account: OWNER_ACCOUNT })] });
  it.each<[string, Policy, Partial<VirtualInterface>]>([
    ['the API did not return an owner account', aPolicy(), { ownerAccount: null }],
    ['the API did not return a connection', aPolicy(), { connection: null }],
    ['the API did not return a connection', acme, { ownerAccount: OWNER_ACCOUNT, connection: null }],
    [
      `the API returned account \`999999999999\`, but owner \`acme\` has account \`${OWNER_ACCOUNT}\``,
      acme,
      { ownerAccount: '999999999999' },
    ],
    [
      `the API returned account \`${OWNER_ACCOUNT}\`, and owner \`acme\` has no account to compare; if it is the owner's, add ` +
        `\`account: "${OWNER_ACCOUNT}"\` under \`owners.acme\` (if it is your own, \`recipient.account\` is wrong)`,
      accountless,
      { ownerAccount: OWNER_ACCOUNT },
    ],
  ])('%s', (message, policy, request) => {
    expect(identify(policy, aVif(request), OWN)).toMatchObject({ kind: 'unknown', reason: { message } });
  });
});

describe('the messages of the preflight checks', () => {
  const odd = (field: InterfaceField) => ({ readErrors: ['odd'], unreadable: [field] });
  it.each<[string, Partial<VirtualInterface>, Partial<VirtualInterface>]>([
    [`VLAN 101 on \`${CONNECTION.owner}\` is in use by \`dxvif-bbbbbbbb\``, {}, { vlan: 101 }],
    [
      `VLAN 101 on \`${CONNECTION.owner}\` may be in use by \`dxvif-bbbbbbbb\`, which is unreadable`,
      {},
      { vlan: null, ...odd('vlan') },
    ],
    [
      `VLAN 101 on \`${CONNECTION.owner}\` may be in use by \`dxvif-bbbbbbbb\`, which is unreadable`,
      {},
      { vlan: 101, connection: null, ...odd('connection') },
    ],
    [
      '`169.254.10.1/30` and `here` are not both addresses',
      { peers: [aPeer({ customerAddress: 'here' })] },
      {},
    ],
    [
      '`here` and `169.254.10.2/30` are not both addresses',
      { peers: [aPeer({ amazonAddress: 'here' })] },
      {},
    ],
    [
      '`169.254.10.1/30` and `169.254.10.1/30` are the same address',
      { peers: [aPeer({ customerAddress: '169.254.10.1/30' })] },
      {},
    ],
    [
      '`169.254.10.1/30` and `169.254.10.3/30`: `169.254.10.3/30` is the broadcast address of its subnet',
      { peers: [aPeer({ customerAddress: '169.254.10.3/30' })] },
      {},
    ],
    [
      '`169.254.10.1/30` and `10.0.0.1/30` are not in one subnet',
      { peers: [aPeer({ customerAddress: '10.0.0.1/30' })] },
      {},
    ],
    ['peer addresses overlap those of `dxvif-bbbbbbbb` on the same gateway', {}, { peers: [aPeer()] }],
    [
      'peer addresses may overlap those of `dxvif-bbbbbbbb`, which is unreadable',
      {},
      { peers: [], ...odd('addresses') },
    ],
  ])('%s', (message, request, neighbour) => {
    const context = aDecisionContext({ interfaces: [aLiveVif(neighbour)] });
    const { reasons } = checkNetwork(aVif(request), VGW.prod, 64512, aRecipient(), context);
    expect(reasons.map((reason) => reason.message)).toEqual([message]);
  });

  it('the message about a gateway without a state', () => {
    const { reasons } = runPreflightChecks(
      aVif(),
      VGW.prod,
      [aGateway({ state: null })],
      aPolicy().recipient,
      aDecisionContext(),
    );
    expect(reasons[0]?.message).toBe(`gateway \`${VGW.prod}\` must be \`available\`, is unknown`);
  });
});

describe('the messages of follow-ups', () => {
  const { at } = anAcceptance();
  const late = new Date(Date.parse(at) + AVAILABLE_WITHIN_MS);
  it.each<[string, VirtualInterface | null]>([
    [`accepted at ${at}, and gone since then (no longer listed)`, null],
    [`accepted at ${at}, and gone since then (deleted)`, aLiveVif({ state: 'deleted' })],
    [`was assigned gateway \`${VGW.prod}\` and is on none`, aLiveVif({ gateway: null })],
    [`accepted at ${at} and still \`testing\``, aLiveVif({ state: 'testing' })],
    [`accepted at ${at} and still without a state`, aLiveVif({ state: null })],
  ])('%s', (message, vif) => {
    const found = findFollowUps({ x: anAcceptance() }, new Map([['x', vif]]), late, AVAILABLE_WITHIN_MS);
    expect(found.map((one) => one.message)).toEqual([message]);
  });
});
