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

describe('no grant fits: the nearest is named, with every field that failed', () => {
  it('is the one with the fewest fields that fail', () => {
    const three = aGrant({ name: 'a', match: { vlan: [[1, 9]], name: ['x'], location: ['LON1'] } });
    const one = aGrant({
      name: 'b',
      gateway: VGW.lab,
      match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] },
    });
    expect(whyNot([three, one])).toMatchObject({
      code: 'no-grant',
      message: 'no grant of owner `acme` fits; nearest is `b`: vlan must be 1-9, is 101',
      nearest: {
        owner: 'acme',
        grant: 'b',
        gateway: VGW.lab,
        failed: [{ field: 'vlan', wanted: '1-9', seen: '101', verdict: 'no' }],
      },
    });
  });

  it('is, of equals, the one of which less is certainly wrong', () => {
    const wrong = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const unsure = aGrant({ name: 'b', match: { mtu: [9001] } });
    expect(whyNot([wrong, unsure])).toMatchObject({
      message:
        'no grant of owner `acme` fits; nearest is `b`: mtu must be 9001, and the API does not give it',
      nearest: { failed: [{ field: 'mtu', seen: null, verdict: 'unknown' }] },
    });
  });

  it('is, of equals, the one of which more fits: a grant that asks for little else is no nearer', () => {
    const broad = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const close = aGrant({ name: 'b', match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] } });
    expect(whyNot([broad, close]).nearest?.grant).toBe('b');
  });

  it('is, of equals still, the first by name', () => {
    const grants = ['c', 'a', 'b'].map((name) => aGrant({ name, match: { vlan: [[1, 9]] } }));
    expect(whyNot(grants).nearest?.grant).toBe('a');
  });

  it('names every field, and quotes what the requester chose', () => {
    const match = { vlan: [[1, 9]], name: ['safe'], location: ['LON1'] } as const;
    expect(whyNot([aGrant({ match })], { name: 'a`\u202e' }).message).toBe(
      'no grant of owner `acme` fits; nearest is `default`: vlan must be 1-9, is 101, ' +
        'name must be `safe`, is `a\\u{60}\\u{202e}` and location must be LON1, is PAR1',
    );
  });

  it('is never one that fits at another time', () => {
    const later = aGrant({ name: 'later', from: '2027-01-01T00:00:00.000Z' });
    const other = aGrant({ name: 'other', match: { vlan: [[1, 9]] } });
    expect(whyNot([later, other])).toMatchObject({ code: 'grant-not-started' });
  });

  it('says so when there is none at all', () => {
    expect(whyNot([])).toMatchObject({ code: 'no-grant', message: 'owner `acme` has no grant' });
  });
});

describe('the gateway told for a person', () => {
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
    ['one that is over', aGrant({ gateway: VGW.lab, until: '2026-01-01T00:00:00.000Z' }), VGW.lab],
  ])('comes from %s', (_, grant, gateway) => {
    expect(findFittingGrants(anOwner({ grants: [grant] }), aVif(), NOW)).toMatchObject({
      found: false,
      gateway,
    });
  });
});
