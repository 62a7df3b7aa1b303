import { expect, it } from 'vitest';
import { globMatches } from '../../core/fields/nameAndTags.ts';

it.each([
  // anchored at both ends
  ['acme', 'acme', true],
  ['acme', 'acme-1', false],
  ['acme', 'my-acme', false],
  ['acme', '', false],
  // a star is any characters, none included
  ['*', 'anything at all', true],
  ['*', '', true],
  ['acme-*', 'acme-', true],
  ['acme-*', 'acme', false],
  ['*-prod', 'acme-prod', true],
  ['*-prod', 'acme-prod-2', false],
  ['acme-*-prod', 'acme-eu-prod', true],
  ['acme-*-prod', 'acme-prod', false],
  // its two ends never share characters
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['a*a', 'a', false],
  // and no part between is found in them
  ['ab*b*c', 'abc', false],
  ['a*b*b', 'ab', false],
  // several stars, the middle parts in order and apart
  ['a*b*c', 'abc', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['*aa*aa*', 'aaa', false],
  ['*aa*aa*', 'aaaa', true],
  ['a**b', 'ab', true],
  ['***', '', true],
  // case counts, and nothing else is special
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
