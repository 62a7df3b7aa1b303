import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { recipientKey } from '../../core/policy.ts';
import { loadPolicy, writePolicy } from '../../core/policyText.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { readSettings } from '../../lambda/settings.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { startApi } from '../support/apiServer.ts';
import { compiledPolicies } from '../support/compiledPolicies.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext } from '../support/lambda.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { answerQuestions, POLICY } from './fakeProvider.ts';
import { expectPrintable, expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

const functionDoor = fuzzTarget("the function's policy, event and environment");
const TEXT = writePolicy(POLICY.policy);
const { recipient } = POLICY.policy;

beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The function with a provider that answers correctly. */
async function startFunction() {
  let answer = answerQuestions({});
  const api = await startApi((request) => answer(request));
  onTestFinished(() => api.close());
  const dir = writeTempFiles({ 'revision.txt': 'v1', 'hub.json': TEXT });
  const invoke = (event: unknown, env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    answer = answerQuestions({});
    const handler = createHandler({
      env: {
        VIF_ACCEPTOR_POLICY_DIR: dir,
        VIF_ACCEPTOR_ENDPOINT: api.url,
        VIF_ACCEPTOR_GATEWAY_ENDPOINT: api.url,
        VIF_ACCEPTOR_TABLE: 'ledger',
        ...env,
      },
      clock: systemClock,
      logger: new Logger({ serviceName: 'vif-acceptor' }),
      metrics: new Metrics({ serviceName: 'vif-acceptor', namespace: 'VifAcceptor' }),
      credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
      ledger: () => createInMemoryLedger(systemClock),
      eventPublisher: recordingPublisher(),
    });
    return handler(event, lambdaContext());
  };
  return { dir, invoke, received: api.received };
}

/** The result of an invocation: `done`, or the name of its error, whose message must be printable. */
async function endOf(invoked: Promise<unknown>): Promise<string> {
  try {
    await invoked;
    return 'done';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    expectPrintable(error.message);
    expect(error.name).toMatch(/^(PolicyRefused|EventRefused|SettingRefused|EndpointRefused)$/);
    return error.name;
  }
}

const PIECES = fc.oneof(
  maliciousJson,
  maliciousText,
  fc.constantFrom('"limit":null,', '"freeze":false,', '[', '}', ' '),
);

describe('with any text as the compiled policy', () => {
  it(
    'it is rejected with its own error type, unless it is a complete policy in canonical form',
    LONG,
    async () => {
      const complete = compiledPolicies.map((policy) => writePolicy({ ...policy, target: 'hub', recipient }));
      const texts = fc.oneof(
        complete,
        // The same policies in another form.
        complete.map((text) => JSON.stringify(JSON.parse(text), null, 1)),
        compiledPolicies.chain((policy) =>
          fc.oneof(replaceValues(policy), mutateText(writePolicy(policy), TOKENS.json, PIECES)),
        ),
        replaceValues(POLICY.policy),
        mutateText(TEXT, TOKENS.json, PIECES),
        maliciousJson,
        maliciousText,
      );
      const seen = await functionDoor.fuzz(500, texts, async (text) => {
        const way = await endOf((async () => loadPolicy(text, 'hub'))());
        if (way === 'done') expect(writePolicy(loadPolicy(text, 'hub').policy)).toBe(text);
        return way;
      });
      expectSome(seen, 'PolicyRefused', 'done');
    },
  );

  it('the function makes no call', LONG, async () => {
    const { dir, invoke, received } = await startFunction();
    const texts = mutateText(TEXT, TOKENS.json, fc.oneof(maliciousText, fc.constantFrom('{', ']', ',,')));
    const seen = await functionDoor.fuzz(60, texts, async (text) => {
      writeFileSync(join(dir, 'hub.json'), text);
      const before = received.length;
      const way = await endOf(invoke({ target: 'hub' }));
      if (way !== 'done') expect(received).toHaveLength(before);
      return way;
    });
    expectSome(seen, 'PolicyRefused');
  });
});

describe('with any event', () => {
  it('the function rejects it with a named error, unless it names one of its targets', LONG, async () => {
    const { invoke, received } = await startFunction();
    const events = fc.oneof(
      maliciousJson.map((text): unknown => JSON.parse(text)),
      maliciousJson.map((text): unknown => JSON.parse(`{"target":${text}}`)),
      maliciousText.map((target) => ({ target, more: 1 })),
      fc.constantFrom({ target: 'hub' }, { target: 'hub', __proto__: null }, ['hub'], 'hub', undefined),
    );
    const seen = await functionDoor.fuzz(200, events, async (event) => {
      const before = received.length;
      const way = await endOf(invoke(event));
      if (way !== 'done') expect(received).toHaveLength(before);
      return way;
    });
    expectSome(seen, 'EventRefused', 'done');
  });
});

describe('in any environment', () => {
  const NAMES = [
    'POLICY_DIR',
    'ENDPOINT',
    'GATEWAY_ENDPOINT',
    'STS_ENDPOINT',
    'TABLE',
    'AVAILABLE_WITHIN_MINUTES',
  ];
  const valid = JSON.stringify({ hub: recipientKey(recipient) });
  const values = fc.oneof(
    maliciousText,
    maliciousJson,
    mutateText(valid, /[\w-]+|[\s\S]/g, PIECES),
    fc.constantFrom(
      valid,
      'https://host',
      'http://127.0.0.1:1',
      'http://host',
      'https://a@b',
      'https://h/p',
      '5',
      '1e3',
    ),
  );

  it('settings are read, or rejected with their name', LONG, async () => {
    const environments = fc.dictionary(
      fc.constantFrom(...NAMES.map((name) => `VIF_ACCEPTOR_${name}`)),
      values,
    );
    const seen = await functionDoor.fuzz(400, environments, (changes) => {
      const env = { VIF_ACCEPTOR_TABLE: 'ledger', ...changes };
      return endOf(
        (async () => {
          const { endpoints, availableWithinMs } = readSettings(env);
          for (const endpoint of Object.values(endpoints))
            expect(endpoint ?? 'https://').toMatch(/^(https:\/\/|http:\/\/(127\.|localhost|\[::1\]))/);
          expect(availableWithinMs).toBeGreaterThan(0);
        })(),
      );
    });
    expectSome(seen, 'done', 'SettingRefused', 'EndpointRefused');
  });

  it('an invalid policy folder is reported', LONG, async () => {
    const { invoke, received, dir } = await startFunction();
    mkdirSync(join(dir, 'folder', 'hub.json'), { recursive: true });
    const folders = fc.oneof(
      maliciousText.filter((text) => text !== ''),
      fc.constant(join(dir, 'folder')),
    );
    await functionDoor.fuzz(60, folders, async (folder) => {
      const way = await endOf(invoke({ target: 'hub' }, { VIF_ACCEPTOR_POLICY_DIR: folder }));
      // `EventRefused` if the folder exists by chance: it has no policy of the target.
      expect(['PolicyRefused', 'EventRefused']).toContain(way);
      expect(received).toEqual([]);
      return way;
    });
  });
});
