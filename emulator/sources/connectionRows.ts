import { aws, documented, each, type Members, type OperationRows, onAws, onEach } from './source.ts';

/** The members of an input that request a page: OUTSCALE documents no paging. */
export const PAGE: Members = { maxResults: aws('documentation'), nextToken: aws('model') };

/** The member of an answer that leads to the next page. */
export const NEXT_PAGE: Members = { nextToken: aws('model') };

const NOT_SHOWN = 'OUTSCALE documents none, and no answer shows it';

export const CONNECTION_ROWS: OperationRows = {
  CreateConnection: {
    service: 'directconnect',
    effect: onEach('documentation', 'documentation'),
    note: '',
    input: {
      location: documented({ note: 'any text' }),
      bandwidth: documented({ note: 'any text' }),
      connectionName: documented(),
      lagId: aws('model'),
      providerName: each('inference', 'model', { note: NOT_SHOWN }),
      tags: each('inference', 'model', { shape: 'tag', note: NOT_SHOWN }),
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
    },
    output: 'lag',
  },
  DescribeLags: {
    ...LAG,
    input: { lagId: aws('model'), ...PAGE },
    output: { lags: aws('model', { shape: 'lag' }), ...NEXT_PAGE },
  },
  AssociateConnectionWithLag: {
    ...LAG,
    note: 'interfaces of the connection move to the LAG',
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
