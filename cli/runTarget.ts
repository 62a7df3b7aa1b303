import { dirname } from 'node:path';
import { type Connected, REQUEST_LIMIT_MS } from '../adapters/connectApis.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import type { Recipient } from '../core/model.ts';
import { agreedKeyDigests } from '../core/policy.ts';
import { quoteTrusted } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import type { RunReport } from '../core/runReport.ts';
import { type CompiledPolicy, explainUnknownRegion, readRevision } from '../language/index.ts';
import type { Ports } from '../run/ports.ts';
import { executeRun } from '../run/run.ts';
import type { RunInput } from '../run/runContext.ts';
import {
  type ConnectOptions,
  connectTarget,
  explainIgnoredEndpoints,
  findOscCliProfile,
} from './connectTarget.ts';
import type { Progress } from './output/progress.ts';
import { paintFor } from './output/terminal.ts';
import { explainOtherRegion } from './outscaleSettings.ts';

/** Options of every command that makes a run. */
export interface RunTargetOptions extends ConnectOptions {
  readonly availableWithin?: number;
}

/** Settings that a command passes to each of its runs. */
interface RunSettings extends Pick<RunInput, 'remaining' | 'dryRun'> {
  readonly progress: Progress;
}

/** Duration of the lease, and so how long a killed run keeps others out, in milliseconds. */
export const LEASE_MS = 5 * 60 * 1000;

/**
 * Runs once over one target, with the user's own credentials.
 * @param portsOf creates the ports of the run from those of the provider's APIs
 */
export async function runTarget(
  { file, policy, digest }: CompiledPolicy,
  options: RunTargetOptions,
  portsOf: (connected: Connected) => Ports,
  { remaining, dryRun, progress }: RunSettings,
): Promise<RunReport> {
  const { availableWithin } = options;
  const connected = connectTarget(policy, options, agreedKeyDigests(policy));
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
      oscCli: findOscCliProfile(options, policy.recipient),
      looksUpActors: options.auditLog ?? false,
      dryRun,
    });
    return warnOfRegion(report, policy.recipient, options);
  } finally {
    progress.finish(policy.target);
    connected.close();
  }
}

/**
 * Number of targets processed at once. A run spends its time waiting for answers, so a few targets in parallel save time. More
 * would gain little: one processor reads all answers, one ledger file takes all writes, and providers limit the rate of calls per
 * account and per address.
 */
const PARALLEL_TARGETS = 4;

/** The results of all targets. */
export interface TargetResults<T> {
  /** in the order of the policies; targets whose visit threw are left out */
  readonly results: readonly T[];
  /** Throws the first error that a visit threw, if any. Call it after the other results were printed. */
  rethrow(): void;
}

type VisitResult<T> = { readonly result: T } | { readonly error: unknown };

/**
 * Visits every target, a few at a time. When one visit throws, the others still run to their end, so that no run is cut off while
 * it holds a lease.
 */
export async function forEachTarget<T>(
  policies: readonly CompiledPolicy[],
  visit: (compiled: CompiledPolicy) => Promise<T>,
): Promise<TargetResults<T>> {
  const ends: VisitResult<T>[] = [];
  const waiting = policies.entries();
  const visitSome = async (): Promise<void> => {
    // All workers share one iterator, so each target is visited once.
    for (const [index, compiled] of waiting) ends[index] = await captureResult(() => visit(compiled));
  };
  await Promise.all(Array.from({ length: PARALLEL_TARGETS }, visitSome));
  return {
    results: ends.flatMap((end) => ('result' in end ? [end.result] : [])),
    rethrow: () => {
      const failed = ends.find((end) => 'error' in end);
      if (failed !== undefined) throw failed.error;
    },
  };
}

async function captureResult<T>(visit: () => Promise<T>): Promise<VisitResult<T>> {
  try {
    return { result: await visit() };
  } catch (error) {
    return { error };
  }
}

const revisions = new Map<string, string>();

/**
 * Reads the git revision of a policy file's folder, once per folder: policies do not change during a command, and the call to git
 * blocks this process, which over many targets would take longer than their runs.
 */
function readPolicyRevision(file: string): string {
  const folder = dirname(file);
  const known = revisions.get(folder);
  if (known !== undefined) return known;
  const { name, problem } = readRevision(folder);
  if (problem !== null)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} the revision of ${quoteTrusted(folder)} is reported as unknown: ${problem}; check there why git fails (\`git status\`)\n`,
    );
  revisions.set(folder, name);
  return name;
}

/**
 * Adds warnings about the region and the endpoints to the report of a run. Where it failed: an unknown region has no host, and the keys of a
 * user who works in another region are refused or belong to another account, which the failed call alone does not show. In any case: the
 * endpoints of the user's profile that are ignored, because another cloud was called than the profile names.
 */
function warnOfRegion(report: RunReport, recipient: Recipient, options: RunTargetOptions): RunReport {
  const { outscale } = options;
  const codes = new Set(report.failures.map(({ code }) => code));
  const unknown = codes.has('api') ? explainUnknownRegion(recipient) : null;
  const { usesOutscaleConfiguration } = PROVIDER_TRAITS[recipient.provider];
  const isOfUser =
    usesOutscaleConfiguration && (codes.has('credentials') || codes.has('wrong-account-or-region'));
  const other = isOfUser && outscale !== undefined ? explainOtherRegion(outscale, recipient) : null;
  const ignored = explainIgnoredEndpoints(options, recipient);
  const messages = [
    ...(unknown === null ? [] : [`${unknown}; fix \`recipient.region\` if it is a typing error`]),
    ...(other === null ? [] : [other]),
    ...(ignored === null ? [] : [ignored]),
  ];
  const warnings = messages.map((message) => ({ code: 'wrong-account-or-region', message }) as const);
  return { ...report, warnings: [...report.warnings, ...warnings] };
}
