import { escapeText } from '../../core/printableText.ts';
import { humanDuration } from '../output/duration.ts';
import type { Paint, Tone } from '../output/paint.ts';
import { details } from '../output/requestText.ts';
import { tableRows } from '../output/terminal.ts';
import { bar } from './bar.ts';
import type { Pending } from './pendingView.ts';
import { ageOf, outcomeOf, remarksOn, shortened, timeLeft, urgencyOf, whyOf } from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** Soonest first, each row in the colour of what it asks for; then why, and what to do. */
export function describePending(view: TargetView, paint: Paint): string[] {
  const { pending } = view;
  if (pending.length === 0) return [];
  return ['', ...pendingTable(view, paint), ...pending.flatMap((item) => detailsOf(item, paint))];
}

function pendingTable({ pending, at, expirySeconds }: TargetView, paint: Paint): string[] {
  const when = expirySeconds === null ? ['age'] : [`gone of ${humanDuration(expirySeconds)}`, 'expires'];
  const header = ['request', 'connection', 'vlan', 'name', ...when, 'now', 'grant or reasons'];
  const rows = pending.map((item) => [
    escapeText(item.id),
    escapeText(item.connection ?? '-'),
    String(item.vlan ?? '-'),
    shortened(item.name),
    ...(item.gone === null ? [ageOf(item)] : [bar(item.gone), timeLeft(item.deadline, at)]),
    outcomeOf(item),
    grantOrReasons(item),
  ]);
  const [first = '', ...lines] = tableRows(header, rows, paint.columns);
  return [paint.faint(first), ...pending.map((item, i) => paint[toneOf(item, at)](lines[i] ?? ''))];
}

function grantOrReasons(item: Pending): string {
  const decision = item.now?.decision;
  if (decision?.verdict === 'accept') return `${whyOf(item)} to ${decision.gateway}`;
  return whyOf(item) || '-';
}

function toneOf(item: Pending, at: string): Tone {
  if (item.now?.outcome === 'wouldAccept') return 'good';
  const urgency = urgencyOf(item, at);
  return item.now?.outcome === 'failed' || urgency === 'now' || urgency === 'soon' ? 'bad' : 'warn';
}

function detailsOf(item: Pending, paint: Paint): string[] {
  const judged = item.now === null ? asRemembered(item) : details({ ...item, ...item.now }, paint);
  const remarks = remarksOn(item).map((remark) => paint.faint(`  ${remark}`));
  if (judged.length > 0 || remarks.length === 0) return [...judged, ...remarks];
  return ['', `${escapeText(item.id)} ${outcomeOf(item)}`, ...remarks];
}

function asRemembered({ id, heldBefore }: Pending): string[] {
  if (heldBefore.length === 0) return [];
  return [
    '',
    escapeText(id),
    ...heldBefore.map(({ code, message }) => `  held by the last pass: ${code}: ${message}`),
  ];
}
