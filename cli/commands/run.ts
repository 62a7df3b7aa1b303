import { REQUEST_TIMEOUT_MS, systemClock } from '../../lambda/adapters/connect.ts';
import { createFileLedger } from '../../lambda/adapters/ledgers/file.ts';
import type { PassReport } from '../../lambda/core/report.ts';
import { runPass } from '../../lambda/pass.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { paintFor } from '../output/paint.ts';
import { startProgress } from '../output/progress.ts';
import { describePass } from '../output/report.ts';
import { defaultLedger, fromCaller } from '../paths.ts';
import { loadPolicies } from '../policies.ts';
import { type ConnectOptions, connectTarget, revisionOf } from '../target.ts';

export interface RunOptions extends ConnectOptions {
  readonly policy?: readonly string[];
  readonly ledger?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A pass over a target ends by itself after this long, in milliseconds. */
const LEASE_MS = 15 * 60 * 1000;

/** `run` and, with `dryRun`, `plan`: one pass over every target, one after the other; a broken one stops no other. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const policies = loadPolicies(options.policy ?? [], process.env);
  const passes: PassReport[] = [];
  for (const compiled of policies) passes.push(await pass(compiled, options));
  // With --json, standard output is for the document alone.
  const forPeople = options.json ? process.stderr : process.stdout;
  const paint = paintFor(forPeople);
  forPeople.write(`${passes.map((report) => describePass(report, paint)).join('\n\n')}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ passes }, null, 2)}\n`);
  return passes.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done;
}

async function pass({ file, policy, digest }: CompiledPolicy, options: RunOptions): Promise<PassReport> {
  const connected = connectTarget(policy, options);
  const progress = startProgress(process.stderr);
  const path =
    options.ledger === undefined ? defaultLedger(process.env) : fromCaller(options.ledger, process.env);
  try {
    return await runPass({
      loaded: { policy, digest },
      revision: revisionOf(file),
      ports: progress.watch(policy.target, {
        ...connected,
        clock: systemClock,
        ledger: createFileLedger(path, systemClock),
      }),
      vetting: { checkedAt: new Map() },
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      leaseMs: LEASE_MS,
      remaining: () => Number.POSITIVE_INFINITY,
      endpoint: connected.endpoint,
      dryRun: options.dryRun ?? false,
    });
  } finally {
    progress.stop();
    connected.close();
  }
}
