import { Metrics } from '@aws-lambda-powertools/metrics';
import { systemClock } from '../adapters/connectApis.ts';
import { createEventBridgePublisher } from '../adapters/events/eventBridgePublisher.ts';
import { createSecretLookup, functionCredentials } from '../adapters/functionCredentials.ts';
import { createDynamoLedger } from '../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { createHandler } from './createHandler.ts';
import { createLogger } from './logger.ts';

/** One for the process: targets that share a secret cause one call in ten minutes. */
const secretNamed = createSecretLookup();

const SERVICE = { serviceName: 'vif-acceptor' };

/** The entry point that Lambda calls with `{"target": "NAME"}`. */
export const handler = createHandler({
  env: process.env,
  clock: systemClock,
  logger: createLogger(SERVICE.serviceName),
  metrics: new Metrics({ ...SERVICE, namespace: 'VifAcceptor' }),
  credentials: (recipient, target, stsEndpoint) =>
    functionCredentials(recipient, target, stsEndpoint, secretNamed),
  ledger: (table) => createDynamoLedger(openTable(table), systemClock),
  eventPublisher: createEventBridgePublisher({}, process.env.VIF_ACCEPTOR_EVENT_RESOURCE || null),
});
