import { Argument, Command, type ErrorOptions } from 'commander';
import { FLAGS } from '../emulator/flags.ts';
import { findNearest } from '../language/didYouMean.ts';
import packageJson from '../package.json' with { type: 'json' };
import { addLedgerCommands } from './defineLedgerCommands.ts';
import { addPolicyCommands } from './definePolicyCommands.ts';
import {
  addAuditLogOptions,
  addConnectOptions,
  availableWithinOption,
  type ExitCode,
  endpointOption,
  jsonOption,
  ledgerOption,
  maxAgeOption,
  metricsOption,
  policyOption,
  profileOption,
  quietTargetsOption,
  VARIABLES,
} from './options.ts';

/**
 * A command whose errors do not repeat what was typed where it may be a secret: a URL, such as that of a webhook, in any error,
 * also if it was given as a word of its own by mistake, and the value of an unknown option.
 */
class DiscreetCommand extends Command {
  override createCommand(name?: string): Command {
    return new DiscreetCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    return super.error(this.#withoutSecrets(message, options?.code), options);
  }

  #withoutSecrets(message: string, code: string | undefined): string {
    if (code === 'commander.excessArguments') {
      const [most, typed] = [this.registeredArguments.length, this.args.length];
      return `error: too many arguments for '${this.name()}': at most ${most} can be given, got ${typed}; remove the space in the value of an option, or write the value in quotes`;
    }
    const text = code === 'commander.unknownOption' ? message.replace(/'(-[^='\s]*=).*'/s, "'$1…'") : message;
    return text.replace(/(https?:\/\/)[^\s']*/gi, '$1…');
  }
}

/**
 * Defines every command of the program. Each command is imported only when it is typed, because the SDK alone takes a third of a second
 * to load.
 * @param end receives the exit code of the command that ran
 */
export function createProgram(end: (code: ExitCode) => void): Command {
  const main = new DiscreetCommand('vif-acceptor')
    .description(
      'Accepts the hosted virtual interfaces that a policy clearly allows, and reports every other request.',
    )
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(add --help for usage)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', MAIN_HELP)
    .hook('preAction', (_, command) => readProviderSettings(command));

  defineInitCommand(main, end);
  defineRunCommand(main, end, 'run');
  defineRunCommand(main, end, 'plan');

  addConnectOptions(main.command('status'))
    .description('shows pending requests and the time left, soonest expiry first; changes nothing')
    .addOption(policyOption())
    .addOption(ledgerOption())
    .addOption(availableWithinOption())
    .addOption(jsonOption())
    .addOption(quietTargetsOption())
    .option('--html <file>', 'also write a self-contained HTML page to this file; its folder must exist')
    .option(
      '--check',
      'for cron and monitoring: one line per problem and exit code 1; no output and exit code 0 when there is none',
    )
    .addOption(maxAgeOption())
    .addOption(metricsOption())
    .addHelpText('after', STATUS_HELP)
    .action(async ({ check, ...options }) => {
      const { status } = await import('./commands/status.ts');
      const { statusCheck } = await import('./commands/statusCheck.ts');
      end(await (check ? statusCheck(options) : status(options)));
    });

  addAuditLogOptions(addConnectOptions(main.command('doctor')))
    .description(
      'checks that a run would succeed: policy, credentials, rights, gateways, secret, ledger, proxy, clock; changes nothing',
    )
    .addOption(policyOption())
    .addOption(ledgerOption())
    .option('--json', 'print one JSON document on standard output')
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.ts');
      end(await doctor(options));
    });

  main
    .command('receipts')
    .description(
      'shows audit records: what was accepted and why, each re-evaluated with the policy version used at the time',
    )
    .argument('[id...]', 'IDs of virtual interfaces (default: every acceptance in the ledger)')
    .addOption(policyOption())
    .addOption(ledgerOption())
    .addOption(endpointOption('the endpoint used by `run`, if not the default'))
    .addOption(profileOption())
    .option('--json', 'print one JSON document on standard output')
    .action(async (ids, options) => {
      const { receipts } = await import('./commands/receipts.ts');
      end(await receipts(ids, options));
    });

  addPolicyCommands(main, end);
  addLedgerCommands(main, end);

  const simulate = main
    .command('simulate')
    .description('starts an emulator of the DirectLink or Direct Connect API, which runs until stopped');
  for (const { name, value, help, fallback } of FLAGS)
    simulate.option(`--${name} <${value}>`, help, fallback ?? undefined);
  simulate.action(async (options) => {
    const { simulate } = await import('./commands/simulate.ts');
    end(await simulate(options));
  });

  defineCompletionCommands(main, end);
  return main;
}

