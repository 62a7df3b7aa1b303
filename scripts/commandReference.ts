import type { Command } from 'commander';
import { createProgram } from '../cli/defineCommands.ts';

/** Columns of the help in the page, so that the page does not depend on the terminal. */
const WIDTH = 120;

const HEAD = `# Commands

Generated from each command's own help by \`npm run docs\`; do not edit. For the JSON documents see [json.md](json.md).
`;

/** The text of docs/cli.md: a table of all commands, then the help of each. */
export function commandReference(): string {
  const main = createProgram(() => undefined);
  const commands = findCommands(main);
  const rows = commands.map(
    ({ path, command }) =>
      `| [\`${path}\`](#${headingAnchor(path)}) | ${escapeCell(command.description())} |`,
  );
  return [
    HEAD,
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
    '',
    '## `vif-acceptor`',
    '',
    fenceText(readHelp(main)),
    ...commands.flatMap(({ path, command }) => ['', `## \`${path}\``, '', fenceText(readHelp(command))]),
    '',
  ].join('\n');
}

interface NamedCommand {
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something themselves: `policy` only groups others, and `complete` is called by shells only. */
function findCommands(parent: Command, above: readonly string[] = []): NamedCommand[] {
  const visible = parent.createHelp().visibleCommands(parent);
  const shown = parent.commands.filter((command) => visible.includes(command));
  return shown.flatMap((command) => {
    const names = [...above, command.name()];
    return command.commands.length > 0 ? findCommands(command, names) : [{ path: names.join(' '), command }];
  });
}

/** The help as a terminal shows it, with the examples below the options. */
function readHelp(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}

function fenceText(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The anchor that GitHub gives a heading. */
function headingAnchor(path: string): string {
  return path.replaceAll(' ', '-');
}
