import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { systemClock } from './adapters/connect.ts';
import { functionCredentials } from './adapters/credentials.ts';
import { createHandler } from './compose.ts';

const SERVICE = { serviceName: 'vif-acceptor' };

/** What Lambda calls, with `{"target": "NAME"}`. */
export const handler = createHandler({
  env: process.env,
  clock: systemClock,
  logger: new Logger(SERVICE),
  metrics: new Metrics({ ...SERVICE, namespace: 'VifAcceptor' }),
  credentials: functionCredentials,
});
