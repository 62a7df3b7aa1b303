import { PLANTED } from '../plan/constants.ts';
import type { Truth } from './groundTruth.ts';
import type { Violations } from './violations.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function toFieldsList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(toFields) : [];
}

/** Checks the reports of runs in their logs. */
export function checkReports(
  truths: ReadonlyMap<string, Truth>,
  farthestOff: () => number,
  { addViolation }: Violations,
) {
  /** The true expiry must be within the deadline, as far as the clock was correct. */
  function deadline(id: unknown, reported: unknown, where: string): void {
    const truth = truths.get(String(id));
    if (truth === undefined) return;
    const { earliest, latest } = toFields(reported);
    const { expiresAt, hidden } = truth;
    if (expiresAt === null) {
      if (earliest !== null || latest !== null)
        addViolation('honesty', `${where}: ${truth.id} never expires, and has a deadline`);
      return;
    }
    const off = farthestOff();
    if (typeof latest !== 'string' || Date.parse(latest) < expiresAt - off)
      addViolation('honesty', `${where}: ${truth.id} expires after its latest expiry ${latest}`);
    // If an answer lacked the request and claimed to be complete, a wrong deadline is correct behaviour.
    if (typeof earliest === 'string' && !hidden && Date.parse(earliest) > expiresAt + off)
      addViolation('honesty', `${where}: ${truth.id} expires before its earliest expiry ${earliest}`);
  }

  return {
    deadline,
    /** Parses the lines of a log. @returns the reported requests, each with the start of its run */
    read: (text: string): Fields[] => {
      if (text.includes(PLANTED)) addViolation('secrecy', 'a BGP key is in the log');
      const reported: Fields[] = [];
      for (const line of text.split('\n')) {
        if (!line.includes('"request"') && !line.includes('"internal"')) continue;
        const { request, run, failures } = toFields(JSON.parse(line));
        if (toFields(failures).code === 'internal')
          addViolation('honesty', `a run failed by a defect: ${toFields(failures).message}`);
        if (request === undefined) continue;
        const { id, deadline: when } = toFields(request);
        deadline(id, when, 'report');
        reported.push({ ...toFields(request), startedAt: toFields(run).startedAt });
      }
      return reported;
    },
  };
}
