import { Metrics } from '@aws-lambda-powertools/metrics';
import { systemClock } from '../adapters/connectApis.ts';
import { createEventBridgePublisher } from '../adapters/events/eventBridgePublisher.ts';
import { functionCredentials } from '../adapters/functionCredentials.ts';
import { createDynamoLedger } from '../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { createHandler } from './createHandler.ts';
import { createLogger } from './logger.ts';

const SERVICE = { serviceName: 'vif-acceptor' };

/** The entry point that Lambda calls with `{"target": "NAME"}`. */
export const handler = createHandler({
  env: process.env,
  clock: systemClock,
  logger: createLogger(SERVICE.serviceName),
  metrics: new Metrics({ ...SERVICE, namespace: 'VifAcceptor' }),
  credentials: functionCredentials,
  ledger: (table) => createDynamoLedger(openTable(table), systemClock),
  eventPublisher: createEventBridgePublisher(),
});
