import { quote } from '../../core/printableText.ts';
import { compareByExpiry, type PendingView } from './pendingView.ts';
import {
  describeConcerns,
  describeExpiry,
  describeOutcome,
  describeReasons,
  formatCount,
  formatMinute,
  urgencyOf,
} from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** One number to see at a glance. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly tone: FigureTone;
}

export type FigureTone = 'bad' | 'warn' | 'good' | 'plain';

/** A request and whose it is. */
export interface PendingInTarget {
  readonly view: TargetView;
  readonly item: PendingView;
}

/**
 * @param waiting what to look at first comes first
 * @param isWhole whether no target is left out
 */
function computeFigures(
  views: readonly TargetView[],
  waiting: readonly PendingInTarget[],
  isWhole: boolean,
): Figure[] {
  return [
    pendingFigure(views, waiting),
    deadlineFigure(waiting[0] ?? null),
    failedFigure(views, isWhole),
    acceptedFigure(views),
    expiredFigure(views),
    orphanFigure(views),
  ];
}

/** What the next pass accepts needs nobody. */
function willBeAccepted({ now }: PendingView): boolean {
  return now?.outcome === 'wouldAccept';
}

function pendingFigure(views: readonly TargetView[], waiting: readonly PendingInTarget[]): Figure {
  const outcomes = Map.groupBy(waiting, ({ item }) => describeOutcome(item));
  const held = waiting.filter(({ item }) => !willBeAccepted(item)).length;
  const isKnown = views.every(({ source }) => source === 'listing');
  return {
    name: 'Pending',
    value: `${waiting.length}${isKnown ? '' : '+'}`,
    note: [...outcomes].map(([what, { length }]) => `${length} ${what}`).join(', '),
    tone: held > 0 || !isKnown ? 'warn' : 'plain',
  };
}

function deadlineFigure(first: PendingInTarget | null): Figure {
  if (first === null) return { name: EXPIRY, value: 'none', note: '', tone: 'plain' };
  const { item, view } = first;
  const note = `${item.id}, ${view.target}`;
  const { earliest, latest } = item.deadline;
  if (latest === null) {
    const since = item.firstSeen === null ? 'unknown' : formatMinute(item.firstSeen);
    return { name: 'Pending longest, since (UTC)', value: since, note, tone: 'plain' };
  }
  const isOpen = earliest === null || Date.parse(earliest) <= Date.parse(view.at);
  const value = isOpen ? 'any moment' : formatMinute(earliest);
  const tone = ({ now: 'bad', soon: 'warn', later: 'plain', none: 'plain' } as const)[
    urgencyOf(item, view.at)
  ];
  return { name: EXPIRY, value, note, tone };
}

const EXPIRY = 'Next expiry (UTC)';

function failedFigure(views: readonly TargetView[], isWhole: boolean): Figure {
  const broken = isWhole ? [] : ['policies left out'];
  const failed = [
    ...views.filter(({ status }) => status === 'failed').map(({ target }) => target),
    ...broken,
  ];
  const count = views.reduce((sum, { failures }) => sum + failures.length, broken.length);
  if (failed.length === 0) return { name: 'Failures', value: '0', note: 'no errors', tone: 'plain' };
  return { name: 'Failures', value: String(count), note: failed.join(', '), tone: 'bad' };
}

function acceptedFigure(views: readonly TargetView[]): Figure {
  const times = views.flatMap(({ accepted }) => accepted.map(({ acceptedAt }) => acceptedAt));
  return { name: 'Accepted in 30 days', value: String(times.length), note: lastOf(times), tone: 'plain' };
}

function expiredFigure(views: readonly TargetView[]): Figure {
  const lost = views.flatMap(({ ended }) => ended.filter(({ as }) => as === 'expired'));
  const note = lastOf(lost.map(({ endedAt }) => endedAt)) || 'none';
  const tone = lost.length === 0 ? 'plain' : 'warn';
  return { name: 'Expired in 30 days', value: String(lost.length), note, tone };
}

