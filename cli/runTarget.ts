import { type Connected, REQUEST_LIMIT_MS } from '../adapters/connect.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import type { Recipient } from '../core/model.ts';
import type { PassReport } from '../core/runReport.ts';
import { type CompiledPolicy, oddRegion } from '../language/index.ts';
import type { Ports } from '../run/ports.ts';
import { runPass } from '../run/run.ts';
import type { PassInput } from '../run/runContext.ts';
import { type ConnectOptions, connectTarget } from './connectTarget.ts';
import type { Progress } from './output/progress.ts';
import { revisionOfFile } from './revision.ts';

/** Options of every command that makes a pass. */
export interface PassOptions extends ConnectOptions {
  readonly availableWithin?: number;
}

/** What a command has to say to each of its passes. */
interface Direction extends Pick<PassInput, 'remaining' | 'dryRun'> {
  readonly progress: Progress;
}

/** How long a pass may hold the lease, and so how long one that was killed keeps others out, in milliseconds. */
export const LEASE_MS = 5 * 60 * 1000;

/**
 * One pass over one target, with a person's own keys.
 * @param portsOf what the pass is to see of the world, given the provider's APIs
 */
export async function onePass(
  { file, policy, digest }: CompiledPolicy,
  options: PassOptions,
  portsOf: (connected: Connected) => Ports,
  { remaining, dryRun, progress }: Direction,
): Promise<PassReport> {
  const { availableWithin } = options;
  const connected = connectTarget(policy, options);
  try {
    const report = await runPass({
      loaded: { policy, digest },
      revision: revisionOfFile(file),
      ports: progress.watch(policy.target, portsOf(connected)),
      vetting: { checkedAt: new Map() },
      outage: { announced: null },
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
function withOddRegion(report: PassReport, recipient: Recipient): PassReport {
  const why = report.failures.some(({ code }) => code === 'api') ? oddRegion(recipient) : null;
  if (why === null) return report;
  const warning = {
    code: 'wrong-account-or-region',
    message: `${why}; fix \`recipient.region\`, if it is a slip`,
  } as const;
  return { ...report, warnings: [...report.warnings, warning] };
}
