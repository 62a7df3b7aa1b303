import { createFileAnnouncer } from '../../lambda/adapters/announcers/file.ts';
import { systemClock } from '../../lambda/adapters/connect.ts';
import { printableJson } from '../../lambda/core/printable.ts';
import type { PassReport } from '../../lambda/core/report.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { ledgerFor } from '../ledger.ts';
import { onePass, type PassOptions } from '../onePass.ts';
import { describeFaults } from '../output/faults.ts';
import { paintFor } from '../output/paint.ts';
import { describePass } from '../output/report.ts';
import { ping, pingAddress } from '../ping.ts';
import { loadSoundPolicies } from '../policies.ts';

export interface RunOptions extends PassOptions {
  readonly policy?: readonly string[];
  readonly ledger?: string;
  readonly events?: string;
  readonly ping?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `run` and, with `dryRun`, `plan`: one pass over every target, one after the other; a broken one stops no other. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const address = pingAddress(options.ping, process.env);
  const { policies, faults } = loadSoundPolicies(options.policy ?? []);
  const passes: PassReport[] = [];
  const interruption = catchInterruption();
  for (const compiled of policies) passes.push(await pass(compiled, options, interruption));
  // With --json, standard output is for the document alone.
  const forPeople = options.json ? process.stderr : process.stdout;
  const paint = paintFor(forPeople);
  forPeople.write(`${passes.map((report) => describePass(report, paint)).join('\n\n')}\n`);
  if (options.json) process.stdout.write(`${printableJson({ passes, faults }, 2)}\n`);
  if (faults.length > 0)
    process.stderr.write(
      describeFaults(faults, 'no pass was made by FILES; the others went on', paintFor(process.stderr)),
    );
  const isWell = faults.length === 0 && passes.every(({ status }) => status === 'completed');
  if (isWell && address !== null && !options.dryRun) await tell(address);
  if (faults.length > 0) return EXIT.invalidPolicy;
  return passes.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done;
}

/** Whoever waits for a ping learns by its absence; a pass is as good without it. */
async function tell(address: URL): Promise<void> {
  const problem = await ping(address);
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).warn('warning:')} ${problem}\n`);
}

function pass(compiled: CompiledPolicy, options: RunOptions, interruption: AbortSignal): Promise<PassReport> {
  const { events, dryRun = false } = options;
  return onePass(
    compiled,
    options,
    (connected) => ({
      ...connected,
      clock: systemClock,
      ledger: ledgerFor(options),
      announcer: events === undefined ? null : createFileAnnouncer(events),
    }),
    { remaining: () => (interruption.aborted ? 0 : Number.POSITIVE_INFINITY), dryRun },
  );
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
