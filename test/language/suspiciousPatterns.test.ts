import { describe, expect, it } from 'vitest';
import { compilePolicy, findSuspiciousPatterns } from '../../language/index.ts';
import { aws, besideAcme, matching } from './errors/errorRow.ts';

function oddIn(text: string) {
  const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  return findSuspiciousPatterns(compiled.policy);
}

describe('a value that looks like a pattern of another kind and would never match', () => {
  it.each(['acme-?', 'acme-[0-9]', '^acme', 'acme$', 'acme.*', 'a{cm,}e', 'acme|globex', 'acme\\d', 'acme '])(
    'is reported in a name: %j',
    (name) => {
      expect(oddIn(matching(`{ name: [${JSON.stringify(name)}] }`))).toMatchObject([
        { path: 'owners.acme.grants.prod' },
      ]);
    },
  );

  it.each(['*', 'acme-*-1', 'ACME (prod) #1', 'acme | prod', 'a/b:c.d', 'C$A^', 'a{b}'])(
    'is not reported for the name %j',
    (name) => {
      expect(oddIn(matching(`{ name: [${JSON.stringify(name)}] }`))).toEqual([]);
    },
  );

  it('is reported for a star in a field without wildcards', () => {
    expect(oddIn(matching('{ location: ["PAR*"] }'))).toHaveLength(1);
    expect(oddIn(matching('{ tags: { env: ["prod-*"] } }', aws))).toHaveLength(1);
    expect(oddIn(matching('{ tags: { env: [prod] }, location: [PAR1] }', aws))).toEqual([]);
  });

  it('is reported for a network without a prefix length, which is a single address', () => {
    for (const block of ['169.254.10.0', 'fd00:10::'])
      expect(oddIn(besideAcme(`hold: [{ peers: ["${block}"] }]`))).toMatchObject([{ path: 'hold[0]' }]);
    expect(oddIn(besideAcme('hold: [{ peers: [169.254.10.1, 169.254.10.0/24, "fd00::1"] }]'))).toEqual([]);
  });

  it('is reported in a hold rule, which would hold nothing', () => {
    expect(oddIn(besideAcme('hold: [{ name: ["acme-?"] }]'))).toMatchObject([{ path: 'hold[0]' }]);
  });
});
