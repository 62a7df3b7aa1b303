import {
  AllocatePrivateVirtualInterfaceCommand,
  CreateConnectionCommand,
  DescribeVirtualInterfacesCommand,
  type DescribeVirtualInterfacesRequest,
  type NewPrivateVirtualInterfaceAllocation,
  type Tag,
  type VirtualInterface,
} from '@aws-sdk/client-direct-connect';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator } from '../../emulator/emulator.ts';
import { defined, OWNER, RECIPIENT } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

const text = (minLength: number, maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength })
    .filter((one) => one.length >= minLength && one.length <= maxLength);

const tagText = (minLength: number) =>
  fc.string({ unit: fc.constantFrom(...'aZ0 é署_.:/=+-@'), minLength, maxLength: 20 });

const tags: fc.Arbitrary<Tag[]> = fc.uniqueArray(fc.record({ key: tagText(1), value: tagText(0) }), {
  minLength: 1,
  maxLength: 5,
  selector: ({ key }) => key,
});

/** A valid allocation without its VLAN and ASN, on both providers. */
const allocations = {
  virtualInterfaceName: text(1, 100),
  authKey: fc.option(text(6, 80), { nil: undefined }),
  amazonAddress: fc.constantFrom(undefined, '169.254.10.1/30'),
  customerAddress: fc.constantFrom(undefined, '169.254.10.2/30'),
  addressFamily: fc.constantFrom(undefined, 'ipv4' as const),
};
/** A valid allocation on AWS. */
const allocationsOnAws = fc
  .record({
    ...allocations,
    mtu: fc.constantFrom(undefined, 1500, 8500, 9001),
    tags: fc.option(tags, { nil: undefined }),
    isIpv6: fc.boolean(),
  })
  .map(({ isIpv6, ...offer }) => {
    if (!isIpv6) return offer;
    const { amazonAddress, customerAddress, ...rest } = offer;
    return { ...rest, addressFamily: 'ipv6' as const };
  });
const shortAsn = fc
  .integer({ min: 1, max: 2147483646 })
  .filter((asn) => ![50624, 53306, 132418].includes(asn));
const longAsn = fc.integer({ min: 2147483647, max: 4294967294 });

const offers = <T>(asn: fc.Arbitrary<{ asn?: number; asnLong?: number }>, offer: fc.Arbitrary<T>) =>
  fc
    .tuple(asn, fc.uniqueArray(fc.integer({ min: 2, max: 4094 }), { minLength: 1, maxLength: 7 }), offer)
    .map(([numbers, vlans, offer]) => vlans.map((vlan) => ({ ...offer, ...numbers, vlan })));

/** All interfaces of an account, in pages of the given size. */
async function everything(
  account: Account,
  maxResults: number | undefined,
  asked: DescribeVirtualInterfacesRequest,
) {
  const pages: VirtualInterface[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await account.send(
      new DescribeVirtualInterfacesCommand({ ...asked, maxResults, nextToken }),
    );
    pages.push(defined(page.virtualInterfaces));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return pages;
}
type Account = ReturnType<typeof inProcessClient>['directConnect'];

/** A connection with these allocations, and clients of owner and recipient. */
async function offered(dialect: 'outscale' | 'aws', all: readonly NewPrivateVirtualInterfaceAllocation[]) {
  const simulation = createInProcessEmulator({ dialect }, null);
  const [owner, recipient] = [OWNER, RECIPIENT].map((id) => inProcessClient(simulation, id).directConnect);
  if (owner === undefined || recipient === undefined) throw new Error('two accounts were asked for');
  const connection = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'é' };
  const { connectionId } = await owner.send(new CreateConnectionCommand(connection));
  const made: VirtualInterface[] = [];
  for (const newPrivateVirtualInterfaceAllocation of all) {
    const { $metadata, ...vif } = await owner.send(
      new AllocatePrivateVirtualInterfaceCommand({
        connectionId,
        ownerAccount: RECIPIENT,
        newPrivateVirtualInterfaceAllocation,
      }),
    );
    made.push(vif);
  }
  return { connectionId, owner, recipient, made };
}

describe('every valid allocation', () => {
  it('is returned unchanged on aws to owner and recipient, once, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(
        offers(
          fc.oneof(
            shortAsn.map((asn) => ({ asn })),
            longAsn.map((asnLong) => ({ asnLong })),
          ),
          allocationsOnAws,
        ),
        fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        async (all, size) => {
          const { connectionId, owner, recipient, made } = await offered('aws', all);
          for (const account of [owner, recipient]) {
            const pages = await everything(account, size, { connectionId });
            expect(pages.flat()).toEqual(made);
            for (const page of pages.slice(0, -1)) expect(page).toHaveLength(size ?? 100);
            expect(pages.at(-1)).not.toEqual([]);
          }
          for (const [i, offer] of all.entries()) {
            const { asn = 0, tags, authKey, ...rest } = offer;
            const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
            const [one] = (
              await everything(recipient, size, { virtualInterfaceId: made[i]?.virtualInterfaceId })
            ).flat();
            expect(one).toMatchObject({ ...given, asn, connectionId, ownerAccount: RECIPIENT });
            expect(one?.tags ?? []).toEqual(tags ?? []);
            expect(one?.authKey).toBe(authKey ?? one?.bgpPeers?.[0]?.authKey);
          }
        },
      ),
      { numRuns: 40 },
    ));

  it('is returned on outscale with exactly the documented fields', () =>
    fc.assert(
      fc.asyncProperty(
        offers(
          fc.oneof(shortAsn, longAsn).map((asn) => ({ asn })),
          fc.record(allocations),
        ),
        fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        async (all, size) => {
          const { connectionId, recipient, made } = await offered('outscale', all);
          const listed = (await everything(recipient, size, {})).flat();
          expect(listed).toEqual(made);
          expect(listed).toEqual(
            all.map(
              (
                { vlan, asn, virtualInterfaceName, authKey = '', amazonAddress = '', customerAddress = '' },
                i,
              ) => ({
                ...{ vlan, asn, virtualInterfaceName, authKey, amazonAddress, customerAddress, connectionId },
                location: 'PAR1',
                ownerAccount: RECIPIENT,
                virtualGatewayId: '',
                virtualInterfaceId: made[i]?.virtualInterfaceId,
                virtualInterfaceState: 'confirming',
                virtualInterfaceType: 'private',
              }),
            ),
          );
        },
      ),
      { numRuns: 40 },
    ));
});
