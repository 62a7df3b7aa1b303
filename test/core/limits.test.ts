import { describe, expect, it } from 'vitest';
import { type DecisionContext, withAssignment } from '../../core/decisionContext.ts';
import type { Acceptance } from '../../core/ledgerEntries.ts';
import { exhaustedLimitReasons } from '../../core/limits.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner } from '../../core/policy.ts';
import { aDecisionContext, aGrant, aLiveVif, anOwner, aVif, CONNECTION, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

const REQUEST = 'dxvif-aaaaaaaa';
const LIVE = 'dxvif-bbbbbbbb';

const owner = anOwner({ limit: 1, grants: [aGrant()] });
/** a grant for VLANs 100-199 */
const grant = aGrant({ name: 'prod', limit: 1, match: { vlan: [[100, 199]] } });

/** a policy with `owner` and another one */
const policy = { owners: [owner] };

function isOwnerFull(context: Partial<DecisionContext>): boolean {
  return exhaustedLimitReasons(owner, [aGrant()], REQUEST, policy, aDecisionContext(context)).some(
    ({ code }) => code === 'owner-limit',
  );
}

function isGrantFull(context: Partial<DecisionContext>): boolean {
  const granting = anOwner({ grants: [aGrant({ name: 'lab' }), grant] });
  const owners = [granting, anOwner({ name: 'zeta', connections: [CONNECTION.other] })];
  return exhaustedLimitReasons(granting, [grant], REQUEST, { owners }, aDecisionContext(context)).length > 0;
}

const among = (...interfaces: VirtualInterface[]): Partial<DecisionContext> => ({ interfaces });

describe('the limit of an owner counts the interfaces on its connections', () => {
  it.each<[string, boolean, Partial<VirtualInterface>]>([
    ['an available one', true, {}],
    ['one on another connection of the owner', true, { connection: CONNECTION.second }],
    ['one on the connection of another owner', false, { connection: CONNECTION.other }],
    ['one whose connection the API does not return', true, { connection: null }],
    ['one that was accepted for another gateway', true, { gateway: 'vgw-00000000' }],
    ['a public one', true, { type: 'public' }],
    // every state that is not certainly final is live
    ['pending', true, { state: 'pending' }],
    ['down', true, { state: 'down' }],
    ['deleting', true, { state: 'deleting' }],
    ['in an unknown state', true, { state: 'approving' }],
    ['without a state', true, { state: null }],
    ['deleted', false, { state: 'deleted' }],
    ['rejected', false, { state: 'rejected' }],
    ['expired', false, { state: 'expired' }],
    // requests take no slot
    ['confirming', false, { state: 'confirming', gateway: null }],
    ['confirming and unreadable', true, { state: 'confirming', readErrors: ['odd'] }],
    ['ended and unreadable', false, { state: 'deleted', readErrors: ['odd'] }],
    ['unreadable, on another connection', false, { connection: CONNECTION.other, readErrors: ['odd'] }],
    ['unreadable, connection and all', true, { connection: null, readErrors: ['odd'] }],
  ])('%s: %s', (_, counts, given) => {
    expect(isOwnerFull(among(aLiveVif(given)))).toBe(counts);
  });
});

describe('the limit of an owner counts its recorded assignments, on any connection', () => {
  const moved = aLiveVif({ connection: CONNECTION.other });
  it.each<[string, boolean, Partial<DecisionContext>]>([
    [
      'moved to a connection of no owner',
      true,
      { interfaces: [moved], acceptances: { [LIVE]: anAcceptance() } },
    ],
    ['not listed at all', true, { acceptances: { [LIVE]: anAcceptance() } }],
    ['begun, and not listed', true, { intents: { [LIVE]: anIntent() } }],
    [
      'moved, and listed as a request again',
      true,
      { interfaces: [{ ...moved, state: 'confirming' }], acceptances: { [LIVE]: anAcceptance() } },
    ],
    [
      'ended',
      false,
      { interfaces: [{ ...moved, state: 'deleted' }], acceptances: { [LIVE]: anAcceptance() } },
    ],
    [
      'ended, and begun',
      false,
      { interfaces: [{ ...moved, state: 'deleted' }], intents: { [LIVE]: anIntent() } },
    ],
    ['of a record that cannot be read', true, { interfaces: [moved], damaged: { [LIVE]: 'it is odd' } }],
    ['of such a record, not listed', true, { damaged: { [LIVE]: 'it is odd' } }],
    [
      'ended, with such a record',
      false,
      { interfaces: [{ ...moved, state: 'deleted' }], damaged: { [LIVE]: 'it is odd' } },
    ],
    ['a damaged event, which is not an interface', false, { damaged: { '4c7e': 'it is odd' } }],
  ])('%s: %s', (_, counts, context) => {
    expect(isOwnerFull(context)).toBe(counts);
  });

  it('the reason has the other connection of a moved interface', () => {
    const acceptances = { [LIVE]: anAcceptance() };
    const [reason] = exhaustedLimitReasons(
      owner,
      [],
      REQUEST,
      policy,
      aDecisionContext({ interfaces: [moved], acceptances }),
    );
    expect(reason?.parameters).toMatchObject({ first: [{ id: LIVE, otherConnection: CONNECTION.other }] });
  });
});

it('the reason has the first 20 interfaces', () => {
  const interfaces = Array.from({ length: 25 }, (_, i) =>
    aLiveVif({ id: `dxvif-${10_000_000 + i}`, vlan: 200 + i }),
  );
  const [reason] = exhaustedLimitReasons(owner, [], REQUEST, policy, aDecisionContext({ interfaces }));
  const first = interfaces
    .slice(0, 20)
    .map(({ id }) => ({ id, otherConnection: null, isUnattributed: false }));
  expect(reason?.parameters).toMatchObject({ taken: 25, first });
});

describe('a record belongs', () => {
  const zeta = anOwner({ name: 'zeta', connections: ['dxcon-77777777'], limit: 1 });
  const ofLab = anOwner({
    name: 'lab',
    connections: ['dxcon-66666666'],
    limit: 1,
    grants: [aGrant({ gateway: VGW.lab })],
  });

  function takers(record: Partial<Acceptance>, ...owners: Owner[]): string[] {
    const context = aDecisionContext({ acceptances: { [LIVE]: anAcceptance(record) } });
    const isFull = (of: Owner) =>
      exhaustedLimitReasons(of, of.grants, REQUEST, { owners }, context).length > 0;
    return owners.filter(isFull).map(({ name }) => name);
  }

  it.each<[string, string[], Partial<Acceptance>]>([
    ['to the owner that it names', ['acme'], {}],
    ['to it alone, also where its connection is not on record', ['acme'], { connection: null }],
    ['to the owner that has its connection now, under another name', ['acme'], { owner: 'old' }],
    ['to both where name and connection differ', ['acme', 'zeta'], { owner: 'zeta' }],
    [
      'if neither is known any more, to every owner with its gateway',
      ['acme', 'zeta'],
      { owner: 'old', connection: CONNECTION.other },
    ],
    ['the same without a connection on record', ['acme', 'zeta'], { owner: 'old', connection: null }],
    ['to those with its gateway only', ['lab'], { owner: 'old', connection: null, gateway: VGW.lab }],
  ])('%s', (_, expected, record) => {
    expect(takers(record, owner, ofLab, zeta)).toEqual(expected);
  });

  it.each<[string, string[], Partial<Acceptance>]>([
    ['to the grant that it names', ['prod'], {}],
    ['to every grant with its gateway where that grant was renamed', ['prod', 'prod2'], { grants: ['old'] }],
    ['to it and to those where the grant leads elsewhere now', ['lab', 'prod', 'prod2'], { grants: ['lab'] }],
    ['to the grant of that name where the owner was renamed', ['prod'], { owner: 'old' }],
    ['to every one with its gateway where both were', ['prod', 'prod2'], { owner: 'old', grants: ['older'] }],
  ])('%s', (_, expected, record) => {
    const grants = [
      aGrant({ name: 'lab', gateway: VGW.lab, limit: 1 }),
      aGrant({ name: 'prod', limit: 1 }),
      aGrant({ name: 'prod2', limit: 1 }),
    ];
    const of = anOwner({ grants });
    const context = aDecisionContext({
      acceptances: { [LIVE]: anAcceptance({ grants: ['prod'], ...record }) },
    });
    const full = grants.filter(
      (one) => exhaustedLimitReasons(of, [one], REQUEST, { owners: [of] }, context).length > 0,
    );
    expect(full.map(({ name }) => name)).toEqual(expected);
  });

  it('to the owner of the connection in the evidence of a confirm that was begun', () => {
    const context = aDecisionContext({ intents: { [LIVE]: anIntent({ owner: 'old' }) } });
    const isFull = (of: Owner) =>
      exhaustedLimitReasons(of, [], REQUEST, { owners: [owner, zeta] }, context).length > 0;
    expect([owner, zeta].map(isFull)).toEqual([true, false]);
  });
});

describe('the limit of a grant counts matching interfaces and recorded assignments', () => {
  it.each<[string, boolean, Partial<VirtualInterface>]>([
    ['one that matches', true, { vlan: 150 }],
    ['one that does not', false, { vlan: 200 }],
    ['one that may', true, { vlan: null }],
    [
      'one that matches, on the connection of another owner',
      false,
      { vlan: 150, connection: CONNECTION.other },
    ],
    ['one that matches, and has ended', false, { vlan: 150, state: 'deleted' }],
    ['an unreadable one that possibly matches', true, { vlan: null, readErrors: ['odd'] }],
    ['an unreadable one that does not match', false, { vlan: 200, readErrors: ['odd'] }],
  ])('%s: %s', (_, counts, given) => {
    expect(isGrantFull(among(aLiveVif(given)))).toBe(counts);
  });

  it.each<[string, boolean, Partial<VirtualInterface>, string[]]>([
    ['assigned by the grant, although it no longer matches', true, { vlan: 200 }, ['prod']],
    ['given by it and others', true, { vlan: 200 }, ['lab', 'prod']],
    ['given by another', false, { vlan: 200 }, ['lab']],
    ['given by it, moved to another connection', true, { connection: CONNECTION.other }, ['prod']],
    ['assigned by the grant, and ended', false, { vlan: 200, state: 'deleted' }, ['prod']],
  ])('%s: %s', (_, counts, given, grants) => {
    const acceptances = { [LIVE]: anAcceptance({ grants }) };
    expect(isGrantFull({ interfaces: [aLiveVif(given)], acceptances })).toBe(counts);
  });

  it.each<[string, boolean, Partial<VirtualInterface>]>([
    ['may have been assigned by the grant, and no longer matches', true, { vlan: 200 }],
    ['may have been assigned, on an unknown connection', true, { vlan: 200, connection: null }],
    [
      'may have been assigned, before its connection had another owner',
      true,
      { connection: CONNECTION.other },
    ],
    ['has ended', false, { vlan: 200, state: 'deleted' }],
  ])('an interface with an unreadable record that %s counts: %s', (_, counts, given) => {
    const damaged = { [LIVE]: 'it is odd' };
    expect(isGrantFull({ interfaces: [aLiveVif(given)], damaged })).toBe(counts);
  });

  it('a grant with the same name of another owner is a different grant', () => {
    const given = { owner: 'zeta', connection: CONNECTION.other, grants: ['prod'] };
    const acceptances = { [LIVE]: anAcceptance(given) };
    expect(isGrantFull({ interfaces: [aLiveVif({ vlan: 200 })], acceptances })).toBe(false);
  });
});

describe('a begun or recorded confirm takes its slot while the listing still shows a request', () => {
  const asked = aVif({ id: LIVE, vlan: 150 });
  it.each<[string, boolean, boolean, Partial<DecisionContext>]>([
    ['nothing of it in the ledger', false, false, {}],
    ['an intent', true, true, { intents: { [LIVE]: anIntent({ grants: ['prod'] }) } }],
    ['an acceptance', true, true, { acceptances: { [LIVE]: anAcceptance({ grants: ['prod'] }) } }],
    ['something that cannot be read', true, true, { damaged: { [LIVE]: 'it is odd' } }],
    // the policy has renamed owner or grant since then
    [
      'an intent of another owner name',
      true,
      true,
      { intents: { [LIVE]: anIntent({ owner: 'ac', grants: ['p'] }) } },
    ],
    ['an acceptance of another', true, true, { acceptances: { [LIVE]: anAcceptance({ owner: 'ac' }) } }],
  ])('%s: owner %s, grant %s', (_, ofOwner, ofGrant, context) => {
    expect(isOwnerFull({ interfaces: [asked], ...context })).toBe(ofOwner);
    expect(isGrantFull({ interfaces: [asked], ...context })).toBe(ofGrant);
  });

  it('an intent counts for its grants, even if its request no longer matches', () => {
    const intents = { [LIVE]: anIntent({ grants: ['prod'] }) };
    expect(isGrantFull({ interfaces: [{ ...asked, vlan: 200 }], intents })).toBe(true);
    expect(isGrantFull({ interfaces: [], intents })).toBe(true);
  });

  it("the request's own intent does not count, so that it can be tried again", () => {
    const intents = { [REQUEST]: anIntent({ grants: ['prod'] }) };
    const acceptances = { [REQUEST]: anAcceptance({ grants: ['prod'] }) };
    const context = { interfaces: [aVif()], intents, acceptances };
    expect([isOwnerFull(context), isGrantFull(context)]).toEqual([false, false]);
  });

  it('an interface counts once, even if several records name it', () => {
    const both = { intents: { [LIVE]: anIntent() }, acceptances: { [LIVE]: anAcceptance() } };
    const context = aDecisionContext({ interfaces: [aLiveVif()], ...both });
    expect(
      exhaustedLimitReasons(anOwner({ limit: 2 }), [aGrant({ limit: 2 })], REQUEST, policy, context),
    ).toEqual([]);
  });
});

describe('a limit', () => {
  const two = aDecisionContext({ interfaces: [aLiveVif({ id: 'dxvif-2' }), aLiveVif({ id: 'dxvif-1' })] });
  it.each([
    [0, true],
    [2, true],
    [3, false],
    [null, false],
  ])('of %s, with two live: full %s', (limit, full) => {
    expect(exhaustedLimitReasons(anOwner({ limit }), [aGrant({ limit })], REQUEST, policy, two)).toHaveLength(
      full ? 2 : 0,
    );
  });

  it('names the interfaces that take its slots', () => {
    const [reason] = exhaustedLimitReasons(anOwner({ limit: 2 }), [], REQUEST, policy, two);
    expect(reason).toEqual({
      code: 'owner-limit',
      parameters: {
        owner: 'acme',
        limit: 2,
        taken: 2,
        first: [
          { id: 'dxvif-1', otherConnection: null, isUnattributed: false },
          { id: 'dxvif-2', otherConnection: null, isUnattributed: false },
        ],
      },
    });
  });

  it('counts the acceptances of the same run', () => {
    const before = aDecisionContext({ interfaces: [aVif(), aVif({ id: LIVE })] });
    const after = withAssignment(before, LIVE, anAcceptance());
    expect([isOwnerFull(before), after.acceptedThisRun]).toEqual([false, 1]);
    expect(isOwnerFull(after)).toBe(true);
  });
});
