import { expect, it } from 'vitest';
import { globMatches } from '../../core/fields/nameAndTags.ts';

it.each([
  // a glob is anchored at both ends
  ['acme', 'acme', true],
  ['acme', 'acme-1', false],
  ['acme', 'my-acme', false],
  ['acme', '', false],
  // a star matches any characters, including none
  ['*', 'anything at all', true],
  ['*', '', true],
  ['acme-*', 'acme-', true],
  ['acme-*', 'acme', false],
  ['*-prod', 'acme-prod', true],
  ['*-prod', 'acme-prod-2', false],
  ['acme-*-prod', 'acme-eu-prod', true],
  ['acme-*-prod', 'acme-prod', false],
  // the parts before and after a star do not share characters
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['a*a', 'a', false],
  // a middle part is not found inside the first or last part
  ['ab*b*c', 'abc', false],
  ['a*b*b', 'ab', false],
  // with several stars, the middle parts are found in order, without overlap
  ['a*b*c', 'abc', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['*aa*aa*', 'aaa', false],
  ['*aa*aa*', 'aaaa', true],
  ['a**b', 'ab', true],
  ['***', '', true],
  // case-sensitive, and no other character is special
  ['Acme', 'acme', false],
  ['a.c', 'abc', false],
  ['a?c', 'abc', false],
  ['[a-c]', 'b', false],
  ['a\\*', 'a\\x', true],
  ['a\\*', 'a*', false],
  ['acme*', 'acme\nprod', true],
  ['$*^', '$a^', true],
])('glob `%s` of `%s`: %s', (glob, text, expected) => {
  expect(globMatches(glob, text)).toBe(expected);
});

it('takes linear time for a malicious name', () => {
  const glob = `${'*a'.repeat(50)}*b`;
  expect(globMatches(glob, 'a'.repeat(100_000))).toBe(false);
});
