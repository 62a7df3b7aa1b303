import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROD } from '../support/cloud.ts';
import { expectOnlyAllowed, fieldsOf } from './allowedConfirms.ts';
import { answerQuestions, answerTo, POLICY, VALID_ANSWERS } from './fakeProvider.ts';
import { expectReported, startRuns } from './fuzzRuns.ts';
import { expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, mutateText, replaceValues, TOKENS } from './mutations.ts';

const confirmAnswers = fuzzTarget('answers to a confirm, and to what came after it');

const STATES = ['confirming', 'pending', 'available', 'down', 'rejected', 'deleted', 'Pending', 'unknown'];
const PIECES = fc.oneof(
  maliciousJson,
  fc.constantFrom(...STATES, PROD, 'vgw-0badcafe').map((text) => `"${text}"`),
);

const confirmed: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...STATES).map((virtualInterfaceState) => JSON.stringify({ virtualInterfaceState })),
  maliciousJson.map((value) => `{"virtualInterfaceState":${value}}`),
  mutateText(VALID_ANSWERS.confirmed, TOKENS.json, PIECES),
);
const settled: Arbitrary<string> = fc.oneof(
  fc.constant(VALID_ANSWERS.settled),
  fc.constant(VALID_ANSWERS.described),
  mutateText(VALID_ANSWERS.settled, TOKENS.json, PIECES),
  replaceValues(JSON.parse(VALID_ANSWERS.settled)),
);
const statuses = fc.oneof({ weight: 6, arbitrary: fc.constant(200) }, fc.constantFrom(400, 403, 404));

/** Whether an answer explicitly shows that the interface was accepted, or is on our gateway. */
function says(text: string, status: number, what: 'accepted' | 'on our gateway'): boolean {
  try {
    const answered = fieldsOf(JSON.parse(text));
    if (what === 'accepted')
      return (
        status === 200 && ['pending', 'available', 'down'].includes(String(answered.virtualInterfaceState))
      );
    const [item] = Array.isArray(answered.virtualInterfaces) ? answered.virtualInterfaces : [];
    const { virtualInterfaceState: state, virtualGatewayId, directConnectGatewayId } = fieldsOf(item);
    const isOver = ['confirming', 'deleted', 'rejected', 'expired'].includes(String(state));
    return status === 200 && !isOver && [virtualGatewayId, directConnectGatewayId].includes(PROD);
  } catch {
    return false;
  }
}

describe('with any answer to a confirm', () => {
  it(
    'a request is reported as accepted only if that answer or the next description shows it, and is never confirmed twice',
    LONG,
    async () => {
      const { run } = await startRuns(POLICY);
      const inputs = fc.tuple(confirmed, statuses, settled, statuses);
      const seen = await confirmAnswers.fuzz(120, inputs, async ([body, status, after, statusAfter]) => {
        const { report, exchanges } = await run(
          answerQuestions({
            confirmed: answerTo('confirmed', body, status),
            settled: answerTo('settled', after, statusAfter),
          }),
        );
        expectReported(report);
        expectOnlyAllowed(exchanges);
        const [first] = report.requests;
        const times = exchanges.filter(
          ({ request }) => request.operation.startsWith('Confirm') && request.body.includes(first?.id ?? '?'),
        );
        expect(times).toHaveLength(1);
        const isAccepted = says(body, status, 'accepted') || says(after, statusAfter, 'on our gateway');
        if (first?.outcome === 'accepted') expect(isAccepted).toBe(true);
        return `reported as ${first?.outcome}`;
      });
      expectSome(seen, 'reported as accepted', 'reported as failed');
    },
  );
});
