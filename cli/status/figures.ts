import type { Pending } from './pendingView.ts';
import { minuteOf, outcomeOf, urgencyOf } from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** One number to see at a glance. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly tone: Tone;
}

export type Tone = 'bad' | 'warn' | 'good' | 'plain';

/** A request and whose it is. */
export interface Waiting {
  readonly view: TargetView;
  readonly item: Pending;
}

/**
 * @param waiting what to look at first comes first
 * @param isWhole whether no target is left out
 */
export function figuresOf(
  views: readonly TargetView[],
  waiting: readonly Waiting[],
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
export function isSettled({ now }: Pending): boolean {
  return now?.outcome === 'wouldAccept';
}

function pendingFigure(views: readonly TargetView[], waiting: readonly Waiting[]): Figure {
  const outcomes = Map.groupBy(waiting, ({ item }) => outcomeOf(item));
  const held = waiting.filter(({ item }) => !isSettled(item)).length;
  const isKnown = views.every(({ source }) => source === 'listing');
  return {
    name: 'Pending',
    value: `${waiting.length}${isKnown ? '' : '+'}`,
    note: [...outcomes].map(([what, { length }]) => `${length} ${what}`).join(', '),
    tone: held > 0 || !isKnown ? 'warn' : 'plain',
  };
}

function deadlineFigure(first: Waiting | null): Figure {
  if (first === null) return { name: EXPIRY, value: 'none', note: '', tone: 'plain' };
  const { item, view } = first;
  const note = `${item.id}, ${view.target}`;
  const { earliest, latest } = item.deadline;
  if (latest === null) {
    const since = item.firstSeen === null ? 'unknown' : minuteOf(item.firstSeen);
    return { name: 'Pending longest, since (UTC)', value: since, note, tone: 'plain' };
  }
  const isOpen = earliest === null || Date.parse(earliest) <= Date.parse(view.at);
  const value = isOpen ? 'any moment' : minuteOf(earliest);
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
  return last === undefined ? '' : `last ${minuteOf(last)}`;
}

function orphanFigure(views: readonly TargetView[]): Figure {
  const count = views.reduce((sum, { orphans }) => sum + orphans.length, 0);
  const isKnown = views.every(({ source }) => source === 'listing');
  const known = count === 0 ? 'all live interfaces have one' : 'live on our gateways';
  const note = isKnown ? known : 'not all could be listed';
  const tone = count > 0 || !isKnown ? 'warn' : 'plain';
  return { name: 'Without a grant', value: isKnown ? String(count) : `${count}+`, note, tone };
}
