import { describe, expect, it } from 'vitest';
import { compilePolicy, findUnreachableGrants } from '../../language/index.ts';
import { granting, matching } from './errors/errorRow.ts';

function idle(text: string, at: string): string[] {
  const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  return findUnreachableGrants(compiled.policy, new Date(at)).map(({ owner, grant }) => `${owner}.${grant}`);
}

describe('a grant that accepts nothing', () => {
  it('is one that has ended, from the exact instant at which it ends', () => {
    const text = granting('until: 2026-11-15T00:00:00Z');
    expect(idle(text, '2026-11-14T23:59:59.999Z')).toEqual([]);
    expect(idle(text, '2026-11-15T00:00:00Z')).toEqual(['acme.prod']);
    expect(idle(text, '2026-11-15T00:00:00.001Z')).toEqual(['acme.prod']);
  });

  it.each([
    ['[169.254.10.1/32]', ['acme.prod']],
    ['[169.254.10.1, "fd00::1"]', ['acme.prod']],
    ['[169.254.10.1/32, 169.254.10.4/31]', []],
    ['["fd00::/127"]', []],
  ])(
    'is one whose blocks are single addresses, too small for the two of a session: %s',
    (peers, expected) => {
      expect(idle(matching(`{ peers: ${peers} }`), '2026-11-15T00:00:00Z')).toEqual(expected);
    },
  );
});

describe('a gateway with a name', () => {
  it('can be used by its ID, and still has its name in reports', () => {
    const text = `${granting()}\ngateways: { core: vgw-12345678 }`;
    const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
    expect(compiled.ok && compiled.policy.owners[0]?.grants[0]?.gatewayName).toBe('core');
  });
});
