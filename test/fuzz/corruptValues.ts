import fc, { type Arbitrary } from 'fast-check';
import { recipientKey } from '../../core/policy.ts';
import { POLICY } from './fakeProvider.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

/** The recipient key of these ledgers. */
export const KEY = recipientKey(POLICY.policy.recipient);

export const PIECES = fc.oneof(
  maliciousJson,
  fc.constantFrom(
    ...['"sighting/__proto__"', '"announcement/__proto__"', '"intent/constructor"', '"S"', '"N"', '{', '}'],
  ),
  fc.constantFrom(
    ...['"0000000000/sighting/__proto__"', '"head"', '"0000000000/"', '"sighting/dxvif-\\u001b[2J"', ','],
  ),
);

/** A corrupted value of the ledger, which may no longer be JSON. Sometimes it is unchanged, so that valid items occur too. */
export function corruptValue(value: unknown): Arbitrary<string> {
  const text = JSON.stringify(value);
  return fc.oneof(
    replaceValues(value),
    mutateText(text, TOKENS.json, PIECES),
    maliciousJson,
    maliciousText,
    fc.constant(text),
  );
}
