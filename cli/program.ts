import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { ExitCode } from './exit.ts';
import { availableWithin, connecting, ledger, policies } from './options.ts';

/**
 * Every command, each loaded when it is typed: the SDK alone takes a third of a second.
 * @param end takes the exit code of the one that ran
 */
export function program(end: (code: ExitCode) => void): Command {
  const main = new Command('vif-acceptor')
    .description(
      'Accepts hosted private virtual interfaces that a policy clearly allows, and says loudly what it did not.',
    )
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', MAIN_HELP);

  for (const [name, dryRun] of [
    ['run', false],
    ['plan', true],
  ] as const) {
    const command = connecting(main.command(name))
      .description(
        dryRun
          ? 'what `run` would do: no confirm, no write'
          : 'one pass: list, judge, confirm what is allowed, report',
      )
      .addOption(policies())
      .addOption(ledger())
      .addOption(availableWithin())
      .option('--json', 'one document on standard output; text for people goes to standard error')
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

  connecting(main.command('status'))
    .description('what is pending and how long is left, soonest deadline first; changes nothing')
    .addOption(policies())
    .addOption(ledger())
    .addOption(availableWithin())
    .option('--json', 'one document on standard output; text for people goes to standard error')
    .option('--html <file>', 'also one self-contained page, in a folder that exists')
    .addHelpText('after', STATUS_HELP)
    .action(async (options) => {
      const { status } = await import('./commands/status.ts');
      end(await status(options));
    });

  connecting(main.command('doctor'))
    .description(
      'what would stop a pass: policy, credentials, rights, gateways, secret, ledger, proxy, clock; changes nothing',
    )
    .addOption(policies())
    .addOption(ledger())
    .option('--json', 'one document on standard output')
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.ts');
      end(await doctor(options));
    });

  main
    .command('receipts')
    .description('what was accepted and why, each decided again by the policy of then')
    .argument('[id...]', 'virtual interfaces (default: every acceptance on record)')
    .addOption(policies())
    .addOption(ledger())
    .option('--endpoint <url>', 'that of the passes, where they were given one')
    .option('--json', 'one document on standard output')
    .action(async (ids, options) => {
      const { receipts } = await import('./commands/receipts.ts');
      end(await receipts(ids, options));
    });

  const policy = main
    .command('policy')
    .description('the allow-list: begin one, check it, try its cases, explain what it decides, compare two');
  connecting(policy.command('init'))
    .description('a first policy from what the account shows, frozen, to be edited')
    .requiredOption('--provider <name>', 'outscale or aws')
    .requiredOption('--region <region>', 'such as eu-west-2')
    .option('--account <digits>', 'the recipient account; mandatory on outscale, which does not tell it')
    .option('--output <file>', 'a new file to write (default: standard output)')
    .addHelpText('after', INIT_HELP)
    .action(async (options) => {
      const { policyInit } = await import('./commands/policyInit.ts');
      end(await policyInit(options));
    });
  policy
    .command('check')
    .description('every fault of every file, with line, column and mend; exit code 3 when there is one')
    .argument('[file...]', 'policy files (default: policy/*.yaml)')
    .option('--json', 'one document on standard output')
    .action(async (files, options) => {
      const { policyCheck } = await import('./commands/policyCheck.ts');
      end(policyCheck(files, options));
    });
  policy
    .command('test')
    .description('tries the cases of policies, in the folder `cases` beside them; exit code 1 when one fails')
    .argument('[file...]', 'policy files (default: policy/*.yaml)')
    .option('--json', 'one document on standard output; text for people goes to standard error')
    .action(async (files, options) => {
      const { policyTest } = await import('./commands/policyTest.ts');
      end(policyTest(files, options));
    });
  policy
    .command('explain')
    .description('why a request out of a file is accepted or held: every grant, every field; asks nobody')
    .argument('[file]', 'policy file (default: the one in policy/)')
    .requiredOption(
      '-r, --request <file>',
      'JSON of describe-virtual-interfaces, run --json or status --json, or a case; - for standard input',
    )
    .option('--id <dxvif>', 'which one, where the file holds several')
    .option('--at <instant>', 'as of when, such as 2026-11-01T00:00:00Z (default: now)')
    .option('--json', 'one document on standard output; text for people goes to standard error')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (file, options) => {
      const { policyExplain } = await import('./commands/policyExplain.ts');
      end(await policyExplain(file, options));
    });

  policy
    .command('suggest')
    .description('the narrowest edit that would let a held request in, as a patch; applies nothing')
    .argument('[file]', 'policy file (default: the one in policy/)')
    .requiredOption('-r, --request <file>', 'as for `explain`')
    .option('--id <dxvif>', 'which one, where the file holds several')
    .option('--ledger <file>', 'tells the deadline: the memory of the passes, a file or `dynamodb:TABLE`')
    .option(
      '--gateway <name>',
      'what it is to get, a name of the policy or an ID, where the policy leaves a choice',
    )
    .option('--at <instant>', 'as of when (default: now)')
    .option('--json', 'one document on standard output instead of the patch')
    .addHelpText('after', SUGGEST_HELP)
    .action(async (file, options) => {
      const { policySuggest } = await import('./commands/policySuggest.ts');
      end(await policySuggest(file, options));
    });
  connecting(policy.command('diff'))
    .description(
      'what a change of policy lets in, keeps out or sends elsewhere; exit code 4 when anything becomes newly acceptable',
    )
    .argument('<old>', 'policy file, or one of a revision of git: main:policy/acme.yaml')
    .argument('<new>', 'the same')
    .option(
      '--pending [file]',
      'which requests pending now would be decided otherwise: those of a recorded file (- for standard input), or the live ones',
    )
    .option('--at <instant>', 'as of when, such as 2026-11-01T00:00:00Z (default: now)')
    .option('--json', 'one document on standard output')
    .option('--markdown', 'a comment for a pull request')
    .addHelpText('after', DIFF_HELP)
    .action(async (old, now, options) => {
      const { policyDiff } = await import('./commands/policyDiff.ts');
      end(await policyDiff(old, now, options));
    });

  connecting(policy.command('review'))
    .description(
      'what a reviewer of a change needs, as one comment: check, cases, diff against a revision, what is pending; exit codes of these',
    )
    .option('--base <revision>', 'the revision of git to compare with', 'origin/main')
    .option('--live', 'asks the provider what is pending, reading only')
    .option('--at <instant>', 'as of when (default: now)')
    .action(async (options) => {
      const { policyReview } = await import('./commands/policyReview.ts');
      end(await policyReview(options));
    });

  main
    .command('simulate')
    .description('an emulator of the DirectLink / Direct Connect API, until stopped')
    .option('--port <n>', 'port on loopback; 0 takes a free one', '4599')
    .option('--dialect <name>', 'outscale or aws', 'outscale')
    .option('--scenario <file>', 'JSON: connections, gateways and offers to begin with')
    .action(async (options) => {
      const { simulate } = await import('./commands/simulate.ts');
      end(await simulate(options));
    });
  return main;
}

