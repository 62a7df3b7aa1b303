import { createHash } from 'node:crypto';
import type { KeyDigest } from '../../core/model.ts';
import { RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import type { Received, Reply } from '../support/apiServer.ts';
import { ACME_1, compileTestPolicy, OWN_CONNECTION, PROD, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { AWS_ITEM } from '../support/wireItems.ts';

const DEMANDS = 'vlan: [100-199], asn: [65010], peers: [169.254.10.0/24], name: ["acme-*"], location: [PAR1]';

/** The key that was agreed with an owner whose connection is shared. */
export const AGREED_KEY = 'agreed-bgp-key';
export const AGREED_DIGEST: KeyDigest = `sha256:${createHash('sha256').update(AGREED_KEY).digest('hex')}`;
const SHARED_CONNECTION = 'dxcon-5a5a5a5a';

/** The policy of these tests. It names two agreed keys: one that no session has, and one that alone identifies its owner. */
export const POLICY = compileTestPolicy(
  `owners: { acme: { connections: [${ACME_1}], grants: {
   keyed: { gateway: ${PROD}, match: { ${DEMANDS}, bgpKey: "sha256:${'0'.repeat(64)}" } },
   prod: { gateway: ${PROD}, match: { ${DEMANDS} } } } },
  beta: { sharedConnections: [${SHARED_CONNECTION}], grants: {
   keyed: { gateway: ${PROD}, match: { vlan: [105], bgpKey: "${AGREED_DIGEST}" } } } } }
hold: [{ vlan: [150] }]`,
  'aws',
);

/** The interface whose answers are corrupted. */
const FIRST = 'dxvif-aaaaaaaa';

function item(id: string, vlan: number, more: object = {}) {
  const addresses = {
    amazonAddress: `169.254.10.${(vlan - 100) * 4 + 1}/30`,
    customerAddress: `169.254.10.${(vlan - 100) * 4 + 2}/30`,
  };
  const [peer] = AWS_ITEM.bgpPeers;
  const bgpPeers = [{ ...peer, ...addresses }];
  return { ...AWS_ITEM, virtualInterfaceId: id, vlan, ...addresses, bgpPeers, ...more };
}

/** The interface that only its key identifies. */
export const KEYED = 'dxvif-ffffffff';

/** Where the API shows the key of an interface; `undefined`: there is none. */
export interface KeyPlaces {
  readonly authKey?: string | undefined;
  readonly session?: string | undefined;
  readonly config?: string | undefined;
}

/** The interface that only its key identifies, with keys in these places. */
export function keyedItem({ authKey, session, config }: KeyPlaces) {
  const { bgpPeers, ...keyed } = item(KEYED, 105, { connectionId: SHARED_CONNECTION });
  return {
    ...keyed,
    authKey,
    customerRouterConfig: config && `<bgp_auth_key>${config}</bgp_auth_key>`,
    bgpPeers: bgpPeers.map((peer) => ({ ...peer, authKey: session })),
  };
}

/** Three requests to accept, one to hold, one of an unknown requester, and one offer of the recipient. */
export const ITEMS = [
  item(FIRST, 101),
  item('dxvif-bbbbbbbb', 102),
  item('dxvif-cccccccc', 150),
  item('dxvif-dddddddd', 103, { connectionId: UNKNOWN_CONNECTION }),
  item('dxvif-eeeeeeee', 104, { connectionId: OWN_CONNECTION, ownerAccount: UNKNOWN_REQUESTER }),
  keyedItem({ authKey: AGREED_KEY, session: AGREED_KEY, config: AGREED_KEY }),
];

/** Valid answers, by question. */
export const VALID_ANSWERS = {
  listing: JSON.stringify({ virtualInterfaces: ITEMS }),
  described: JSON.stringify({ virtualInterfaces: [ITEMS[0]] }),
  settled: JSON.stringify({
    virtualInterfaces: [{ ...ITEMS[0], virtualInterfaceState: 'pending', virtualGatewayId: PROD }],
  }),
  connections: JSON.stringify({
    connections: [{ connectionId: OWN_CONNECTION, lagId: '', connectionState: 'available' }],
  }),
  confirmed: JSON.stringify({ virtualInterfaceState: 'pending' }),
  gateways: `<?xml version="1.0"?><DescribeVpnGatewaysResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><vpnGatewaySet><item><vpnGatewayId>${PROD}</vpnGatewayId><state>available</state><type>ipsec.1</type><amazonSideAsn>64512</amazonSideAsn><attachments><item><vpcId>vpc-1</vpcId><state>attached</state></item></attachments></item></vpnGatewaySet></DescribeVpnGatewaysResponse>`,
  tables: `<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><propagatingVgwSet><item><gatewayId>${PROD}</gatewayId></item></propagatingVgwSet></item></routeTableSet></DescribeRouteTablesResponse>`,
  caller: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${RECIPIENT_ACCOUNT}:root</Arn><Account>${RECIPIENT_ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
} as const;

export type Question = keyof typeof VALID_ANSWERS;

/** Answers questions with valid answers, except for the corrupted ones: those about everything, and those about one interface. */
export function answerQuestions(spoilt: Partial<Record<Question, Reply>>, about = FIRST) {
  const confirmed = new Set<string>();
  return (request: Received): Reply => {
    const question = questionOf(request, confirmed);
    if (question === 'confirmed') confirmed.add(interfaceIdIn(request));
    const isSpoilt = interfaceIdIn(request) === '' || interfaceIdIn(request) === about;
    return (
      (isSpoilt ? spoilt[question] : undefined) ??
      answerTo(question, validAnswer(question, interfaceIdIn(request)))
    );
  };
}

export function answerTo(question: Question, body: string, status = 200): Reply {
  const isXml = VALID_ANSWERS[question].startsWith('<');
  return { does: 'answer', status, type: isXml ? 'text/xml' : 'application/x-amz-json-1.1', body };
}

/** The ID of the interface in a request, or an empty string. */
export function interfaceIdIn({ body }: Received): string {
  return /"virtualInterfaceId":"([^"]*)"/.exec(body)?.[1] ?? '';
}

function validAnswer(question: Question, id: string): string {
  const text = VALID_ANSWERS[question];
  if (question !== 'described' && question !== 'settled') return text;
  const known = ITEMS.find(({ virtualInterfaceId }) => virtualInterfaceId === id);
  if (known === undefined) return JSON.stringify({ virtualInterfaces: [] });
  const more = question === 'described' ? {} : { virtualInterfaceState: 'pending', virtualGatewayId: PROD };
  return JSON.stringify({ virtualInterfaces: [{ ...known, ...more }] });
}

function questionOf(request: Received, confirmed: ReadonlySet<string>): Question {
  const id = interfaceIdIn(request);
  switch (request.operation) {
    case 'DescribeVirtualInterfaces':
      if (id === '') return 'listing';
      return confirmed.has(id) ? 'settled' : 'described';
    case 'ConfirmPrivateVirtualInterface':
    case 'ConfirmTransitVirtualInterface':
      return 'confirmed';
    case 'DescribeConnections':
      return 'connections';
    case 'GetCallerIdentity':
      return 'caller';
    case 'DescribeRouteTables':
      return 'tables';
    default:
      return 'gateways';
  }
}
