import { describe, expect, it } from 'vitest';
import { findFittingGrants, sharedGateway } from '../../core/grants.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant } from '../../core/policy.ts';
import type { Reason } from '../../core/reasons.ts';
import { aGrant, anOwner, aVif, NOW, VGW } from '../support/builders.ts';

function whyNot(grants: readonly Grant[], request: Partial<VirtualInterface> = {}): Reason {
  const found = findFittingGrants(anOwner({ grants }), aVif(request), NOW);
  if (found.found) throw new Error('a grant fits');
  const [reason] = found.reasons;
  if (reason === undefined) throw new Error('no reason was given');
  return reason;
}

describe('if no grant matches, the nearest one is named with every field that failed', () => {
  it('the nearest grant has the fewest failing fields', () => {
    const three = aGrant({ name: 'a', match: { vlan: [[1, 9]], name: ['x'], location: ['LON1'] } });
    const one = aGrant({
      name: 'b',
      gateway: VGW.lab,
      match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] },
    });
    expect(whyNot([three, one])).toMatchObject({
      code: 'no-grant',
      message: 'no grant of owner `acme` matches; nearest is `b`: vlan must be 1-9, is 101',
      nearest: {
        owner: 'acme',
        grant: 'b',
        gateway: VGW.lab,
        failed: [{ field: 'vlan', expected: '1-9', actual: '101', verdict: 'no' }],
      },
    });
  });

  it('of equal grants, the nearest has fewer fields that certainly do not match', () => {
    const wrong = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const unsure = aGrant({ name: 'b', match: { mtu: [9001] } });
    expect(whyNot([wrong, unsure])).toMatchObject({
      message:
        'no grant of owner `acme` matches; nearest is `b`: mtu must be 9001, but the API does not return it',
      nearest: { failed: [{ field: 'mtu', actual: null, verdict: 'unknown' }] },
    });
  });

  it('of equal grants, the nearest has more matching fields', () => {
    const broad = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const close = aGrant({ name: 'b', match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] } });
    expect(whyNot([broad, close]).nearest?.grant).toBe('b');
  });

  it('of still equal grants, the nearest is the first by name', () => {
    const grants = ['c', 'a', 'b'].map((name) => aGrant({ name, match: { vlan: [[1, 9]] } }));
    expect(whyNot(grants).nearest?.grant).toBe('a');
  });

  it('the message names every field, and quotes texts of the requester', () => {
    const match = { vlan: [[1, 9]], name: ['safe'], location: ['LON1'] } as const;
    expect(whyNot([aGrant({ match })], { name: 'a`\u202e' }).message).toBe(
      'no grant of owner `acme` matches; nearest is `default`: vlan must be 1-9, is 101, ' +
        'name must be `safe`, is `a\\u{60}\\u{202e}` and location must be LON1, is PAR1',
    );
  });

  it('the nearest grant is not one that matches at another time', () => {
    const later = aGrant({ name: 'later', from: '2027-01-01T00:00:00.000Z' });
    const other = aGrant({ name: 'other', match: { vlan: [[1, 9]] } });
    expect(whyNot([later, other])).toMatchObject({ code: 'grant-not-started' });
  });

  it('the message says so if the owner has no grant', () => {
    expect(whyNot([])).toMatchObject({ code: 'no-grant', message: 'owner `acme` has no grant' });
  });
});

describe('the gateway that is suggested to a person', () => {
  it.each<[string, readonly Grant[], string | null]>([
    ['of none', [], null],
    ['of one', [aGrant()], VGW.prod],
    ['of several that agree', [aGrant({ name: 'a' }), aGrant({ name: 'b' })], VGW.prod],
    ['of several that disagree', [aGrant({ name: 'a' }), aGrant({ name: 'b', gateway: VGW.lab })], null],
  ])('%s', (_, grants, expected) => {
    expect(sharedGateway(grants)).toBe(expected);
  });

  it.each<[string, Grant, string]>([
    ['the nearest', aGrant({ gateway: VGW.lab, match: { vlan: [[1, 9]] } }), VGW.lab],
    ['one that has ended', aGrant({ gateway: VGW.lab, until: '2026-01-01T00:00:00.000Z' }), VGW.lab],
  ])('comes from %s', (_, grant, gateway) => {
    expect(findFittingGrants(anOwner({ grants: [grant] }), aVif(), NOW)).toMatchObject({
      found: false,
      gateway,
    });
  });
});
