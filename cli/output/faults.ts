import { type Fault, formatFault } from '../../language/index.ts';
import type { Paint } from './paint.ts';

/** What kept targets from their passes, below what was done for the others. */
export function describeFaults(faults: readonly Fault[], paint: Paint): string {
  const files = [...new Set(faults.map(({ file }) => file))];
  const lines = faults.map((fault) => paint.bad(formatFault(fault)));
  return `${lines.join('\n')}\n${paint.bad(`no pass was made by ${files.join(', ')}; the others went on`)}\n`;
}
