import { escapeInvisible, escapeText } from '../../core/printableText.ts';
import { formatMinute } from './statusWording.ts';

/** Safe HTML. Only the functions of this file create it. */
export interface Html {
  readonly html: string;
}

export type Content = string | number | Html | readonly Content[] | null;

/**
 * A template that escapes every value unless it is `Html`, both for HTML and for invisible characters. Escaping cannot be forgotten.
 * `null` renders as nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: String.raw({ raw: parts }, ...values.map(render)) };
}

/** Renders one of our own sentences. Parts in backticks, which may quote others, become code. */
export function prose(sentence: string): Html {
  const parts = sentence.split('`').map((part) => escapeHtml(escapeInvisible(part)));
  // An unpaired backtick quotes nothing.
  if (parts.length % 2 === 0) return { html: parts.join('`') };
  return { html: parts.map((part, i) => (i % 2 === 1 ? `<code>${part}</code>` : part)).join('') };
}

/** Inserts our own text, such as a style sheet, without escaping. */
export function trusted(text: string): Html {
  return { html: text };
}

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => Content;
}

/**
 * Renders a table that becomes one card per row on a narrow screen. Browsers then no longer treat it as a table, so its roles are
 * explicit. The first column names the row.
 */
export function renderRecordTable<T>(
  caption: string,
  columns: readonly Column<T>[],
  items: readonly T[],
): Html {
  return html`<table class="records" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ title }) => html`<th scope="col" role="columnheader">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${items.map((item) => renderRow(columns, item))}</tbody></table>
`;
}

function renderRow<T>(columns: readonly Column<T>[], item: T): Html {
  return html`<tr role="row">${columns.map(({ title, cell }, i) =>
    i === 0
      ? html`<th scope="row" role="rowheader">${cell(item)}</th>`
      : html`<td role="cell" data-title="${title}"><span>${cell(item)}</span></td>`,
  )}</tr>
`;
}

export function renderTime(instant: string): Html {
  return html`<time datetime="${instant}">${formatMinute(instant)}</time>`;
}

/** Renders two times, with the day only once when both are on the same day. */
export function renderTimeSpan(from: string, to: string): Html {
  const [a, b] = [formatMinute(from), formatMinute(to)];
  const isSameDay = a.slice(0, 10) === b.slice(0, 10);
  return html`${renderTime(from)} <span class="one">to <time datetime="${to}">${isSameDay ? b.slice(11) : b}</time></span>`;
}

export function renderCode(text: string | null): Html {
  return text === null ? html`–` : html`<code>${text}</code>`;
}

/** Renders content with a note in small type below it. */
export function renderWithNote(content: Content, note: string | null): Html {
  return note === null ? html`${content}` : html`${content}<br><small>${note}</small>`;
}

function render(value: Content): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(escapeText(value));
  return 'html' in value ? value.html : value.map(render).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? '');
}
