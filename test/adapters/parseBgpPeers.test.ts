import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseVirtualInterface } from '../../adapters/directconnect/parseVirtualInterface.ts';
import type { KeyDigest } from '../../core/model.ts';
import { AWS_ITEM, NO_KEYS, OUTSCALE_ITEM } from '../support/wireItems.ts';

const ADDRESSES = { amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30' };
const SECOND = { asn: 65020, amazonAddress: 'fd00::1/64', customerAddress: 'fd00::2/64' };

const all = ['asn', 'addresses', 'bgpKey'];

function peers(changes: object) {
  return parseVirtualInterface({ ...AWS_ITEM, ...changes }, 0, NO_KEYS).peers;
}

describe('the ASN', () => {
  it.each([
    [65010, undefined, 65010, []],
    [0, 4200000000, 4200000000, []],
    [undefined, 4200000000, 4200000000, []],
    [65010, 65010, 65010, []],
    [0, 0, null, []],
    [0, undefined, null, []],
    [undefined, undefined, null, []],
    [65010, 4200000000, null, ['`asn` and `asnLong` contradict each other']],
    ['65010', undefined, null, ['`asn` must be a whole number from 0 to 4294967295']],
    [-1, undefined, null, ['`asn` must be a whole number from 0 to 4294967295']],
    [0, 4294967296, null, ['`asnLong` must be a whole number from 0 to 4294967295']],
    [0, '4200000000', null, ['`asnLong` must be a whole number from 0 to 4294967295']],
  ])('of `asn` %j and `asnLong` %j is %j', (asn, asnLong, expected, readErrors) => {
    const vif = parseVirtualInterface({ ...OUTSCALE_ITEM, asn, asnLong }, 0, NO_KEYS);
    expect(vif.peers.map((peer) => peer.asn)).toEqual([expected]);
    expect(vif.readErrors).toEqual(readErrors);
  });

  it('that contradicts itself within a listed peer makes the interface unreadable', () => {
    const vif = parseVirtualInterface(
      { ...AWS_ITEM, bgpPeers: [{ asn: 65010, asnLong: 65011 }] },
      0,
      NO_KEYS,
    );
    expect(vif.readErrors).toEqual(['`asn` and `asnLong` contradict each other']);
  });
});

describe('the BGP key', () => {
  it.each([
    ['secret', true, []],
    ['', false, []],
    [undefined, null, []],
    [null, null, []],
    [5, null, ['`authKey` must be a text']],
    [{ key: 'x' }, null, ['`authKey` must be a text']],
  ])('%j is read as %j', (authKey, hasKey, readErrors) => {
    const vif = parseVirtualInterface({ ...OUTSCALE_ITEM, authKey }, 0, NO_KEYS);
    expect(vif.peers.map((peer) => peer.hasKey)).toEqual([hasKey]);
    expect(vif.readErrors).toEqual(readErrors);
  });
});

describe('the BGP peers', () => {
  it('are those listed, when the interface itself has no other', () => {
    expect(peers({})).toHaveLength(1);
    expect(peers({ bgpPeers: [...AWS_ITEM.bgpPeers, SECOND] })).toHaveLength(2);
    const silent = { asn: 0, authKey: undefined, amazonAddress: '', customerAddress: '' };
    expect(peers({ ...silent, bgpPeers: [SECOND] })).toEqual([{ ...SECOND, hasKey: null, agreedKey: null }]);
  });

  it('are that of the interface itself, when none is listed', () => {
    const own = { asn: 65010, ...ADDRESSES, hasKey: true, agreedKey: null };
    expect(peers({ bgpPeers: [] })).toEqual([own]);
    expect(peers({ bgpPeers: undefined })).toEqual([own]);
  });

  it('are none when the interface has none', () => {
    const nothing = { bgpPeers: [], asn: 0, authKey: undefined, amazonAddress: '', customerAddress: '' };
    expect(peers(nothing)).toEqual([]);
  });

  it.each([
    { asn: 65099 },
    { amazonAddress: '169.254.20.1/30' },
    { customerAddress: '169.254.20.2/30' },
    { authKey: '' },
  ])('are one more when the interface has %j and no listed peer does', (own) => {
    expect(peers(own)).toHaveLength(2);
  });

  it.each([
    [[null], 'an item of `bgpPeers` is not an object', all],
    [[5], 'an item of `bgpPeers` is not an object', all],
    [[{ asn: '65010' }], '`bgpPeers.asn` must be a whole number from 0 to 4294967295', ['asn']],
    [[{ amazonAddress: 5 }], '`bgpPeers.amazonAddress` must be a text', ['addresses']],
    [[{ customerAddress: {} }], '`bgpPeers.customerAddress` must be a text', ['addresses']],
    [[{ authKey: {} }], '`bgpPeers.authKey` must be a text', ['bgpKey']],
    ['none', '`bgpPeers` must be a list', all],
    [{}, '`bgpPeers` must be a list', all],
  ])('%j make the interface unreadable', (bgpPeers, error, unreadable) => {
    const vif = parseVirtualInterface({ ...AWS_ITEM, bgpPeers }, 0, NO_KEYS);
    expect(vif).toMatchObject({ readErrors: [error], unreadable });
    // A session that could not be read may be any session, so it counts wherever it could.
    expect(vif.peers.some(({ amazonAddress }) => amazonAddress === null)).toBe(true);
  });
});

describe('a BGP peer that is being deleted', () => {
  const LIVE = { ...SECOND, authKey: 'another-key', bgpPeerState: 'available' };
  const [LISTED] = AWS_ITEM.bgpPeers;
  /** The interface's own fields say nothing. */
  const SILENT = { asn: 0, authKey: undefined, amazonAddress: '', customerAddress: '' };

  it.each(['deleting', 'deleted'])('is no session in state %s', (bgpPeerState) => {
    const dying = { ...LISTED, bgpPeerState };
    expect(peers({ ...SILENT, bgpPeers: [dying, LIVE] })).toMatchObject([{ ...SECOND, hasKey: true }]);
    expect(peers({ ...SILENT, bgpPeers: [dying] })).toEqual([]);
  });

  it.each(['deleting', 'deleted'])(
    'in state %s takes its copy in the interface’s own fields along',
    (state) => {
      const bgpPeers = [{ ...LISTED, bgpPeerState: state }];
      expect(peers({ bgpPeers })).toEqual([]);
      expect(peers({ ...SILENT, authKey: AWS_ITEM.authKey, bgpPeers })).toEqual([]);
      expect(peers({ bgpPeers: [...bgpPeers, LIVE] })).toMatchObject([{ ...SECOND, hasKey: true }]);
    },
  );

  it.each(['deleting', 'deleted'])(
    'in state %s has no agreed key, not even in the own fields',
    (bgpPeerState) => {
      const agreed: KeyDigest = `sha256:${createHash('sha256').update(AWS_ITEM.authKey).digest('hex')}`;
      const keysOf = (bgpPeers: readonly object[]) =>
        parseVirtualInterface({ ...AWS_ITEM, bgpPeers }, 0, new Set([agreed])).peers.map(
          ({ agreedKey }) => agreedKey,
        );
      expect(keysOf([LIVE, { ...LISTED, bgpPeerState: 'available' }])).toEqual(['none', agreed]);
      expect(keysOf([LIVE, { ...LISTED, bgpPeerState }])).toEqual(['none']);
      expect(keysOf([{ ...LISTED, bgpPeerState }])).toEqual([]);
    },
  );

  it('leaves what else the interface’s own fields say as a session', () => {
    const bgpPeers = [{ ...LISTED, bgpPeerState: 'deleted' }];
    expect(peers({ asn: 65099, bgpPeers })).toMatchObject([{ asn: 65099, ...ADDRESSES, hasKey: true }]);
  });

  it('leaves a live peer with the same content', () => {
    const bgpPeers = [{ ...LISTED, bgpPeerState: 'deleted' }, LISTED];
    expect(peers({ bgpPeers })).toMatchObject([{ asn: 65010, ...ADDRESSES, hasKey: true }]);
  });

  it.each(['available', 'pending', 'verifying', 'down', 'Deleted', 'withdrawn', '', undefined, null])(
    'is meant by two words only: in state %j a peer is a session',
    (bgpPeerState) => {
      expect(peers({ ...SILENT, bgpPeers: [{ ...LISTED, bgpPeerState }] })).toHaveLength(1);
    },
  );

  it.each([5, ['deleted'], { state: 'deleted' }])(
    'is not known of state %j: the sessions are unreadable',
    (bgpPeerState) => {
      const vif = parseVirtualInterface({ ...AWS_ITEM, bgpPeers: [{ ...LISTED, bgpPeerState }] }, 0, NO_KEYS);
      expect(vif).toMatchObject({
        peers: [{ asn: 65010 }],
        readErrors: ['`bgpPeers.bgpPeerState` must be a text'],
        unreadable: all,
      });
    },
  );
});
