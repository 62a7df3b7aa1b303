import { Metrics } from '@aws-lambda-powertools/metrics';
import { createEventBridgePublisher } from '../adapters/events/eventBridgePublisher.ts';
import { openTable } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { createWatcher } from './createWatcher.ts';
import { createLogger } from './logger.ts';

const SERVICE = { serviceName: 'vif-acceptor' };

/** The entry point that Lambda calls every minute. It reads nothing of the event. */
export const handler = createWatcher({
  env: process.env,
  clock: { now: () => new Date() },
  logger: createLogger(SERVICE.serviceName),
  metrics: new Metrics({ ...SERVICE, namespace: 'VifAcceptor' }),
  table: openTable,
  eventPublisher: createEventBridgePublisher(),
});
