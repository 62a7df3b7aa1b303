/** The same page on a narrow screen, where tables become cards, and on paper, where it is as wide as on a screen. */
export const NARROW_AND_PRINT = `
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
