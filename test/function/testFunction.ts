import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { SIMPLE_POLICY } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { policyFolder } from '../support/lambda.ts';

/** The tables for which a ledger was created. */
export const tables: string[] = [];
/** The lines that the function writes to its log. */
export const log: string[] = [];

beforeEach(() => {
  tables.length = 0;
  log.length = 0;
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The function as it runs in Lambda, except for its keys and its cloud. */
export function functionOn(
  cloud: Emulator,
  env: Record<string, string> = {},
  eventPublisher: EventPublisher = recordingPublisher(),
) {
  return createHandler({
    env: {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY),
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_TABLE: 'ledger',
      VIF_ACCEPTOR_TARGET_METRICS: 'true',
      ...env,
    },
    clock: systemClock,
    logger: new Logger({ serviceName: 'vif-acceptor' }),
    metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: (table) => {
      tables.push(table);
      return createInMemoryLedger(systemClock);
    },
    eventPublisher,
  });
}

/** The log as objects. */
export function logLines(): Record<string, unknown>[] {
  return log
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line): Record<string, unknown> => JSON.parse(line));
}

/** The one metrics document that an invocation writes. */
export function metrics(): Record<string, unknown> {
  const documents = logLines().filter((line) => '_aws' in line);
  expect(documents).toHaveLength(1);
  return documents[0] ?? {};
}

/** The codes of the failures that runs reported. */
export function failureCodes(): unknown[] {
  return logLines().flatMap(({ failures }) => (failures === undefined ? [] : [Object(failures).code]));
}
