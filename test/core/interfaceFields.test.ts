import { describe, expect, it } from 'vitest';
import { evaluateMatch, MATCH_FIELDS } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { aMatch, aVif, CONNECTION } from '../support/builders.ts';

const { connection, vlan, name, location, mtu, tags } = MATCH_FIELDS;

/** For these fields a hold rule and a grant have the same result. */
const both = ['matchesCertainly', 'mayMatch'] as const;

describe('connection', () => {
  const wanted = [CONNECTION.owner, 'dxlag-12345678'];
  it.each([
    ['one of those', CONNECTION.owner, 'yes'],
    ['a link aggregation group among those', 'dxlag-12345678', 'yes'],
    ['another', CONNECTION.other, 'no'],
    ['one that only begins alike', `${CONNECTION.owner}0`, 'no'],
    ['one in capitals', CONNECTION.owner.toUpperCase(), 'no'],
    ['none that the API names', null, 'unknown'],
  ])('%s: `%s` is a %s', (_, seen, verdict) => {
    for (const mode of both) expect(connection[mode](wanted, aVif({ connection: seen }))).toBe(verdict);
  });
});

describe('vlan', () => {
  const wanted = [
    [100, 199],
    [300, 300],
  ] as const;
  it.each([
    [99, 'no'],
    [100, 'yes'],
    [199, 'yes'],
    [200, 'no'],
    [299, 'no'],
    [300, 'yes'],
    [301, 'no'],
    [null, 'unknown'],
  ])('of 100-199 or 300, %s is a %s', (seen, verdict) => {
    for (const mode of both) expect(vlan[mode](wanted, aVif({ vlan: seen }))).toBe(verdict);
  });

  it('is shown as written', () => {
    expect(vlan.describeExpected(wanted)).toBe('100-199 or 300');
    expect(vlan.describeActual(aVif({ vlan: 7 }))).toBe('7');
    expect(vlan.describeActual(aVif({ vlan: null }))).toBeNull();
  });
});

describe('name', () => {
  it.each([
    ['acme-prod-1', 'yes'],
    ['spare', 'yes'],
    ['Acme-prod-1', 'no'],
    ['xacme-prod-1', 'no'],
    ['spares', 'no'],
    [null, 'unknown'],
  ])('of `acme-*` or `spare`, `%s` is a %s', (seen, verdict) => {
    for (const mode of both) expect(name[mode](['acme-*', 'spare'], aVif({ name: seen }))).toBe(verdict);
  });

  it('is quoted safely, with any content', () => {
    expect(name.describeExpected(['rock and roll', 'a*', 'b'])).toBe('`rock and roll` or `a*` or `b`');
  });
});

describe('location', () => {
  it.each([
    ['PAR1', 'yes'],
    ['par1', 'no'],
    ['PAR10', 'no'],
    [null, 'unknown'],
  ])('of PAR1 or PAR2, `%s` is a %s', (seen, verdict) => {
    for (const mode of both) expect(location[mode](['PAR1', 'PAR2'], aVif({ location: seen }))).toBe(verdict);
  });
});

describe('mtu', () => {
  it.each([
    [9001, 'yes'],
    [1500, 'no'],
    [null, 'unknown'],
  ])('of 9001 or 8500, %s is a %s', (seen, verdict) => {
    for (const mode of both) expect(mtu[mode]([9001, 8500], aVif({ mtu: seen }))).toBe(verdict);
  });
});

describe('tags', () => {
  const wanted = { env: ['prod', 'live'], team: ['net'] };
  it.each([
    ['every key with one of its values', { env: 'live', team: 'net' }, 'yes'],
    ['more keys than asked for', { env: 'prod', team: 'net', colour: 'red' }, 'yes'],
    ['a key with another value', { env: 'lab', team: 'net' }, 'no'],
    ['a key that lacks', { env: 'prod' }, 'no'],
    ['a key in other capitals', { Env: 'prod', team: 'net' }, 'no'],
    ['no tags', {}, 'no'],
    ['tags that the API does not return', null, 'unknown'],
  ])('%s: a %s', (_, seen, verdict) => {
    for (const mode of both) expect(tags[mode](wanted, aVif({ tags: seen }))).toBe(verdict);
  });

  it('an inherited property is not a tag', () => {
    expect(tags.matchesCertainly({ constructor: [''] }, aVif({ tags: {} }))).toBe('no');
  });

  it('an empty value can be demanded', () => {
    expect(tags.matchesCertainly({ flag: [''] }, aVif({ tags: { flag: '' } }))).toBe('yes');
  });
});

describe('a match of several fields', () => {
  const nothing: VirtualInterface = aVif({ connection: null, vlan: null, name: null, location: null });

  it('is evaluated for each demanded field, in the order of messages', () => {
    const match = aMatch({
      location: ['PAR1'],
      name: ['*'],
      vlan: [[1, 99]],
      connection: [CONNECTION.owner],
    });
    expect(
      evaluateMatch(match, aVif(), 'matchesCertainly').map(({ field, verdict }) => `${field} ${verdict}`),
    ).toEqual(['connection yes', 'vlan no', 'name yes', 'location yes']);
    expect(evaluateMatch(match, nothing, 'matchesCertainly').map(({ actual }) => actual)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('demands nothing without fields', () => {
    expect(evaluateMatch(aMatch(), aVif(), 'matchesCertainly')).toEqual([]);
  });
});
