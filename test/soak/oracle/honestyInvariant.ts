import type { DeliveredEvent } from '../cloud/virtualBus.ts';
import { PLANTED } from '../plan/constants.ts';
import { hasUnknownAccepter, isOffer, isPending, type Truth } from './groundTruth.ts';
import { type checkReports, toFields } from './reportsInvariant.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Verdicts } from './violations.ts';

type News = DeliveredEvent & { readonly about: string };

/** The events without repeats of the same ID. */
function withoutRepeats(delivered: readonly DeliveredEvent[], { blame }: Verdicts): News[] {
  const kept = new Map<string, News>();
  for (const one of delivered) {
    const { id, request, interface: ours } = one.detail;
    const about = String(toFields(request ?? ours).id ?? '');
    const first = kept.get(String(id));
    if (first === undefined) kept.set(String(id), { ...one, about });
    else if (kindOf(first.type) !== kindOf(one.type) || first.about !== about)
      blame('honesty', `two different events have one ID: ${first.type} and ${one.type}`);
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
  passes: { readonly failed: number; readonly failedWithMemory: number },
  { deadline }: ReturnType<typeof checkReports>,
  verdicts: Verdicts,
): void {
  const { blame } = verdicts;
  const news = withoutRepeats(delivered, verdicts);
  for (const one of news) checkOne(one);
  const failures = news.filter(({ type }) => type === 'Pass Failed').length;
  if (passes.failed === 0 && failures > 0) blame('honesty', 'a failed run was published, and no run failed');
  if (passes.failedWithMemory > 0 && failures === 0)
    blame('honesty', 'runs failed, and no event was published');
  for (const truth of scene.truths.values()) {
    const own = news.filter(({ about }) => about === truth.id);
    for (const wrong of isOffer(truth) ? wrongs(truth, own, scene) : foreign(own))
      blame('honesty', `${truth.id} ${wrong}`);
  }

  function checkOne({ type, detail, about }: News): void {
    if (JSON.stringify(detail).includes(PLANTED)) blame('secrecy', `a BGP key is in \`${type}\``);
    if (type !== 'Pass Failed' && !scene.truths.has(about))
      blame('honesty', `\`${type}\` of ${about}, which never existed`);
    const told = toFields(detail.request).deadline;
    if (told !== undefined) deadline(about, told, type);
  }
}

function foreign(own: readonly News[]): string[] {
  return own.some(({ type }) => type === 'Request Accepted')
    ? ['was no offer to us, and told as accepted']
    : [];
}

function wrongs(truth: Truth, own: readonly News[], scene: Scene): string[] {
  const of = (...types: string[]) => own.filter(({ type }) => types.includes(type));
  const accepted = of('Request Accepted');
  const ends = of('Request Ended', 'Request Expired');
  const { taken } = truth;
  if (taken?.by === 'us')
    return [
      ...wrongsOfOurs(truth, accepted, ends),
      ...drift(truth, of('Accepted Interface Not Available'), scene),
    ];
  if (hasUnknownAccepter(truth)) return [];
  const found: string[] = [];
  if (accepted.length > 0) found.push('was told as accepted, and was not');
  // While its state is undocumented, the API does not show what happened to it.
  return truth.strangeSince === null ? [...found, ...wrongsOfRequest(truth, own, scene)] : found;
}

/** The events of a request that we did not accept. */
function wrongsOfRequest(truth: Truth, own: readonly News[], scene: Scene): string[] {
  const of = (...types: string[]) => own.filter(({ type }) => types.includes(type));
  const ends = of('Request Ended', 'Request Expired');
  const found: string[] = [];
  const isOver = !isPending(truth, scene.now());
  if (ends.length > (isOver ? 1 : 0)) found.push(`was told to be over ${ends.length} times`);
  if (truth.seen && isOver && ends.length === 0) found.push('is over, and nobody was told');
  const as = ends.map(({ detail }) => String(detail.as)).join();
  if (ends.length > 0 && !endsOf(truth, scene).includes(as)) found.push(`was told to be over as \`${as}\``);
  if (truth.seen && !isOver && of('Request Held').length === 0)
    found.push('is pending, and nobody was told why');
  const near = truth.expiresAt !== null && truth.seen && scene.now() > truth.expiresAt - 5 * 3_600_000;
  if (near && !isOver && of('Deadline Near').length === 0)
    found.push('is about to expire, and nobody was told');
  return found;
}

function wrongsOfOurs(
  { taken, deletedAt }: Truth,
  accepted: readonly News[],
  ends: readonly News[],
): string[] {
  const found: string[] = [];
  // An acceptance that no run knew of before the interface ended is reported by its end only.
  const isForgotten = deletedAt !== null && taken?.heard === false;
  if (accepted.length !== 1 && !(isForgotten && accepted.length === 0))
    found.push(`was accepted by us, and told as that ${accepted.length} times`);
  if (accepted.some(({ detail }) => detail.gateway !== taken?.gateway))
    found.push('was told on another gateway');
  if (ends.length > (isForgotten ? 1 : 0)) found.push('was accepted by us, and told as over');
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
function drift(truth: Truth, told: readonly News[], scene: Scene): string[] {
  const problems = told.map(({ detail }) => String(detail.problem));
  const found: string[] = [];
  const { taken, deletedAt, wentDown, wasAvailable } = truth;
  const isDown = scene.world().interfaces.get(truth.id)?.state === 'down';
  if (problems.includes('gone') && deletedAt === null) found.push('was told as gone, and is there');
  if (problems.includes('down') && !wentDown) found.push('was told as down, and never was');
  if (problems.includes('otherGateway')) found.push('was told on another gateway, and is not');
  if (wasAvailable || taken?.heard !== true) return found;
  if (isDown && !problems.includes('down')) found.push('is down, and nobody was told');
  if (deletedAt !== null && !problems.includes('gone')) found.push('is gone, and nobody was told');
  return found;
}