const MAIN_HELP = `
In a checkout, type \`npm run -s vif-acceptor -- COMMAND\` where it says vif-acceptor. Begin here:
  vif-acceptor policy init --provider outscale --region eu-west-2 --account 012345678901 --output policy/acme.yaml
  vif-acceptor policy check
  vif-acceptor doctor
  vif-acceptor plan
  vif-acceptor run

Credentials: OSC_ACCESS_KEY and OSC_SECRET_KEY or ~/.osc/config.json at OUTSCALE; the default AWS chain on AWS.
Exit codes: 0 done (holding is not failing), 1 a pass or a check failed, 2 wrong usage, 3 the policy is invalid,
4 \`policy diff\` found something newly acceptable.`;

const RUN_HELP = {
  run: `
Examples:
  vif-acceptor run --policy policy/acme.yaml
  vif-acceptor run --policy policy/acme.yaml policy/lab.yaml --json | jq '.passes[].requests[]'`,
  plan: `
Example:
  vif-acceptor plan --policy policy/acme.yaml`,
};

const STATUS_HELP = `
Examples:
  vif-acceptor status --policy policy/acme.yaml
  vif-acceptor status --ledger dynamodb:TABLE --html /var/www/vif-acceptor.html
  vif-acceptor status --json | jq '.targets[].pending[] | select(.now.outcome == "held")'`;

const INIT_HELP = `
The file it writes has \`freeze: true\`, so that it accepts nothing until somebody has confirmed out of band who owns
each connection, given the owners their names, and taken the line away.`;

const SUGGEST_HELP = `
Example:
  vif-acceptor status --json | vif-acceptor policy suggest policy/acme.yaml --request - --id dxvif-1a2b3c4d | git apply`;

const DIFF_HELP = `
Examples:
  vif-acceptor policy diff main:policy/acme.yaml policy/acme.yaml
  vif-acceptor policy diff old.yaml new.yaml --pending recorded.json --json`;

const EXPLAIN_HELP = `
Examples:
  aws directconnect describe-virtual-interfaces | vif-acceptor policy explain policy/acme.yaml --request - --id dxvif-1a2b3c4d
  vif-acceptor policy explain policy/acme.yaml --request request.json --at 2026-11-01T00:00:00Z`;
