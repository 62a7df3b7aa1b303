import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { ReasonCode } from '../../lambda/core/reasons.ts';
import { networkSanity } from '../../lambda/core/sanity.ts';
import type { World } from '../../lambda/core/world.ts';
import { aLiveVif, aPeer, aVif, aWorld, CONNECTION, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

interface Told {
  readonly codes: readonly ReasonCode[];
  /** the check that was skipped, up to its colon */
  readonly skipped: readonly string[];
}

const ASN = 64512;

function told(
  request: Partial<VirtualInterface>,
  world: Partial<World> = {},
  asn: number | null = ASN,
): Told {
  const { reasons, skipped } = networkSanity(aVif(request), VGW.prod, asn, aWorld(world));
  return {
    codes: reasons.map(({ code }) => code),
    skipped: skipped.map((sentence) => sentence.split(':')[0] ?? ''),
  };
}

const SOUND: Told = { codes: [], skipped: [] };
const found = (...codes: ReasonCode[]): Told => ({ codes, skipped: [] });
const skipping = (...skipped: string[]): Told => ({ codes: [], skipped });
const beside = (given: Partial<VirtualInterface>): Partial<World> => ({ interfaces: [aLiveVif(given)] });

it('has nothing against a sound request beside a sound neighbour', () => {
  expect(told({}, beside({}))).toEqual(SOUND);
});

describe('the VLAN is free on its connection', () => {
  it.each<[string, Partial<VirtualInterface>, Told]>([
    ['another VLAN', { vlan: 102 }, SOUND],
    ['the same', { vlan: 101 }, found('vlan-in-use')],
    ['the same, on another connection', { vlan: 101, connection: CONNECTION.second }, SOUND],
    ['the same, on another gateway', { vlan: 101, gateway: VGW.lab }, found('vlan-in-use')],
    ['the same, over', { vlan: 101, state: 'deleted' }, SOUND],
    ['the same, going', { vlan: 101, state: 'deleting' }, found('vlan-in-use')],
    ['the same, a request', { vlan: 101, state: 'confirming', gateway: null }, SOUND],
    ['not given', { vlan: null }, skipping('VLAN in use')],
    ['not given, unreadable', { vlan: null, faults: ['odd'] }, found('vlan-in-use')],
    [
      'the same, connection unreadable',
      { vlan: 101, connection: null, faults: ['odd'] },
      found('vlan-in-use'),
    ],
    ['another, connection unreadable', { connection: null, faults: ['odd'] }, SOUND],
    ['all unreadable', { vlan: null, connection: null, faults: ['odd'] }, found('vlan-in-use')],
    ['all unreadable, over', { vlan: null, state: 'deleted', faults: ['odd'] }, SOUND],
  ])('%s', (_, given, expected) => {
    expect(told({}, beside(given))).toEqual(expected);
  });

  it('also of what may have been accepted', () => {
    const interfaces = [aVif({ id: 'dxvif-cccccccc' })];
    const intents = { 'dxvif-cccccccc': anIntent({ gateway: VGW.lab }) };
    expect(told({}, { interfaces })).toEqual(SOUND);
    expect(told({}, { interfaces, intents })).toEqual(found('vlan-in-use'));
  });

  it('is never taken by the request itself', () => {
    expect(told({}, { interfaces: [aVif({ state: 'pending', gateway: VGW.prod })] })).toEqual(SOUND);
  });

  it.each([{ vlan: null }, { connection: null }])('is skipped, and said to be, without %j', (request) => {
    expect(told(request)).toEqual(skipping('VLAN in use'));
  });
});

describe('the addresses of each session are two of one subnet', () => {
  it.each<[string, string | null, string | null, Told]>([
    ['a pair', '169.254.10.1/30', '169.254.10.2/30', SOUND],
    ['a pair of two', '169.254.10.0/31', '169.254.10.1/31', SOUND],
    ['an IPv6 pair', '2001:db8::1/125', '2001:db8::2/125', SOUND],
    ['other subnets', '169.254.10.1/30', '169.254.10.5/30', found('peers-invalid')],
    ['other prefix lengths', '169.254.10.1/30', '169.254.10.2/29', found('peers-invalid')],
    ['the broadcast address for the customer', '172.16.1.2/30', '172.16.1.3/30', found('peers-invalid')],
    ['the broadcast address for us', '172.16.1.3/30', '172.16.1.2/30', found('peers-invalid')],
    ['the broadcast address of a /29', '169.254.96.1/29', '169.254.96.7/29', found('peers-invalid')],
    ['the broadcast address of all', '128.0.0.1/0', '255.255.255.255/0', found('peers-invalid')],
    ['the last but one of a /29', '169.254.96.1/29', '169.254.96.6/29', SOUND],
    ['the first address, as in the guide of OUTSCALE', '172.16.0.4/30', '172.16.0.5/30', SOUND],
    ['the last of an IPv6 subnet, which is none', '2001:db8::1/126', '2001:db8::3/126', SOUND],
    ['no prefix lengths', '169.254.10.1', '169.254.10.2', skipping('peer addresses')],
    ['one prefix length', '169.254.10.1/30', '169.254.10.2', skipping('peer addresses')],
    ['two families without a length', '169.254.10.1', '2001:db8::2', found('peers-invalid')],
    ['twice the same', '169.254.10.1/30', '169.254.10.1/30', found('peers-invalid')],
    ['two families', '169.254.10.1/30', '2001:db8::2/30', found('peers-invalid')],
    ['no address', '169.254.10.1/30', 'none', found('peers-invalid')],
    ['one not given', '169.254.10.1/30', null, skipping('peer addresses')],
    ['the other not given', null, '169.254.10.2/30', skipping('peer addresses')],
    ['the other prefix length', '169.254.10.1', '169.254.10.2/30', skipping('peer addresses')],
    ['neither given', null, null, skipping('peer addresses', 'peers overlap')],
  ])('%s', (_, amazonAddress, customerAddress, expected) => {
    expect(told({ peers: [aPeer({ amazonAddress, customerAddress })] })).toEqual(expected);
  });

  it('of the second session too', () => {
    const odd = aPeer({ amazonAddress: '10.0.0.1/30', customerAddress: '10.0.1.2/30' });
    expect(told({ peers: [aPeer(), odd] })).toEqual(found('peers-invalid'));
  });

  it('is skipped, with what else needs a session, when none is listed', () => {
    expect(told({ peers: [] })).toEqual(skipping('peer addresses', 'peers overlap', 'ASN conflict'));
  });
});

describe('the addresses are free on the gateway', () => {
  const same = [aPeer()];
  const wider = [aPeer({ amazonAddress: '169.254.0.1/16', customerAddress: '169.254.0.2/16' })];
  const apart = ['10.0.1', '10.0.2'].map((net) =>
    aPeer({ amazonAddress: `${net}.1/30`, customerAddress: `${net}.2/30` }),
  );
  const half = [aPeer({ amazonAddress: '10.0.0.1/30', customerAddress: null })];
  it.each<[string, Partial<VirtualInterface>, Told]>([
    ['the same subnet', { peers: same }, found('peers-overlap')],
    ['a subnet around it', { peers: wider }, found('peers-overlap')],
    ['the same, on another gateway', { peers: same, gateway: VGW.lab }, SOUND],
    [
      'the same, on another connection',
      { peers: same, connection: CONNECTION.other },
      found('peers-overlap'),
    ],
    ['the same, over', { peers: same, state: 'deleted' }, SOUND],
    ['the same, in its second session', { peers: [...half, aPeer()] }, found('peers-overlap')],
    ['addresses apart, of two sessions', { peers: apart }, SOUND],
    ['an address not given', { peers: half }, skipping('peers overlap')],
    ['no session listed', { peers: [] }, skipping('peers overlap')],
    ['an address unreadable', { peers: half, faults: ['odd'] }, found('peers-overlap')],
    ['all unreadable', { peers: [], gateway: null, faults: ['odd'] }, found('peers-overlap')],
    ['all unreadable, known to be elsewhere', { peers: [], gateway: VGW.lab, faults: ['odd'] }, SOUND],
  ])('%s', (_, given, expected) => {
    expect(told({}, beside(given))).toEqual(expected);
  });

  it('each of every session of the request', () => {
    expect(told({ peers: [aPeer(), ...apart] }, beside({ peers: same }))).toEqual(found('peers-overlap'));
  });

  it.each<[string, Partial<World>, Told]>([
    ['a request', {}, SOUND],
    ['a confirm begun for the gateway', { intents: { x: anIntent() } }, found('peers-overlap')],
    ['a confirm begun for another', { intents: { x: anIntent({ gateway: VGW.lab }) } }, SOUND],
    ['on record for the gateway', { acceptances: { x: anAcceptance() } }, found('peers-overlap')],
    ['on record for another', { acceptances: { x: anAcceptance({ gateway: VGW.lab }) } }, SOUND],
  ])('of what the listing still shows confirming: %s', (_, world, expected) => {
    const rival = aVif({ id: 'x', connection: CONNECTION.other });
    expect(told({}, { interfaces: [rival], ...world })).toEqual(expected);
  });
});

describe("the customer's ASN is not the gateway's", () => {
  it.each<[string, (number | null)[], number | null, Told]>([
    ['another', [65010], ASN, SOUND],
    ['the same', [ASN], ASN, found('asn-conflict')],
    ['the same in the second session', [65010, ASN], ASN, found('asn-conflict')],
    ['the same, beside one not given', [null, ASN], ASN, found('asn-conflict')],
    ['not given', [null], ASN, skipping('ASN conflict')],
    ['that of the gateway not given', [65010], null, skipping('ASN conflict')],
  ])('%s', (_, asns, gatewayAsn, expected) => {
    expect(told({ peers: asns.map((asn) => aPeer({ asn })) }, {}, gatewayAsn)).toEqual(expected);
  });
});
