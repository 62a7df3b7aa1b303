import { Command } from 'commander';
import { findNearest } from '../language/didYouMean.ts';
import packageJson from '../package.json' with { type: 'json' };
import { addPolicyCommands } from './definePolicyCommands.ts';
import {
  addConnectOptions,
  availableWithinOption,
  type ExitCode,
  jsonOption,
  ledgerOption,
  maxAgeOption,
  policyOption,
  profileOption,
} from './options.ts';

/**
 * Every command, each loaded when it is typed: the SDK alone takes a third of a second.
 * @param end takes the exit code of the one that ran
 */
export function createProgram(end: (code: ExitCode) => void): Command {
  const main = new Command('vif-acceptor')
    .description(
      'Accepts hosted private virtual interfaces that a policy clearly allows, and says loudly what it did not.',
    )
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', MAIN_HELP)
    .hook('preAction', (_, command) => readAwsSettings(command));

  for (const [name, dryRun] of [
    ['run', false],
    ['plan', true],
  ] as const) {
    const command = addConnectOptions(main.command(name))
      .description(
        dryRun
          ? 'what `run` would do: no confirm, no write'
          : 'one pass: list, judge, confirm what is allowed, report',
      )
      .addOption(policyOption())
      .addOption(ledgerOption())
      .addOption(availableWithinOption())
      .addOption(jsonOption())
      .addHelpText('after', RUN_HELP[name]);
    command.option('--dry-run', dryRun ? 'as always here' : 'the same as `plan`');
    if (!dryRun) {
      command
        .option('--events <file>', 'adds what is announced to a file, as JSON lines')
        .option(
          '--ping <url>',
          "called once every pass is completed, for a dead-man's switch; better by the variable VIF_ACCEPTOR_PING_URL, which no list of processes shows",
        );
    }
    command.action(async (options) => {
      const { run } = await import('./commands/run.ts');
      end(await run(dryRun ? { ...options, dryRun } : options));
    });
  }

  addConnectOptions(main.command('status'))
    .description('what is pending and how long is left, soonest deadline first; changes nothing')
    .addOption(policyOption())
    .addOption(ledgerOption())
    .addOption(availableWithinOption())
    .addOption(jsonOption())
    .option('--html <file>', 'also one self-contained page, in a folder that exists')
    .option(
      '--check',
      'for cron and monitoring: one line for each thing that needs a person, and exit code 1; nothing and 0 when all is well',
    )
    .addOption(maxAgeOption())
    .addHelpText('after', STATUS_HELP)
    .action(async ({ check, ...options }) => {
      const { status } = await import('./commands/status.ts');
      const { statusCheck } = await import('./commands/statusCheck.ts');
      end(await (check ? statusCheck(options) : status(options)));
    });

  addConnectOptions(main.command('doctor'))
    .description(
      'what would stop a pass: policy, credentials, rights, gateways, secret, ledger, proxy, clock; changes nothing',
    )
    .addOption(policyOption())
    .addOption(ledgerOption())
    .option('--json', 'one document on standard output')
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.ts');
      end(await doctor(options));
    });

  main
    .command('receipts')
    .description('what was accepted and why, each decided again by the policy of then')
    .argument('[id...]', 'virtual interfaces (default: every acceptance on record)')
    .addOption(policyOption())
    .addOption(ledgerOption())
    .option('--endpoint <url>', 'that of the passes, where they were given one')
    .addOption(profileOption())
    .option('--json', 'one document on standard output')
    .action(async (ids, options) => {
      const { receipts } = await import('./commands/receipts.ts');
      end(await receipts(ids, options));
    });

  addPolicyCommands(main, end);

  main
    .command('simulate')
    .description('an emulator of the DirectLink / Direct Connect API, until stopped')
    .option('--port <n>', 'port on loopback; 0 takes a free one', '4599')
    .option('--dialect <name>', 'outscale or aws', 'outscale')
    .option('--scenario <file>', 'JSON: connections, gateways and offers to begin with')
    .option('--latency <ms>', 'how long every answer waits, in milliseconds (default: at once)')
    .action(async (options) => {
      const { simulate } = await import('./commands/simulate.ts');
      end(await simulate(options));
    });
  return main;
}

const MAIN_HELP = `
In a checkout, type \`npm run -s vif-acceptor -- COMMAND\` where it says vif-acceptor. Begin here:
  vif-acceptor policy init --provider outscale --region eu-west-2 --account 012345678901 --output policy/acme.yaml
  \${EDITOR:-vi} policy/acme.yaml     (its owners are comments until you have verified them)
  vif-acceptor policy check
  vif-acceptor doctor
  vif-acceptor plan
  vif-acceptor run

Credentials: OSC_ACCESS_KEY and OSC_SECRET_KEY or ~/.osc/config.json at OUTSCALE; the default AWS chain on AWS.
Exit codes: 0 done (holding is not failing), 1 a pass or a check failed, 2 wrong usage, 3 the policy is invalid,
4 \`policy diff\` or \`policy review\` found something newly acceptable, 5 \`run\` did nothing about a target, since
another run holds its lease.`;

const RUN_HELP = {
  run: `
Examples:
  vif-acceptor run --policy policy/acme.yaml
  vif-acceptor run --policy policy/acme.yaml policy/lab.yaml --json | jq '.passes[].requests[]'

Exit codes: 0 done, 1 a pass failed, 2 wrong usage, 3 a policy is invalid (the others had their pass), 5 no pass failed, and nothing was
done about at least one target, since another run holds its lease. The lease of a run that was killed ends within 5 minutes.
Ctrl-C, SIGTERM and SIGHUP begin no further confirm, wait for the end of one that was begun, and give the lease back.`,
  plan: `
Example:
  vif-acceptor plan --policy policy/acme.yaml`,
};

const STATUS_HELP = `
Examples:
  vif-acceptor status --policy policy/acme.yaml
  vif-acceptor status --ledger dynamodb:TABLE --html /var/www/vif-acceptor.html
  vif-acceptor status --json | jq '.targets[].pending[] | select(.now.outcome == "held")'
  vif-acceptor status --check --max-age PT1H

--check reports requests that are held, near their expiry (within a day) or expired since the last check, a last complete
listing that is older than --max-age, runs that fail, accepted interfaces with a problem, and what could not be checked. Exit
code 3 when a policy file is invalid. What it reported as expired is remembered beside the ledger.`;

/**
 * What was probably meant by a command that does not exist: many people type `check` for `policy check`.
 * @param typed what comes after the program's name
 * @returns `null` when there is such a command, or nothing better to say than the parser does
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
  // The parser knows the slips of its own commands.
  if (findNearest(word, commands) !== null) return null;
  const slip = findNearest(word, ofPolicy);
  return slip === null ? null : `policy ${slip}`;
}

/** Before a command that may call AWS: which profile is meant, and which endpoints the AWS configuration names. */
async function readAwsSettings(command: Command): Promise<void> {
  const { profile, ledger }: { profile?: unknown; ledger?: unknown } = command.opts();
  // The SDK reads the region and the endpoints by itself: they must be those of the profile too.
  if (typeof profile === 'string') process.env.AWS_PROFILE = profile;
  const calls = command.options.some(({ long }) => long === '--endpoint') || isTable(ledger);
  if (!calls) return;
  const { readConfiguredEndpoints: awsEndpoints } = await import('../adapters/aws/configuredEndpoints.ts');
  command.setOptionValue('aws', await awsEndpoints(process.env));
}

function isTable(ledger: unknown): boolean {
  return typeof ledger === 'string' && ledger.startsWith('dynamodb:');
}
