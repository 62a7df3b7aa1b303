import { type Command, Option } from 'commander';
import {
  addConnectOptions,
  CHECK_FORMATS,
  type ExitCode,
  formatOption,
  jsonOption,
  ledgerOption,
  maxProposalsOption,
  policyFilesOption,
  policyOption,
  profileOption,
  quietFilesOption,
  TEST_FORMATS,
} from './options.ts';

/**
 * Defines `policy …`: the commands that create, validate, test and compare policies.
 * @param end receives the exit code of the command that ran
 */
export function addPolicyCommands(main: Command, end: (code: ExitCode) => void): void {
  const policy = main
    .command('policy')
    .description('creates, checks, tests, explains and compares policies, which are the allow-lists');
  addConnectOptions(policy.command('init'))
    .description('writes a first policy from what the account contains; it is frozen until you edit it')
    .requiredOption('--provider <name>', 'outscale or aws')
    .requiredOption('--region <region>', 'such as eu-west-2')
    .option('--account <digits>', 'recipient account; required for outscale, whose API does not return it')
    .option('--output <file>', 'new file to write (default: standard output)')
    .addHelpText('after', INIT_HELP)
    .action(async (options) => {
      const { policyInit } = await import('./commands/policyInit.ts');
      end(await policyInit(options));
    });
  policy
    .command('check')
    .description(
      'validates policy files: lists every error with line, column and fix; exit code 3 when there is one',
    )
    .argument('[file...]', FILES)
    .addOption(policyFilesOption())
    .addOption(formatOption(CHECK_FORMATS))
    .addOption(new Option('--json', 'the same as --format json'))
    .addOption(quietFilesOption())
    .addHelpText('after', CHECK_HELP)
    .action(async (files, { policy: named = [], ...options }) => {
      const { policyCheck } = await import('./commands/policyCheck.ts');
      end(policyCheck([...files, ...named], options));
    });
  policy
    .command('test')
    .description(
      'runs the policy tests in the folder `cases` beside the policies; exit code 1 when one fails',
    )
    .argument('[file...]', FILES)
    .addOption(policyFilesOption())
    .addOption(formatOption(TEST_FORMATS))
    .addOption(new Option('--json', 'the same as --format json'))
    .addOption(quietFilesOption())
    .addHelpText('after', TEST_HELP)
    .action(async (files, { policy: named = [], ...options }) => {
      const { policyTest } = await import('./commands/policyTest.ts');
      end(policyTest([...files, ...named], options));
    });
  policy
    .command('explain')
    .description(
      'explains why a request in a file is accepted or held: every grant, every field; calls no API',
    )
    .argument('[file]', FILE)
    .requiredOption(
      '-r, --request <file>',
      'JSON file: output of describe-virtual-interfaces, of run, plan, status or receipts --json, an event, or the request of a policy test; - for standard input',
    )
    .option('--id <dxvif>', 'ID of the request, when the file contains several')
    .option('--at <instant>', 'evaluate as of this time, such as 2026-11-01T00:00:00Z (default: now)')
    .addOption(jsonOption())
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (file, options) => {
      const { policyExplain } = await import('./commands/policyExplain.ts');
      end(await policyExplain(file, options));
    });

  policy
    .command('suggest')
    .description('prints the narrowest edit that would allow a held request, as a patch; changes no file')
    .argument('[file]', FILE)
    .requiredOption('-r, --request <file>', 'as for `explain`')
    .option('--id <dxvif>', 'ID of the request, when the file contains several')
    .option('--ledger <file>', 'ledger of the runs, to show the expiry: a file or `dynamodb:TABLE`')
    .addOption(profileOption())
    .option(
      '--gateway <name>',
      'gateway for the request, as named in the policy or by ID; needed when the policy leaves a choice',
    )
    .option('--owner <name>', 'owner who made the request; needed on a connection that several owners share')
    .option(
      '--exclusive',
      'on a connection that no owner lists: the new owner has it for itself (default: it is shared)',
    )
    .option('--at <instant>', 'evaluate as of this time (default: now)')
    .option('--json', 'print one JSON document on standard output instead of the patch')
    .addHelpText('after', SUGGEST_HELP)
    .action(async (file, options) => {
      const { policySuggest } = await import('./commands/policySuggest.ts');
      end(await policySuggest(file, options));
    });
  addConnectOptions(policy.command('propose'))
    .description(
      'opens one pull request for each held request that an edit can accept, and updates or closes those it opened; exit code 1 when one fails',
    )
    .addOption(policyOption())
    .addOption(ledgerOption())
    .option(
      '--base <branch>',
      'branch to propose the edits for (default: the default branch of the repository)',
    )
    .option('--repository <owner/name>', 'repository at GitHub (default: the variable GITHUB_REPOSITORY)')
    .addOption(maxProposalsOption())
    .option('--dry-run', 'print what would be done; change nothing')
    .option(
      '--output <folder>',
      'write branches, texts and patches as files below a new folder, for other forges',
    )
    .option('--at <instant>', 'count the edits from this time (default: now)')
    .addHelpText('after', PROPOSE_HELP)
    .action(async (options) => {
      const { policyPropose } = await import('./commands/policyPropose.ts');
      end(await policyPropose(options));
    });

  addConnectOptions(policy.command('diff'))
    .description(
      'shows which requests a policy change newly accepts, no longer accepts, or gives another gateway; exit code 4 when any becomes newly acceptable',
    )
    .argument('<old>', 'policy file, or a file in a git revision, such as main:policy/acme.yaml')
    .argument('<new>', 'the same')
    .option(
      '--pending [file]',
      'also show pending requests whose decision changes: those in a file (- for standard input), or those that the provider lists now',
    )
    .option('--at <instant>', 'evaluate as of this time, such as 2026-11-01T00:00:00Z (default: now)')
    .option('--json', 'print one JSON document on standard output')
    .option('--markdown', 'print a comment for a pull request')
    .addHelpText('after', DIFF_HELP)
    .action(async (old, now, options) => {
      const { policyDiff } = await import('./commands/policyDiff.ts');
      end(await policyDiff(old, now, options));
    });

  policy
    .command('invite')
    .description(
      'makes an agreed BGP key for one party, and the policy line with its SHA-256; writes no file',
    )
    .addOption(jsonOption())
    .addHelpText('after', INVITE_HELP)
    .action(async (options) => {
      const { policyInvite } = await import('./commands/policyInvite.ts');
      end(policyInvite(options));
    });

  addConnectOptions(policy.command('review'))
    .description(
      'prints a comment for the reviewer of a policy change: check, policy tests, diff against a revision, pending requests; exit codes as of these commands',
    )
    .option('--base <revision>', 'git revision to compare with', 'origin/main')
    .option('--live', 'ask the provider which requests are pending (reads only)')
    .option(
      '--comment',
      'also write it as the one comment of the workflow on its pull request, which is found again (GITHUB_TOKEN)',
    )
    .option('--at <instant>', 'evaluate as of this time (default: now)')
    .action(async (options) => {
      const { policyReview } = await import('./commands/policyReview.ts');
      end(await policyReview(options));
    });
}

