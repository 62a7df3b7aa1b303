import { escapeInvisible, escapeText } from '../../core/printableText.ts';
import { formatMinute } from './statusWording.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => Content;
}

/**
 * A table that on a narrow screen becomes a card a row. There it is no table to a browser any more, so that it says by
 * its roles that it is one. The first column names the row.
 */
export function renderRecordTable<T>(
  caption: string,
  columns: readonly Column<T>[],
  items: readonly T[],
): Html {
  return html`<table class="records" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ title }) => html`<th scope="col" role="columnheader">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${items.map((item) => row(columns, item))}</tbody></table>
`;
}

function row<T>(columns: readonly Column<T>[], item: T): Html {
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

/** The day once, when both are of the same. */
export function renderTimeSpan(from: string, to: string): Html {
  const [a, b] = [formatMinute(from), formatMinute(to)];
  const isSameDay = a.slice(0, 10) === b.slice(0, 10);
  return html`${renderTime(from)} <span class="one">to <time datetime="${to}">${isSameDay ? b.slice(11) : b}</time></span>`;
}

export function renderCode(text: string | null): Html {
  return text === null ? html`–` : html`<code>${text}</code>`;
}

/** What matters, with what else is known of it in small beneath. */
export function renderWithNote(content: Content, note: string | null): Html {
  return note === null ? html`${content}` : html`${content}<br><small>${note}</small>`;
}

/** HTML that is safe as it stands: only the functions of this file make it. */
export interface Html {
  readonly html: string;
}

export type Content = string | number | Html | readonly Content[] | null;

/**
 * A template whose every value is text, made safe for HTML and for eyes, unless it is `Html`. So forgetting to escape
 * is not possible. `null` is nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: String.raw({ raw: parts }, ...values.map(render)) };
}

/** A sentence of ours, of any length, that may quote others in backticks: those become code. */
export function prose(sentence: string): Html {
  const parts = sentence.split('`').map((part) => neutral(escapeInvisible(part)));
  // A backtick without its partner quotes nothing.
  if (parts.length % 2 === 0) return { html: parts.join('`') };
  return { html: parts.map((part, i) => (i % 2 === 1 ? `<code>${part}</code>` : part)).join('') };
}

/** Text of our own, such as a style sheet, as it stands. */
export function trusted(text: string): Html {
  return { html: text };
}

function render(value: Content): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return neutral(escapeText(value));
  return 'html' in value ? value.html : value.map(render).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function neutral(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? '');
}
