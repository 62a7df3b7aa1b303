import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import type { AcceptorEvent } from '../../core/events/event.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { type Reply, startApi } from '../support/apiServer.ts';
import { aRecipient } from '../support/builders.ts';
import { startEventBus } from '../support/eventBus.ts';
import { startSecretsManager } from '../support/secretsManager.ts';
import { fieldsOf } from './allowedConfirms.ts';
import { expectPrintable, expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

const platform = fuzzTarget('answers of Secrets Manager and EventBridge');
const SECRET = 'planted-secret-key';

afterEach(() => {
  vi.unstubAllEnvs();
});

function answer(body: string, status: number): Reply {
  return { does: 'answer', status, type: 'application/x-amz-json-1.1', body };
}

const statuses = fc.oneof({ weight: 8, arbitrary: fc.constant(200) }, fc.constantFrom(400, 403));

describe('with any answer of Secrets Manager', () => {
  const key = JSON.stringify({ accessKey: 'AK', secretKey: SECRET });
  // An entry of a secret that is one key, or of one that is a map of keys; `__proto__` is no entry.
  const entries = fc.constantFrom(null, null, 'acme', 'accessKey', '__proto__');
  const keys = JSON.stringify({ acme: { accessKey: 'AK', secretKey: SECRET }, other: null });
  const whole = { ARN: 'arn', Name: 'n', SecretString: key };
  const bodies = fc.oneof(
    mutateText(key, TOKENS.json, fc.oneof(maliciousJson, maliciousText)).map((SecretString) =>
      JSON.stringify({ SecretString }),
    ),
    mutateText(keys, TOKENS.json, fc.oneof(maliciousJson, maliciousText)).map((SecretString) =>
      JSON.stringify({ SecretString }),
    ),
    replaceValues(JSON.parse(key)).map((SecretString) => JSON.stringify({ SecretString })),
    replaceValues(whole),
    mutateText(JSON.stringify(whole), TOKENS.json, maliciousJson),
    maliciousJson,
    fc.constant(JSON.stringify(whole)),
  );

  it('the result is a key, or a failure that contains no part of it', LONG, async () => {
    const manager = await startSecretsManager('AK', SECRET);
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', manager.url);
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    const seen = await platform.fuzz(
      200,
      fc.tuple(bodies, statuses, entries),
      async ([body, status, entry]) => {
        manager.answer(answer(body, status));
        try {
          const credentials = { secret: 'name', ...(entry === null ? {} : { entry }) };
          const provide = functionCredentials(aRecipient({ credentials }), 'acme', null);
          if (typeof provide !== 'function') throw new Error('no provider of credentials');
          const { accessKeyId, secretAccessKey } = await provide();
          expect(accessKeyId).toMatch(/^\w+$/);
          expect(secretAccessKey).toMatch(/^[!-~]+$/);
          return 'a key';
        } catch (error) {
          if (!(error instanceof CredentialsUnusable)) throw error;
          expectPrintable(error.message);
          expect(error.message).not.toContain(SECRET);
          return 'reported as unusable';
        }
      },
    );
    expectSome(seen, 'a key', 'reported as unusable');
  });
});

describe('with any answer of EventBridge', () => {
  const events = ['a', 'b', 'c'].map(
    (id): AcceptorEvent => ({ id, type: 'Request Held', at: '2026-11-10T11:00:00.000Z', detail: { id } }),
  );
  const whole = {
    FailedEntryCount: 1,
    Entries: [{ EventId: '1' }, { ErrorCode: 'X', ErrorMessage: 'y' }, { EventId: '3' }],
  };
  const bodies = fc.oneof(
    replaceValues(whole),
    mutateText(JSON.stringify(whole), TOKENS.json, maliciousJson),
    maliciousJson,
  );
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

  it('only events with an ID of the bus are delivered, and the others are reported', LONG, async () => {
    let reply: Reply = answer('', 200);
    const bus = await startEventBus(undefined, () => reply);
    const publisher = createEventBridgePublisher({ endpoint: bus.url, region: 'eu-west-3', credentials });
    const seen = await platform.fuzz(200, fc.tuple(bodies, statuses), async ([body, status]) => {
      reply = answer(body, status);
      const { delivered, problem } = await publisher.publish(events);
      if (delivered.length < events.length) expectPrintable(problem ?? '');
      for (const id of delivered)
        expect(
          hasEventId(
            body,
            events.findIndex((one) => one.id === id),
          ),
        ).toBe(true);
      return delivered.length > 0 ? 'delivered' : 'reported as rejected';
    });
    expectSome(seen, 'delivered', 'reported as rejected');
  });
});

function hasEventId(body: string, place: number): boolean {
  const { Entries: entries } = fieldsOf(JSON.parse(body));
  return Array.isArray(entries) && typeof fieldsOf(entries[place]).EventId === 'string';
}

it('an endless answer of either service is reported', LONG, async () => {
  const api = await startApi(() => ({ does: 'pour', status: 200 }));
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const publisher = createEventBridgePublisher({ endpoint: api.url, region: 'eu-west-3', credentials });
  const { delivered, problem } = await publisher.publish([
    { id: 'a', type: 'Request Held', at: '2026-11-10T11:00:00.000Z', detail: {} },
  ]);
  expect(delivered).toEqual([]);
  expect(problem).toContain('the answer is larger than');
  await api.close();
});
