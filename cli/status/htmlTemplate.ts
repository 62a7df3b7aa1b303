import { escapeText, visible } from '../../core/printableText.ts';

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
  const parts = sentence.split('`').map((part) => neutral(visible(part)));
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
