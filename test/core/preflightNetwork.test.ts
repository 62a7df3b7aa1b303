import { describe, expect, it } from 'vitest';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { InterfaceField, VirtualInterface } from '../../core/model.ts';
import { checkNetwork } from '../../core/preflightChecks.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import { aDecisionContext, aLiveVif, aPeer, aRecipient, aVif, CONNECTION, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

interface Found {
  readonly codes: readonly ReasonCode[];
  /** the checks that were skipped, each with what was missing */
  readonly skipped: readonly string[];
}

const ASN = 64512;

function check(
  request: Partial<VirtualInterface>,
  context: Partial<DecisionContext> = {},
  asn: number | null = ASN,
): Found {
  const { reasons, skipped } = checkNetwork(
    aVif(request),
    VGW.prod,
    asn,
    aRecipient(),
    aDecisionContext(context),
  );
  return {
    codes: reasons.map(({ code }) => code),
    skipped: skipped.map(({ check, missing }) => `${check}: ${missing}`),
  };
}

const NO_REASONS: Found = { codes: [], skipped: [] };
const found = (...codes: ReasonCode[]): Found => ({ codes, skipped: [] });
const skipping = (...skipped: string[]): Found => ({ codes: [], skipped });
const odd = (...unreadable: InterfaceField[]) => ({ readErrors: ['odd'], unreadable });
const beside = (given: Partial<VirtualInterface>): Partial<DecisionContext> => ({
  interfaces: [aLiveVif(given)],
});

it('the network checks find nothing for a valid request with a valid neighbour', () => {
  expect(check({}, beside({}))).toEqual(NO_REASONS);
});

describe('the check that the VLAN is free on its connection', () => {
  it.each<[string, Partial<VirtualInterface>, Found]>([
    ['another VLAN', { vlan: 102 }, NO_REASONS],
    ['the same', { vlan: 101 }, found('vlan-in-use')],
    ['the same, on another connection', { vlan: 101, connection: CONNECTION.second }, NO_REASONS],
    ['the same, on another gateway', { vlan: 101, gateway: VGW.lab }, found('vlan-in-use')],
    ['the same, ended', { vlan: 101, state: 'deleted' }, NO_REASONS],
    ['the same, going', { vlan: 101, state: 'deleting' }, found('vlan-in-use')],
    ['the same, a request', { vlan: 101, state: 'confirming', gateway: null }, NO_REASONS],
    ['not given', { vlan: null }, skipping('vlan-in-use: ofOthers')],
    [
      'not given, something else unreadable',
      { vlan: null, ...odd('mtu') },
      skipping('vlan-in-use: ofOthers'),
    ],
    ['unreadable', { vlan: null, ...odd('vlan') }, found('vlan-in-use')],
    [
      'the same, connection unreadable',
      { vlan: 101, connection: null, ...odd('connection') },
      found('vlan-in-use'),
    ],
    ['another, connection unreadable', { connection: null, ...odd('connection') }, NO_REASONS],
    ['both unreadable', { vlan: null, connection: null, ...odd('vlan', 'connection') }, found('vlan-in-use')],
    ['both unreadable, ended', { vlan: null, state: 'deleted', ...odd('vlan', 'connection') }, NO_REASONS],
    ['the same, connection not given', { vlan: 101, connection: null }, found('vlan-in-use')],
    ['another, connection not given', { vlan: 102, connection: null }, NO_REASONS],
    ['neither given', { vlan: null, connection: null }, skipping('vlan-in-use: ofOthers')],
    [
      'the same, connection not given, being deleted',
      { vlan: 101, connection: null, state: 'deleting', gateway: null },
      skipping('vlan-in-use: ofOthers'),
    ],
  ])('%s', (_, given, expected) => {
    expect(check({}, beside(given))).toEqual(expected);
  });

  it('counts an interface that may have been accepted', () => {
    const interfaces = [aVif({ id: 'dxvif-cccccccc' })];
    const intents = { 'dxvif-cccccccc': anIntent({ gateway: VGW.lab }) };
    expect(check({}, { interfaces })).toEqual(NO_REASONS);
    expect(check({}, { interfaces, intents })).toEqual(found('vlan-in-use'));
  });

  it.each<[string, Partial<DecisionContext>]>([
    ['is being confirmed', { intents: { 'dxvif-cccccccc': anIntent({ gateway: VGW.lab }) } }],
    ['was accepted', { acceptances: { 'dxvif-cccccccc': anAcceptance({ gateway: VGW.lab }) } }],
    ['has an unreadable record', { damaged: { 'dxvif-cccccccc': 'odd' } }],
  ])('counts an interface without a connection and a gateway that %s', (_, context) => {
    const deleting = aLiveVif({
      id: 'dxvif-cccccccc',
      vlan: 101,
      connection: null,
      state: 'deleting',
      gateway: null,
    });
    expect(check({ peers: [] }, { interfaces: [deleting], ...context }).codes).toContain('vlan-in-use');
  });

  it('does not count the request itself', () => {
    expect(check({}, { interfaces: [aVif({ state: 'pending', gateway: VGW.prod })] })).toEqual(NO_REASONS);
  });

  it.each([{ vlan: null }, { connection: null }])(
    'is skipped and reported as skipped without %j',
    (request) => {
      expect(check(request)).toEqual(skipping('vlan-in-use: vlanOrConnection'));
    },
  );
});

