import { describe, expect, it } from 'vitest';
import { type Candidate, orderOfWork } from '../../lambda/core/order.ts';

/** `owner due failures`, each with its own ID. */
function candidates(...lines: string[]): Candidate[] {
  return lines.map((line, i) => {
    const [owner = '', due = '', failures = '0'] = line.split(' ');
    return { id: `dxvif-${i}`, owner, failures: Number(failures), due: due === '-' ? null : due };
  });
}

function order(...lines: string[]): string[] {
  return orderOfWork(candidates(...lines)).map(({ id }) => lines[Number(id.slice(6))] ?? '');
}

describe('the order of work', () => {
  it.each<[string, string[], string[]]>([
    ['soonest first', ['a 3', 'a 1', 'a 2'], ['a 1', 'a 2', 'a 3']],
    ['what has no deadline last', ['a -', 'a 9'], ['a 9', 'a -']],
    ['never failed before failed', ['a 1 1', 'a 9 0'], ['a 9 0', 'a 1 1']],
    ['fewest failures first', ['a 1 3', 'b 1 1', 'a 1 2'], ['b 1 1', 'a 1 2', 'a 1 3']],
    ['owners take turns', ['a 1', 'a 2', 'a 3', 'b 8', 'b 9'], ['a 1', 'b 8', 'a 2', 'b 9', 'a 3']],
    ['the owner in most haste begins', ['a 5', 'b 4', 'a 6'], ['b 4', 'a 5', 'a 6']],
    ['turns begin anew for what failed', ['a 1', 'a 2 1', 'b 3 1', 'a 9'], ['a 1', 'a 9', 'a 2 1', 'b 3 1']],
    ['nothing of nothing', [], []],
  ])('%s', (_, given, expected) => {
    expect(order(...given)).toEqual(expected);
    expect(order(...given.toReversed())).toEqual(expected);
  });

  it('is by ID where nothing else tells them apart', () => {
    const same = candidates('a 1', 'a 1', 'a 1');
    expect(orderOfWork(same.toReversed()).map(({ id }) => id)).toEqual(['dxvif-0', 'dxvif-1', 'dxvif-2']);
  });
});
