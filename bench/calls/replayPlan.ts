import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { list, members, text } from '../../emulator/decoders.ts';
import { figure } from '../figures.ts';
import type { Plan } from './plan.ts';
import type { Heard } from './recordedCalls.ts';

/** A call whose body lies in a file, so that what a plan weighs is not part of what making its calls takes. */
export interface PlannedCall
  extends Pick<Heard, 'key' | 'region' | 'service' | 'operation' | 'target' | 'contentType'> {
  readonly from: number;
  readonly bytes: number;
}

const readCalls = list(
  list(
    list(
      list(
        members<PlannedCall>({
          key: text,
          region: text,
          service: text,
          operation: text,
          target: text,
          contentType: text,
          from: figure,
          bytes: figure,
        }),
      ),
    ),
  ),
);

/** @param renamed what stands in the bodies, and what is to stand there: another table's name */
export function writePlan(plan: Plan<Heard>, file: string, renamed: readonly [string, string]): void {
  const bodies: Buffer[] = [];
  let from = 0;
  const place = ({ at: _, until: __, body, ...call }: Heard): PlannedCall => {
    const bytes = Buffer.from(body.replaceAll(...renamed));
    bodies.push(bytes);
    const planned = { ...call, from, bytes: bytes.length };
    from += bytes.length;
    return planned;
  };
  const planned = plan.map((stage) => stage.map((lane) => lane.map((step) => step.map(place))));
  writeFileSync(file, JSON.stringify(planned));
  writeFileSync(`${file}.bodies`, Buffer.concat(bodies));
}

export function readPlan(file: string): { plan: Plan<PlannedCall>; bodyOf(call: PlannedCall): Buffer } {
  const plan = readCalls(JSON.parse(readFileSync(file, 'utf8')), '');
  const bodies = openSync(`${file}.bodies`, 'r');
  return {
    plan,
    bodyOf: ({ from, bytes }) => {
      const body = Buffer.alloc(bytes);
      readSync(bodies, body, 0, bytes, from);
      return body;
    },
  };
}
