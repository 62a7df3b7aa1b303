import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import { describeConnectionOwner } from '../../core/events/event.ts';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import { identify } from '../../core/identifyRequester.ts';
import type { KeyDigest, VirtualInterface } from '../../core/model.ts';
import { agreedKeyDigests, type Grant, type Owner, type Policy } from '../../core/policy.ts';
import { findUngrantedInterfaces } from '../../core/ungrantedInterfaces.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import {
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aVif,
  CONNECTION,
  NOW,
  OWNER_ACCOUNT,
} from '../support/builders.ts';

const [KEY, OTHER_KEY] = KEY_DIGESTS;
const SHARED = CONNECTION.other;
const ID = 'dxvif-aaaaaaaa';
const KNOWN = { known: true, ids: new Set<string>() } as const;

const withKey = (...agreed: (KeyDigest | 'none' | null)[]) => ({
  peers: agreed.map((agreedKey) => aPeer({ agreedKey })),
});

/** An owner on the shared connection only. */
function sharing(name: string, ...grants: (Partial<Match> | Grant)[]): Owner {
  return anOwner({
    name,
    connections: [],
    sharedConnections: [SHARED],
    grants: grants.map((one, i) => ('match' in one ? one : aGrant({ name: `grant-${i}`, match: one }))),
  });
}

function requesterOf(owners: readonly Owner[], vif: Partial<VirtualInterface>): unknown {
  const identity = identify(aPolicy({ owners }), aVif({ connection: SHARED, ...vif }), KNOWN);
  if (identity.kind === 'owner') return identity.owner.name;
  return identity.kind === 'outbound' ? identity.kind : identity.reason.parameters;
}

