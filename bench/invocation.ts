import { members, optional, text } from '../emulator/decoders.ts';
import { figure } from './figures.ts';

/** What the harness tells of one call of a handler. */
export interface Invocation {
  readonly ms: number;
  /** what it took of a processor, in milliseconds */
  readonly cpu: number;
  /** from the start of its process until all was imported, and to the end of the call, in milliseconds */
  readonly imported: number;
  readonly sinceStart: number;
  /** bytes of memory before the call, and at the most until its end */
  readonly idle: number;
  readonly peak: number;
  /** of the report of a pass */
  readonly status: string;
  readonly counts: { readonly accepted: number } | null;
}

/** Given what a harness said. */
export function invocationOf(said: unknown): Invocation {
  return read(said, '');
}

const read = members<Invocation>({
  ms: figure,
  cpu: figure,
  imported: figure,
  sinceStart: figure,
  idle: figure,
  peak: figure,
  status: text,
  counts: optional(members({ accepted: figure }), null),
});

/** A pass that failed, or accepted another number than it should, is nothing to measure. */
export function mustAccept(number: number, { status, counts }: Invocation): void {
  const accepted = counts?.accepted ?? 0;
  if (status !== 'completed' || accepted !== number)
    throw new Error(`a pass was to accept ${number}: it ${status || 'ended'} and accepted ${accepted}`);
}

/** Megabytes above what the process had before, when it was idle. */
export function growth({ idle, peak }: Invocation): number {
  return (peak - idle) / 2 ** 20;
}
