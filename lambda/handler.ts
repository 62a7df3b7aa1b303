import { Metrics } from '@aws-lambda-powertools/metrics';
import { createEventBridgeAnnouncer } from './adapters/announcers/eventBridge.ts';
import { systemClock } from './adapters/connect.ts';
import { functionCredentials } from './adapters/credentials.ts';
import { createDynamoLedger } from './adapters/ledgers/dynamo/index.ts';
import { openTable } from './adapters/ledgers/dynamo/table.ts';
import { createLog } from './adapters/log.ts';
import { createHandler } from './compose.ts';

const SERVICE = { serviceName: 'vif-acceptor' };

/** What Lambda calls, with `{"target": "NAME"}`. */
export const handler = createHandler({
  env: process.env,
  clock: systemClock,
  logger: createLog(SERVICE.serviceName),
  metrics: new Metrics({ ...SERVICE, namespace: 'VifAcceptor' }),
  credentials: functionCredentials,
  ledger: (table) => createDynamoLedger(openTable(table), systemClock),
  announcer: createEventBridgeAnnouncer(),
});
