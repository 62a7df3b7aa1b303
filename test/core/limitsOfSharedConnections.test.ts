import { describe, expect, it } from 'vitest';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { Acceptance } from '../../core/ledgerEntries.ts';
import { exhaustedLimitReasons } from '../../core/limits.ts';
import type { KeyDigest, VirtualInterface } from '../../core/model.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import {
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPeer,
  aVif,
  CONNECTION,
  VGW,
} from '../support/builders.ts';
import { anAcceptance, anIntent, theEvidence } from '../support/ledgerBuilders.ts';

const [KEY] = KEY_DIGESTS;
const SHARED = CONNECTION.other;
const LIVE = 'dxvif-bbbbbbbb';

const sharing = { sharedConnections: [SHARED], limit: 1 };
const pinnedTo = (id: string) => [aGrant({ gateway: VGW.prod, match: { id: [id] } })];
/** has an exclusive connection too */
const acme = anOwner({ ...sharing, grants: pinnedTo('dxvif-acme') });
const beta = anOwner({
  ...sharing,
  name: 'beta',
  connections: [],
  grants: [aGrant({ gateway: VGW.lab, match: { bgpKey: KEY, vlan: [[100, 199]] } })],
});
/** shares no connection */
const zeta = anOwner({ name: 'zeta', connections: ['dxcon-zeta'], limit: 1, grants: pinnedTo('dxvif-zeta') });
const owners = [acme, beta, zeta];

/** The owners whose limit is exhausted. */
function fullIn(context: Partial<DecisionContext>): readonly string[] {
  const world = aDecisionContext(context);
  return owners
    .filter((owner) => exhaustedLimitReasons(owner, [], 'dxvif-new', { owners }, world).length > 0)
    .map(({ name }) => name);
}

const live = (given: Partial<VirtualInterface> = {}) => aLiveVif({ id: LIVE, connection: SHARED, ...given });
const withKey = (agreedKey: KeyDigest | 'none' | null) => ({ peers: [aPeer({ agreedKey })] });

describe('a live interface on a shared connection takes a slot', () => {
  it.each<[string, Partial<VirtualInterface>, readonly string[]]>([
    ['of the owner whose pin matches, by its ID', { id: 'dxvif-acme', ...withKey('none') }, ['acme']],
    ['of the owner whose pin matches, by its key', withKey(KEY), ['beta']],
    ['of every owner that shares the connection, if no pin matches', withKey('none'), ['acme', 'beta']],
    ['also of an owner whose pin may match', { id: 'dxvif-acme', ...withKey(null) }, ['acme', 'beta']],
    ['of every owner that shares it, if pins may match', { id: '(item 1 of the listing)' }, ['acme', 'beta']],
    [
      'of every owner that shares it, if another field of the grant differs',
      { vlan: 7, ...withKey(KEY) },
      ['acme', 'beta'],
    ],
    [
      'of every owner, if its connection is unknown',
      { connection: null, ...withKey(KEY) },
      ['acme', 'beta', 'zeta'],
    ],
    ['of no owner on another connection', { connection: 'dxcon-0' }, []],
    [
      'of no owner while it ends without a gateway',
      { state: 'deleting', gateway: null, ...withKey('none') },
      [],
    ],
    [
      'of no owner while it is verified',
      { type: 'public', state: 'verifying', gateway: null, ...withKey('none') },
      [],
    ],
    [
      'of every owner while it ends, with a gateway',
      { state: 'deleting', ...withKey('none') },
      ['acme', 'beta'],
    ],
    [
      'of every owner while it ends, with a gateway that cannot be read',
      { state: 'deleting', gateway: null, readErrors: ['odd'], unreadable: ['gateway'], ...withKey('none') },
      ['acme', 'beta'],
    ],
    [
      'of every owner while it ends, with an ID that cannot be read',
      { state: 'deleting', gateway: null, readErrors: ['odd'], unreadable: ['id'], ...withKey('none') },
      ['acme', 'beta'],
    ],
    [
      'of the owner whose pin matches, while it ends',
      { state: 'deleting', gateway: null, ...withKey(KEY) },
      ['beta'],
    ],
  ])('%s', (_, given, expected) => {
    expect(fullIn({ interfaces: [live(given)] })).toEqual(expected);
  });

  it('of no owner while it is a mere offer, such as those of other customers', () => {
    expect(
      fullIn({ interfaces: [live({ state: 'confirming', gateway: null, ...withKey('none') })] }),
    ).toEqual([]);
  });
});

describe('a record of an interface on a shared connection', () => {
  const recorded = (given: Partial<Acceptance>, vif: Partial<VirtualInterface> = withKey('none')) =>
    fullIn({
      interfaces: [live(vif)],
      acceptances: { [LIVE]: anAcceptance({ connection: SHARED, ...given }) },
    });

  it.each<[string, Partial<Acceptance>, Partial<VirtualInterface>, readonly string[]]>([
    ['attributes it to the owner that it names', { owner: 'beta' }, {}, ['beta']],
    ['adds the owner that it names to the one whose pin matches', { owner: 'beta' }, { id: LIVE }, ['beta']],
    [
      'of an owner that was renamed counts for all that share the connection, whatever their gateways are',
      { owner: 'renamed', gateway: 'vgw-00000000' },
      {},
      ['acme', 'beta'],
    ],
    [
      'of an owner that was renamed counts for all with its gateway too',
      { owner: 'renamed', gateway: VGW.prod },
      {},
      ['acme', 'beta', 'zeta'],
    ],
    [
      'of an owner that was renamed counts for its heir by an exclusive connection alone',
      { owner: 'renamed', connection: CONNECTION.owner, gateway: VGW.lab },
      {},
      ['acme'],
    ],
  ])('%s', (_, record, vif, expected) => {
    expect(recorded(record, { ...withKey('none'), ...vif })).toEqual(expected);
  });

  it('attributes an intent in the same way', () => {
    const evidence = theEvidence({ request: aVif({ connection: SHARED }) });
    const intents = { [LIVE]: anIntent({ owner: 'beta', evidence }) };
    expect(fullIn({ intents })).toEqual(['beta']);
    expect(
      fullIn({ intents: { [LIVE]: anIntent({ owner: 'renamed', gateway: 'vgw-00000000', evidence }) } }),
    ).toEqual(['acme', 'beta']);
  });
});

it('the reason says which interface cannot be attributed', () => {
  const interfaces = [
    live(withKey('none')),
    live({ id: 'dxvif-acme' }),
    live({ id: 'dxvif-lost', connection: null }),
  ];
  const [reason] = exhaustedLimitReasons(acme, [], 'dxvif-new', { owners }, aDecisionContext({ interfaces }));
  expect(reason?.parameters).toMatchObject({
    first: [
      { id: 'dxvif-acme', isUnattributed: false },
      { id: LIVE, isUnattributed: true },
      { id: 'dxvif-lost', isUnattributed: false },
    ],
  });
});
