import type { Command } from 'commander';
import { addConnectOptions, type ExitCode, jsonOption, profileOption } from './options.ts';

/**
 * `policy …`: what is done with a policy before a pass decides by it.
 * @param end takes the exit code of the command that ran
 */
export function addPolicyCommands(main: Command, end: (code: ExitCode) => void): void {
  const policy = main
    .command('policy')
    .description('the allow-list: begin one, check it, try its cases, explain what it decides, compare two');
  addConnectOptions(policy.command('init'))
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
    .argument('[file...]', 'policy files, or folders of them (default: the folder `policy`, here or above)')
    .option('--json', 'one document on standard output')
    .action(async (files, options) => {
      const { policyCheck } = await import('./commands/policyCheck.ts');
      end(policyCheck(files, options));
    });
  policy
    .command('test')
    .description('tries the cases of policies, in the folder `cases` beside them; exit code 1 when one fails')
    .argument('[file...]', 'policy files, or folders of them (default: the folder `policy`, here or above)')
    .addOption(jsonOption())
    .action(async (files, options) => {
      const { policyTest } = await import('./commands/policyTest.ts');
      end(policyTest(files, options));
    });
  policy
    .command('explain')
    .description('why a request out of a file is accepted or held: every grant, every field; asks nobody')
    .argument('[file]', 'policy file (default: the one in the folder `policy`, here or above)')
    .requiredOption(
      '-r, --request <file>',
      'JSON of describe-virtual-interfaces, of run, plan, status or receipts --json, an event, or a case; - for standard input',
    )
    .option('--id <dxvif>', 'which one, where the file holds several')
    .option('--at <instant>', 'as of when, such as 2026-11-01T00:00:00Z (default: now)')
    .addOption(jsonOption())
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (file, options) => {
      const { policyExplain } = await import('./commands/policyExplain.ts');
      end(await policyExplain(file, options));
    });

  policy
    .command('suggest')
    .description('the narrowest edit that would let a held request in, as a patch; applies nothing')
    .argument('[file]', 'policy file (default: the one in the folder `policy`, here or above)')
    .requiredOption('-r, --request <file>', 'as for `explain`')
    .option('--id <dxvif>', 'which one, where the file holds several')
    .option('--ledger <file>', 'gives the expiry: the ledger of the runs, a file or `dynamodb:TABLE`')
    .addOption(profileOption())
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
  addConnectOptions(policy.command('diff'))
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

  addConnectOptions(policy.command('review'))
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
}

const INIT_HELP = `
The file that it writes accepts nothing: it has \`freeze: true\`, and its owners are comments. For each owner that you have
verified out of band, remove the \`#\` before its lines and give it its name. Then remove \`freeze: true\`.`;

const EXPLAIN_HELP = `
Examples:
  aws directconnect describe-virtual-interfaces --output json | vif-acceptor policy explain policy/acme.yaml --request - --id dxvif-1a2b3c4d
  vif-acceptor policy explain policy/acme.yaml --request request.json --at 2026-11-01T00:00:00Z`;

const SUGGEST_HELP = `
Example:
  vif-acceptor status --json > status.json
  vif-acceptor policy suggest policy/acme.yaml --request status.json --id dxvif-1a2b3c4d > let-in.patch
  git apply let-in.patch
Standard error says every field that the patch does not pin, and what to confirm: read it before you apply the patch.`;

const DIFF_HELP = `
Examples:
  vif-acceptor policy diff main:policy/acme.yaml policy/acme.yaml
  vif-acceptor policy diff old.yaml new.yaml --pending recorded.json --json`;