describe('the check that the addresses of each session are a valid pair', () => {
  it.each<[string, string | null, string | null, Found]>([
    ['a pair', '169.254.10.1/30', '169.254.10.2/30', NO_REASONS],
    ['a pair of two', '169.254.10.0/31', '169.254.10.1/31', NO_REASONS],
    ['an IPv6 pair', '2001:db8::1/125', '2001:db8::2/125', NO_REASONS],
    ['other subnets', '169.254.10.1/30', '169.254.10.5/30', found('peers-invalid')],
    ['other prefix lengths', '169.254.10.1/30', '169.254.10.2/29', found('peers-invalid')],
    ['the broadcast address for the customer', '172.16.1.2/30', '172.16.1.3/30', found('peers-invalid')],
    ['the broadcast address for us', '172.16.1.3/30', '172.16.1.2/30', found('peers-invalid')],
    ['the broadcast address of a /29', '169.254.96.1/29', '169.254.96.7/29', found('peers-invalid')],
    ['the broadcast address of all', '128.0.0.1/0', '255.255.255.255/0', found('peers-invalid')],
    ['the last but one of a /29', '169.254.96.1/29', '169.254.96.6/29', NO_REASONS],
    ['the first address, as in the guide of OUTSCALE', '172.16.0.4/30', '172.16.0.5/30', NO_REASONS],
    ['the last of an IPv6 subnet, which is none', '2001:db8::1/126', '2001:db8::3/126', NO_REASONS],
    [
      'no prefix lengths',
      '169.254.10.1',
      '169.254.10.2',
      skipping('peers-invalid: prefixLengths', 'peers-overlap: prefixLengths'),
    ],
    ['one prefix length, the other far away', '169.254.10.1/30', '10.9.9.9', found('peers-invalid')],
    [
      'one prefix length, the other at its broadcast address',
      '169.254.10.1/30',
      '169.254.10.3',
      found('peers-invalid'),
    ],
    ['one prefix length', '169.254.10.1/30', '169.254.10.2', skipping('peers-invalid: prefixLengths')],
    ['two families without a length', '169.254.10.1/32', '2001:db8::2', found('peers-invalid')],
    ['twice the same', '169.254.10.1/30', '169.254.10.1/30', found('peers-invalid')],
    ['two families', '169.254.10.1/30', '2001:db8::2/30', found('peers-invalid')],
    ['no address', '169.254.10.1/30', 'none', found('peers-invalid')],
    ['one not given', '169.254.10.1/30', null, skipping('peers-invalid: secondAddress')],
    ['the other not given', null, '169.254.10.2/30', skipping('peers-invalid: secondAddress')],
    ['the other prefix length', '169.254.10.1', '169.254.10.2/30', skipping('peers-invalid: prefixLengths')],
    ['neither given', null, null, skipping('peers-invalid: secondAddress', 'peers-overlap: addresses')],
  ])('%s', (_, amazonAddress, customerAddress, expected) => {
    expect(check({ peers: [aPeer({ amazonAddress, customerAddress })] })).toEqual(expected);
  });

  it.each([
    ['169.254.10.1/30', '169.254.10.3', 'broadcast'],
    ['169.254.10.3/29', '169.254.10.1/30', 'differentSubnets'],
    ['169.254.10.1/30', '::a9fe:a03', 'differentSubnets'],
    ['169.254.10.1/30', '169.254.10.1/29', 'sameAddress'],
    ['169.254.10.1/30', 'none', 'notBothAddresses'],
  ])('names the cause for %s and %s', (amazonAddress, customerAddress, cause) => {
    const peers = [aPeer({ amazonAddress, customerAddress })];
    const { reasons } = checkNetwork(aVif({ peers }), VGW.prod, ASN, aRecipient(), aDecisionContext());
    expect(reasons.map(({ parameters }) => parameters)).toMatchObject([{ cause }]);
  });

  it('is incomplete, with the check for overlaps, if only one of two sessions has prefix lengths', () => {
    const bareOne = aPeer({ amazonAddress: '10.0.0.1', customerAddress: '10.0.0.2' });
    const expected = skipping('peers-invalid: prefixLengths', 'peers-overlap: prefixLengths');
    expect(check({ peers: [aPeer(), bareOne] })).toEqual(expected);
    expect(check({ peers: [bareOne, aPeer()] })).toEqual(expected);
  });

  it('covers the second session', () => {
    const odd = aPeer({ amazonAddress: '10.0.0.1/30', customerAddress: '10.0.1.2/30' });
    expect(check({ peers: [aPeer(), odd] })).toEqual(found('peers-invalid'));
  });

  it('is skipped, with the other session checks, if no session is listed', () => {
    expect(check({ peers: [] })).toEqual(
      skipping('peers-invalid: sessions', 'peers-overlap: addresses', 'asn-conflict: customerAsn'),
    );
  });
});

