import { type Fault, formatFault } from '../../language/index.ts';
import type { Paint } from './paint.ts';

/**
 * What is wrong with policies, below what was done for the others.
 * @param outcome what became of these and of the others, where `FILES` stands for these
 */
export function describeFaults(faults: readonly Fault[], outcome: string, paint: Paint): string {
  const files = [...new Set(faults.map(({ file }) => file))].join(', ');
  const lines = faults.map((fault) => paint.bad(formatFault(fault)));
  return `${lines.join('\n')}\n${paint.bad(outcome.replace('FILES', () => files))}\n`;
}
