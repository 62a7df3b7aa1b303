import { describe, expect, it } from 'vitest';
import { findFittingGrants, sharedGateway } from '../../core/grants.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant } from '../../core/policy.ts';
import type { NearestGrant, Reason } from '../../core/reasons.ts';
import { renderReason } from '../../core/renderReason.ts';
import { aGrant, anOwner, aVif, NOW, VGW } from '../support/builders.ts';

function whyNot(grants: readonly Grant[], request: Partial<VirtualInterface> = {}): Reason {
  const found = findFittingGrants(anOwner({ grants }), aVif(request), NOW);
  if (found.found) throw new Error('a grant fits');
  const [reason] = found.reasons;
  if (reason === undefined) throw new Error('no reason was given');
  return reason;
}

function nearestOf(grants: readonly Grant[]): NearestGrant | null {
  const reason = whyNot(grants);
  return reason.code === 'no-grant' ? reason.parameters.nearest : null;
}

describe('if no grant matches, the nearest one is named with every field that failed', () => {
  it('the nearest grant has the fewest failing fields', () => {
    const three = aGrant({ name: 'a', match: { vlan: [[1, 9]], name: ['x'], location: ['LON1'] } });
    const one = aGrant({
      name: 'b',
      gateway: VGW.lab,
      match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] },
    });
    expect(nearestOf([three, one])).toEqual({
      owner: 'acme',
      grant: 'b',
      gateway: VGW.lab,
      failed: [{ field: 'vlan', expected: '1-9', actual: '101', verdict: 'no' }],
    });
  });

  it('of equal grants, the nearest has fewer fields that certainly do not match', () => {
    const wrong = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const unsure = aGrant({ name: 'b', match: { mtu: [9001] } });
    expect(nearestOf([wrong, unsure])).toMatchObject({
      grant: 'b',
      failed: [{ field: 'mtu', actual: null, verdict: 'unknown' }],
    });
  });

  it('of equal grants, the nearest has more matching fields', () => {
    const broad = aGrant({ name: 'a', match: { vlan: [[1, 9]] } });
    const close = aGrant({ name: 'b', match: { vlan: [[1, 9]], name: ['acme-*'], location: ['PAR1'] } });
    expect(nearestOf([broad, close])?.grant).toBe('b');
  });

  it('of still equal grants, the nearest is the first by name', () => {
    const grants = ['c', 'a', 'b'].map((name) => aGrant({ name, match: { vlan: [[1, 9]] } }));
    expect(nearestOf(grants)?.grant).toBe('a');
  });

  it('the message names every field, and quotes texts of the requester', () => {
    const match = { vlan: [[1, 9]], name: ['safe'], location: ['LON1'] } as const;
    expect(renderReason(whyNot([aGrant({ match })], { name: 'a`\u202e' }))).toBe(
      'no grant of owner `acme` matches; nearest is `default`: vlan must be 1-9, is 101, ' +
        'name must be `safe`, is `a\\u{60}\\u{202e}` and location must be LON1, is PAR1',
    );
  });

  it('the nearest grant is not one that matches at another time', () => {
    const later = aGrant({ name: 'later', from: '2027-01-01T00:00:00.000Z' });
    const other = aGrant({ name: 'other', match: { vlan: [[1, 9]] } });
    expect(whyNot([later, other])).toMatchObject({ code: 'grant-not-started' });
  });

  it('there is no nearest one if the owner has no grant', () => {
    expect(whyNot([])).toEqual({ code: 'no-grant', parameters: { owner: 'acme', nearest: null } });
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
