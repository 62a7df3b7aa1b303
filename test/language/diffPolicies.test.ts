import { describe, expect, it } from 'vitest';
import { compilePolicy, diffPolicies } from '../../language/index.ts';
import { NOW } from '../support/builders.ts';
import { aws, outscale } from './errors/errorRow.ts';

function diff(old: string, now: string) {
  const [before, after] = [old, now].map((grants) => {
    const text = outscale('owners:', '  acme:', '    connections: [dxcon-1a]', `    grants: { ${grants} }`);
    const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
    if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
    return compiled.policy;
  });
  if (before === undefined || after === undefined) throw new Error('a policy was not compiled');
  return diffPolicies(before, after, NOW);
}

describe('a diff', () => {
  it('shows no request whose addresses no policy can accept', () => {
    const one = 'a: { gateway: vgw-12345678, match: { vlan: [1] } }';
    const single = 'b: { gateway: vgw-87654321, match: { vlan: [2], peers: [169.254.10.1/32] } }';
    expect(diff(one, `${one}, ${single}`)).toMatchObject({ changes: [], opens: false });
    const pair = single.replace('/32', '/31').replace('10.1', '10.0');
    const { changes } = diff(one, `${one}, ${pair}`);
    expect(changes.map(({ example }) => example.request.peers[0])).toMatchObject([
      { amazonAddress: '169.254.10.0/31', customerAddress: '169.254.10.1/31' },
    ]);
  });

  it.each(['name: ["*"]', 'vlan: [1-4094]', 'asn: [1-4294967295]', 'peers: [0.0.0.0/0, "::/0"]'])(
    'treats a limit as unchanged if a new condition matches every value, because absent values count too: %s',
    (demand) => {
      const [plain, every] = ['', `match: { ${demand} }, `].map(
        (match) => `a: { gateway: vgw-12345678, ${match}limit: 1 }`,
      );
      const { changes, limits, opens } = diff(plain ?? '', every ?? '');
      // Requests without the field are no longer accepted, which the diff reports.
      expect(changes.map(({ kind }) => kind)).toEqual(['removed']);
      expect([limits, opens]).toEqual([[], false]);
    },
  );

  it('reports a renamed grant, even if its limits and times are changed', () => {
    const old =
      'a: { gateway: vgw-12345678, match: { vlan: [1] }, limit: 1 }, b: { gateway: vgw-87654321, match: { vlan: [2] } }';
    const now = old.replace('a:', 'z:').replace('limit: 1', 'limit: 2');
    const acme = { old: 'acme', new: 'acme' };
    expect(diff(old, now).renamed).toEqual([{ owner: acme, grant: { old: 'a', new: 'z' } }]);
    expect(diff(old, old).renamed).toEqual([]);
    // Two grants that exchange their contents keep their names.
    expect(diff(old, old.replace('a:', 'c:').replace('b:', 'a:').replace('c:', 'b:')).renamed).toEqual([]);
    expect(diff(old, old.replace('a:', 'z:').replace('[1]', '[3]')).renamed).toEqual([]);
  });
});

describe('a change of what an owner may advertise', () => {
  /** The notes of a diff of two policies on AWS with one grant. */
  function notes(old: string, now: string) {
    const [before, after] = [old, now].map((rest) => {
      const text = aws('owners:', '  acme:', '    connections: [dxcon-1a]', `    grants: { ${rest} }`);
      const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
      if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
      return compiled.policy;
    });
    if (before === undefined || after === undefined) throw new Error('a policy was not compiled');
    const { changes, limits, opens, notes: found } = diffPolicies(before, after, NOW);
    return {
      changes: [...changes, ...limits],
      opens,
      keys: found.map((note) => /`(\w+)` of grant `([\w.]+)`/.exec(note)?.slice(1)),
    };
  }
  const grant = (rest = ''): string => `a: { gateway: vgw-12345678${rest} }`;

  it.each([
    [grant(), grant(', routes: [10.0.0.0/8]'), ['routes']],
    [grant(', routes: [10.0.0.0/8]'), grant(), ['routes']],
    [grant(', routes: [10.0.0.0/8]'), grant(', routes: [10.0.0.0/8, 10.1.0.0/16]'), []],
    [grant(', maxPrefixes: 5'), grant(', maxPrefixes: 6, routes: [10.0.0.0/8]'), ['routes', 'maxPrefixes']],
  ])('is a note, and opens nothing: %s to %s', (old, now, keys) => {
    expect(notes(old, now)).toEqual({ changes: [], opens: false, keys: keys.map((key) => [key, 'acme.a']) });
  });

  it('of a renamed grant is a note under its new name', () => {
    const renamed = grant(', maxPrefixes: 6').replace('a:', 'z:');
    expect(notes(grant(', maxPrefixes: 5'), renamed).keys).toContainEqual(['maxPrefixes', 'acme.z']);
    expect(notes(grant(', maxPrefixes: 6'), renamed).keys).not.toContainEqual(['maxPrefixes', 'acme.z']);
  });
});
