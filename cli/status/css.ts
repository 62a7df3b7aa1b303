/** Rules for narrow screens, where tables become cards, and for paper, where the page is as wide as on a screen. */
const NARROW_AND_PRINT = `
@media screen and (max-width: 60rem) {
  body { padding: 1rem 1rem 3rem; }
  h1 { font-size: 1.75rem; }
  .figures { grid-template-columns: repeat(3, 1fr); }
  table, tbody, tr, td, tbody th { display: block; width: auto; }
  .records thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .records tr { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
  .records tbody th, .records tbody td { padding: 0.125rem 0; border: 0; }
  .records th, .records td { min-width: 0; }
  .records td { display: grid; grid-template-columns: 7rem 1fr; }
  .records td::before { content: attr(data-title); color: var(--muted); font-size: 0.8125rem; }
  .timeline thead, .timeline thead tr { display: block; }
  .timeline thead th { display: none; }
  .timeline thead th:nth-child(2) { display: block; width: auto; border: 0; }
  .timeline tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 0.75rem; padding: 0.625rem 0; border-bottom: 1px solid var(--line); }
  .timeline tbody th, .timeline tbody td { border: 0; width: auto; }
  .timeline tbody th:first-child { width: auto; padding: 0; }
  .timeline .on { order: 1; grid-column: 1 / -1; height: 2rem; margin-top: 0.25rem; }
  .timeline .when { padding: 0; width: auto; max-width: 11.5rem; text-align: right; }
  .axis .odd { display: none; }
  .card { padding: 0.875rem 1rem; }
  .card dl { grid-template-columns: 1fr 1fr; }
  .card dl div:last-child { grid-column: 1 / -1; }

}
@media screen and (max-width: 36rem) {
  .figures { grid-template-columns: 1fr 1fr; }
}
@media print {
  @page { margin: 14mm; }
  html { font-size: 11.5px; }
  body { max-width: none; padding: 0; }
  .card, tr, .failures, .figures div { break-inside: avoid; }
  h2, h3, h4, thead { break-after: avoid; }
  .target + .target { break-before: page; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/**
 * The style sheet of the page: the reader's own fonts, one neutral scale, and three colours that always come with a word. Light is
 * the default and the printed version. Every pair of colours has a contrast of at least 4.5 to 1.
 */
export const STATUS_CSS = `
:root {
  color-scheme: light dark;
  --page: #fff; --panel: #f6f7f8; --line: #dfe3e6; --faint-line: #eceef0;
  --text: #1a1d20; --muted: #586069;
  --bad: #b3261e; --bad-panel: #fdf0ef; --warn: #8a5300; --warn-panel: #fdf5e6; --good: #1c6b3a; --good-panel: #eef7f1;
  --elapsed: #8b949e; --left: #d3d9de; --later: #4d5863; --now: #1f5fbf;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #121416; --panel: #1b1e21; --line: #32373c; --faint-line: #24282c;
    --text: #e6e8ea; --muted: #9ba4ad;
    --bad: #ff8d82; --bad-panel: #2c1a19; --warn: #eeb454; --warn-panel: #2a2213; --good: #74cf95; --good-panel: #16251b;
    --elapsed: #6b757f; --left: #363d44; --later: #b4bdc6; --now: #7fb0ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem;
  background: var(--page); color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, h4, p, ul, dl, dd, pre { margin: 0; }
ul { padding: 0; list-style: none; }
code, pre { font-family: var(--mono); font-size: 0.92em; }
code { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }
pre code { display: block; font-size: 1em; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 0.2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--now); outline-offset: 2px; }
small { color: var(--muted); font-size: 0.8125rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bad strong, strong.bad, b.bad { color: var(--bad); }
span.warn { color: var(--warn); }

header { border-top: 0.375rem solid var(--muted); padding-top: 1.25rem; }
body.bad header { border-color: var(--bad); }
body.warn header { border-color: var(--warn); }
body.good header { border-color: var(--good); }
.as-of { color: var(--muted); }
h1 { font-size: 2.25rem; line-height: 1.15; font-weight: 650; letter-spacing: -0.02em; margin-top: 0.25rem; }
.first { font-size: 1.125rem; margin-top: 0.5rem; max-width: 60rem; }
.first li + li { margin-top: 0.125rem; }
body.bad .first { color: var(--bad); }
.failures { margin-top: 1.25rem; padding: 0.75rem 1rem; background: var(--bad-panel); border-left: 0.25rem solid var(--bad); }
.failures h2 { font-size: 0.9375rem; color: var(--bad); }
.failures li { margin-top: 0.25rem; }
.figures {
  display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px;
  margin-top: 1.5rem; background: var(--line); border: 1px solid var(--line); border-radius: 0.5rem; overflow: hidden;
}
.figures div { background: var(--page); padding: 0.75rem 1rem; }
.figures dt { color: var(--muted); font-size: 0.8125rem; }
.figures dd { font-size: 1.25rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; }
.figures dd.note { font-size: 0.8125rem; line-height: 1.4; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.figures .bad dd:not(.note) { color: var(--bad); }
.figures .warn dd:not(.note) { color: var(--warn); }
nav { margin-top: 1.25rem; }
nav li { padding: 0.375rem 0; border-bottom: 1px solid var(--faint-line); }
nav a { font-weight: 600; }

.target { margin-top: 3rem; }
h2 small { font-size: 1rem; font-weight: 400; letter-spacing: 0; margin-left: 0.375rem; }
h2 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; }
.about { color: var(--muted); font-size: 0.875rem; margin-top: 0.25rem; }
.source { margin-top: 0.75rem; padding: 0.625rem 1rem; background: var(--bad-panel); color: var(--bad); border-left: 0.25rem solid var(--bad); }
.concerns { margin-top: 0.75rem; padding: 0.625rem 1rem; background: var(--warn-panel); border-left: 0.25rem solid var(--warn); }
.concerns li + li { margin-top: 0.25rem; }
section section { margin-top: 2rem; }
h3 { font-size: 1.0625rem; }
.note, .nothing { color: var(--muted); margin-top: 0.125rem; }

table { border-collapse: collapse; width: 100%; margin-top: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; font-weight: 400; }
thead th { color: var(--muted); font-size: 0.8125rem; vertical-align: bottom; border-bottom: 1px solid var(--line); }
tbody th, tbody td { border-bottom: 1px solid var(--faint-line); }
.records th, .records td { min-width: 8.5rem; }

.one { display: inline-block; }
.timeline { table-layout: fixed; }
.timeline th:first-child { width: 19rem; }
.timeline th:nth-child(2), .timeline .on { padding: 0; }
.timeline th:last-child, .timeline .when { width: 12.5rem; padding: 0.5rem 0 0.5rem 1rem; }
.timeline th small { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.timeline .on { position: relative; }
.timeline .when { vertical-align: middle; font-weight: 600; }
tr.now .when { color: var(--bad); }
tr.soon .when { color: var(--warn); }
svg { display: block; }
time { white-space: nowrap; }
.key { width: 1.75rem; height: 0.75rem; }
.axis { width: 100%; height: 40px; overflow: visible; }
.axis text { fill: var(--muted); font-size: 0.75rem; }
.axis .now { fill: var(--now); font-weight: 600; }
.track { position: absolute; inset: 0; width: 100%; height: 100%; }
line.mark { stroke: var(--faint-line); }
line.now { stroke: var(--now); stroke-width: 1.5; }
.elapsed { fill: var(--elapsed); }
.left { fill: var(--left); }
.perhaps, .unknown { stroke: var(--elapsed); stroke-width: 12; stroke-dasharray: 2 4; }
.ends { fill: var(--later); stroke: var(--later); stroke-width: 3; }
.now .ends { fill: var(--bad); stroke: var(--bad); }
.soon .ends { fill: var(--warn); stroke: var(--warn); }
.unknown { stroke: var(--later); stroke-dasharray: 4 3; }
.now .unknown { stroke: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 0.625rem; color: var(--muted); font-size: 0.8125rem; }
.legend li { display: flex; align-items: center; gap: 0.5rem; }

.badge { display: inline-block; padding: 0 0.5em; border-radius: 1em; font: 600 0.75rem/1.6 system-ui, sans-serif; white-space: nowrap; background: var(--panel); color: var(--muted); border: 1px solid var(--line); }
.badge.wouldAccept { background: var(--good-panel); color: var(--good); border-color: currentColor; }
.badge.held, .badge.notAttempted { background: var(--warn-panel); color: var(--warn); border-color: currentColor; }
.badge.failed, .badge.unknown { background: var(--bad-panel); color: var(--bad); border-color: currentColor; }

.card { margin-top: 1rem; padding: 1rem 1.25rem; border: 1px solid var(--line); border-left: 0.25rem solid var(--line); border-radius: 0.375rem; }
.card.now { border-left-color: var(--bad); }
.card.soon { border-left-color: var(--warn); }
.card:target { background: var(--panel); }
h4 { font-size: 1rem; }
.card dl { display: grid; grid-template-columns: 18rem 11rem 9rem 4rem 1fr; gap: 0.5rem 1rem; margin-top: 0.5rem; }
.card dt { color: var(--muted); font-size: 0.8125rem; }
.card dl div { min-width: 0; max-width: 100%; }
.card dd { overflow-wrap: anywhere; }
.reasons { margin-top: 0.75rem; }
.reasons li { margin-top: 0.25rem; }
.reasons b { font-family: var(--mono); font-size: 0.875em; }
.card > p { margin-top: 0.75rem; }
.card > p + .reasons { margin-top: 0.25rem; }
.remarks { margin-top: 0.5rem; color: var(--muted); font-size: 0.875rem; }
.card > .manual { color: var(--muted); font-size: 0.8125rem; }

pre { margin-top: 0.25rem; padding: 0.5rem 0.75rem; background: var(--panel); border-radius: 0.25rem; white-space: pre-wrap; overflow-wrap: anywhere; }

${NARROW_AND_PRINT}`;
