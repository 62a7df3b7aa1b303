import { inSequence, type Lane, type Plan, type Step, sideBySide } from './plan.ts';
import type { Heard } from './recordedCalls.ts';

const CONFIRM = 'ConfirmPrivateVirtualInterface';
const GATEWAYS = 'DescribeVpnGateways';

/**
 * The lower bound of a pass that accepts: what came before the first description and after the last confirm in sequence, and
 * between them so many lanes, each taking the next request: its description and the gateways at once, its share of the ledger's
 * calls, the confirm, its share again. The ledger's calls are those of the pass, however it grouped them, spread evenly.
 */
export function acceptancesPlan(heard: readonly Heard[], lanes: number): Plan<Heard> {
  const calls = heard.toSorted((a, b) => a.at - b.at);
  const first = calls.findIndex(isDescription);
  const last = calls.findLastIndex(({ operation }) => operation === CONFIRM);
  if (first === -1 || last < first) throw new Error('the pass confirmed nothing');
  const middle = calls.slice(first, last + 1);
  const descriptions = middle.filter(isDescription);
  const gateways = middle.filter(({ operation }) => operation === GATEWAYS);
  const confirms = middle.filter(({ operation }) => operation === CONFIRM);
  const rest = middle.filter(
    (call) => ![descriptions, gateways, confirms].some((kind) => kind.includes(call)),
  );
  const odd = rest.find(({ service }) => service !== 'dynamodb');
  if (odd !== undefined) throw new Error(`a pass that accepts is not known to call ${odd.operation}`);

  const requests = Math.max(descriptions.length, confirms.length);
  const sequences = Array.from(
    { length: requests },
    (_, i): Lane<Heard> => [
      [...share(descriptions, i, requests), ...share(gateways, i, requests)],
      ...one(share(rest, 2 * i, 2 * requests)),
      share(confirms, i, requests),
      ...one(share(rest, 2 * i + 1, 2 * requests)),
    ],
  );
  return [
    [inSequence(calls.slice(0, first))],
    sideBySide(sequences, lanes),
    [inSequence(calls.slice(last + 1))],
  ];
}

function isDescription({ operation, body }: Heard): boolean {
  return operation === 'DescribeVirtualInterfaces' && body.includes('"virtualInterfaceId"');
}

/** The `i`th of `n` parts that differ in length by one at most. */
function share(calls: readonly Heard[], i: number, n: number): Heard[] {
  return calls.slice(Math.floor((i * calls.length) / n), Math.floor(((i + 1) * calls.length) / n));
}

function one(calls: readonly Heard[]): Step<Heard>[] {
  return calls.map((call) => [call]);
}
