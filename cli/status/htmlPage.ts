import { type Fault, formatFault } from '../../language/index.ts';
import { formatDuration } from '../output/terminal.ts';
import { STATUS_CSS } from './css.ts';
import { renderPendingSection } from './htmlPending.ts';
import { renderRecords } from './htmlRecords.ts';
import { type Html, html, prose, renderCode, renderTime, trusted } from './htmlTemplate.ts';
import {
  describeConcerns,
  describeLastListingTime,
  describeSource,
  isStale,
  summarizePending,
} from './statusWording.ts';
import { type Figure, summarizeStatus } from './summary.ts';
import type { TargetView } from './targetView.ts';

/**
 * One page that needs nothing else: no script, no picture, no font, and a rule that forbids the browser any of them.
 * @param faults what kept policies from being looked at
 */
export function renderStatusPage(views: readonly TargetView[], faults: readonly Fault[]): string {
  const { headline, tone } = summarizeStatus(views, faults.length === 0);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${headline} · vif-acceptor</title>
<style>${trusted(STATUS_CSS)}</style>
</head>
<body class="${tone}">
${glance(views, faults)}
<main>
${views.map((view, i) => target(view, `t${i + 1}`))}</main>
</body>
</html>
`.html;
}

/** What a person understands at three in the morning. */
function glance(views: readonly TargetView[], faults: readonly Fault[]): Html {
  const { headline, first, figures } = summarizeStatus(views, faults.length === 0);
  const at = views
    .map((view) => view.at)
    .sort()
    .at(-1);
  const failed = views.flatMap(({ target: name, failures: all }) =>
    all.map(({ code: kind, message }) => html`<li><b>${name}</b> ${prose(`${kind}: ${message}`)}</li>`),
  );
  const broken = faults.map((fault) => html`<li>${prose(`${formatFault(fault)}; left out here`)}</li>`);
  const failures = [...broken, ...failed];
  return html`<header>
<p class="as-of">vif-acceptor status${at === undefined ? null : html`: snapshot of <b>${renderTime(at)} UTC</b>. This page does not update itself: run <code>status --html</code> again for a new one. All times are UTC.`}</p>
<h1>${headline}</h1>
${first.length === 0 ? null : html`<ul class="first">${first.map((sentence) => html`<li>${prose(sentence)}</li>`)}</ul>`}
${failures.length === 0 ? null : html`<section class="failures" aria-label="What failed"><h2>Failed</h2><ul>${failures}</ul></section>`}
<dl class="figures">${figures.map(figure)}</dl>
${views.length < 2 ? null : index(views)}
</header>
`;
}

function figure({ name, value, note, tone }: Figure): Html {
  return html`<div class="${tone}"><dt>${name}</dt><dd>${value}</dd>${note === '' ? null : html`<dd class="note">${note}</dd>`}</div>`;
}

function index(views: readonly TargetView[]): Html {
  return html`<nav aria-label="Targets"><ul>${views.map(
    (view, i) =>
      html`<li><a href="#t${i + 1}">${view.target}</a> ${prose(summarizePending(view))}${view.status === 'failed' ? html`, <b class="bad">failed</b>` : null}</li>`,
  )}</ul></nav>`;
}

function target(view: TargetView, anchor: string): Html {
  const { recipient, policy, expirySeconds, warnings } = view;
  const { provider, region, account } = recipient;
  const source = describeSource(view);
  const looks = [...describeConcerns(view), ...warnings.map(({ message }) => message)];
  return html`<section class="target" id="${anchor}">
<h2>${view.target} <small>${prose(summarizePending(view))}</small></h2>
<p class="about">${provider} ${region} ${account} · policy ${renderCode(policy.digest.slice(0, 19))}, revision ${policy.revision} · ${
    expirySeconds === null
      ? 'requests never expire: when they were first seen is shown instead'
      : `requests expire after ${formatDuration(expirySeconds)}`
  } · <span class="${isStale(view) ? 'warn' : ''}">${prose(describeLastListingTime(view))}</span></p>
${source === null ? null : html`<p class="source"><strong>${prose(source)}</strong></p>`}
${looks.length === 0 ? null : html`<ul class="looks">${looks.map((look) => html`<li>${prose(look)}</li>`)}</ul>`}
${renderPendingSection(view, anchor)}${renderRecords(view)}</section>
`;
}
