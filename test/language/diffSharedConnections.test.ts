import { describe, expect, it } from 'vitest';
import { compilePolicy, diffPolicies } from '../../language/index.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { NOW } from '../support/builders.ts';
import { aws } from './errors/errorRow.ts';

const DIGEST = `sha256:${'3f'.repeat(32)}`;
const SHARED = 'sharedConnections: [dxcon-8]';

/** A policy with these owners, one line each. */
function policyOf(...owners: readonly string[]) {
  const text = aws('owners:', ...owners.map((owner) => `  ${owner}`));
  const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  return compiled.policy;
}

/** An owner with one grant on a shared connection. */
function owner(name: string, match: string, more = ''): string {
  return `${name}: { ${SHARED}, ${more}grants: { a: { gateway: vgw-12345678, match: { ${match} } } } }`;
}

function diff(old: readonly string[], now: readonly string[]) {
  const { changes, limits, opens, notes, renamed } = diffPolicies(policyOf(...old), policyOf(...now), NOW);
  const shown = changes.map((change) => `${change.kind} ${change.owner} ${change.example.request.id}`);
  return { shown, limits, opens, notes, renamed };
}

describe('a diff on shared connections', () => {
  it('shows a request that becomes acceptable because the pin of another owner is removed', () => {
    const [one, other] = [owner('acme', 'id: [dxvif-1, dxvif-2]'), owner('beta', 'id: [dxvif-2, dxvif-3]')];
    expect(diff([one, other], [one])).toMatchObject({
      shown: ['added acme dxvif-2', 'removed beta dxvif-3'],
      opens: true,
    });
    expect(diff([one], [one, other])).toMatchObject({
      shown: ['added beta dxvif-3', 'removed acme dxvif-2'],
      opens: true,
    });
  });

  it('shows a request that becomes acceptable because only one owner still names its key', () => {
    const one = owner('acme', `bgpKey: "${DIGEST}", vlan: [1]`);
    const other = owner('beta', `bgpKey: "${DIGEST}", vlan: [2]`);
    const { shown, opens } = diff([one, other], [one, owner('beta', 'id: [dxvif-9]')]);
    expect(new Set(shown.map((text) => text.split(' ').slice(0, 2).join(' ')))).toEqual(
      new Set(['added acme', 'added beta']),
    );
    expect(opens).toBe(true);
  });

  it('reports the limit of an owner as looser when another one gets a pin, because that interface no longer counts', () => {
    const limited = owner('acme', 'id: [dxvif-1]', 'limit: 1, ');
    const { limits } = diff([limited], [limited, owner('beta', 'id: [dxvif-2]')]);
    expect(limits).toMatchObject([{ effect: 'looser', owner: 'acme', old: 1, new: 1, attributed: true }]);
    // A pin of its own takes nothing from it.
    const more = owner('acme', 'id: [dxvif-1, dxvif-2]', 'limit: 1, ');
    expect(diff([limited], [more]).limits).toEqual([]);
  });

  it('states that a connection becomes shared or exclusive, even if no decision changes', () => {
    const shared = owner('acme', 'id: [dxvif-1]');
    const exclusive = shared.replace('sharedConnections', 'connections');
    for (const [old, now] of [
      [shared, exclusive],
      [exclusive, shared],
    ] as const) {
      const { shown, notes, opens } = diff([old], [now]);
      expect([shown, opens]).toEqual([[], false]);
      expect(notes).toEqual([expect.stringContaining('`dxcon-8`')]);
    }
  });

  it('shows what a grant without a pin accepts once its connection is exclusive', () => {
    const free = 'acme: { connections: [dxcon-1], grants: { a: { gateway: vgw-12345678 } } }';
    const pinned = owner('acme', 'id: [dxvif-1]').replace('dxcon-8', 'dxcon-1');
    expect(diff([pinned], [free])).toMatchObject({ opens: true });
    expect(diff([free], [pinned])).toMatchObject({
      opens: false,
      shown: [expect.stringContaining('removed')],
    });
  });

  it('treats owners as renamed only if their pins are the same, because several owners share the connection', () => {
    const one = owner('acme', 'id: [dxvif-1]');
    expect(diff([one], [one.replace('acme', 'zeta')]).renamed).toHaveLength(1);
    expect(diff([one], [owner('zeta', 'id: [dxvif-2]')]).renamed).toEqual([]);
  });

  it('compares grants for different types as different, and finds no overlap between them', () => {
    const gateway = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';
    const both = (type: string): string =>
      `acme: { connections: [dxcon-1], grants: { a: { gateway: vgw-12345678 }, b: { ${type}gateway: ${gateway} } } }`;
    expect(findOverlaps(policyOf(both('type: transit, ')))).toEqual([]);
    expect(() => policyOf(both(''))).toThrow();
    const one = (type: string): string =>
      `acme: { connections: [dxcon-1], grants: { a: { ${type}gateway: ${gateway} } } }`;
    expect(diff([one('')], [one('type: transit, ')])).toMatchObject({
      shown: ['added acme dxvif-example', 'removed acme dxvif-example'],
      opens: true,
    });
  });
});