describe('the check that the addresses are free on the gateway', () => {
  const same = [aPeer()];
  const wider = [aPeer({ amazonAddress: '169.254.0.1/16', customerAddress: '169.254.0.2/16' })];
  const apart = ['10.0.1', '10.0.2'].map((net) =>
    aPeer({ amazonAddress: `${net}.1/30`, customerAddress: `${net}.2/30` }),
  );
  const half = [aPeer({ amazonAddress: '10.0.0.1/30', customerAddress: null })];
  const bare = (amazonAddress: string, customerAddress: string) => [
    aPeer({ amazonAddress, customerAddress }),
  ];
  it.each<[string, Partial<VirtualInterface>, Found]>([
    ['the same subnet', { peers: same }, found('peers-overlap')],
    ['a subnet around it', { peers: wider }, found('peers-overlap')],
    ['the same, on another gateway', { peers: same, gateway: VGW.lab }, NO_REASONS],
    [
      'the same, on another connection',
      { peers: same, connection: CONNECTION.other },
      found('peers-overlap'),
    ],
    ['the same, ended', { peers: same, state: 'deleted' }, NO_REASONS],
    ['the same, in its second session', { peers: [...half, aPeer()] }, found('peers-overlap')],
    ['addresses apart, of two sessions', { peers: apart }, NO_REASONS],
    [
      'a subnet beside it',
      { peers: [aPeer({ amazonAddress: '169.254.10.9/30', customerAddress: '169.254.10.10/30' })] },
      NO_REASONS,
    ],
    [
      'one of two addresses without a prefix length',
      { peers: bare('10.0.0.1/30', '10.0.0.2') },
      skipping('peers-overlap: ofOthers'),
    ],
    ['an address not given', { peers: half }, skipping('peers-overlap: ofOthers')],
    ['no session listed', { peers: [] }, skipping('peers-overlap: ofOthers')],
    [
      'an address not given, something else unreadable',
      { peers: half, ...odd('asn') },
      skipping('peers-overlap: ofOthers'),
    ],
    [
      'a complete session beside one that is unreadable',
      { peers: apart, ...odd('addresses') },
      found('peers-overlap'),
    ],
    ['an address unreadable', { peers: half, ...odd('addresses') }, found('peers-overlap')],
    ['the gateway unreadable', { peers: same, gateway: null, ...odd('gateway') }, found('peers-overlap')],
    [
      'the gateway unreadable, addresses apart',
      { peers: apart, gateway: null, ...odd('gateway') },
      NO_REASONS,
    ],
    ['both unreadable', { peers: [], gateway: null, ...odd('gateway', 'addresses') }, found('peers-overlap')],
    [
      'addresses unreadable, known to be elsewhere',
      { peers: [], gateway: VGW.lab, ...odd('addresses') },
      NO_REASONS,
    ],
    ['the gateway not given', { peers: same, gateway: null }, found('peers-overlap')],
    ['the gateway not given, addresses apart', { peers: apart, gateway: null }, NO_REASONS],
    [
      'the gateway not given, an address not given',
      { peers: half, gateway: null },
      skipping('peers-overlap: ofOthers'),
    ],
    [
      'the gateway not given, of another account',
      { peers: same, gateway: null, ownerAccount: '999988887777' },
      skipping('peers-overlap: ofOthers'),
    ],
    [
      'the gateway given, of another account',
      { peers: same, ownerAccount: '999988887777' },
      found('peers-overlap'),
    ],
    ...['deleting', 'testing', 'unknown', 'not known yet'].map(
      (state): [string, Partial<VirtualInterface>, Found] => [
        `the gateway not given, ${state}`,
        { peers: same, gateway: null, state },
        skipping('peers-overlap: ofOthers'),
      ],
    ),
    ['neither gateway nor state given', { peers: same, gateway: null, state: null }, found('peers-overlap')],
    [
      'an address without a prefix length',
      { peers: bare('169.254.10.1', '169.254.10.9') },
      found('peers-overlap'),
    ],
    [
      'others far away without prefix lengths',
      { peers: bare('10.9.9.9', '10.9.9.10') },
      skipping('peers-overlap: ofOthers'),
    ],
    [
      'others without prefix lengths',
      { peers: bare('169.254.10.9', '169.254.10.10') },
      skipping('peers-overlap: ofOthers'),
    ],
  ])('%s', (_, given, expected) => {
    expect(check({}, beside(given))).toEqual(expected);
  });

  it('covers each address of every session', () => {
    expect(check({ peers: [aPeer(), ...apart] }, beside({ peers: same }))).toEqual(found('peers-overlap'));
  });

  it.each<[string, Partial<DecisionContext>, Found]>([
    ['a request', {}, NO_REASONS],
    ['a confirm begun for the gateway', { intents: { x: anIntent() } }, found('peers-overlap')],
    ['a confirm begun for another', { intents: { x: anIntent({ gateway: VGW.lab }) } }, NO_REASONS],
    ['on record for the gateway', { acceptances: { x: anAcceptance() } }, found('peers-overlap')],
    ['on record for another', { acceptances: { x: anAcceptance({ gateway: VGW.lab }) } }, NO_REASONS],
    ['on a record that cannot be read', { damaged: { x: 'odd' } }, found('peers-overlap')],
  ])('covers interfaces that the listing still shows confirming: %s', (_, context, expected) => {
    const rival = aVif({ id: 'x', connection: CONNECTION.other });
    expect(check({}, { interfaces: [rival], ...context })).toEqual(expected);
  });
});

