import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Fault, instantFault, parseInstant } from '../language/index.ts';
import { parseDuration } from '../language/isoTime.ts';

/**
 * Exit codes that scripts rely on. `opens` is of `policy diff`: something becomes newly acceptable. `locked` is of `run`: nothing
 * failed, and another run held the lease of at least one target, about which nothing was done.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, invalidPolicy: 3, opens: 4, locked: 5 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong usage: the message names option, value and mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Policies have faults: the message holds all of them, of all files, a line each. */
export class InvalidPolicies extends Error {
  override readonly name = 'InvalidPolicies';
  readonly errors: readonly Fault[];
  constructor(faults: readonly Fault[], lines: readonly string[]) {
    super(lines.join('\n'));
    this.errors = faults;
  }
}

/** What `--at` says; now when it was not given. @throws UsageError */
export function parseAtOption(written: string | undefined): Date {
  if (written === undefined) return new Date();
  const fault = instantFault(written);
  if (fault !== null) throw new UsageError(`--at: ${fault.message}; ${fault.fix}`);
  return new Date(parseInstant(written) ?? Number.NaN);
}

/** Options of every command that talks to a provider. */
export function addConnectOptions(command: Command): Command {
  return command
    .option('--endpoint <url>', "Direct Connect endpoint instead of the provider's own (https, or loopback)")
    .option('--gateway-endpoint <url>', 'the same for EC2 or FCU, and for STS where it is on loopback')
    .option('--sts-endpoint <url>', 'the same for STS (AWS only)')
    .addOption(profileOption());
}

export function profileOption(): Option {
  return new Option(
    '--profile <name>',
    'profile of ~/.osc/config.json for OUTSCALE targets, and of the AWS configuration for AWS targets, secrets and a ' +
      '`dynamodb:` ledger; keys in the environment are ignored. For two different names, set OSC_PROFILE and AWS_PROFILE',
  );
}

/** `--policy FILE`, as often as there are targets. */
export function policyOption(): Option {
  return new Option(
    '-p, --policy <file...>',
    'policy files, one a target, or folders of them (default: the folder `policy`, here or above)',
  );
}

export function jsonOption(): Option {
  return new Option(
    '--json',
    'one document on standard output; nothing but warnings and errors on standard error',
  );
}

export function ledgerOption(): Option {
  return new Option(
    '--ledger <file>',
    'memory between passes, or `dynamodb:TABLE` for that of a function (default: under $XDG_STATE_HOME/vif-acceptor/)',
  );
}

export function maxAgeOption(): Option {
  return new Option(
    '--max-age <duration>',
    'with --check: how old the last complete listing by a run may be, such as PT30M or P1D (default: PT30M)',
  ).argParser((text: string) => {
    const seconds = parseDuration(text);
    if (seconds === null)
      throw new InvalidArgumentError('must be a duration of a second to ten years, such as `PT30M` or `P1D`');
    return seconds;
  });
}

export function availableWithinOption(): Option {
  return new Option(
    '--available-within <minutes>',
    'how long what was accepted may take to become available before that is told (default: 120)',
  ).argParser((text: string) => {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new InvalidArgumentError('must be a whole number of minutes');
  });
}
