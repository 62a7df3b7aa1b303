import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseVirtualInterface,
  parseVirtualInterfaces,
} from '../../adapters/directconnect/parseVirtualInterface.ts';
import { AWS_ITEM, NO_KEYS, OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

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

describe('the rate limit and the prefix counts', () => {
  const GIVEN = { rateLimit: '500Mbps', prefixPoolAllocatedCountIpv4: 100, prefixPoolAllocatedCountIpv6: 10 };
  const READ = { rateLimit: '500Mbps', prefixCountIpv4: 100, prefixCountIpv6: 10 };
  const UNKNOWN = { rateLimit: null, prefixCountIpv4: null, prefixCountIpv6: null };

  it('are those of the interface, not those of a BGP peer', () => {
    expect(parseVirtualInterface({ ...AWS_ITEM, ...GIVEN }, 0, NO_KEYS)).toMatchObject(READ);
    const bgpPeers = AWS_ITEM.bgpPeers.map((peer) => ({ ...peer, ...GIVEN, rateLimit: { value: 1 } }));
    expect(parseVirtualInterface({ ...AWS_ITEM, bgpPeers }, 0, NO_KEYS)).toMatchObject({
      ...UNKNOWN,
      readErrors: [],
    });
  });

  it.each([
    { rateLimit: 500, prefixPoolAllocatedCountIpv4: '100', prefixPoolAllocatedCountIpv6: -1 },
    { rateLimit: { value: 500, unit: 'Mbps' }, prefixPoolAllocatedCountIpv4: 1.5 },
    { rateLimit: 'x'.repeat(1001), prefixPoolAllocatedCountIpv4: [100], prefixPoolAllocatedCountIpv6: 1e9 },
    { rateLimit: null },
    { rateLimit: '' },
    {},
  ])('are unknown in another form, and the interface is readable all the same (%#)', (given) => {
    const vif = parseVirtualInterface({ ...AWS_ITEM, ...given }, 0, NO_KEYS);
    expect(vif).toMatchObject({ ...UNKNOWN, readErrors: [], unreadable: [] });
  });

  it('are unknown where two items of one interface differ in them, which contradicts nothing', () => {
    const other = { ...AWS_ITEM, ...GIVEN, prefixPoolAllocatedCountIpv4: 101 };
    const [vif, ...rest] = parseVirtualInterfaces([{ ...AWS_ITEM, ...GIVEN }, other], NO_KEYS);
    expect(rest).toEqual([]);
    expect(vif).toEqual({ ...parseVirtualInterface(AWS_ITEM, 0, NO_KEYS), ...READ, prefixCountIpv4: null });
  });

  it('make no field that is decided by readable', () => {
    const other = { ...AWS_ITEM, ...GIVEN, vlan: 102 };
    expect(parseVirtualInterfaces([AWS_ITEM, other], NO_KEYS)).toMatchObject([
      {
        ...UNKNOWN,
        vlan: null,
        unreadable: ['vlan'],
        readErrors: ['it is listed twice with different content'],
      },
    ]);
  });

  it('are never among the fields that cannot be read', () => {
    const { unreadable } = parseVirtualInterface(null, 0, NO_KEYS);
    expect(unreadable).toContain('tags');
    for (const field of Object.keys(READ)) expect(unreadable).not.toContain(field);
  });
});

describe('secrets', () => {
  it('of an interface are dropped when it is parsed', () => {
    expect(JSON.stringify(AWS_ITEM)).toContain(PLANTED_KEY);
    expect(JSON.stringify(parseVirtualInterfaces([AWS_ITEM, OUTSCALE_ITEM], NO_KEYS))).not.toContain(
      PLANTED_KEY,
    );
  });

  it('do not get into it wherever the API puts a value of a wrong kind', () => {
    const key = [PLANTED_KEY];
    const odd = Object.fromEntries(Object.keys(AWS_ITEM).map((field) => [field, key]));
    const tags = [{ key, value: key }];
    const bgpPeers = [{ asn: key, authKey: key, amazonAddress: key, customerAddress: key }, PLANTED_KEY];
    for (const item of [odd, { ...odd, tags, bgpPeers }, key, PLANTED_KEY]) {
      const vif = parseVirtualInterface(item, 0, NO_KEYS);
      expect(vif.readErrors).not.toEqual([]);
      expect(JSON.stringify(vif)).not.toContain(PLANTED_KEY);
    }
  });

  it('do not get into it whatever else is wrong, and parsing never throws', () => {
    const secret = { authKey: PLANTED_KEY, customerRouterConfig: PLANTED_KEY };
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(AWS_ITEM)), fc.jsonValue()), (changes) => {
        const { authKey: _, ...rest } = changes;
        const item = { ...rest, ...secret, bgpPeers: [{ ...rest, ...secret }] };
        return !JSON.stringify(parseVirtualInterfaces([item], NO_KEYS)).includes(PLANTED_KEY);
      }),
      { numRuns: 200 },
    );
  });
});
