import { loadPolicy } from '../../../core/policyText.ts';
import { type Receipt, replayDecision } from '../../../core/receipt.ts';
import type { Ledger } from '../../../run/ports.ts';
import { AGREED_KEYS, digestOf } from '../plan/carrierPolicy.ts';
import { PLANTED, RECIPIENT_ACCOUNT, REGION } from '../plan/constants.ts';
import { hasUnknownAccepter, isOffer, isPending, type Truth } from './groundTruth.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Violations } from './violations.ts';

/**
 * Checks the ledger at the end, after runs without faults: one receipt for each acceptance that a run knew of, no others, and each
 * receipt is re-evaluated with the same result; one record of each end; no intent and no undelivered event.
 */
export async function checkRecords(
  ledger: Ledger,
  scene: Scene,
  { addViolation }: Violations,
): Promise<void> {
  const { truths, plan, now } = scene;
  const key = `${plan.provider}/${REGION}/${RECIPIENT_ACCOUNT}`;
  const { receipts, ended, damaged } = await ledger.readRecords(key, new Date(0));
  for (const problem of damaged) addViolation('honesty', problem);
  for (const truth of truths.values()) {
    const problems = [
      ...findReceiptProblems(truth, countOf(receipts, truth)),
      ...findEndProblems(truth, countOf(ended, truth), now()),
    ];
    for (const problem of problems) addViolation('honesty', `${truth.id} ${problem}`);
  }
  for (const receipt of receipts)
    if (!(await isReplayed(receipt, ledger)))
      addViolation('honesty', `the receipt of ${receipt.id} is re-evaluated with another result`);
  const { outbox, intents } = await ledger.readState(key);
  if (Object.keys(outbox).length > 0) addViolation('honesty', 'events are undelivered at the end');
  // An interface in an undocumented state may be live, so its intent stays.
  for (const id of Object.keys(intents))
    if (truths.get(id)?.strangeSince === null)
      addViolation('liveness', `an intent of ${id} is left at the end`);
}

function countOf(records: readonly { readonly id: string }[], { id }: Truth): number {
  return records.filter((record) => record.id === id).length;
}

function findReceiptProblems(truth: Truth, count: number): string[] {
  const { taken, deletedAt } = truth;
  const isOurs = taken?.by === 'us';
  const isForgotten = deletedAt !== null && taken?.received === false;
  if (isOurs && !isForgotten && count !== 1) return [`was accepted, with ${count} receipts`];
  const isOthers = !isOurs && !hasUnknownAccepter(truth);
  return isOthers && count > 0 ? ['has a receipt, and was not accepted'] : [];
}

function findEndProblems(truth: Truth, count: number, at: number): string[] {
  const { taken, seen, hidden, strangeSince } = truth;
  if (!isOffer(truth) || strangeSince !== null || hidden || hasUnknownAccepter(truth)) return [];
  if (isPending(truth, at)) return count > 0 ? ['is pending, and is recorded as ended'] : [];
  if (taken?.by === 'us' || !seen) return [];
  return count === 1 ? [] : [`has ended, and is recorded as ended ${count} times`];
}

/** Whether the policy that the receipt names gives the same decision again. */
async function isReplayed(receipt: Receipt, ledger: Ledger): Promise<boolean> {
  const text = await ledger.readPolicy(receipt.policy.digest);
  if (text === null) return false;
  const { policy } = loadPolicy(text, receipt.target);
  return replayDecision(receipt, policy).isSame;
}

/** Checks that neither a BGP key nor the digest of a key that was agreed with no owner is in the ledger or an event. */
export function checkSecrecy(
  items: ReadonlyMap<string, unknown>,
  events: readonly unknown[],
  truths: ReadonlyMap<string, Truth>,
  { addViolation }: Violations,
): void {
  const agreed = new Set<string>(Object.values(AGREED_KEYS).map(digestOf));
  const keys = [...truths.values()].flatMap(({ shown }) => shown.sessions.map(({ key }) => key));
  const digests = keys.filter((key) => key !== '').map(digestOf);
  const secret = new Set<string>(digests.filter((digest) => !agreed.has(digest)));
  for (const item of [...items.values(), ...events]) {
    const text = JSON.stringify(item);
    if (text.includes(PLANTED)) addViolation('secrecy', 'a BGP key is in the ledger or in an event');
    for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g))
      if (secret.has(digest))
        addViolation('secrecy', 'the digest of an unknown key is in the ledger or in an event');
  }
}
