import { dirname } from 'node:path';
import { REQUEST_LIMIT_MS, systemClock } from '../../lambda/adapters/connect.ts';
import { createFileLedger } from '../../lambda/adapters/ledgers/file.ts';
import type { PassReport } from '../../lambda/core/report.ts';
import { runPass } from '../../lambda/pass.ts';
import { type CompiledPolicy, revisionOf } from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { paintFor } from '../output/paint.ts';
import { startProgress } from '../output/progress.ts';
import { describePass } from '../output/report.ts';
import { defaultLedger } from '../paths.ts';
import { loadPolicies } from '../policies.ts';
import { type ConnectOptions, connectTarget } from '../target.ts';

export interface RunOptions extends ConnectOptions {
  readonly policy?: readonly string[];
  readonly ledger?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How long a pass may hold the lease, and so how long one that was killed keeps others out, in milliseconds. */
const LEASE_MS = 5 * 60 * 1000;

/** `run` and, with `dryRun`, `plan`: one pass over every target, one after the other; a broken one stops no other. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const policies = loadPolicies(options.policy ?? []);
  const passes: PassReport[] = [];
  const interruption = catchInterruption();
  for (const compiled of policies) passes.push(await pass(compiled, options, interruption));
  // With --json, standard output is for the document alone.
  const forPeople = options.json ? process.stderr : process.stdout;
  const paint = paintFor(forPeople);
  forPeople.write(`${passes.map((report) => describePass(report, paint)).join('\n\n')}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ passes }, null, 2)}\n`);
  return passes.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done;
}

async function pass(
  { file, policy, digest }: CompiledPolicy,
  options: RunOptions,
  interruption: AbortSignal,
): Promise<PassReport> {
  const connected = connectTarget(policy, options);
  const progress = startProgress(process.stderr);
  const path = options.ledger === undefined ? defaultLedger(process.env, options.endpoint) : options.ledger;
  try {
    return await runPass({
      loaded: { policy, digest },
      revision: revisionOf(dirname(file)),
      ports: progress.watch(policy.target, {
        ...connected,
        clock: systemClock,
        ledger: createFileLedger(path, systemClock),
      }),
      vetting: { checkedAt: new Map() },
      requestTimeoutMs: REQUEST_LIMIT_MS,
      leaseMs: LEASE_MS,
      remaining: () => (interruption.aborted ? 0 : Number.POSITIVE_INFINITY),
      endpoint: connected.endpoint,
      dryRun: options.dryRun ?? false,
    });
  } finally {
    progress.stop();
    connected.close();
  }
}

/** The first Ctrl-C lets what is under way end, so that the lease is given back and nothing is left in doubt. */
function catchInterruption(): AbortSignal {
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    process.stderr.write('stopping: no further confirm is begun; Ctrl-C again stops at once\n');
    interruption.abort();
  });
  return interruption.signal;
}
