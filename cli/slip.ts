import type { Command } from 'commander';
import { nearest } from '../language/nearest.ts';

/**
 * What was probably meant by a command that does not exist: many people type `check` for `policy check`.
 * @param typed what comes after the program's name
 * @returns `null` when there is such a command, or nothing better to say than the parser does
 */
export function meantCommand(main: Command, typed: readonly string[]): string | null {
  const [word = ''] = typed;
  const commands = main.commands.map((command) => command.name());
  if (word === '' || word.startsWith('-') || word === 'help' || commands.includes(word)) return null;
  if (word === 'version') return '--version';
  const ofPolicy =
    main.commands.find((command) => command.name() === 'policy')?.commands.map((command) => command.name()) ??
    [];
  if (ofPolicy.includes(word)) return `policy ${word}`;
  // The parser knows the slips of its own commands.
  if (nearest(word, commands) !== null) return null;
  const slip = nearest(word, ofPolicy);
  return slip === null ? null : `policy ${slip}`;
}
