import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnostic } from '../language/diagnostic.ts';
import { checkInstant, parseDuration, parseInstant } from '../language/isoTime.ts';

/**
 * Exit codes, which scripts depend on. `opens` (`policy diff` and `policy review`): something becomes newly acceptable. `locked`
 * (`run`): no run failed, and at least one target was skipped because another run holds its lease.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, invalidPolicy: 3, opens: 4, locked: 5 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong usage. The message names the option, the value and the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Named policy files or folders were not found or cannot be read: wrong usage, with what was found as diagnostics. */
export class FilesNotFound extends UsageError {
  readonly errors: readonly Diagnostic[];
  constructor(errors: readonly Diagnostic[], lines: readonly string[]) {
    super(lines.join('\n'));
    this.errors = errors;
  }
}

/** Why a call to the forge failed, in the classes that callers handle differently. */
export type ForgeFailureKind = 'rate-limit' | 'credentials' | 'missing' | 'conflict' | 'unreachable';

/** The forge that has the pull requests refused a call, or did not answer. The message says how to fix it, and has no token. */
export class ForgeFailure extends Error {
  override readonly name = 'ForgeFailure';
  readonly kind: ForgeFailureKind;
  constructor(kind: ForgeFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Policy files have errors. The message lists all errors of all files, one per line. */
export class InvalidPolicies extends Error {
  override readonly name = 'InvalidPolicies';
  readonly errors: readonly Diagnostic[];
  constructor(errors: readonly Diagnostic[], lines: readonly string[]) {
    super(lines.join('\n'));
    this.errors = errors;
  }
}

/** Reads the option `--at`; without it, the current time. @throws UsageError */
export function parseAtOption(written: string | undefined): Date {
  if (written === undefined) return new Date();
  const problem = checkInstant(written);
  if (problem !== null) throw new UsageError(`--at: ${problem.message}; ${problem.fix}`);
  return new Date(parseInstant(written) ?? Number.NaN);
}

/** Environment variables that set an option where it is not given. An empty one counts as unset. */
export const VARIABLES = {
  endpoint: 'VIF_ACCEPTOR_ENDPOINT',
  gatewayEndpoint: 'VIF_ACCEPTOR_GATEWAY_ENDPOINT',
  stsEndpoint: 'VIF_ACCEPTOR_STS_ENDPOINT',
  auditLog: 'VIF_ACCEPTOR_AUDIT_LOG',
  auditEndpoint: 'VIF_ACCEPTOR_AUDIT_ENDPOINT',
  profile: 'VIF_ACCEPTOR_PROFILE',
  policy: 'VIF_ACCEPTOR_POLICY',
  ledger: 'VIF_ACCEPTOR_LEDGER',
} as const;

/** Removes empty variables: in many workflows, a variable that is not configured is an empty one. */
export function removeEmptyVariables(env: NodeJS.ProcessEnv): void {
  for (const name of Object.values(VARIABLES)) if (env[name] === '') delete env[name];
  // The parser takes any value of the variable of a flag for yes.
  if (env[VARIABLES.auditLog] === 'false') delete env[VARIABLES.auditLog];
}

/** Adds the options of every command that calls a provider's API. */
export function addConnectOptions(command: Command): Command {
  return command
    .addOption(
      endpointOption("Direct Connect endpoint, instead of the provider's default (https, or loopback)"),
    )
    .addOption(
      new Option(
        '--gateway-endpoint <url>',
        'EC2 or FCU endpoint; on loopback it is the STS endpoint too',
      ).env(VARIABLES.gatewayEndpoint),
    )
    .addOption(new Option('--sts-endpoint <url>', 'STS endpoint (AWS only)').env(VARIABLES.stsEndpoint))
    .addOption(profileOption());
}

/** Adds the options of the commands that may read the provider's log of calls. */
export function addAuditLogOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--audit-log',
        'look up who changed an interface manually, in CloudTrail or in the API logs of OUTSCALE; its event then waits for up to 20 minutes',
      ).env(VARIABLES.auditLog),
    )
    .addOption(
      new Option('--audit-endpoint <url>', "endpoint of CloudTrail or of OUTSCALE's own API").env(
        VARIABLES.auditEndpoint,
      ),
    );
}

export function endpointOption(description: string): Option {
  return new Option('--endpoint <url>', description).env(VARIABLES.endpoint);
}