describe('an interface that the ledger records for the gateway counts, even if the API returns another gateway', () => {
  const same = { id: 'dxvif-cccccccc', peers: [aPeer()], connection: CONNECTION.other };
  it.each<[string, Partial<VirtualInterface>, Partial<DecisionContext>]>([
    [
      'accepted here, and now on another gateway',
      { gateway: VGW.lab },
      { acceptances: { [same.id]: anAcceptance() } },
    ],
    [
      'accepted elsewhere, and now on this gateway',
      { gateway: VGW.prod },
      { acceptances: { [same.id]: anAcceptance({ gateway: VGW.lab }) } },
    ],
    [
      'accepted here, and being deleted',
      { gateway: null, state: 'deleting' },
      { acceptances: { [same.id]: anAcceptance() } },
    ],
    ['begun here, and going', { gateway: null, state: 'deleting' }, { intents: { [same.id]: anIntent() } }],
  ])('%s', (_, now, context) => {
    const interfaces = [aLiveVif({ ...same, ...now })];
    expect(check({}, { interfaces, ...context })).toEqual(found('peers-overlap'));
  });

  it.each<[string, Partial<DecisionContext>, Found]>([
    ['accepted for this gateway', { acceptances: { x: anAcceptance() } }, found('peers-overlap')],
    ['begun for this gateway', { intents: { x: anIntent() } }, found('peers-overlap')],
    ['accepted for another', { acceptances: { x: anAcceptance({ gateway: VGW.lab }) } }, NO_REASONS],
    ['itself', { intents: { [aVif().id]: anIntent() } }, NO_REASONS],
  ])('an unlisted interface may have any address: %s', (_, context, expected) => {
    expect(check({}, context)).toEqual(expected);
  });
});

