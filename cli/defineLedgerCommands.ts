import type { Command } from 'commander';
import { type ExitCode, profileOption } from './options.ts';

/**
 * Defines `ledger …`: the commands for the state kept between runs.
 * @param end receives the exit code of the command that ran
 */
export function addLedgerCommands(main: Command, end: (code: ExitCode) => void): void {
  main
    .command('ledger')
    .description('copies the state kept between runs')
    .command('copy')
    .description('copies the ledger of targets from the table of one stack to that of another')
    .requiredOption('-p, --policy <file...>', 'policy files of the targets, or folders of them')
    .requiredOption('--from <table>', '`dynamodb:TABLE` of the stack that had the targets')
    .requiredOption('--to <table>', '`dynamodb:TABLE` of the stack that has them now')
    .addOption(profileOption())
    .addHelpText('after', COPY_HELP)
    .action(async (options) => {
      const { ledgerCopy } = await import('./commands/ledgerCopy.ts');
      end(await ledgerCopy(options));
    });
}

const COPY_HELP = `
Example:
  vif-acceptor ledger copy --policy policy-lab/acme.yaml --from dynamodb:OLD --to dynamodb:NEW
Both tables are in one account and region. The state of the target in the new table is replaced, unless something was accepted by
it that the old table does not know. Nothing is deleted in the old table. While it copies, runs of the target do nothing.
Exit codes: 0 every target was copied, 1 at least one was not; 2 wrong usage, 3 a policy file is invalid.`;
