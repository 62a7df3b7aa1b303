import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseVirtualInterface,
  parseVirtualInterfaces,
} from '../../adapters/directconnect/parseVirtualInterface.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { AWS_ITEM, formsOf, NO_KEYS, OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

describe('a listing', () => {
  it('keeps every item, and names those without an ID by their position', () => {
    const ids = parseVirtualInterfaces([OUTSCALE_ITEM, null, 5, OUTSCALE_ITEM], NO_KEYS).map(({ id }) => id);
    expect(ids).toEqual(['dxvif-1a2b3c4d', '(item 2 of the listing)', '(item 3 of the listing)']);
  });

  it('takes two equal items with the same ID as one', () => {
    expect(parseVirtualInterfaces([AWS_ITEM, { ...AWS_ITEM }], NO_KEYS)).toEqual([
      parseVirtualInterface(AWS_ITEM, 0, NO_KEYS),
    ]);
  });

  it('trusts neither of two items with the same ID: the fields in which they differ are unknown', () => {
    const other = { ...OUTSCALE_ITEM, vlan: 102, connectionId: 'dxcon-22222222', asn: 65020 };
    const [vif, ...rest] = parseVirtualInterfaces([OUTSCALE_ITEM, other], NO_KEYS);
    expect(rest).toEqual([]);
    expect(vif).toMatchObject({
      id: 'dxvif-1a2b3c4d',
      state: 'confirming',
      location: 'PAR1',
      vlan: null,
      connection: null,
      peers: [],
      readErrors: ['it is listed twice with different content'],
      unreadable: ['connection', 'vlan', 'asn', 'addresses', 'bgpKey'],
    });
  });

  it('stays undecided about a third item that repeats the first', () => {
    const other = { ...OUTSCALE_ITEM, virtualInterfaceState: 'deleted' };
    expect(parseVirtualInterfaces([OUTSCALE_ITEM, other, OUTSCALE_ITEM], NO_KEYS)).toEqual([
      expect.objectContaining({
        state: null,
        readErrors: ['it is listed twice with different content'],
        unreadable: ['state'],
      }),
    ]);
  });
});

describe('secrets', () => {
  /** Keys are compared, and none of those below is agreed. */
  const agreed = new Set(KEY_DIGESTS);

  function expectNoKey(items: readonly unknown[], ...keys: readonly string[]): void {
    const shown = JSON.stringify(parseVirtualInterfaces(items, agreed));
    for (const key of keys) for (const form of formsOf(key)) expect(shown).not.toContain(form);
  }

  it('of an interface are dropped when it is parsed, with their digests', () => {
    expect(JSON.stringify(AWS_ITEM)).toContain(PLANTED_KEY);
    expectNoKey([AWS_ITEM, OUTSCALE_ITEM], PLANTED_KEY);
  });

  it('do not get into it wherever the API puts a value of a wrong kind', () => {
    const key = [PLANTED_KEY];
    const odd = Object.fromEntries(Object.keys(AWS_ITEM).map((field) => [field, key]));
    const tags = [{ key, value: key }];
    const bgpPeers = [{ asn: key, authKey: key, amazonAddress: key, customerAddress: key }, PLANTED_KEY];
    for (const item of [odd, { ...odd, tags, bgpPeers }, key, PLANTED_KEY]) {
      expect(parseVirtualInterface(item, 0, agreed).readErrors).not.toEqual([]);
      expectNoKey([item], PLANTED_KEY);
    }
  });

  it('do not get into it if two items of one ID, and their sessions, have different ones', () => {
    const [own, first, second, config] = ['own', 'first', 'second', 'config'].map(
      (one) => `${PLANTED_KEY}-${one}`,
    );
    const [peer] = AWS_ITEM.bgpPeers;
    const bgpPeers = [
      { ...peer, authKey: first },
      { ...peer, asn: 65020, authKey: second, bgpPeerState: 'deleted' },
    ];
    const item = { ...AWS_ITEM, authKey: own, bgpPeers, customerRouterConfig: config };
    for (const items of [[item], [item, { ...item, authKey: first }], [item, AWS_ITEM, item]])
      expectNoKey(items, PLANTED_KEY, ...[own, first, second, config].map((key) => key ?? PLANTED_KEY));
  });

  it('do not get into it whatever else is wrong, and parsing never throws', () => {
    const secret = { authKey: PLANTED_KEY, customerRouterConfig: PLANTED_KEY };
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(AWS_ITEM)), fc.jsonValue()), (changes) => {
        const { authKey: _, ...rest } = changes;
        expectNoKey([{ ...rest, ...secret, bgpPeers: [{ ...rest, ...secret }] }], PLANTED_KEY);
      }),
      { numRuns: 200 },
    );
  });
});
