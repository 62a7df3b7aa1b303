import { dirname } from 'node:path';
import { type Connected, REQUEST_LIMIT_MS } from '../adapters/connect.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import type { Recipient } from '../core/model.ts';
import { quoteTrusted } from '../core/printableText.ts';
import type { RunReport } from '../core/runReport.ts';
import { type CompiledPolicy, oddRegion, revisionOf } from '../language/index.ts';
import type { Ports } from '../run/ports.ts';
import { executeRun } from '../run/run.ts';
import type { RunInput } from '../run/runContext.ts';
import { type ConnectOptions, connectTarget } from './connectTarget.ts';
import type { Progress } from './output/progress.ts';
import { paintFor } from './output/terminal.ts';

/**
 * How many targets are worked on at once. A pass spends its time waiting for answers, so a few hide each other's waiting. More
 * would gain little: one processor reads all answers, one ledger file takes all writes, and the calls of one account or one
 * address are limited in their rate.
 */
const AT_ONCE = 4;

/** What came of every target. */
export interface TargetResults<T> {
  /** in the order of the policies, whatever ended first; without those that threw */
  readonly results: readonly T[];
  /** Throws what the first one threw, if any did: for when everything else was told. */
  rethrow(): void;
}

type End<T> = { readonly result: T } | { readonly error: unknown };

/**
 * Visits every target, a few at a time; as one ends the next begins. Whatever one throws, the others are visited all the same,
 * and none is left running with its lease held.
 */
export async function forEachTarget<T>(
  policies: readonly CompiledPolicy[],
  visit: (compiled: CompiledPolicy) => Promise<T>,
): Promise<TargetResults<T>> {
  const ends: End<T>[] = [];
  const waiting = policies.entries();
  const visitSome = async (): Promise<void> => {
    // All take from one iterator, so each target is taken once.
    for (const [place, compiled] of waiting) ends[place] = await endOf(() => visit(compiled));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitSome));
  return {
    results: ends.flatMap((end) => ('result' in end ? [end.result] : [])),
    rethrow: () => {
      const failed = ends.find((end) => 'error' in end);
      if (failed !== undefined) throw failed.error;
    },
  };
}

async function endOf<T>(visit: () => Promise<T>): Promise<End<T>> {
  try {
    return { result: await visit() };
  } catch (error) {
    return { error };
  }
}

const known = new Map<string, string>();

/**
 * The revision of a policy file's folder. Git is asked once a folder: policies are read when a command begins, and asking
 * stops everything else in this process, which over many targets takes longer than their passes.
 */
function readPolicyRevision(file: string): string {
  const folder = dirname(file);
  const remembered = known.get(folder);
  if (remembered !== undefined) return remembered;
  const { name, problem } = revisionOf(folder);
  if (problem !== null)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} the revision of ${quoteTrusted(folder)} is reported as unknown: ${problem}; see what keeps git waiting there (\`git status\`)\n`,
    );
  known.set(folder, name);
  return name;
}

/** Options of every command that makes a pass. */
export interface RunTargetOptions extends ConnectOptions {
  readonly availableWithin?: number;
}

/** What a command has to say to each of its passes. */
interface Direction extends Pick<RunInput, 'remaining' | 'dryRun'> {
  readonly progress: Progress;
}

/** How long a pass may hold the lease, and so how long one that was killed keeps others out, in milliseconds. */
export const LEASE_MS = 5 * 60 * 1000;

/**
 * One pass over one target, with a person's own keys.
 * @param portsOf what the pass is to see of the world, given the provider's APIs
 */
export async function runTarget(
  { file, policy, digest }: CompiledPolicy,
  options: RunTargetOptions,
  portsOf: (connected: Connected) => Ports,
  { remaining, dryRun, progress }: Direction,
): Promise<RunReport> {
  const { availableWithin } = options;
  const connected = connectTarget(policy, options);
  try {
    const report = await executeRun({
      loaded: { policy, digest },
      revision: readPolicyRevision(file),
      ports: progress.watch(policy.target, portsOf(connected)),
      callerChecks: { checkedAt: new Map() },
      outage: { publishedCodes: null },
      requestTimeoutMs: REQUEST_LIMIT_MS,
      leaseMs: LEASE_MS,
      remaining,
      availableWithinMs: availableWithin === undefined ? AVAILABLE_WITHIN_MS : availableWithin * 60_000,
      endpoint: connected.endpoint,
      gatewayEndpoint: connected.gatewayEndpoint,
      dryRun,
    });
    return withOddRegion(report, policy.recipient);
  } finally {
    progress.finish(policy.target);
    connected.close();
  }
}

/** A region that does not exist has no host, which alone looks like a broken network. */
function withOddRegion(report: RunReport, recipient: Recipient): RunReport {
  const why = report.failures.some(({ code }) => code === 'api') ? oddRegion(recipient) : null;
  if (why === null) return report;
  const warning = {
    code: 'wrong-account-or-region',
    message: `${why}; fix \`recipient.region\`, if it is a slip`,
  } as const;
  return { ...report, warnings: [...report.warnings, warning] };
}
