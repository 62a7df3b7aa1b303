import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Complete,
  RootCommand,
  ShellCompDirective,
  script,
  type Command as TabCommand,
} from '@bomb.sh/tab';
import type { Argument, Command, Option } from 'commander';
import { findPolicyFolder } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';

const PROGRAM = 'vif-acceptor';

export type Shell = 'bash' | 'zsh' | 'fish';

/** `completion`: prints the script by which a shell completes commands, options and policy files. */
export function printCompletionScript(shell: Shell): ExitCode {
  if (shell !== 'bash') {
    script(shell, PROGRAM, PROGRAM);
    return EXIT.done;
  }
  // Without the group, bash reports the library's constants as read-only when the script is read a second time. The library registers
  // its function without the shell's own completion of file names, which `completeWords` relies on.
  process.stdout.write(
    `{\n${bashScript()}} 2> /dev/null\ncomplete -o default -F __vif_acceptor_complete ${PROGRAM}\n`,
  );
  return EXIT.done;
}

/** The library's script evaluates the typed words, so that `$(COMMAND)` in them would be executed before the command is entered. */
const EVALUATED = 'eval "$requestComp"';
const PASSED = `${PROGRAM} complete -- "\${words[@]:1}"`;

/** @throws Error if the library evaluates words in another way */
function bashScript(): string {
  const { log } = console;
  let printed = '';
  // The library can only print.
  console.log = (text: string) => {
    printed += `${text}\n`;
  };
  try {
    script('bash', PROGRAM, PROGRAM);
  } finally {
    console.log = log;
  }
  const safe = printed.replace(EVALUATED, () => PASSED);
  if (safe === printed || safe.includes('eval')) throw new Error('the script for bash evaluates typed words');
  return safe;
}

/** `complete`, which the script calls: prints what the last word can become. Reads no policy and calls no API. */
export function completeWords(main: Command, words: readonly string[]): ExitCode {
  const root = new RootCommand();
  let expectsFile = false;
  // The library always excludes file names, which are the values of many options.
  Object.defineProperty(root, 'directive', {
    get: () =>
      expectsFile
        ? ShellCompDirective.ShellCompDirectiveDefault
        : ShellCompDirective.ShellCompDirectiveNoFileComp,
    set: () => undefined,
  });
  addCommands(root, main, [], (value) => {
    expectsFile = value.isFile;
    return value.isFile && value.isPolicy ? findPolicyFiles() : value.choices;
  });
  root.parse([...words]);
  return EXIT.done;
}

/** What can be said about the value of an option or an argument. */
interface ValueKind {
  readonly choices: readonly string[];
  readonly isFile: boolean;
  /** whether it is a file of policies: those in the folder of policies are proposed */
  readonly isPolicy: boolean;
}

type FindValues = (kind: ValueKind) => readonly string[];

function addCommands(root: RootCommand, command: Command, above: readonly string[], find: FindValues): void {
  for (const child of command.createHelp().visibleCommands(command)) {
    const path = [...above, child.name()];
    const added = root.command(path.join(' '), child.description());
    for (const option of child.createHelp().visibleOptions(child)) addOption(added, option, find);
    for (const argument of child.registeredArguments) {
      const kind = describeArgument(argument);
      added.argument(argument.name(), propose(kind, find), argument.variadic);
    }
    addCommands(root, child, path, find);
  }
}

function addOption(command: TabCommand, option: Option, find: FindValues): void {
  const name = option.long?.replace(/^--/, '');
  if (name === undefined) return;
  const short = option.short?.replace(/^-/, '');
  if (!option.required && !option.optional) {
    command.option(name, option.description, short);
    return;
  }
  const kind: ValueKind = {
    choices: option.argChoices ?? [],
    isFile: /[<[]file/.test(option.flags),
    isPolicy: name === 'policy',
  };
  command.option(name, option.description, propose(kind, find), short);
}

/** The handler by which the library gets the values of an option or an argument. */
function propose(kind: ValueKind, find: FindValues): (add: Complete) => void {
  return (add) => {
    for (const value of find(kind)) add(value, '');
  };
}

function describeArgument(argument: Argument): ValueKind {
  const isFile = ['file', 'old', 'new'].includes(argument.name());
  return { choices: argument.argChoices ?? [], isFile, isPolicy: isFile };
}

/** The policy files in the folder of policies. Only names that no shell expands: bash expands what it is given. */
function findPolicyFiles(): string[] {
  try {
    const folder = findPolicyFolder();
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return files.map((name) => join(folder, name)).filter((path) => /^[\w./-]+$/.test(path));
  } catch {
    return [];
  }
}
