#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ProxyRefused } from '../adapters/aws/clientHttp.ts';
import { EndpointRefused } from '../adapters/endpoint.ts';
import { readErrorCode } from '../adapters/fileSystem.ts';
import { quoteTrusted } from '../core/printableText.ts';
import { FROM_CHECKOUT } from '../language/invocation.ts';
import { RunFailure } from '../run/portErrors.ts';
import { createProgram, suggestCommand } from './defineCommands.ts';
import { EXIT, type ExitCode, InvalidPolicies, UsageError } from './options.ts';
import { paintFor, printDocument, wrapLines } from './output/terminal.ts';

// What reads our output may be gone (`| head`), or its disk be full: said in one line, and never as success.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(
    `error: output cannot be written (${error.code}); make room, then look at what was done\n`,
  );
  process.exitCode = EXIT.failed;
});
// What reads our messages may be gone too, such as a terminal: the command continues without them, and its exit code says how it
// ended. Without a listener the first message would end the process in the middle of its work.
process.stderr.on('error', () => undefined);
// A file that would be larger than this process may write is a failed write (EFBIG). Node ignores the signal of it, but proper-lockfile
// listens, and ends the process where no other listener is.
process.on('SIGXFSZ', () => undefined);

/** Runs the command line and tells its end by an exit code; every error is one message, never a stack trace. */
async function main(): Promise<ExitCode> {
  try {
    // In a checkout npm runs us in the project's folder, and tells the caller's: paths are meant from there. Installed, we
    // run where the caller is, or where a script of their own project has its paths from.
    if (FROM_CHECKOUT) enter(process.env.INIT_CWD || '.');
    let code: ExitCode = EXIT.done;
    const main = createProgram((ended) => {
      code = ended;
    });
    const typed = process.argv.slice(2);
    const meant = suggestCommand(main, typed);
    if (meant !== null)
      throw new UsageError(`unknown command ${quoteTrusted(typed[0] ?? '')}; did you mean \`${meant}\`?`);
    await main.parseAsync();
    return code;
  } catch (error) {
    return explain(error);
  }
}

function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch (cause) {
    throw new UsageError(
      `the variable INIT_CWD must name a folder, got ${quoteTrusted(folder)} (${readErrorCode(cause)}); npm sets it by itself`,
    );
  }
}

function explain(error: unknown): ExitCode {
  const paint = paintFor(process.stderr);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidPolicies) {
    const { length } = error.errors;
    process.stderr.write(`${message}\n${paint.bad(`${length} fault${length === 1 ? '' : 's'}`)}\n`);
    if (process.argv.includes('--json')) printDocument({ faults: error.errors });
    return EXIT.invalidPolicy;
  }
  process.stderr.write(wrapLines(`${paint.bad('error:')} ${message}\n`, paint.columns));
  if (error instanceof UsageError || error instanceof EndpointRefused || error instanceof ProxyRefused)
    return EXIT.usage;
  if (error instanceof RunFailure) return EXIT.failed;
  process.stderr.write(
    'this is a defect of vif-acceptor; please report it with the command that you typed\n',
  );
  return EXIT.failed;
}

// No `process.exit`: what is still to be written is written first. A failed write stays a failure.
const code = await main();
process.exitCode = process.exitCode ?? code;
