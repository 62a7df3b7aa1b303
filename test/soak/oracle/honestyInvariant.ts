import type { DeliveredEvent } from '../cloud/virtualBus.ts';
import { PLANTED } from '../plan/constants.ts';
import { hasUnknownAccepter, isOffer, isPending, type Truth } from './groundTruth.ts';
import { type checkReports, toFields } from './reportsInvariant.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Violations } from './violations.ts';

type PublishedEvent = DeliveredEvent & { readonly about: string };

/** The events without repeats of the same ID. */
function withoutRepeats(
  delivered: readonly DeliveredEvent[],
  { addViolation }: Violations,
): PublishedEvent[] {
  const kept = new Map<string, PublishedEvent>();
  for (const one of delivered) {
    const { id, request, interface: ours } = one.detail;
    const about = String(toFields(request ?? ours).id ?? '');
    const first = kept.get(String(id));
    if (first === undefined) kept.set(String(id), { ...one, about });
    else if (kindOf(first.type) !== kindOf(one.type) || first.about !== about)
      addViolation('honesty', `two different events have one ID: ${first.type} and ${one.type}`);
  }
  return [...kept.values()];
}

/** The cause of an ended request may differ when the event is published again. */
function kindOf(type: string): string {
  return type === 'Request Expired' ? 'Request Ended' : type;
}

/** Checks at the end of a life that every fact about requests was published exactly once, and nothing else. */
export function checkEvents(
  scene: Scene,
  delivered: readonly DeliveredEvent[],
  runs: { readonly failed: number; readonly failedWithLedger: number },
  { deadline }: ReturnType<typeof checkReports>,
  violations: Violations,
): void {
  const { addViolation } = violations;
  const events = withoutRepeats(delivered, violations);
  for (const one of events) checkOne(one);
  const failures = events.filter(({ type }) => type === 'Run Failed').length;
  if (runs.failed === 0 && failures > 0)
    addViolation('honesty', 'a failed run was published, and no run failed');
  if (runs.failedWithLedger > 0 && failures === 0)
    addViolation('honesty', 'runs failed, and no event was published');
  for (const truth of scene.truths.values()) {
    const own = events.filter(({ about }) => about === truth.id);
    for (const problem of isOffer(truth) ? findProblems(truth, own, scene) : findForeignProblems(own))
      addViolation('honesty', `${truth.id} ${problem}`);
  }

  function checkOne({ type, detail, about }: PublishedEvent): void {
    if (JSON.stringify(detail).includes(PLANTED)) addViolation('secrecy', `a BGP key is in \`${type}\``);
    if (type !== 'Run Failed' && !scene.truths.has(about))
      addViolation('honesty', `\`${type}\` of ${about}, which never existed`);
    const reported = toFields(detail.request).deadline;
    if (reported !== undefined) deadline(about, reported, type);
  }
}

function findForeignProblems(own: readonly PublishedEvent[]): string[] {
  return own.some(({ type }) => type === 'Request Accepted')
    ? ['was not offered to us, and was published as accepted']
    : [];
}

function findProblems(truth: Truth, own: readonly PublishedEvent[], scene: Scene): string[] {
  const of = (...types: string[]) => own.filter(({ type }) => types.includes(type));
  const accepted = of('Request Accepted');
  const ends = of('Request Ended', 'Request Expired');
  const { taken } = truth;
  if (taken?.by === 'us')
    return [
      ...findAcceptanceProblems(truth, accepted, ends),
      ...findFollowUpProblems(truth, of('Accepted Interface Not Available'), scene),
    ];
  if (hasUnknownAccepter(truth)) return [];
  const found: string[] = [];
  if (accepted.length > 0) found.push('was published as accepted, and was not');
  // While its state is undocumented, the API does not show what happened to it.
  return truth.strangeSince === null ? [...found, ...findRequestProblems(truth, own, scene)] : found;
}

/** The problems of the events of a request that we did not accept. */
function findRequestProblems(truth: Truth, own: readonly PublishedEvent[], scene: Scene): string[] {
  const of = (...types: string[]) => own.filter(({ type }) => types.includes(type));
  const ends = of('Request Ended', 'Request Expired');
  const found: string[] = [];
  const isOver = !isPending(truth, scene.now());
  if (ends.length > (isOver ? 1 : 0)) found.push(`was published as ended ${ends.length} times`);
  if (truth.seen && isOver && ends.length === 0) found.push('has ended, and no event was published');
  const as = ends.map(({ detail }) => String(detail.as)).join();
  if (ends.length > 0 && !endsOf(truth, scene).includes(as))
    found.push(`was published as ended with the cause \`${as}\``);
  if (truth.seen && !isOver && of('Request Held').length === 0)
    found.push('is pending, and its reasons were not published');
  const near = truth.expiresAt !== null && truth.seen && scene.now() > truth.expiresAt - 5 * 3_600_000;
  if (near && !isOver && of('Deadline Near').length === 0)
    found.push('is about to expire, and no event was published');
  return found;
}

/** The problems of the events of a request that we accepted. */
function findAcceptanceProblems(
  { taken, deletedAt }: Truth,
  accepted: readonly PublishedEvent[],
  ends: readonly PublishedEvent[],
): string[] {
  const found: string[] = [];
  // An acceptance that no run knew of before the interface ended is reported by its end only.
  const isForgotten = deletedAt !== null && taken?.received === false;
  if (accepted.length !== 1 && !(isForgotten && accepted.length === 0))
    found.push(`was accepted by us, and this was published ${accepted.length} times`);
  if (accepted.some(({ detail }) => detail.gateway !== taken?.gateway))
    found.push('was published with another gateway');
  if (ends.length > (isForgotten ? 1 : 0)) found.push('was accepted by us, and was published as ended');
  return found;
}

/** The possible causes of an end: if a request vanished before the next listing, its cause is not visible. */
function endsOf({ taken, withdrawnAt }: Truth, { plan }: Scene): string[] {
  if (taken !== null)
    return ['acceptedByOthers', 'deleted', 'vanished', ...(plan.provider === 'outscale' ? ['expired'] : [])];
  if (withdrawnAt !== null) return ['rejected', 'vanished', 'expired'];
  return ['expired', 'vanished'];
}

/** Only what happened to it before it was first seen available is published. */
function findFollowUpProblems(truth: Truth, reported: readonly PublishedEvent[], scene: Scene): string[] {
  const problems = reported.map(({ detail }) => String(detail.problem));
  const found: string[] = [];
  const { taken, deletedAt, wentDown, wasAvailable } = truth;
  const isDown = scene.world().interfaces.get(truth.id)?.state === 'down';
  if (problems.includes('gone') && deletedAt === null) found.push('was published as gone, and exists');
  if (problems.includes('down') && !wentDown) found.push('was published as down, and never was');
  if (problems.includes('otherGateway')) found.push('was published on another gateway, and is not');
  if (wasAvailable || taken?.received !== true) return found;
  if (isDown && !problems.includes('down')) found.push('is down, and no event was published');
  if (deletedAt !== null && !problems.includes('gone')) found.push('is gone, and no event was published');
  return found;
}
