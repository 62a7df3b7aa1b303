import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { RECIPIENT_ACCOUNT } from './plan/constants.ts';

/** The hosts of the cloud services. The names are loopback names, which are required for plain HTTP. */
export const HOSTS = {
  api: '127.0.0.1',
  gateways: '127.0.0.2',
  ledger: 'ledger.invalid',
  bus: 'bus.invalid',
} as const;

export const TABLE = 'ledger';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

function config(host: string) {
  return { region: 'eu-west-3', credentials: CREDENTIALS, endpoint: `https://${host}` };
}

/** The ledger as a process of the function, or a reader of it, opens it. */
export function openLedger(table: string, clock: Clock): Ledger {
  return createDynamoLedger(openTable(table, config(HOSTS.ledger)), clock);
}

/** A process of the deployed function with its own state. @param policyDir the layer of its version */
export function startFunctionProcess(policyDir: string, clock: Clock) {
  const service = { serviceName: 'vif-acceptor' };
  return createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyDir,
      VIF_ACCEPTOR_ENDPOINT: `http://${HOSTS.api}:1`,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: `http://${HOSTS.gateways}:1`,
      VIF_ACCEPTOR_TABLE: TABLE,
    },
    clock,
    logger: new Logger(service),
    metrics: new Metrics({ ...service, namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: (table) => openLedger(table, clock),
    eventPublisher: createEventBridgePublisher(config(HOSTS.bus)),
  });
}

export type FunctionProcess = ReturnType<typeof startFunctionProcess>;

/** The context that Lambda passes to a function. */
export function createContext(requestId: string, remaining: () => number): Context {
  const nothing = (): void => undefined;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'vif-acceptor',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-3:000000000000:function:vif-acceptor',
    logGroupName: 'soak',
    logStreamName: 'soak',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: remaining,
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}