/** Defines `init`, which makes a policy repository. It asks nothing: what it cannot find out are options. */
function defineInitCommand(main: Command, end: (code: ExitCode) => void): void {
  addConnectOptions(
    main
      .command('init')
      .description(
        'writes a policy repository: policies, their tests, a CDK app, workflows; overwrites no file',
      )
      .argument('<folder>', 'the new folder, or one that has none of these files')
      .option('--provider <name>', 'outscale or aws (required)')
      .option('--region <region>', 'region of the target, such as eu-west-2 (required)')
      .option('--account <digits>', 'recipient account (required, except on aws with --from-account)')
      .option(
        '--notify <recipient>',
        'who gets notifications: an e-mail address, the ARN of an SNS topic, or `nobody` (required)',
      )
      .option('--target <name>', 'name of the target and its policy file (default: PROVIDER-REGION)')
      .option(
        '--secret <name>',
        'secret with the key of OUTSCALE, in Secrets Manager (default: vif-acceptor/outscale)',
      )
      .option('--role <arn>', 'role of the recipient on AWS; without it, the stack must be in that account')
      .option('--external-id <text>', 'external ID that the role requires')
      .option('--codeowners <owners>', 'users or teams that review changes, such as `@organisation/network`')
      .option('--from-account', 'also draft owners from the pending requests of the account (reads only)')
      .option(
        '--package <source>',
        'version of vif-acceptor to install, or a tarball (default: this version)',
      )
      .option('--no-lock', 'do not call npm to write package-lock.json'),
  )
    .addHelpText('after', INIT_HELP)
    .action(async (folder, options) => {
      const { init } = await import('./commands/init.ts');
      end(await init(folder, options));
    });
}

const INIT_HELP = `
Example:
  vif-acceptor init network-policy --provider outscale --region eu-west-2 --account 012345678901 \\
    --notify noc@example.com --codeowners @organisation/network
\`npm create vif-acceptor FOLDER -- OPTIONS\` does the same. Nothing is asked, and no file is overwritten: if one exists, all
such files are listed and nothing is written. The new policy is frozen, and its owner is an example.`;

/** Defines `run` or `plan`: the same command, except that `plan` is always a dry run and publishes nothing. */
function defineRunCommand(main: Command, end: (code: ExitCode) => void, name: 'run' | 'plan'): void {
  const isPlan = name === 'plan';
  const command = addConnectOptions(main.command(name))
    .description(
      isPlan
        ? 'shows what `run` would do; confirms and writes nothing'
        : 'runs once over every target: lists requests, decides, confirms what is allowed, reports',
    )
    .addOption(policyOption())
    .addOption(ledgerOption())
    .addOption(availableWithinOption())
    .addOption(jsonOption())
    .addOption(quietTargetsOption())
    .addHelpText('after', RUN_HELP[name]);
  command.option('--dry-run', isPlan ? 'no effect: `plan` never changes anything' : 'the same as `plan`');
  if (!isPlan) {
    addAuditLogOptions(command)
      .option('--events <file>', 'append each new event to this file, one JSON object per line')
      .addOption(metricsOption())
      .option(
        '--notify <webhook>',
        'send each new event to this URL, or to `slack:URL`, `teams:URL` or `pagerduty:URL`; give it again for another one; prefer the variable VIF_ACCEPTOR_NOTIFY_URL, which the process list does not show',
        (webhook: string, earlier: readonly string[] = []) => [...earlier, webhook],
      )
      .option(
        '--ping <url>',
        "URL to call after all runs are completed, for a dead-man's switch; prefer the variable VIF_ACCEPTOR_PING_URL, which the process list does not show",
      );
  }
  command.action(async (options) => {
    const { run } = await import('./commands/run.ts');
    end(await run(isPlan ? { ...options, dryRun: true } : options));
  });
}

function defineCompletionCommands(main: Command, end: (code: ExitCode) => void): void {
  main
    .command('completion')
    .description('prints a script by which a shell completes commands, options and policy files')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', COMPLETION_HELP)
    .action(async (shell) => {
      const { printCompletionScript } = await import('./commands/completion.ts');
      end(printCompletionScript(shell));
    });
  main
    .command('complete', { hidden: true })
    .argument('[word...]')
    .action(async (words) => {
      const { completeWords } = await import('./commands/completion.ts');
      end(completeWords(main, words));
    });
}

const MAIN_HELP = `
In a policy repository, type \`npx vif-acceptor COMMAND\`. First steps:
  vif-acceptor init network-policy --provider outscale --region eu-west-2 --account 012345678901 --notify noc@example.com
  cd network-policy && npm ci && npm test
  \${EDITOR:-vi} policy/*.yaml policy/cases/*.yaml     (replace the example by owners that you have verified)
  npx vif-acceptor doctor
  npx vif-acceptor plan
  npx vif-acceptor run

Variables: VIF_ACCEPTOR_ENDPOINT, VIF_ACCEPTOR_GATEWAY_ENDPOINT, VIF_ACCEPTOR_STS_ENDPOINT, VIF_ACCEPTOR_PROFILE,
VIF_ACCEPTOR_AUDIT_LOG, VIF_ACCEPTOR_AUDIT_ENDPOINT, VIF_ACCEPTOR_LEDGER and VIF_ACCEPTOR_POLICY set the options of these names for every
command that has them. An option that is
given wins, and an empty variable counts as unset.
Credentials: for OUTSCALE, OSC_ACCESS_KEY and OSC_SECRET_KEY, or a profile of ~/.osc/config.json (OSC_CONFIG_FILE, OSC_PROFILE); for AWS,
the default credential chain. Endpoints of OSC_ENDPOINT_DIRECT_LINK, OSC_ENDPOINT_FCU, AWS_ENDPOINT_URL… and of the profile are used where no
option names one: \`doctor\` shows them.
Exit codes: 0 success, including when requests were held; 1 a run or a check failed; 2 wrong usage; 3 a policy file is
invalid; 4 \`policy diff\` or \`policy review\` found something newly acceptable; 5 \`run\` skipped a target because another
run holds its lease.`;

