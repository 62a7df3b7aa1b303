import { type Diagnostic, formatDiagnostic } from '../../language/index.ts';
import { formatDuration } from '../output/terminal.ts';
import { STATUS_CSS } from './css.ts';
import { renderPendingSection } from './htmlPending.ts';
import { renderRecords } from './htmlRecords.ts';
import { type Html, html, prose, renderCode, renderTime, trusted } from './htmlTemplate.ts';
import {
  describeAlerts,
  describeConcerns,
  describeLastListingTime,
  describeSource,
  isStale,
  summarizePending,
} from './statusWording.ts';
import { type Figure, summarizeStatus } from './summary.ts';
import type { TargetView } from './targetView.ts';

/**
 * Renders the status page. It is self-contained: no script, image or font, and a Content-Security-Policy that forbids the browser to
 * load any.
 * @param errors errors of invalid policy files, whose targets are left out
 */
export function renderStatusPage(views: readonly TargetView[], errors: readonly Diagnostic[]): string {
  const { headline, tone } = summarizeStatus(views, errors.length === 0);
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
${renderTop(views, errors)}
<main>
${views.map((view, i) => renderTarget(view, `t${i + 1}`))}</main>
</body>
</html>
`.html;
}

/** Renders the top of the page: headline, the most urgent requests, failures and key figures. */
function renderTop(views: readonly TargetView[], errors: readonly Diagnostic[]): Html {
  const { headline, first, figures } = summarizeStatus(views, errors.length === 0);
  const at = views
    .map((view) => view.at)
    .sort()
    .at(-1);
  const failed = views.flatMap(({ target, failures: all }) =>
    all.map(({ code, message }) => html`<li><b>${target}</b> ${prose(`${code}: ${message}`)}</li>`),
  );
  const invalid = errors.map(
    (error) => html`<li>${prose(`${formatDiagnostic(error)}; this policy is not shown here`)}</li>`,
  );
  const failures = [...invalid, ...failed];
  return html`<header>
<p class="as-of">vif-acceptor status${at === undefined ? null : html`: snapshot of <b>${renderTime(at)} UTC</b>. This page does not update itself: run <code>status --html</code> again to renew it. All times are UTC.`}</p>
<h1>${headline}</h1>
${first.length === 0 ? null : html`<ul class="first">${first.map((sentence) => html`<li>${prose(sentence)}</li>`)}</ul>`}
${failures.length === 0 ? null : html`<section class="failures" aria-label="Failures"><h2>Failures</h2><ul>${failures}</ul></section>`}
<dl class="figures">${figures.map(renderFigure)}</dl>
${views.length < 2 ? null : renderIndex(views)}
</header>
`;
}

function renderFigure({ name, value, note, tone }: Figure): Html {
  return html`<div class="${tone}"><dt>${name}</dt><dd>${value}</dd>${note === '' ? null : html`<dd class="note">${note}</dd>`}</div>`;
}

function renderIndex(views: readonly TargetView[]): Html {
  return html`<nav aria-label="Targets"><ul>${views.map(
    (view, i) =>
      html`<li><a href="#t${i + 1}">${view.target}</a> ${prose(summarizePending(view))}${view.status === 'failed' ? html`, <b class="bad">failed</b>` : null}</li>`,
  )}</ul></nav>`;
}

function renderTarget(view: TargetView, anchor: string): Html {
  const { recipient, policy, expirySeconds, warnings } = view;
  const { provider, region, account } = recipient;
  const source = describeSource(view);
  const alerts = describeAlerts(view);
  const concerns = [
    ...(alerts === null ? [] : [alerts]),
    ...describeConcerns(view),
    ...warnings.map(({ message }) => message),
  ];
  return html`<section class="target" id="${anchor}">
<h2>${view.target} <small>${prose(summarizePending(view))}</small></h2>
<p class="about">${provider} ${region} ${account} · policy ${renderCode(policy.digest.slice(0, 19))}, revision ${policy.revision} · ${
    expirySeconds === null
      ? 'requests never expire: the page shows when each was first seen'
      : `requests expire after ${formatDuration(expirySeconds)}`
  } · <span class="${isStale(view) ? 'warn' : ''}">${prose(describeLastListingTime(view))}</span></p>
${source === null ? null : html`<p class="source"><strong>${prose(source)}</strong></p>`}
${concerns.length === 0 ? null : html`<ul class="concerns">${concerns.map((concern) => html`<li>${prose(concern)}</li>`)}</ul>`}
${renderPendingSection(view, anchor)}${renderRecords(view)}</section>
`;
}
