import { DescribeRouteTablesCommand, DescribeVpnGatewaysCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQueryApi } from '../../adapters/awsProtocol/queryApi.ts';
import { createThrottleCounter } from '../../adapters/awsProtocol/sdkClient.ts';
import { createGateways } from '../../adapters/gateways.ts';
import { escapeText } from '../../core/printableText.ts';
import { createInProcessEmulator, type DialectName } from '../../emulator/emulator.ts';
import { inProcessClient } from '../emulator/inProcessClient.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';

const REGION = 'eu-west-2';
const place = { account: RECIPIENT_ACCOUNT, region: REGION };

/** Text that XML must carry: markup, undefined entities, white space, other alphabets. */
const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '&amp;',
    '<item>',
    ']]>',
    ' a  b ',
    '"\'',
    'Zoë 署名 🚀',
    '&#60;',
    'a\tb',
    'true',
    '007',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const vpcs = ['vpc-1a2b3c4d', 'vpc-5e6f7a8b'] as const;
const hexadecimal = fc
  .integer({ min: 0, max: 0xffffffff })
  .map((number) => number.toString(16).padStart(8, '0'));

const gateway = fc.record({
  id: hexadecimal.map((digits) => `vgw-${digits}`),
  asn: fc.integer({ min: 1, max: 4294967294 }),
  type: fc.constantFrom('ipsec.1', 'nasty <type>'),
  state: fc.constantFrom('available', 'pending', 'deleting', 'of & tomorrow'),
  tags: fc.array(fc.record({ key: nasty, value: nasty }), { maxLength: 3 }),
  attachment: fc.option(
    fc.record({ vpc: fc.constantFrom(...vpcs), state: fc.constantFrom('attached', 'detached') }),
  ),
});

const worlds = fc.record({
  dialect: fc.constantFrom<DialectName>('outscale', 'aws'),
  gateways: fc.uniqueArray(gateway, { maxLength: 4, selector: ({ id }) => id }),
  destinations: fc.array(fc.tuple(nasty, fc.nat({ max: 4 })), { maxLength: 3 }),
  propagating: fc.subarray([0, 1, 2, 3]),
  /** as the emulator writes it, or as EC2 does: with line breaks, and with short empty elements */
  byLines: fc.boolean(),
});
type Arranged = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

describe('our XML parser', () => {
  it('reads gateways and routes as the EC2 client does', () =>
    fc.assert(
      fc.asyncProperty(worlds, async (arranged) => {
        const { ec2, gateways } = clientsOf(arranged);
        const { VpnGateways = [] } = await ec2.send(new DescribeVpnGatewaysCommand({}));
        const read = await gateways.list(new Set(['virtual']));
        expect(read).toEqual(
          VpnGateways.map(({ VpnGatewayId, State, VpcAttachments = [], AmazonSideAsn }) => ({
            id: VpnGatewayId,
            kind: 'virtual',
            state: State,
            attachedVpcs: VpcAttachments.filter((one) => one.State === 'attached').map(({ VpcId }) => VpcId),
            asn: AmazonSideAsn ?? null,
            ownerAccount: null,
          })),
        );
        expect(read).toHaveLength(arranged.gateways.length);
        for (const { id, attachedVpcs } of read.filter((one) => one.attachedVpcs.length > 0)) {
          const Filters = [{ Name: 'vpc-id', Values: [...attachedVpcs] }];
          const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
          const tables = RouteTables.map(({ RouteTableId, VpcId, PropagatingVgws = [], Routes = [] }) => {
            const leading = Routes.filter(({ State }) => State !== 'blackhole');
            const those = [...PropagatingVgws, ...leading].map(({ GatewayId }) => GatewayId);
            return { id: RouteTableId, vpc: VpcId, gateways: [...new Set(those)] };
          });
          expect(await gateways.readRouting(id)).toEqual({ kind: 'virtual', vpcs: attachedVpcs, tables });
        }
      }),
      { numRuns: 150 },
    ));

  it('reads a refusal as the EC2 client does', () =>
    fc.assert(
      fc.asyncProperty(nasty, fc.boolean(), async (id, byLines) => {
        fc.pre(id !== '' && !/[\r\n]/.test(id));
        const { ec2, query } = clientsOf({ ...NOTHING, byLines });
        const failed = ec2.send(new DescribeVpnGatewaysCommand({ VpnGatewayIds: [id] }));
        const { name, message } = await failed.then(
          () => new Error('it was answered'),
          (error: Error) => error,
        );
        expect(name).toBe('InvalidVpnGatewayID.NotFound');
        await expect(query.call('DescribeVpnGateways', { 'VpnGatewayId.1': id })).rejects.toThrow(
          escapeText(`${name}: ${message}`),
        );
      }),
      { numRuns: 100 },
    ));
});

const NOTHING: Arranged = { dialect: 'aws', gateways: [], destinations: [], propagating: [], byLines: false };

/** Both clients of the same API. */
function clientsOf({ dialect, gateways, destinations, propagating, byLines }: Arranged) {
  const simulation = createInProcessEmulator({ dialect }, null);
  const world = simulation.world();
  for (const one of gateways) world.virtualGateways.set(one.id, { ...place, ...one });
  for (const [i, vpc] of vpcs.entries()) {
    const id = `rtb-0000000${i}`;
    const those = propagating.flatMap((index) => gateways[index]?.id ?? []);
    const routes = destinations.map(([to, index]): [string, string] => [to, gateways[index]?.id ?? 'igw-1']);
    world.routeTables.set(id, {
      ...place,
      id,
      vpc,
      tags: [],
      propagating: new Set(those),
      routes: new Map(routes),
    });
  }
  const { ec2, directConnect: sdk } = inProcessClient(
    simulation,
    RECIPIENT_ACCOUNT,
    byLines ? { dress: inLines } : {},
  );
  const client = {
    sdk,
    requestTimeoutMs: 1000,
    key: null,
    throttles: createThrottleCounter(),
    redirection: null,
  };
  const settings = { endpoint: 'http://in.process', region: REGION, service: 'ec2', version: '2016-11-15' };
  const query = createQueryApi(client, { ...settings, service: 'ec2' });
  return { ec2, query, gateways: createGateways(query, client) };
}

function inLines(xml: string): string {
  return xml.replace(/<([A-Za-z]+)><\/\1>/g, '<$1/>').replace(/>\s*</g, '>\n    <');
}