export function profileOption(): Option {
  return new Option(
    '--profile <name>',
    'profile of ~/.osc/config.json for OUTSCALE targets, and of the AWS configuration for AWS targets, secrets and a ' +
      '`dynamodb:` ledger; keys in the environment are then ignored. When the two names differ, set OSC_PROFILE and AWS_PROFILE instead',
  ).env(VARIABLES.profile);
}

/** `--policy FILE…`: one file per target, or folders. */
export function policyOption(): Option {
  return new Option(
    '-p, --policy <file...>',
    'policy files, one per target, or folders of them (default: the folder `policy`, in this folder or one above it)',
  ).env(VARIABLES.policy);
}

/** `--policy FILE…` of the commands that take policy files as arguments: the same as these. */
export function policyFilesOption(): Option {
  return new Option(
    '-p, --policy <file...>',
    'the same as the arguments, as the commands about targets name policy files',
  );
}

export function jsonOption(): Option {
  return new Option(
    '--json',
    'print one JSON document on standard output; standard error has only warnings and errors',
  );
}

/** `--metrics FILE` of `run` and `status`. */
export function metricsOption(): Option {
  return new Option(
    '--metrics <file>',
    'write metrics for Prometheus to this file, for the textfile collector of node_exporter; its folder must exist',
  );
}

/** The formats of `policy check` and `policy test`. `text` is the report for people; the others are documents on standard output. */
export const CHECK_FORMATS = ['text', 'json', 'github', 'sarif'] as const;
export const TEST_FORMATS = ['text', 'json', 'github', 'junit'] as const;

export type CheckFormat = (typeof CHECK_FORMATS)[number];
export type TestFormat = (typeof TEST_FORMATS)[number];

/** `--format NAME` of `policy check` and `policy test`. */
export function formatOption(formats: readonly string[]): Option {
  return new Option(
    '--format <name>',
    '`text` for people; the others print one document on standard output: `json`, annotations of a `github` workflow, ' +
      (formats.includes('sarif') ? 'a SARIF 2.1.0 log (`sarif`)' : 'a JUnit report (`junit`)'),
  )
    .choices(formats)
    .default('text');
}

/** Reads `--format` and its older form `--json`. @throws UsageError */
export function readFormat<Format extends string>(
  formats: readonly Format[],
  { format, json = false }: FileReportOptions,
): Format {
  const chosen = formats.find((one) => one === (json ? 'json' : format));
  if (chosen === undefined || (json && format !== 'text' && format !== 'json'))
    throw new UsageError(
      `--json is the same as \`--format json\`, and --format is \`${format}\`; give one of the two`,
    );
  return chosen;
}

/** Options of `policy check` and `policy test`. */
export interface FileReportOptions {
  readonly format: string;
  /** the older form of `--format json` */
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `--quiet` of the commands about policy files. */
export function quietFilesOption(): Option {
  return new Option(
    '-q, --quiet',
    'print only warnings, errors and failed tests; with a document, nothing on standard error that the document contains',
  );
}

/** `--quiet` of the commands about targets. */
export function quietTargetsOption(): Option {
  return new Option(
    '-q, --quiet',
    'no progress, and no report of a target without requests and problems; with --json, nothing on standard error that the document contains',
  );
}

export function ledgerOption(): Option {
  return new Option(
    '--ledger <file>',
    'state kept between runs: a file, or `dynamodb:TABLE` for that of a deployed function (default: a file under $XDG_STATE_HOME/vif-acceptor/)',
  ).env(VARIABLES.ledger);
}

export function maxAgeOption(): Option {
  return new Option(
    '--max-age <duration>',
    'with --check: maximum age of the last complete listing by a run, such as PT30M or P1D (default: PT30M)',
  ).argParser((text: string) => {
    const seconds = parseDuration(text);
    if (seconds === null)
      throw new InvalidArgumentError('must be a duration of a second to ten years, such as `PT30M` or `P1D`');
    return seconds;
  });
}

export function maxProposalsOption(): Option {
  return new Option(
    '--max <n>',
    'most open pull requests for owners of the policy, and as many for unknown requesters',
  )
    .default(10)
    .argParser((text: string) => {
      if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
      throw new InvalidArgumentError('must be a whole number from 1 to 999');
    });
}

export function availableWithinOption(): Option {
  return new Option(
    '--available-within <minutes>',
    'time that an accepted interface may take to become available before it is reported (default: 120)',
  ).argParser((text: string) => {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new InvalidArgumentError('must be a whole number of minutes');
  });
}
