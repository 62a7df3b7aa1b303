import { expect, onTestFinished } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { describeRun } from '../../cli/output/runText.ts';
import { AVAILABLE_WITHIN_MS } from '../../core/followUp.ts';
import { agreedKeyDigests } from '../../core/policy.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { EventPublisher, Ledger } from '../../run/ports.ts';
import { executeRun } from '../../run/run.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { type Received, type Reply, startApi } from '../support/apiServer.ts';
import { testClock } from '../support/testClock.ts';
import { expectPrintable } from './fuzzTarget.ts';

/** A request to the provider's API and its answer. */
export interface Exchange {
  readonly request: Received;
  readonly reply: Reply;
}

/** Starts a provider on loopback with scripted answers, and executes runs on it with the real adapters. It is stopped after the test. */
export async function startRuns(loaded: LoadedPolicy, eventPublisher: EventPublisher | null = null) {
  let answer: (request: Received) => Reply = () => ({ does: 'reset' });
  let exchanges: Exchange[] = [];
  const api = await startApi((request) => {
    const reply = answer(request);
    exchanges.push({ request, reply });
    return reply;
  });
  const key = { accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' };
  const apis = connect(
    loaded.policy.recipient,
    key,
    { directConnect: api.url, gateways: api.url, identity: api.url },
    3000,
    agreedKeyDigests(loaded.policy),
  );
  onTestFinished(async () => {
    apis.close();
    await api.close();
  });
  const clock = testClock();
  return {
    clock,
    /** Executes a run with these answers, and with an empty ledger unless one is given. */
    run: async (answering: typeof answer, ledger: Ledger = createInMemoryLedger(clock)) => {
      answer = answering;
      exchanges = [];
      const report = await executeRun({
        loaded,
        revision: 'test',
        ports: { ...apis, clock, ledger, eventPublisher },
        callerChecks: { checkedAt: new Map() },
        outage: { publishedCodes: null },
        requestTimeoutMs: 3000,
        leaseMs: 60_000,
        remaining: () => Number.POSITIVE_INFINITY,
        availableWithinMs: AVAILABLE_WITHIN_MS,
        endpoint: apis.endpoint,
        gatewayEndpoint: apis.gatewayEndpoint,
        dryRun: false,
      });
      return { report, exchanges };
    },
  };
}

/** Checks that every failure is reported with a printable message, and that there is no internal error. */
export function expectReported(report: RunReport): void {
  const { status, failures, warnings, requests, ignored, ungranted } = report;
  expect(status).toBe(failures.length > 0 ? 'failed' : 'completed');
  expect(failures.filter(({ code }) => code === 'internal')).toEqual([]);
  const reasons = requests.flatMap(({ decision }) => (decision.verdict === 'hold' ? decision.reasons : []));
  for (const { message } of [...failures, ...warnings, ...ignored, ...ungranted, ...reasons])
    expectPrintable(message);
  for (const { outcome, message, decision } of requests) {
    if (message !== null) expectPrintable(message);
    if (outcome === 'held') expect(decision.verdict).toBe('hold');
    if (outcome === 'failed' || outcome === 'gone') expect(message).not.toBeNull();
  }
  expectPrintable(describeRun(report, PLAIN), 'lines');
}

const PLAIN = { good: String, bad: String, warn: String, faint: String, columns: Number.POSITIVE_INFINITY };
