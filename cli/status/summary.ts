import { quote } from '../../core/printableText.ts';
import { countWithoutFreeze } from '../output/requestText.ts';
import { formatCount } from '../output/terminal.ts';
import { compareByExpiry, type PendingView } from './pendingView.ts';
import {
  describeConcerns,
  describeExpiry,
  describeOutcome,
  describeReasons,
  formatMinute,
  urgencyOf,
  withoutFreezeOf,
} from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** The summary of all targets. */
export interface StatusSummary {
  readonly tone: FigureTone;
  readonly headline: string;
  /** sentences about the most urgent requests; empty when none is pending */
  readonly first: readonly string[];
  readonly figures: readonly Figure[];
}

/** @param isWhole whether no target is left out */
export function summarizeStatus(views: readonly TargetView[], isWhole: boolean): StatusSummary {
  // Requests that the next run accepts need no person: they come last.
  const waiting = views
    .flatMap((view) => view.pending.map((item): PendingInTarget => ({ view, item })))
    .sort(
      (a, b) =>
        Number(willBeAccepted(a.item)) - Number(willBeAccepted(b.item)) || compareByExpiry(a.item, b.item),
    );
  return {
    tone: isWhole ? toneOf(views, waiting) : 'bad',
    headline: headlineOf(views, waiting.length, isWhole),
    first: describeMostUrgent(waiting),
    figures: computeFigures(views, waiting, isWhole),
  };
}

/** One key figure at the top of the page. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly tone: FigureTone;
}

export type FigureTone = 'bad' | 'warn' | 'good' | 'plain';

/** A pending request with the view of its target. */
export interface PendingInTarget {
  readonly view: TargetView;
  readonly item: PendingView;
}

/**
 * Computes the key figures of all targets.
 * @param waiting pending requests, the most urgent first
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
    ungrantedFigure(views),
  ];
}

/** Whether the next run accepts the request, so that no person needs to act. */
function willBeAccepted({ now }: PendingView): boolean {
  return now?.outcome === 'wouldAccept';
}

function pendingFigure(views: readonly TargetView[], waiting: readonly PendingInTarget[]): Figure {
  const outcomes = Map.groupBy(waiting, ({ item }) => describeOutcome(item));
  const counted = [...outcomes].map(([what, { length }]) => `${length} ${what}`).join(', ');
  const held = waiting.filter(({ item }) => !willBeAccepted(item)).length;
  const isKnown = views.every(({ source }) => source === 'listing');
  return {
    name: 'Pending',
    value: `${waiting.length}${isKnown ? '' : '+'}`,
    note: `${counted}${countWithoutFreeze(waiting.map(({ item }) => withoutFreezeOf(item)))}`,
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
  const value = isOpen ? 'at any moment' : formatMinute(earliest);
  const tone = ({ now: 'bad', soon: 'warn', later: 'plain', none: 'plain' } as const)[
    urgencyOf(item, view.at)
  ];
  return { name: EXPIRY, value, note, tone };
}

const EXPIRY = 'Next expiry (UTC)';

function failedFigure(views: readonly TargetView[], isWhole: boolean): Figure {
  const invalid = isWhole ? [] : ['invalid policy files'];
  const failed = [
    ...views.filter(({ status }) => status === 'failed').map(({ target }) => target),
    ...invalid,
  ];
  const count = views.reduce((sum, { failures }) => sum + failures.length, invalid.length);
  if (failed.length === 0) return { name: 'Failures', value: '0', note: 'no errors', tone: 'plain' };
  return { name: 'Failures', value: String(count), note: failed.join(', '), tone: 'bad' };
}

function acceptedFigure(views: readonly TargetView[]): Figure {
  const times = views.flatMap(({ accepted }) => accepted.map(({ acceptedAt }) => acceptedAt));
  return {
    name: 'Accepted in 30 days',
    value: String(times.length),
    note: describeLast(times),
    tone: 'plain',
  };
}

function expiredFigure(views: readonly TargetView[]): Figure {
  const expired = views.flatMap(({ ended }) => ended.filter(({ as }) => as === 'expired'));
  const note = describeLast(expired.map(({ endedAt }) => endedAt)) || 'none';
  const tone = expired.length === 0 ? 'plain' : 'warn';
  return { name: 'Expired in 30 days', value: String(expired.length), note, tone };
}

function describeLast(times: readonly string[]): string {
  const last = times.toSorted().at(-1);
  return last === undefined ? '' : `last ${formatMinute(last)}`;
}

function ungrantedFigure(views: readonly TargetView[]): Figure {
  const count = views.reduce((sum, { ungranted }) => sum + ungranted.length, 0);
  const isKnown = views.every(({ source }) => source === 'listing');
  const known = count === 0 ? 'every live interface has a grant' : 'live on gateways of the policy';
  const note = isKnown ? known : 'not all could be listed';
  const tone = count > 0 || !isKnown ? 'warn' : 'plain';
  return { name: 'Without a grant', value: isKnown ? String(count) : `${count}+`, note, tone };
}

function toneOf(views: readonly TargetView[], waiting: readonly PendingInTarget[]): FigureTone {
  const isUrgent = waiting.some(({ view, item }) => urgencyOf(item, view.at) === 'now');
  if (isUrgent || views.some(({ status }) => status === 'failed')) return 'bad';
  const hasConcerns = views.some(
    (view) =>
      describeConcerns(view).length + view.ungranted.length + view.warnings.length + view.alerts.length > 0 ||
      view.followed.some(({ problem }) => problem !== null),
  );
  return hasConcerns || waiting.some(({ item }) => !willBeAccepted(item)) ? 'warn' : 'good';
}

function headlineOf(views: readonly TargetView[], count: number, isWhole: boolean): string {
  if (views.every(({ source }) => source === 'nothing')) return 'Pending requests unknown';
  const isKnown = isWhole && views.every(({ source }) => source === 'listing');
  if (count === 0) return isKnown ? 'Nothing is pending' : 'Nothing is known to be pending';
  return `${isKnown ? '' : 'At least '}${formatCount(count, 'request')} pending`;
}

/** Describes the requests that may expire within a day, at most three; if there are none, the most urgent request. */
function describeMostUrgent(waiting: readonly PendingInTarget[]): string[] {
  const urgent = waiting.filter(({ view, item }) => urgencyOf(item, view.at) === 'now');
  const shown = (urgent.length > 0 ? urgent : waiting.slice(0, 1)).slice(0, MAX_SHOWN);
  const more = urgent.length - shown.length;
  return [
    ...shown.map(describeInOneSentence),
    ...(more > 0 ? [`and ${more} more that may expire within a day`] : []),
  ];
}

const MAX_SHOWN = 3;

function describeInOneSentence({ view, item }: PendingInTarget): string {
  const { deadline, firstSeen } = item;
  const outcome = describeOutcomeAndReasons(item);
  const request = `${quote(item.id)} of \`${view.target}\``;
  if (deadline.latest !== null) return `${request} ${describeExpiry(deadline)}: ${outcome}`;
  const since = firstSeen === null ? 'an unknown time' : `${formatMinute(firstSeen)} UTC`;
  return `${request} has been pending the longest, since ${since}: ${outcome}`;
}

function describeOutcomeAndReasons(item: PendingView): string {
  const why = describeReasons(item);
  if (why === '') return describeOutcome(item);
  if (item.now === null) return `held by the last run for ${why}`;
  return `${describeOutcome(item)} ${willBeAccepted(item) ? 'by' : 'for'} ${why}`;
}
