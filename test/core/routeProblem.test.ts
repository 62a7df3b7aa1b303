import { describe, expect, it } from 'vitest';
import type { AssociationType, InterfaceKind } from '../../core/kinds.ts';
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

/** Associations with a virtual private gateway, in these states. */
function through(...states: (string | null)[]): Routing {
  return {
    kind: 'directConnect',
    associations: states.map((state) => ({ state, type: 'virtualPrivateGateway' })),
  };
}

describe('a gateway has an onward route', () => {
  it.each<[string, string, Routing]>([
    ['to the only route table of its VPC', VGW.prod, virtual(aTable('rtb-1', VGW.prod))],
    ['to one of several', VGW.prod, virtual(aTable('rtb-1'), aTable('rtb-2', VGW.lab, VGW.prod))],
    ['by an association', DX_GATEWAY, through('associated')],
    ['by one of several', DX_GATEWAY, through('disassociated', 'associated')],
    ['by one that is being made', DX_GATEWAY, through('associating')],
    ['by one whose prefixes are being changed', DX_GATEWAY, through('updating')],
    ['possibly, by an association in an unknown state', DX_GATEWAY, through('resting')],
    ['possibly, by an association without a state', DX_GATEWAY, through(null)],
  ])('%s', (_, gateway, routing) => {
    expect(findRouteProblem(gateway, 'private', routing, 'eu-west-2', AWS)).toBeNull();
  });
});

describe('a gateway has no onward route, which is reported with a fix', () => {
  it.each<[string, string, Routing, message: string, fix: string]>([
    [
      'if the only route table of its VPC has no route to it',
      VGW.prod,
      virtual(aTable('rtb-1a2b3c4d', VGW.lab)),
      `gateway \`${VGW.prod}\` does not propagate its routes to a route table of \`vpc-1\` (\`rtb-1a2b3c4d\`), and no route there targets it`,
      `aws ec2 enable-vgw-route-propagation --route-table-id rtb-1a2b3c4d --gateway-id ${VGW.prod}`,
    ],
    [
      'if none of several has one: a person chooses the table',
      VGW.prod,
      virtual(...['1', '2', '3', '4', '5', '6', '7'].map((n) => aTable(`rtb-${n}`))),
      'of `vpc-1` (`rtb-1`, `rtb-2`, `rtb-3`, `rtb-4`, `rtb-5` and 2 more)',
      `aws ec2 enable-vgw-route-propagation --route-table-id ROUTE_TABLE_ID --gateway-id ${VGW.prod}`,
    ],
    [
      'if the ID of the table is not safe for a shell',
      VGW.prod,
      virtual(aTable('rtb-1;reboot\u001b')),
      '(`rtb-1;reboot\\u{1b}`)',
      `aws ec2 enable-vgw-route-propagation --route-table-id ROUTE_TABLE_ID --gateway-id ${VGW.prod}`,
    ],
    [
      'if it is no longer attached to a VPC',
      VGW.prod,
      { kind: 'virtual', vpcs: [], tables: [] },
      `gateway \`${VGW.prod}\` is not attached to a VPC`,
      `aws ec2 attach-vpn-gateway --vpn-gateway-id ${VGW.prod} --vpc-id VPC_ID`,
    ],
    [
      'if it is not associated',
      DX_GATEWAY,
      through(),
      `Direct Connect gateway \`${DX_GATEWAY}\` is not associated with a virtual private gateway`,
      `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${DX_GATEWAY} --gateway-id VGW_ID`,
    ],
    [
      'if it is no longer associated',
      DX_GATEWAY,
      through('disassociating', 'disassociated'),
      `Direct Connect gateway \`${DX_GATEWAY}\` is not associated with a virtual private gateway`,
      `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${DX_GATEWAY} --gateway-id VGW_ID`,
    ],
  ])('%s', (_, gateway, routing, message, fix) => {
    expect(findRouteProblem(gateway, 'private', routing, 'eu-west-2', AWS)).toEqual({
      message: expect.stringMatching(/^available, but carries no traffic: /),
      fix: `${fix} ${REGION}`,
    });
    expect(findRouteProblem(gateway, 'private', routing, 'eu-west-2', AWS)?.message).toContain(message);
  });

  it('the fix has the endpoint that the AWS CLI does not know', () => {
    expect(findRouteProblem(VGW.prod, 'private', virtual(aTable('rtb-1')), 'eu-west-2', OUTSCALE)?.fix).toBe(
      `aws ec2 enable-vgw-route-propagation --route-table-id rtb-1 --gateway-id ${VGW.prod} ${REGION} --endpoint-url ${FCU}`,
    );
    expect(
      findRouteProblem(DX_GATEWAY, 'private', through(), 'eu-west-2', { ...OUTSCALE, gateways: null })?.fix,
    ).toContain(`--endpoint-url ${OUTSCALE.directConnect}`);
  });
});

describe('a Direct Connect gateway leads on from an interface', () => {
  const to = (type: AssociationType | null): Routing => ({
    kind: 'directConnect',
    associations: [{ state: 'associated', type }],
  });
  it.each<[kind: InterfaceKind | null, AssociationType | null, placeholder: string | null]>([
    ['private', 'virtualPrivateGateway', null],
    ['private', 'transitGateway', 'VGW_ID'],
    ['private', 'coreNetwork', 'VGW_ID'],
    ['transit', 'transitGateway', null],
    ['transit', 'coreNetwork', null],
    ['transit', 'virtualPrivateGateway', 'TGW_ID'],
    ['transit', null, null],
    [null, 'transitGateway', null],
  ])('of kind %s by an association with a %s, or needs one with %s', (kind, type, placeholder) => {
    const problem = findRouteProblem(DX_GATEWAY, kind, to(type), 'eu-west-2', AWS);
    expect(problem?.fix ?? null).toEqual(
      placeholder === null ? null : expect.stringContaining(`--gateway-id ${placeholder} `),
    );
  });

  it('of an unknown kind by no association, which names neither', () => {
    const problem = findRouteProblem(DX_GATEWAY, null, through(), 'eu-west-2', AWS);
    expect(problem?.fix).toContain('--gateway-id GATEWAY_ID ');
  });
});
