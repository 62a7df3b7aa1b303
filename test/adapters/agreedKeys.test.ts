import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareKey } from '../../adapters/directconnect/agreedKeys.ts';
import {
  parseVirtualInterface,
  parseVirtualInterfaces,
} from '../../adapters/directconnect/parseVirtualInterface.ts';
import type { KeyDigest } from '../../core/model.ts';
import { AWS_ITEM, NO_KEYS, OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

const OURS = digestOf(PLANTED_KEY);
const OTHERS = ['first', 'second', 'third'].map(digestOf);

function digestOf(key: string): KeyDigest {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

function agreedKeys(item: object, digests: Iterable<KeyDigest> = [OURS]): readonly unknown[] {
  return parseVirtualInterface(item, 0, new Set(digests)).peers.map(({ agreedKey }) => agreedKey);
}

describe('a BGP key', () => {
  it.each([
    ['the first', [OURS, ...OTHERS]],
    ['the last', [...OTHERS, OURS]],
    ['one between others', [...OTHERS.slice(0, 2), OURS, ...OTHERS.slice(2)]],
    ['the only one', [OURS]],
  ])('is found if its digest is %s', (_, digests) => {
    expect(compareKey(PLANTED_KEY, new Set(digests))).toBe(OURS);
  });

  it('is another key if no digest is its own, and its digest is not returned', () => {
    expect(compareKey(PLANTED_KEY, new Set(OTHERS))).toBe('none');
    expect(compareKey(PLANTED_KEY, NO_KEYS)).toBe('none');
  });

  it.each([
    ['begins in the same way', (hex: string) => `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}`],
    ['ends in the same way', (hex: string) => `${hex.startsWith('0') ? '1' : '0'}${hex.slice(1)}`],
  ])('is another key if a digest only %s', (_, change) => {
    const near: KeyDigest = `sha256:${change(OURS.slice('sha256:'.length))}`;
    expect(compareKey(PLANTED_KEY, new Set([near]))).toBe('none');
  });

  it.each([` ${PLANTED_KEY}`, `${PLANTED_KEY}\n`, PLANTED_KEY.toUpperCase()])(
    'is compared as it is: %j is another key',
    (key) => {
      expect(compareKey(key, new Set([OURS]))).toBe('none');
    },
  );

  it('is compared by its UTF-8 bytes', () => {
    const utf8: KeyDigest = `sha256:${createHash('sha256').update(Buffer.from('schlüssel', 'utf8')).digest('hex')}`;
    expect(compareKey('schlüssel', new Set([utf8]))).toBe(utf8);
  });
});

describe('of each BGP peer is read', () => {
  it('the digest of an agreed key, wherever the API returns the key', () => {
    expect(agreedKeys(OUTSCALE_ITEM)).toEqual([OURS]);
    expect(agreedKeys({ ...AWS_ITEM, authKey: undefined })).toEqual([OURS]);
    expect(agreedKeys(AWS_ITEM)).toEqual([OURS]);
  });

  it('that it is another key, if the policy does not name the key', () => {
    expect(agreedKeys(OUTSCALE_ITEM, OTHERS)).toEqual(['none']);
  });

  it.each([
    ['no key', '', 'none'],
    ['a key that the API does not return', undefined, null],
    ['a key that is not a text', 5, null],
    ['a key within a list', [PLANTED_KEY], null],
  ])('%s', (_, authKey, expected) => {
    expect(agreedKeys({ ...OUTSCALE_ITEM, authKey })).toEqual([expected]);
  });

  it('nothing, if the policy names no agreed key', () => {
    expect(agreedKeys(AWS_ITEM, [])).toEqual([null]);
    expect(agreedKeys({ ...OUTSCALE_ITEM, authKey: '' }, [])).toEqual([null]);
  });

  it('its own key, if the sessions have different ones', () => {
    const [peer] = AWS_ITEM.bgpPeers;
    const second = { ...peer, asn: 65020, amazonAddress: 'fd00::1/64', customerAddress: 'fd00::2/64' };
    const bgpPeers = [peer, { ...second, authKey: 'first' }, { ...second, asn: 65030, authKey: 'unknown' }];
    const [first = OURS] = OTHERS;
    expect(agreedKeys({ ...AWS_ITEM, bgpPeers }, [OURS, first])).toEqual([OURS, first, 'none']);
  });

  it('the key of the interface itself as one more session, if no listed session has that key', () => {
    expect(agreedKeys({ ...AWS_ITEM, authKey: 'first' })).toEqual([OURS, 'none']);
    const bgpPeers = AWS_ITEM.bgpPeers.map((peer) => ({ ...peer, authKey: 'first' }));
    expect(agreedKeys({ ...AWS_ITEM, bgpPeers })).toEqual(['none', OURS]);
  });

  it('nothing from the router configuration, which contains the key too', () => {
    const { authKey: _, ...item } = { ...AWS_ITEM, bgpPeers: [] };
    expect(agreedKeys(item)).toEqual([null]);
  });

  it('nothing, if two items with one ID have different keys', () => {
    const items = [OUTSCALE_ITEM, { ...OUTSCALE_ITEM, authKey: 'first' }];
    const [vif, ...others] = parseVirtualInterfaces(items, new Set([OURS]));
    expect(others).toEqual([]);
    expect(vif).toMatchObject({ peers: [], unreadable: ['asn', 'addresses', 'bgpKey'] });
  });
});
