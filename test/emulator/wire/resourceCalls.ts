import { IDS, onBothProviders, type Variants } from './callVariant.ts';

const { account, connection, other, lag, member, request, hub, spareHub, association } = IDS;
const client = 'DirectConnectClientException';
const tags = [{ key: 'team/@', value: 'Zoë + Söhne: 1=1' }, { key: '署名' }];
const arn = (resource: string) => `arn:aws:directconnect:eu-west-2:${account}:${resource}`;
const connectionArn = arn(`dxcon/${connection}`);

/** Calls of Direct Connect about tags, and about resources that exist already. */
export const RESOURCE_CALLS: Variants = {
  DescribeTags: [
    { says: 'of a connection', input: { resourceArns: [connectionArn] } },
    {
      says: 'of each kind of resource',
      input: {
        resourceArns: [
          arn(`dxlag/${lag}`),
          arn(`dxvif/${request}`),
          `arn:aws:directconnect::${account}:dx-gateway/${hub}`,
        ],
      },
    },
    { says: 'of nothing that exists', input: { resourceArns: ['dxcon'] }, refused: onBothProviders(client) },
  ],
  TagResource: [
    { says: 'with two', input: { resourceArn: connectionArn, tags } },
    {
      says: 'with one twice',
      input: { resourceArn: connectionArn, tags: [{ key: 'a' }, { key: 'a', value: 'b' }] },
      refused: onBothProviders('DuplicateTagKeysException'),
    },
  ],
  UntagResource: [{ says: 'two', input: { resourceArn: connectionArn, tagKeys: ['team/@', '署名'] } }],
  DescribeLocations: [{ says: 'all', input: {} }],
  DeleteConnection: [
    { says: 'one', input: { connectionId: other } },
    { says: 'one in use', input: { connectionId: connection }, refused: onBothProviders(client) },
    {
      says: 'one that is not there',
      input: { connectionId: 'dxcon-00000000' },
      refused: onBothProviders(client),
    },
  ],
  UpdateConnection: [
    {
      says: 'its name',
      input: { connectionId: connection, connectionName: 'é', encryptionMode: 'no_encrypt' },
    },
    {
      says: 'its encryption, which is not emulated',
      input: { connectionId: connection, encryptionMode: 'must_encrypt' },
      refused: onBothProviders(client),
    },
  ],
  UpdateLag: [
    {
      says: 'all of it',
      input: { lagId: lag, lagName: 'é', minimumLinks: 1, encryptionMode: 'no_encrypt' },
    },
    {
      says: 'more links than it has',
      input: { lagId: lag, minimumLinks: 2 },
      refused: onBothProviders(client),
    },
  ],
  DeleteLag: [
    { says: 'one', input: { lagId: lag } },
    { says: 'one that is not there', input: { lagId: member }, refused: onBothProviders(client) },
  ],
  UpdateDirectConnectGateway: [
    {
      says: 'its name',
      input: { directConnectGatewayId: hub, newDirectConnectGatewayName: 'é' },
    },
  ],
  DeleteDirectConnectGateway: [
    { says: 'one', input: { directConnectGatewayId: spareHub } },
    { says: 'one in use', input: { directConnectGatewayId: hub }, refused: onBothProviders(client) },
  ],
  UpdateDirectConnectGatewayAssociation: [
    {
      says: 'its prefixes',
      input: {
        associationId: association,
        addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
        removeAllowedPrefixesToDirectConnectGateway: [{ cidr: '192.0.2.0/24' }],
      },
    },
  ],
};
