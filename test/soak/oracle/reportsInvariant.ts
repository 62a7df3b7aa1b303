import { PLANTED } from '../plan/constants.ts';
import type { Truth } from './groundTruth.ts';
import type { Verdicts } from './violations.ts';

type Fields = Readonly<Record<string, unknown>>;

export function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function toFieldsList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(toFields) : [];
}

/** What a pass said of itself, read as its log has it. */
export function checkReports(
  truths: ReadonlyMap<string, Truth>,
  farthestOff: () => number,
  { blame }: Verdicts,
) {
  /** A deadline holds the true expiry, as far as the clock could be trusted. */
  function deadline(id: unknown, told: unknown, where: string): void {
    const truth = truths.get(String(id));
    if (truth === undefined) return;
    const { earliest, latest } = toFields(told);
    const { expiresAt, hidden } = truth;
    if (expiresAt === null) {
      if (earliest !== null || latest !== null)
        blame('honesty', `${where}: ${truth.id} stands for ever, and has a deadline`);
      return;
    }
    const off = farthestOff();
    if (typeof latest !== 'string' || Date.parse(latest) < expiresAt - off)
      blame('honesty', `${where}: ${truth.id} expires after its late end ${latest}`);
    // Of what an answer concealed that said it was whole, nobody can know better.
    if (typeof earliest === 'string' && !hidden && Date.parse(earliest) > expiresAt + off)
      blame('honesty', `${where}: ${truth.id} expires before its early end ${earliest}`);
  }

  return {
    deadline,
    /** Lines of a log. */
    read: (text: string): void => {
      if (text.includes(PLANTED)) blame('secrecy', 'a BGP key stands in the log');
      for (const line of text.split('\n')) {
        if (!line.includes('"request"')) continue;
        const { request } = toFields(JSON.parse(line));
        if (request === undefined) continue;
        const { id, deadline: when } = toFields(request);
        deadline(id, when, 'report');
      }
    },
  };
}