function lastOf(times: readonly string[]): string {
  const last = times.toSorted().at(-1);
  return last === undefined ? '' : `last ${formatMinute(last)}`;
}

function orphanFigure(views: readonly TargetView[]): Figure {
  const count = views.reduce((sum, { ungranted }) => sum + ungranted.length, 0);
  const isKnown = views.every(({ source }) => source === 'listing');
  const known = count === 0 ? 'all live interfaces have one' : 'live on our gateways';
  const note = isKnown ? known : 'not all could be listed';
  const tone = count > 0 || !isKnown ? 'warn' : 'plain';
  return { name: 'Without a grant', value: isKnown ? String(count) : `${count}+`, note, tone };
}

/** All targets at a glance. */
export interface StatusSummary {
  readonly tone: FigureTone;
  readonly headline: string;
  /** about the requests to look at first; empty when none waits */
  readonly first: readonly string[];
  readonly figures: readonly Figure[];
}

/** @param isWhole whether no target is left out */
export function summarizeStatus(views: readonly TargetView[], isWhole: boolean): StatusSummary {
  // What the next pass accepts needs nobody: it is named last.
  const waiting = views
    .flatMap((view) => view.pending.map((item): PendingInTarget => ({ view, item })))
    .sort(
      (a, b) =>
        Number(willBeAccepted(a.item)) - Number(willBeAccepted(b.item)) || compareByExpiry(a.item, b.item),
    );
  return {
    tone: isWhole ? toneOf(views, waiting) : 'bad',
    headline: headlineOf(views, waiting.length, isWhole),
    first: firstOf(waiting),
    figures: computeFigures(views, waiting, isWhole),
  };
}

function toneOf(views: readonly TargetView[], waiting: readonly PendingInTarget[]): FigureTone {
  const isUrgent = waiting.some(({ view, item }) => urgencyOf(item, view.at) === 'now');
  if (isUrgent || views.some(({ status }) => status === 'failed')) return 'bad';
  const needsLook = views.some(
    (view) =>
      describeConcerns(view).length + view.ungranted.length + view.warnings.length > 0 ||
      view.followed.some(({ problem }) => problem !== null),
  );
  return needsLook || waiting.some(({ item }) => !willBeAccepted(item)) ? 'warn' : 'good';
}

function headlineOf(views: readonly TargetView[], count: number, isWhole: boolean): string {
  if (views.every(({ source }) => source === 'nothing')) return 'Pending requests unknown';
  const isKnown = isWhole && views.every(({ source }) => source === 'listing');
  if (count === 0) return isKnown ? 'Nothing is pending' : 'Nothing is known to be pending';
  return `${isKnown ? '' : 'At least '}${formatCount(count, 'request')} pending`;
}

/** All that somebody must look at within a day, as far as a person takes in at a glance; or else the nearest. */
function firstOf(waiting: readonly PendingInTarget[]): string[] {
  const urgent = waiting.filter(({ view, item }) => urgencyOf(item, view.at) === 'now');
  const told = (urgent.length > 0 ? urgent : waiting.slice(0, 1)).slice(0, AT_A_GLANCE);
  const more = urgent.length - told.length;
  return [...told.map(sentenceOn), ...(more > 0 ? [`and ${more} more that may expire within a day`] : [])];
}

const AT_A_GLANCE = 3;

function sentenceOn({ view, item }: PendingInTarget): string {
  const { deadline, firstSeen } = item;
  const what = fateOf(item);
  const who = `${quote(item.id)} of \`${view.target}\``;
  if (deadline.latest !== null) return `${who} ${describeExpiry(deadline)}: ${what}`;
  const since = firstSeen === null ? 'an unknown time' : `${formatMinute(firstSeen)} UTC`;
  return `${who} has been pending the longest, since ${since}: ${what}`;
}

function fateOf(item: PendingView): string {
  const why = describeReasons(item);
  if (why === '') return describeOutcome(item);
  if (item.now === null) return `held by the last run for ${why}`;
  return `${describeOutcome(item)} ${willBeAccepted(item) ? 'by' : 'for'} ${why}`;
}
