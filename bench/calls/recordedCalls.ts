import { list, members, type Reader, text } from '../../emulator/decoders.ts';
import { figure } from '../figures.ts';

/** One call that a server of the benchmark heard. */
export interface Heard {
  /** when it came and when its answer was gone, in milliseconds since the epoch */
  readonly at: number;
  readonly until: number;
  /** of the signature */
  readonly key: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
}

export const readHeard: Reader<readonly Heard[]> = list(
  members<Heard>({
    at: figure,
    until: figure,
    key: text,
    region: text,
    service: text,
    operation: text,
    target: text,
    contentType: text,
    body: text,
  }),
);

/** The two sides did not make the same calls, so that their times say nothing. */
class DifferentCalls extends Error {
  override readonly name = 'DifferentCalls';
}

/** @throws DifferentCalls */
export function mustBeSame(ours: readonly Heard[], bound: readonly Heard[]): void {
  const [a, b] = [tally(ours), tally(bound)];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  const differing = names.filter((name) => a.get(name) !== b.get(name));
  if (differing.length === 0) return;
  const told = differing.map((name) => `${name} ${a.get(name) ?? 0} against ${b.get(name) ?? 0}`);
  throw new DifferentCalls(`the two sides made different calls: ${told.join(', ')}`);
}

/** How many of each. */
function tally(heard: readonly Heard[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { service, operation } of heard) {
    const name = `${service} ${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
