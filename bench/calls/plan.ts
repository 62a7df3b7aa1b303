import type { Heard } from './recordedCalls.ts';

/** Calls to be made again: of a stage all lanes run side by side, of a lane one step after the other, of a step all calls at once. */
export type Plan<Call> = readonly Stage<Call>[];
export type Stage<Call> = readonly Lane<Call>[];
export type Lane<Call> = readonly Step<Call>[];
export type Step<Call> = readonly Call[];

/** In the order heard; calls that were under way at the same time are made at once. */
export function inSequence(heard: readonly Heard[]): Lane<Heard> {
  const steps: Heard[][] = [];
  let over = Number.NEGATIVE_INFINITY;
  for (const call of heard.toSorted((a, b) => a.at - b.at)) {
    const last = steps.at(-1);
    if (last === undefined || call.at >= over) {
      steps.push([call]);
      over = call.until;
    } else {
      last.push(call);
      // What begins when the first of them is over waited for it.
      over = Math.min(over, call.until);
    }
  }
  return steps;
}

/** Several sequences over so many lanes, each taking the next in turn. */
export function sideBySide(sequences: readonly Lane<Heard>[], lanes: number): Stage<Heard> {
  return Array.from({ length: lanes }, (_, lane) =>
    sequences.filter((__, i) => i % lanes === lane).flatMap((sequence) => [...sequence]),
  );
}
