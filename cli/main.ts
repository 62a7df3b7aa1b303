#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ProxyRefused } from '../adapters/awsProtocol/clientHttp.ts';
import { EndpointRefused } from '../adapters/endpoint.ts';
import { readErrorCode } from '../adapters/fileSystem.ts';
import { formatList, quoteTrusted } from '../core/printableText.ts';
import { FROM_CHECKOUT } from '../language/commandText.ts';
import { RunFailure } from '../run/portErrors.ts';
import { createProgram, suggestCommand } from './defineCommands.ts';
import {
  EXIT,
  type ExitCode,
  ForgeFailure,
  InvalidPolicies,
  removeEmptyVariables,
  UsageError,
  VARIABLES,
} from './options.ts';
import { printDocument, printError, printErrorLines } from './output/terminal.ts';

// The reader of standard output may be gone (`| head`), or its disk full: reported in one line, and never as success.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(
    `error: output cannot be written (${error.code}); free some space, then check with \`status\` what was done\n`,
  );
  process.exitCode = EXIT.failed;
});
// The reader of standard error may be gone too, such as a terminal: the command continues, and its exit code shows the result.
// Without a listener the first message would end the process in the middle of its work.
process.stderr.on('error', () => undefined);
// A file that exceeds the size limit of the process is a failed write (EFBIG). Node ignores the signal SIGXFSZ, but proper-lockfile
// listens to it and ends the process unless there is another listener.
process.on('SIGXFSZ', () => undefined);

/** Runs the command line and returns its exit code. Every error is printed as one message, never as a stack trace. */
async function main(): Promise<ExitCode> {
  try {
    // In a checkout, npm starts the command in the project's folder and passes the caller's folder in INIT_CWD: paths are relative
    // to it. An installed command already runs in the caller's folder.
    if (FROM_CHECKOUT) enterFolder(process.env.INIT_CWD || '.');
    removeEmptyVariables(process.env);
    let code: ExitCode = EXIT.done;
    const main = createProgram((ended) => {
      code = ended;
    });
    const typed = process.argv.slice(2);
    const suggestion = suggestCommand(main, typed);
    if (suggestion !== null)
      throw new UsageError(
        `unknown command ${quoteTrusted(typed[0] ?? '')}; did you mean \`${suggestion}\`?`,
      );
    await main.parseAsync();
    return code;
  } catch (error) {
    return reportError(error);
  }
}

function enterFolder(folder: string): void {
  try {
    process.chdir(folder);
  } catch (cause) {
    throw new UsageError(
      `the variable INIT_CWD must name a folder, got ${quoteTrusted(folder)} (${readErrorCode(cause)}); unset it, because npm sets it`,
    );
  }
}

/** Prints an error and returns the exit code for it. */
function reportError(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidPolicies) {
    printErrorLines(message, error.errors.length);
    if (process.argv.includes('--json')) printDocument({ errors: error.errors });
    return EXIT.invalidPolicy;
  }
  printError(message);
  if (error instanceof UsageError || error instanceof EndpointRefused || error instanceof ProxyRefused) {
    printVariablesInUse();
    return EXIT.usage;
  }
  if (error instanceof RunFailure || error instanceof ForgeFailure) return EXIT.failed;
  process.stderr.write('this is a bug in vif-acceptor; please report it with the command that you typed\n');
  return EXIT.failed;
}

/** Names the variables that set options: the message names the option, which the user may not have typed. */
function printVariablesInUse(): void {
  const names = Object.values(VARIABLES).filter((name) => process.env[name] !== undefined);
  if (names.length > 0)
    process.stderr.write(`set by the environment, where the option is not given: ${formatList(names)}\n`);
}

// No `process.exit`: pending output is written first. An exit code that a failed write has set stays.
const code = await main();
process.exitCode = process.exitCode ?? code;