const RUN_HELP = {
  run: `
Examples:
  vif-acceptor run --policy policy/acme.yaml
  vif-acceptor run --policy policy/acme.yaml policy/lab.yaml --json | jq '.runs[].requests[]'

Exit codes: 0 success, 1 a run failed, or the file of --metrics was not written, 2 wrong usage, 3 a policy file is invalid (the
valid ones were still processed), 5 no run failed, but at least one target was skipped because another run holds its lease. The
lease of a run that was killed expires within 5 minutes.
After Ctrl-C, SIGTERM or SIGHUP no further confirm starts; a confirm in progress is completed, and the lease is released.`,
  plan: `
Example:
  vif-acceptor plan --policy policy/acme.yaml`,
};

const COMPLETION_HELP = `
The script calls \`vif-acceptor\`, which must be in PATH: in a policy repository, add its folder node_modules/.bin. Add one line to the
configuration of your shell:
  source <(vif-acceptor completion bash)           ~/.bashrc; needs the package bash-completion
  source <(vif-acceptor completion zsh)            ~/.zshrc, after compinit
  vif-acceptor completion fish | source            ~/.config/fish/config.fish`;

const STATUS_HELP = `
Examples:
  vif-acceptor status --policy policy/acme.yaml
  vif-acceptor status --ledger dynamodb:TABLE --html /var/www/vif-acceptor.html
  vif-acceptor status --json | jq '.targets[].pending[] | select(.now.outcome == "held")'
  vif-acceptor status --check --max-age PT1H
  vif-acceptor status --ledger dynamodb:TABLE --metrics /var/lib/prometheus/node-exporter/vif-acceptor.prom --quiet

--check reports requests that are held, that expire within a day, or that expired since the last check; a last complete
listing older than --max-age; failing runs; accepted interfaces with a problem; and checks that could not be made. Exit code 3
when a policy file is invalid. Which expired requests were already reported is stored beside the ledger.`;

/**
 * Suggests a command in place of one that does not exist: many people type `check` instead of `policy check`.
 * @param typed arguments after the program's name
 * @returns `null` when the command exists, or when the parser's own suggestion is better
 */
export function suggestCommand(main: Command, typed: readonly string[]): string | null {
  const [word = ''] = typed;
  const commands = main.commands.map((command) => command.name());
  if (word === '' || word.startsWith('-') || word === 'help' || commands.includes(word)) return null;
  if (word === 'version') return '--version';
  const ofPolicy =
    main.commands.find((command) => command.name() === 'policy')?.commands.map((command) => command.name()) ??
    [];
  if (ofPolicy.includes(word)) return `policy ${word}`;
  // The parser itself suggests top-level commands.
  if (findNearest(word, commands) !== null) return null;
  const similar = findNearest(word, ofPolicy);
  return similar === null ? null : `policy ${similar}`;
}

/**
 * Runs before each command. For one that may call a provider it sets the profile of AWS, and reads the endpoints of the AWS configuration, the
 * settings of OUTSCALE's own tools, and which variables set options.
 */
async function readProviderSettings(command: Command): Promise<void> {
  const {
    profile,
    ledger,
    from,
    auditLog,
  }: { profile?: unknown; ledger?: unknown; from?: unknown; auditLog?: boolean } = command.opts();
  // The SDK reads region and endpoints by itself: they must be those of the profile.
  if (typeof profile === 'string') process.env.AWS_PROFILE = profile;
  const callsAws = command.options.some(({ long }) => long === '--endpoint') || [ledger, from].some(isTable);
  if (!callsAws) return;
  const { readConfiguredEndpoints } = await import('../adapters/awsProtocol/configuredEndpoints.ts');
  const { readOutscaleSettings } = await import('./outscaleSettings.ts');
  const chosen = typeof profile === 'string' ? profile : null;
  const [aws, outscale] = await Promise.all([
    readConfiguredEndpoints(process.env, { auditLog }),
    readOutscaleSettings(chosen, process.env),
  ]);
  command.setOptionValue('aws', aws);
  command.setOptionValue('outscale', outscale);
  const set = Object.entries(VARIABLES).filter(([option]) => command.getOptionValueSource(option) === 'env');
  command.setOptionValue('variables', Object.fromEntries(set));
}

function isTable(ledger: unknown): boolean {
  return typeof ledger === 'string' && ledger.startsWith('dynamodb:');
}
