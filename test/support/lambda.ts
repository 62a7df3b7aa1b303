import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import type { LoadedPolicy } from '../../core/policyText.ts';
import { writePolicy } from '../../core/policyText.ts';
import type { RunReport } from '../../core/runReport.ts';

/** Creates a policy folder like `/opt/policy` of the function. It is removed after the test. */
export function policyFolder(...policies: readonly LoadedPolicy[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const { policy } of policies) writeFileSync(join(dir, `${policy.target}.json`), writePolicy(policy));
  writeFileSync(join(dir, 'revision.txt'), 'v1.2.3-4-gabcdef0\n');
  return dir;
}

/** The context that Lambda passes to a function. */
export function lambdaContext(remainingMs = 240_000): Context {
  const nothing = (): void => {};
  return {
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'vif-acceptor',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-3:000000000000:function:vif-acceptor',
    logGroupName: 'test',
    logStreamName: 'test',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => remainingMs,
    done: nothing,
    fail: nothing,
    succeed: nothing,
  };
}

/** The requests of all runs in the function's log. */
export function requestsInLog(log: readonly string[]): Pick<RunReport, 'requests'> {
  const lines = log.join('').split('\n').filter(Boolean);
  return { requests: lines.map((line) => JSON.parse(line)).flatMap(({ request = [] }) => request) };
}
