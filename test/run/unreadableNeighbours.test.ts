import { describe, expect, it } from 'vitest';
import { parseVirtualInterface } from '../../adapters/directconnect/parseVirtualInterface.ts';
import type { RunReport } from '../../core/runReport.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  LAB,
  outcomesById,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

/** Answers of an API about interfaces that the emulator cannot create. */

const ODD = 'dxvif-0dd00000';
const POLICY = compileTestPolicy(
  `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} }, zeta: { connections: [${ACME_2}], gateway: ${LAB} } }`,
);
const OFFER = {
  virtualInterfaceId: ODD,
  virtualInterfaceState: 'confirming',
  virtualInterfaceType: 'private',
  connectionId: UNKNOWN_CONNECTION,
  ownerAccount: RECIPIENT_ACCOUNT,
  vlan: 5,
  virtualInterfaceName: 'x',
  asn: 65010,
  virtualGatewayId: '',
  directConnectGatewayId: '',
  amazonAddress: '',
  customerAddress: '',
};
const ADDRESSES = { amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30' };

/** Two allowed requests for two gateways, with an odd item in the same listing; the outcomes of the two. */
async function besides(item: object): Promise<{ report: RunReport; both: string[] }> {
  const cloud = await startTestCloud();
  const acme = actAs(cloud, ACME);
  const first = await acme.offer({ connection: ACME_1, vlan: 101, subnet: '10.0' });
  const second = await acme.offer({ connection: ACME_2, vlan: 102 });
  const runner = createRunner(cloud, POLICY);
  const { directConnect } = runner.ports;
  const odd = parseVirtualInterface({ ...OFFER, ...item }, 0, new Set());
  const report = await runner.run({
    ports: {
      ...runner.ports,
      directConnect: {
        ...directConnect,
        list: async () => [...(await directConnect.list()), odd],
        describe: async (id) => (id === ODD ? odd : directConnect.describe(id)),
      },
    },
  });
  const all = outcomesById(report);
  return { report, both: [all[first] ?? '', all[second] ?? ''] };
}

const BOTH = [`accepted acme.default ${PROD}`, `accepted zeta.default ${LAB}`];

describe('an offer of an unknown requester with an unreadable field is held, and keeps out no other request:', () => {
  it.each<[string, object]>([
    ['a name of 1,001 characters', { virtualInterfaceName: 'x'.repeat(1001) }],
    ['an ASN beyond 32 bits', { asn: 4294967296 }],
    ['a VLAN 0', { vlan: 0 }],
    ['an MTU of 0', { mtu: 0 }],
    ['`asn` and `asnLong` that differ', { asnLong: 65011 }],
    ['addresses that are no texts', { amazonAddress: 1, customerAddress: 2 }],
    ['a connection that is no text', { connectionId: 1 }],
    ['sessions that are no list', { bgpPeers: 'x' }],
  ])('%s', async (_, item) => {
    const { report, both } = await besides(item);
    expect(outcomesById(report)[ODD]).toMatch(/^held unreadable/);
    expect(both).toEqual(BOTH);
  });
});

it('an offer whose gateway cannot be read keeps out of every gateway what may have its addresses', async () => {
  const { both } = await besides({ virtualGatewayId: 7, amazonAddress: 1 });
  expect(both).toEqual(['held peers-overlap', 'held peers-overlap']);
});

it.each<[string, object]>([
  ['a netmask', { amazonAddress: '169.254.10.1/255.255.255.252' }],
  ['digits that are no decimal ones', { amazonAddress: '169.254.012.001/30' }],
])(
  'an interface with an invalid address, with %s, keeps out of its gateway what may have it',
  async (_, odd) => {
    const on = { virtualInterfaceState: 'available', virtualGatewayId: PROD };
    const { both } = await besides({ ...on, ...odd });
    expect(both).toEqual(['held peers-overlap', BOTH[1]]);
  },
);

it('a request whose only address is invalid is held: once accepted, it would keep out every request for its gateway', async () => {
  const { report, both } = await besides({ connectionId: ACME_1, vlan: 103, amazonAddress: 'x' });
  expect(outcomesById(report)[ODD]).toBe('held peers-invalid');
  expect(both).toEqual(BOTH);
});

it('an interface whose gateway the API does not give keeps out requests with its addresses, and no others', async () => {
  const { both } = await besides({ virtualInterfaceState: 'available', ...ADDRESSES });
  expect(both).toEqual(['held peers-overlap', BOTH[1]]);
});

it('an offer that is being withdrawn keeps out no request, and the report names the check that could not be made', async () => {
  const { report, both } = await besides({ virtualInterfaceState: 'deleting', ...ADDRESSES });
  expect(both).toEqual(BOTH);
  const [skipped] = report.requests.flatMap((request) =>
    request.skipped.filter((line) => line.includes(ODD)),
  );
  expect(skipped).toMatch(/^peers overlap:/);
});

it('an interface with the same VLAN whose connection the API does not give keeps out requests that need that VLAN', async () => {
  const { both } = await besides({ virtualInterfaceState: 'available', connectionId: '', vlan: 101 });
  expect(both).toEqual(['held vlan-in-use', BOTH[1]]);
});

it('a request that already has a gateway is held as unreadable', async () => {
  const { report } = await besides({ connectionId: ACME_1, vlan: 103, virtualGatewayId: 'vgw-99999999' });
  expect(outcomesById(report)[ODD]).toBe('held unreadable');
});
