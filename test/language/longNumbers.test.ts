import { expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { besideAcme, matching } from './errors/errorRow.ts';

it.each([
  ['9007199254740993', matching('{ asn: [9007199254740993] }')],
  ['18446744073709551616', matching('{ asn: [18446744073709551616] }')],
  ['100000000000000000000000', matching('{ vlan: [100000000000000000000000] }')],
  ['-9007199254740993', matching('{ vlan: [-9007199254740993] }')],
  ['18446744073709551616', besideAcme('limits: { acceptsPerRun: 18446744073709551616 }')],
])('a number with too many digits, %s, is shown as it is written', (number, text) => {
  const result = compilePolicy({ file: 'policy/acme.yaml', text });
  expect(result.ok ? [] : result.errors.map(({ message }) => message)).toEqual([
    expect.stringContaining(`\`${number}\``),
  ]);
});
