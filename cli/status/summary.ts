import { quote } from '../../core/printableText.ts';
import { type Figure, figuresOf, isSettled, type Tone, type Waiting } from './figures.ts';
import { bySoonest, type Pending } from './pendingView.ts';
import { concernsOf, counted, expiryOf, minuteOf, outcomeOf, urgencyOf, whyOf } from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** All targets at a glance. */
export interface Summary {
  readonly tone: Tone;
  readonly headline: string;
  /** about the requests to look at first; empty when none waits */
  readonly first: readonly string[];
  readonly figures: readonly Figure[];
}

/** @param isWhole whether no target is left out */
export function summarise(views: readonly TargetView[], isWhole: boolean): Summary {
  // What the next pass accepts needs nobody: it is named last.
  const waiting = views
    .flatMap((view) => view.pending.map((item): Waiting => ({ view, item })))
    .sort((a, b) => Number(isSettled(a.item)) - Number(isSettled(b.item)) || bySoonest(a.item, b.item));
  return {
    tone: isWhole ? toneOf(views, waiting) : 'bad',
    headline: headlineOf(views, waiting.length, isWhole),
    first: firstOf(waiting),
    figures: figuresOf(views, waiting, isWhole),
  };
}

function toneOf(views: readonly TargetView[], waiting: readonly Waiting[]): Tone {
  const isUrgent = waiting.some(({ view, item }) => urgencyOf(item, view.at) === 'now');
  if (isUrgent || views.some(({ status }) => status === 'failed')) return 'bad';
  const needsLook = views.some(
    (view) =>
      concernsOf(view).length + view.orphans.length + view.warnings.length > 0 ||
      view.followed.some(({ problem }) => problem !== null),
  );
  return needsLook || waiting.some(({ item }) => !isSettled(item)) ? 'warn' : 'good';
}

function headlineOf(views: readonly TargetView[], count: number, isWhole: boolean): string {
  if (views.every(({ source }) => source === 'nothing')) return 'Pending requests unknown';
  const isKnown = isWhole && views.every(({ source }) => source === 'listing');
  if (count === 0) return isKnown ? 'Nothing is pending' : 'Nothing is known to be pending';
  return `${isKnown ? '' : 'At least '}${counted(count, 'request')} pending`;
}

/** All that somebody must look at within a day, as far as a person takes in at a glance; or else the nearest. */
function firstOf(waiting: readonly Waiting[]): string[] {
  const urgent = waiting.filter(({ view, item }) => urgencyOf(item, view.at) === 'now');
  const told = (urgent.length > 0 ? urgent : waiting.slice(0, 1)).slice(0, AT_A_GLANCE);
  const more = urgent.length - told.length;
  return [...told.map(sentenceOn), ...(more > 0 ? [`and ${more} more that may expire within a day`] : [])];
}

const AT_A_GLANCE = 3;

function sentenceOn({ view, item }: Waiting): string {
  const { deadline, firstSeen } = item;
  const what = fateOf(item);
  const who = `${quote(item.id)} of \`${view.target}\``;
  if (deadline.latest !== null) return `${who} ${expiryOf(deadline)}: ${what}`;
  const since = firstSeen === null ? 'an unknown time' : `${minuteOf(firstSeen)} UTC`;
  return `${who} has been pending the longest, since ${since}: ${what}`;
}

function fateOf(item: Pending): string {
  const why = whyOf(item);
  if (why === '') return outcomeOf(item);
  if (item.now === null) return `held by the last run for ${why}`;
  return `${outcomeOf(item)} ${isSettled(item) ? 'by' : 'for'} ${why}`;
}