describe('an offer that was certainly not accepted conflicts with no request, even if other fields are unreadable', () => {
  const offer = {
    id: 'dxvif-cccccccc',
    state: 'confirming',
    gateway: null,
    vlan: null,
    peers: [],
    connection: null,
  };
  const all = odd('type', 'connection', 'name', 'vlan', 'mtu', 'tags', 'asn', 'addresses', 'bgpKey');
  it.each<[string, Partial<VirtualInterface>, Partial<DecisionContext>, Found]>([
    ['unreadable but for state and gateway', all, {}, NO_REASONS],
    ['on a gateway', { ...all, gateway: VGW.prod }, {}, found('vlan-in-use', 'peers-overlap')],
    [
      'its gateway is unreadable too',
      odd('gateway', 'addresses'),
      {},
      { codes: ['peers-overlap'], skipped: ['vlan-in-use: ofOthers'] },
    ],
    [
      'its ID is unreadable too',
      odd('id', 'addresses', 'vlan', 'connection'),
      {},
      found('vlan-in-use', 'peers-overlap'),
    ],
    [
      'its confirm was begun',
      all,
      { intents: { [offer.id]: anIntent() } },
      found('vlan-in-use', 'peers-overlap'),
    ],
    [
      'its record cannot be read',
      all,
      { damaged: { [offer.id]: 'odd' } },
      found('vlan-in-use', 'peers-overlap'),
    ],
  ])('%s', (_, given, context, expected) => {
    expect(check({}, { interfaces: [aVif({ ...offer, ...given })], ...context })).toEqual(expected);
  });
});

it('a check that is skipped because of several interfaces has all of them', () => {
  const interfaces = Array.from({ length: 30 }, (_, i) =>
    aLiveVif({ id: `dxvif-${10_000_000 + i}`, vlan: 200 + i, state: 'deleting', gateway: null, peers: [] }),
  );
  const { skipped } = checkNetwork(aVif(), VGW.prod, ASN, aRecipient(), aDecisionContext({ interfaces }));
  expect(skipped).toEqual([
    { check: 'peers-overlap', missing: 'ofOthers', ids: interfaces.map(({ id }) => id) },
  ]);
});

describe("the check that the customer's ASN differs from the gateway's", () => {
  it.each<[string, (number | null)[], number | null, Found]>([
    ['another', [65010], ASN, NO_REASONS],
    ['the same', [ASN], ASN, found('asn-conflict')],
    ['the same in the second session', [65010, ASN], ASN, found('asn-conflict')],
    ['the same, beside one not given', [null, ASN], ASN, found('asn-conflict')],
    ['not given', [null], ASN, skipping('asn-conflict: customerAsn')],
    ['that of the gateway not given', [65010], null, skipping('asn-conflict: gatewayAsn')],
  ])('%s', (_, asns, gatewayAsn, expected) => {
    expect(check({ peers: asns.map((asn) => aPeer({ asn })) }, {}, gatewayAsn)).toEqual(expected);
  });
});

describe('a conflict of addresses names its cause:', () => {
  const causesOf = (context: Partial<DecisionContext>) =>
    checkNetwork(aVif(), VGW.prod, ASN, aRecipient(), aDecisionContext(context)).reasons.map(
      ({ parameters }) => parameters,
    );
  const id = 'dxvif-cccccccc';
  it.each<[string, Partial<VirtualInterface>, string]>([
    ['the same addresses', {}, 'overlap'],
    ['unreadable addresses', { peers: [], ...odd('addresses') }, 'unreadable'],
    ['the same addresses, and an unreadable gateway', { gateway: null, ...odd('gateway') }, 'unreadable'],
    ['the same addresses, and a gateway that is not given', { gateway: null }, 'unknownGateway'],
  ])('%s', (_, given, cause) => {
    expect(causesOf(beside({ id, vlan: 102, peers: [aPeer()], ...given }))).toEqual([{ cause, id }]);
  });

  it('an interface that the ledger has and the listing lacks', () => {
    expect(causesOf({ acceptances: { [id]: anAcceptance() } })).toEqual([{ cause: 'unlisted', id }]);
  });

  it.each([
    [20, []],
    [23, [{ cause: 'more', count: 3 }]],
  ])('of %i conflicts, 20 are listed', (count, more) => {
    const interfaces = Array.from({ length: count }, (_, i) =>
      aLiveVif({ id: `dxvif-${10_000_000 + i}`, vlan: 200 + i, peers: [aPeer()] }),
    );
    const causes = causesOf({ interfaces });
    expect(causes).toHaveLength(20 + more.length);
    expect(causes).toEqual(expect.arrayContaining(more));
  });
});