describe('on a shared connection, the requester is', () => {
  const byId = sharing('acme', { id: [ID], vlan: [[100, 199]] });
  const byKey = sharing('acme', { bgpKey: KEY, vlan: [[100, 199]] });
  const beta = sharing('beta', { id: ['dxvif-b'] }, { bgpKey: OTHER_KEY });

  it.each<[string, readonly Owner[], Partial<VirtualInterface>, string]>([
    ['the owner whose grant names its ID', [byId, beta], {}, 'acme'],
    ['the owner whose grant names its key', [byKey, beta], withKey(KEY), 'acme'],
    ['the owner whose grant names the key of all its sessions', [byKey, beta], withKey(KEY, KEY), 'acme'],
    ['another owner by another key', [byKey, beta], withKey(OTHER_KEY), 'beta'],
    ['the owner by its ID, also if all else is a copy of others', [byId, beta], withKey('none'), 'acme'],
    [
      'the owner, also if the grant is not valid at this time',
      [sharing('acme', aGrant({ match: { id: [ID] }, until: '2026-11-01T00:00:00.000Z' }))],
      {},
      'acme',
    ],
  ])('%s', (_, owners, vif, expected) => {
    expect(requesterOf(owners, vif)).toBe(expected);
    expect(requesterOf(owners.toReversed(), vif)).toBe(expected);
  });

  const noPin = { cause: 'noPin', connection: SHARED, nearest: null };
  it.each<[string, readonly Owner[], Partial<VirtualInterface>]>([
    ['no pin names', [byId, byKey], { id: 'dxvif-copy', ...withKey('none') }],
    ['has no ID and no compared key', [byId, byKey], { id: '(item 1 of the listing)', ...withKey(null) }],
    ['has the agreed key on one of two sessions only', [byKey], withKey(KEY, 'none')],
    ['has an unknown key on one of two sessions', [byKey], withKey(KEY, null)],
    ['has no session', [byKey], { peers: [] }],
    [
      'has any key, where a policy that was not checked demands only that',
      [sharing('acme', { bgpKey: 'required' })],
      {},
    ],
    [
      'matches a grant without a pin, in a policy that was not checked',
      [sharing('acme', { vlan: [[101, 101]] })],
      {},
    ],
  ])('unknown if the request %s', (_, owners, vif) => {
    expect(requesterOf(owners, vif)).toEqual({ ...noPin, owners: owners.map(({ name }) => name) });
  });

  it.each<[string, readonly Owner[], Partial<VirtualInterface>, string]>([
    ['the VLAN', [byId], { vlan: 300 }, 'vlan'],
    ['the VLAN, for a key', [byKey], { vlan: 300, ...withKey(KEY) }, 'vlan'],
    ['the type', [sharing('acme', aGrant({ type: 'transit', match: { id: [ID] } }))], {}, 'type'],
    ['the key beside the ID', [sharing('acme', { id: [ID], bgpKey: KEY })], withKey('none'), 'bgpKey'],
  ])('unknown if a pin matches and %s does not, and the reason names that', (_, owners, vif, field) => {
    expect(requesterOf(owners, vif)).toMatchObject({
      cause: 'noPin',
      nearest: { owner: 'acme', failed: [{ field }] },
    });
  });

  type Fields = readonly ('id' | 'bgpKey')[];
  it.each<[string, readonly Owner[], Partial<VirtualInterface>, readonly Fields[]]>([
    ['one ID', [byId, sharing('beta', { id: [ID] })], {}, [['id'], ['id']]],
    [
      'the ID and the key of one request',
      [byId, sharing('beta', { bgpKey: KEY })],
      withKey(KEY),
      [['id'], ['bgpKey']],
    ],
    ['one key', [byKey, sharing('beta', { bgpKey: KEY })], withKey(KEY), [['bgpKey'], ['bgpKey']]],
    [
      'a key, although its ID is in a grant of one of them',
      [sharing('acme', { id: [ID], bgpKey: KEY }), sharing('beta', { bgpKey: KEY })],
      withKey(KEY),
      [['id', 'bgpKey'], ['bgpKey']],
    ],
    [
      'a key, although its ID is in a grant of a third owner',
      [byId, sharing('beta', { bgpKey: KEY }), sharing('gamma', { bgpKey: KEY, vlan: [[7, 7]] })],
      withKey(KEY),
      [['id'], ['bgpKey'], ['bgpKey']],
    ],
    [
      'one ID, although one of them also demands any key',
      [sharing('acme', { id: [ID], bgpKey: 'required' }), sharing('beta', { id: [ID] })],
      { peers: [aPeer({ hasKey: true })] },
      [['id'], ['id']],
    ],
    [
      'one key, although a grant of one of them names another ID too',
      [sharing('acme', { id: ['dxvif-b'], bgpKey: KEY }), sharing('beta', { bgpKey: KEY })],
      withKey(KEY),
      [['bgpKey'], ['bgpKey']],
    ],
    [
      'one key, although another field decides between them',
      [byKey, sharing('beta', { bgpKey: KEY, vlan: [[7, 7]] })],
      withKey(KEY),
      [['bgpKey'], ['bgpKey']],
    ],
  ])('unknown if pins of two owners name %s', (_, owners, vif, fields) => {
    const severalPins = {
      cause: 'severalPins',
      connection: SHARED,
      pins: owners.map(({ name }, i) => ({ owner: name, grant: 'grant-0', fields: fields[i] })),
    };
    expect(requesterOf(owners, vif)).toEqual(severalPins);
    expect(requesterOf(owners.toReversed(), vif)).toEqual(severalPins);
  });

  it.each<[string, Partial<Owner>]>([
    ['shares another connection', { connections: [], sharedConnections: [CONNECTION.second] }],
    ['has a connection for itself', { connections: [CONNECTION.second] }],
  ])('unknown if the key is also that of an owner that %s', (_, places) => {
    const other = anOwner({ name: 'beta', ...places, grants: [aGrant({ match: { bgpKey: KEY } })] });
    expect(requesterOf([byKey, other], withKey(KEY))).toMatchObject({ cause: 'severalPins' });
    // The key proves nothing there, and the ID of the interface does not need it.
    expect(requesterOf([byId, other], withKey(KEY))).toBe('acme');
    const third = { ...other, name: 'gamma' };
    expect(requesterOf([byId, other, third], withKey(KEY))).toBe('acme');
  });

  it('unknown if the connection is exclusive too, in a policy that was not checked', () => {
    const exclusive = anOwner({ name: 'zeta', connections: [SHARED] });
    const both = anOwner({ name: 'acme', connections: [SHARED], sharedConnections: [SHARED] });
    for (const owners of [[byId, exclusive], [exclusive, byId], [both]])
      expect(requesterOf(owners, {})).toEqual({ cause: 'severalOwners', connection: SHARED });
  });

  it('compared by the account that OUTSCALE reveals', () => {
    const owners = [{ ...byId, account: OWNER_ACCOUNT }];
    expect(requesterOf(owners, { ownerAccount: OWNER_ACCOUNT })).toBe('acme');
    expect(requesterOf(owners, { ownerAccount: '345678901234' })).toMatchObject({ cause: 'otherAccount' });
  });
});

