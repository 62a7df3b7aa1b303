import { aws, documented, type Members, type OperationRows, onAws, onEach } from './source.ts';

/** The members of an input that request a page: OUTSCALE documents no paging. */
export const PAGE: Members = { maxResults: aws('documentation'), nextToken: aws('model') };

/** The member of an answer that leads to the next page. */
export const NEXT_PAGE: Members = { nextToken: aws('model') };

export const CONNECTION_ROWS: OperationRows = {
  CreateConnection: {
    service: 'directconnect',
    effect: onEach('documentation', 'documentation'),
    note: '',
    input: {
      location: documented({ note: 'any text but an empty one' }),
      bandwidth: documented({ note: 'any number of Mbps, Gbps or Tbps' }),
      connectionName: documented(),
      lagId: aws('model'),
      providerName: aws('model'),
      requestMACSec: aws('inference', { note: '`false` only: there is no MACsec' }),
      tags: aws('model', { shape: 'tag' }),
    },
    output: 'connection',
  },
  DescribeConnections: {
    service: 'directconnect',
    effect: onEach('documentation', 'documentation'),
    note: 'only connections of the caller: a recipient does not see that of its interface (inference)',
    input: { connectionId: documented(), ...PAGE },
    output: { connections: documented({ shape: 'connection' }), ...NEXT_PAGE },
  },
  DeleteConnection: {
    service: 'directconnect',
    effect: onEach('documentation', 'model'),
    note: 'refused while it carries an interface or a hosted connection, or its LAG needs it; then `deleted` for 15 minutes (inference)',
    input: { connectionId: documented() },
    output: 'connection',
  },
  UpdateConnection: {
    service: 'directconnect',
    effect: onAws('model'),
    note: '',
    input: {
      connectionId: aws('model'),
      connectionName: aws('model'),
      encryptionMode: aws('inference', { note: '`no_encrypt` only: there is no MACsec' }),
    },
    output: 'connection',
  },
  DescribeLocations: {
    service: 'directconnect',
    effect: onEach('documentation', 'model'),
    note: 'made-up locations, and those of the connections that exist; every other location can be used too',
    input: {},
    output: { locations: documented({ shape: 'location' }) },
  },
};

const TAGGED = { service: 'directconnect', effect: onAws('model') } as const;
const OF_BOTH =
  'an ARN has the account of the caller; both accounts of an interface see and change the same tags (inference)';

export const TAG_ROWS: OperationRows = {
  DescribeTags: {
    ...TAGGED,
    note: OF_BOTH,
    input: { resourceArns: aws('model') },
    output: { resourceTags: aws('model', { shape: 'resourceTag' }) },
  },
  TagResource: {
    ...TAGGED,
    note: OF_BOTH,
    input: { resourceArn: aws('model'), tags: aws('model', { shape: 'tag' }) },
    output: {},
  },
  UntagResource: {
    ...TAGGED,
    note: '',
    input: { resourceArn: aws('model'), tagKeys: aws('model') },
    output: {},
  },
};

const HOSTED = { service: 'directconnect', effect: onAws('model') } as const;

export const HOSTED_CONNECTION_ROWS: OperationRows = {
  AllocateHostedConnection: {
    ...HOSTED,
    note: 'any account, on its own connection or LAG: there are no interconnects (inference)',
    input: {
      connectionId: aws('inference'),
      ownerAccount: aws('model'),
      bandwidth: aws('model'),
      connectionName: aws('model'),
      vlan: aws('model', { note: '1 to 4094, not used by another interface or hosted connection' }),
      tags: aws('model', { shape: 'tag' }),
    },
    output: 'connection',
  },
  AssociateHostedConnection: {
    ...HOSTED,
    note: '',
    input: { connectionId: aws('model'), parentConnectionId: aws('model') },
    output: 'connection',
  },
  ConfirmConnection: {
    ...HOSTED,
    note: 'by its owner; a deletion instead declines it, as `rejected`',
    input: { connectionId: aws('model') },
    output: { connectionState: aws('model') },
  },
  DescribeHostedConnections: {
    ...HOSTED,
    note: 'those that are not deleted',
    input: { connectionId: aws('model'), ...PAGE },
    output: { connections: aws('model', { shape: 'connection' }), ...NEXT_PAGE },
  },
};

const LAG = { service: 'directconnect', effect: onAws('documentation'), note: '' } as const;
const MEMBERSHIP: Members = { connectionId: aws('model'), lagId: aws('model') };

export const LAG_ROWS: OperationRows = {
  CreateLag: {
    ...LAG,
    input: {
      numberOfConnections: aws('documentation'),
      location: aws('model'),
      connectionsBandwidth: aws('documentation'),
      lagName: aws('model'),
      connectionId: aws('model'),
      tags: aws('model', { shape: 'tag' }),
      childConnectionTags: aws('model', { shape: 'tag' }),
      providerName: aws('model'),
      requestMACSec: aws('inference', { note: '`false` only: there is no MACsec' }),
    },
    output: 'lag',
  },
  UpdateLag: {
    ...LAG,
    input: {
      lagId: aws('model'),
      lagName: aws('model'),
      minimumLinks: aws('model', { note: 'at most its connections (inference)' }),
      encryptionMode: aws('inference', { note: '`no_encrypt` only: there is no MACsec' }),
    },
    output: 'lag',
  },
  DeleteLag: {
    ...LAG,
    note: 'refused while it carries an interface or a hosted connection; its connections stay (inference)',
    input: { lagId: aws('model') },
    output: 'lag',
  },
  DescribeLags: {
    ...LAG,
    input: { lagId: aws('model'), ...PAGE },
    output: { lags: aws('model', { shape: 'lag' }), ...NEXT_PAGE },
  },
  AssociateConnectionWithLag: {
    ...LAG,
    note: 'interfaces of the connection move to the LAG; refused above the maximum of its bandwidth, and if another LAG needs it',
    input: MEMBERSHIP,
    output: 'connection',
  },
  DisassociateConnectionFromLag: {
    ...LAG,
    note: 'its interfaces stay on the LAG',
    input: MEMBERSHIP,
    output: 'connection',
  },
};
