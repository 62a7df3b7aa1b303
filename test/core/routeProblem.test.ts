import { describe, expect, it } from 'vitest';
import type { RouteTable, Routing } from '../../core/model.ts';
import { findRouteProblem } from '../../core/routeProblem.ts';
import { DX_GATEWAY, VGW } from '../support/builders.ts';

const FCU = 'https://fcu.eu-west-2.outscale.com';
const OUTSCALE = { directConnect: 'https://directlink.eu-west-2.outscale.com', gateways: FCU };
const AWS = { directConnect: null, gateways: null };
const REGION = '--region eu-west-2';

function aTable(id: string, ...gateways: string[]): RouteTable {
  return { id, vpc: 'vpc-1', gateways };
}

function virtual(...tables: RouteTable[]): Routing {
  return { kind: 'virtual', vpcs: ['vpc-1'], tables };
}

function through(...associations: (string | null)[]): Routing {
  return { kind: 'directConnect', associations };
}

describe('a gateway leads on', () => {
  it.each<[string, string, Routing]>([
    ['to the only route table of its VPC', VGW.prod, virtual(aTable('rtb-1', VGW.prod))],
    ['to one of several', VGW.prod, virtual(aTable('rtb-1'), aTable('rtb-2', VGW.lab, VGW.prod))],
    ['by an association', DX_GATEWAY, through('associated')],
    ['by one of several', DX_GATEWAY, through('disassociated', 'associated')],
    ['by one that is being made', DX_GATEWAY, through('associating')],
    ['by one whose prefixes are being changed', DX_GATEWAY, through('updating')],
    ['perhaps, by one in a state that nobody heard of', DX_GATEWAY, through('resting')],
    ['perhaps, by one whose state is not known', DX_GATEWAY, through(null)],
  ])('%s', (_, gateway, routing) => {
    expect(findRouteProblem(gateway, routing, 'eu-west-2', AWS)).toBeNull();
  });
});

describe('a gateway leads nowhere, which is told with what mends it', () => {
  it.each<[string, string, Routing, message: string, mend: string]>([
    [
      'when the only route table of its VPC does not know it',
      VGW.prod,
      virtual(aTable('rtb-1a2b3c4d', VGW.lab)),
      `gateway \`${VGW.prod}\` propagates its routes to no route table of \`vpc-1\` (\`rtb-1a2b3c4d\`), and no route there leads to it`,
      `aws ec2 enable-vgw-route-propagation --route-table-id rtb-1a2b3c4d --gateway-id ${VGW.prod}`,
    ],
    [
      'when none of several does: which is wanted is for a person to say',
      VGW.prod,
      virtual(...['1', '2', '3', '4', '5', '6', '7'].map((n) => aTable(`rtb-${n}`))),
      'of `vpc-1` (`rtb-1`, `rtb-2`, `rtb-3`, `rtb-4`, `rtb-5` and 2 more)',
      `aws ec2 enable-vgw-route-propagation --route-table-id ROUTE_TABLE_ID --gateway-id ${VGW.prod}`,
    ],
    [
      'when the API calls the table what no shell should read',
      VGW.prod,
      virtual(aTable('rtb-1;reboot\u001b')),
      '(`rtb-1;reboot\\u{1b}`)',
      `aws ec2 enable-vgw-route-propagation --route-table-id ROUTE_TABLE_ID --gateway-id ${VGW.prod}`,
    ],
    [
      'when it is attached to no VPC any more',
      VGW.prod,
      { kind: 'virtual', vpcs: [], tables: [] },
      `gateway \`${VGW.prod}\` is attached to no VPC`,
      `aws ec2 attach-vpn-gateway --vpn-gateway-id ${VGW.prod} --vpc-id VPC_ID`,
    ],
    [
      'when it is associated with nothing',
      DX_GATEWAY,
      through(),
      `Direct Connect gateway \`${DX_GATEWAY}\` is associated with no gateway of a VPC`,
      `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${DX_GATEWAY} --gateway-id VGW_ID`,
    ],
    [
      'when it is associated with nothing any more',
      DX_GATEWAY,
      through('disassociating', 'disassociated'),
      `Direct Connect gateway \`${DX_GATEWAY}\` is associated with no gateway of a VPC`,
      `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${DX_GATEWAY} --gateway-id VGW_ID`,
    ],
  ])('%s', (_, gateway, routing, message, mend) => {
    expect(findRouteProblem(gateway, routing, 'eu-west-2', AWS)).toEqual({
      message: expect.stringMatching(/^available, and carries no traffic: /),
      mend: `${mend} ${REGION}`,
    });
    expect(findRouteProblem(gateway, routing, 'eu-west-2', AWS)?.message).toContain(message);
  });

  it('and with the endpoint that the AWS CLI does not know', () => {
    expect(findRouteProblem(VGW.prod, virtual(aTable('rtb-1')), 'eu-west-2', OUTSCALE)?.fix).toBe(
      `aws ec2 enable-vgw-route-propagation --route-table-id rtb-1 --gateway-id ${VGW.prod} ${REGION} --endpoint-url ${FCU}`,
    );
    expect(
      findRouteProblem(DX_GATEWAY, through(), 'eu-west-2', { ...OUTSCALE, gateways: null })?.fix,
    ).toContain(`--endpoint-url ${OUTSCALE.directConnect}`);
  });
});