const FILES =
  'policy files, or folders of them (default: VIF_ACCEPTOR_POLICY, or the folder `policy` in this folder or one above it)';
const FILE =
  'policy file (default: VIF_ACCEPTOR_POLICY, or the only one in the folder `policy` in this folder or one above it)';

const CHECK_HELP = `
Examples:
  vif-acceptor policy check
  vif-acceptor policy check --format github                    (in a workflow: annotations on the lines of a pull request)
  vif-acceptor policy check --format sarif > policy.sarif      (for code scanning)

Exit codes: 0 valid, also with warnings; 2 wrong usage, or a file was not found; 3 a file has errors. The document has the
errors in each case.`;

const TEST_HELP = `
Examples:
  vif-acceptor policy test policy/acme.yaml
  vif-acceptor policy test --format junit > policy-tests.xml

Exit codes: 0 all tests passed, 1 a test failed, 2 wrong usage, or a file was not found; 3 a policy or a test file has errors.
The document has the errors in each case.`;

const INIT_HELP = `
The new policy accepts nothing: it has \`freeze: true\`, and its owners are comments. For each owner that you have verified
out of band, remove the \`#\` before its lines and name it. Then remove \`freeze: true\`.`;

const EXPLAIN_HELP = `
Examples:
  aws directconnect describe-virtual-interfaces --output json | vif-acceptor policy explain policy/acme.yaml --request - --id dxvif-1a2b3c4d
  vif-acceptor policy explain policy/acme.yaml --request request.json --at 2026-11-01T00:00:00Z`;

const SUGGEST_HELP = `
Example:
  vif-acceptor status --json > status.json
  vif-acceptor policy suggest policy/acme.yaml --request status.json --id dxvif-1a2b3c4d > allow.patch
  git apply allow.patch
Standard error lists every field that the patch does not pin, and what to confirm: read it before you apply the patch.`;

const PROPOSE_HELP = `
Reads GITHUB_TOKEN (may write contents and pull requests), GITHUB_REPOSITORY and GITHUB_API_URL, as a workflow of GitHub sets them.
Nothing is let in before a person merges the pull request. That for an unknown requester has its edits as comments.
Examples:
  vif-acceptor policy propose --ledger dynamodb:TABLE --dry-run
  vif-acceptor policy propose --output proposals`;

const INVITE_HELP = `
On a shared connection, an agreed key identifies the party that offers an interface. Standard output contains the key: do not
redirect it to a file that others can read.`;

const DIFF_HELP = `
Examples:
  vif-acceptor policy diff main:policy/acme.yaml policy/acme.yaml
  vif-acceptor policy diff old.yaml new.yaml --pending recorded.json --json`;