describe('an owner with a connection for itself and a shared one', () => {
  const free = aGrant({ name: 'free', match: { connection: [CONNECTION.owner] } });
  const pinned = aGrant({ name: 'pinned', match: { id: [ID] } });
  const owner = anOwner({ sharedConnections: [SHARED], grants: [free, pinned] });

  function grantsFor(vif: Partial<VirtualInterface>, owners = [owner]): readonly string[] {
    const decision = decide(aPolicy({ owners }), aVif(vif), aDecisionContext(), NO_DEADLINE, NOW);
    return decision.verdict === 'accept' ? decision.grants : decision.reasons.map(({ code }) => code);
  }

  it.each<[string, Partial<VirtualInterface>, readonly string[]]>([
    ['both grants on its own', {}, ['free', 'pinned']],
    ['the grant without a pin on its own', { id: 'dxvif-b' }, ['free']],
    ['the grant with a pin on the shared one', { connection: SHARED }, ['pinned']],
    [
      'nothing on the shared one without the pin',
      { connection: SHARED, id: 'dxvif-b' },
      ['unknown-requester'],
    ],
  ])('has %s', (_, vif, expected) => {
    expect(grantsFor(vif)).toEqual(expected);
  });

  it('does not use a grant without a pin on the shared one, in a policy that was not checked', () => {
    const everywhere = aGrant({ name: 'everywhere' });
    const unchecked = { ...owner, grants: [everywhere, pinned] };
    expect(grantsFor({ connection: SHARED }, [unchecked])).toEqual(['pinned']);
  });

  it('is held because its pinned grant ended, not as unknown', () => {
    const ended = { ...pinned, until: '2026-11-01T00:00:00.000Z' };
    expect(grantsFor({ connection: SHARED }, [{ ...owner, grants: [free, ended] }])).toEqual(['grant-ended']);
  });
});

describe('of a shared connection', () => {
  const owners = [sharing('acme', { id: [ID] }), sharing('beta', { bgpKey: KEY })];

  it('a notification names every owner and no contact', () => {
    const named = describeConnectionOwner(
      SHARED,
      owners.map((owner) => ({ ...owner, contact: 'noc@x.example' })),
    );
    expect(named).toContain('acme and beta');
    expect(named).not.toContain('noc@x.example');
  });

  it('a live interface needs a pin that matches, or no grant justifies it', () => {
    const policy = aPolicy({ owners });
    const live = (given: Partial<VirtualInterface>) => aLiveVif({ connection: SHARED, ...given });
    const justified = [live({ id: ID }), live(withKey(KEY))];
    const unjustified = live({ id: 'dxvif-c', ...withKey('none') });
    expect(findUngrantedInterfaces(policy, [...justified, unjustified], NOW).map(({ id }) => id)).toEqual([
      'dxvif-c',
    ]);
  });
});

it('the digests of a policy are those that its grants name', () => {
  const policy: Policy = aPolicy({
    owners: [
      sharing('acme', { bgpKey: KEY }, { bgpKey: 'required' }, {}),
      sharing('beta', { bgpKey: OTHER_KEY }),
    ],
  });
  expect([...agreedKeyDigests(policy)].sort()).toEqual([KEY, OTHER_KEY]);
});
