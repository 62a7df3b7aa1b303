import { describe, expect, it } from 'vitest';
import { AVAILABLE_WITHIN_MS, type FollowUp, findFollowUps } from '../../core/followUp.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { findUngrantedInterfaces } from '../../core/ungrantedInterfaces.ts';
import { aGrant, aLiveVif, aPolicy, aPolicyGranting, CONNECTION, NOW, VGW } from '../support/builders.ts';
import { anAcceptance } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-bbbbbbbb';

describe('an accepted interface is watched until it is available', () => {
  const acceptance = anAcceptance();
  const soon = new Date(Date.parse(acceptance.at) + AVAILABLE_WITHIN_MS - 1);
  const late = new Date(Date.parse(acceptance.at) + AVAILABLE_WITHIN_MS);

  function problemOf(vif: Partial<VirtualInterface> | null, at: Date): FollowUp['problem'] | null {
    const found = new Map([[ID, vif === null ? null : aLiveVif(vif)]]);
    return findFollowUps({ [ID]: acceptance }, found, at, AVAILABLE_WITHIN_MS)[0]?.problem ?? null;
  }

  it.each<[string, Partial<VirtualInterface> | null, soon: string | null, late: string | null]>([
    ['available', {}, null, null],
    ['pending', { state: 'pending' }, null, 'notAvailable'],
    ['in an unknown state', { state: 'testing' }, null, 'notAvailable'],
    ['without a state', { state: null }, null, 'notAvailable'],
    ['down', { state: 'down' }, null, 'down'],
    ['deleted', { state: 'deleted' }, 'gone', 'gone'],
    ['rejected', { state: 'rejected' }, 'gone', 'gone'],
    ['no longer listed', null, 'gone', 'gone'],
    ['available on another gateway', { gateway: VGW.lab }, 'otherGateway', 'otherGateway'],
    ['on no gateway', { gateway: null }, null, 'otherGateway'],
  ])('%s', (_, vif, first, then) => {
    expect([problemOf(vif, soon), problemOf(vif, late)]).toEqual([first, then]);
  });

  it('a follow-up names owner, gateway and time, safe to print', () => {
    const vif = aLiveVif({ gateway: 'vgw-\u001b[2J' });
    expect(findFollowUps({ [ID]: acceptance }, new Map([[ID, vif]]), NOW, AVAILABLE_WITHIN_MS)).toEqual([
      {
        id: ID,
        connection: CONNECTION.owner,
        owner: 'acme',
        gateway: VGW.prod,
        acceptedAt: acceptance.at,
        problem: 'otherGateway',
        message: `was assigned gateway \`${VGW.prod}\` and is on \`vgw-\\u{1b}[2J\``,
        fix: null,
      },
    ]);
    const odd = new Map([[ID, aLiveVif({ state: 'o\u202edd' })]]);
    const [found] = findFollowUps({ [ID]: acceptance }, odd, late, AVAILABLE_WITHIN_MS);
    expect(found?.message).toContain('`o\\u{202e}dd`');
  });

  it('a follow-up is reported after the configured time, not before', () => {
    const [found, minute] = [new Map([[ID, aLiveVif({ state: 'down' })]]), 60_000];
    const after = (ms: number) =>
      findFollowUps({ [ID]: acceptance }, found, new Date(Date.parse(acceptance.at) + ms), minute);
    expect(after(minute - 1)).toEqual([]);
    expect(after(minute)).toMatchObject([
      {
        problem: 'down',
        message: `accepted at ${acceptance.at} and down: check the BGP peer with its owner`,
      },
    ]);
  });

  it.each<[string, Partial<VirtualInterface> | null]>([
    ['goes down', { state: 'down' }],
    ['is gone', null],
    ['is moved', { gateway: VGW.lab }],
  ])('an interface that was available once and %s is not reported', (_, vif) => {
    const found = new Map([[ID, vif === null ? null : aLiveVif(vif)]]);
    const done = anAcceptance({ availableAt: '2026-11-10T11:05:00.000Z' });
    expect(findFollowUps({ [ID]: done }, found, late, AVAILABLE_WITHIN_MS)).toEqual([]);
  });
});

describe('an interface is ungranted if it is live on a gateway of the policy and no current grant justifies it', () => {
  const policy = aPolicyGranting(
    aGrant({ name: 'prod', match: { vlan: [[100, 199]] } }),
    aGrant({
      name: 'lab',
      gateway: VGW.lab,
      match: { vlan: [[200, 299]] },
      until: '2027-01-01T00:00:00.000Z',
    }),
  );

  it.each<[string, Partial<VirtualInterface>, string | null]>([
    ['granted', { vlan: 150 }, null],
    ['granted to another gateway', { vlan: 250 }, `gateway \`${VGW.lab}\` for it, not \`${VGW.prod}\``],
    ['no longer granted', { vlan: 300 }, 'no grant of owner `acme` matches'],
    ['possibly granted', { vlan: null }, 'but the API does not return it'],
    [
      'of an unknown requester',
      { connection: CONNECTION.other },
      `no owner in the policy has connection \`${CONNECTION.other}\``,
    ],
    ['on an unknown connection', { connection: null }, 'the API did not return its connection'],
    ['on a gateway that is not the policy’s', { vlan: 300, gateway: 'vgw-00000000' }, null],
    ['on no gateway', { vlan: 300, gateway: null }, null],
    ['a request', { vlan: 300, state: 'confirming' }, null],
    ['ended', { vlan: 300, state: 'deleted' }, null],
    ['down', { vlan: 300, state: 'down' }, 'no grant of owner `acme` matches'],
  ])('%s', (_, given, words) => {
    const found = findUngrantedInterfaces(policy, [aLiveVif(given)], NOW);
    expect(found.length).toBe(words === null ? 0 : 1);
    if (words !== null) expect(found[0]?.message).toContain(words);
  });

  it('an interface is granted if one of several matching grants gives its gateway', () => {
    const two = aPolicyGranting(aGrant({ name: 'a', gateway: VGW.lab }), aGrant({ name: 'b' }));
    expect(findUngrantedInterfaces(two, [aLiveVif()], NOW)).toEqual([]);
  });

  it('the message says that the grant has ended', () => {
    const ended = aPolicyGranting(aGrant({ until: '2026-11-01T00:00:00.000Z' }));
    expect(findUngrantedInterfaces(ended, [aLiveVif()], NOW)).toEqual([
      {
        id: ID,
        connection: CONNECTION.owner,
        gateway: VGW.prod,
        message: 'grant `acme.default` ended at 2026-11-01T00:00:00.000Z',
      },
    ]);
    expect(findUngrantedInterfaces(aPolicy(), [aLiveVif()], NOW)).toEqual([]);
  });
});
