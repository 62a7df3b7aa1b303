import type { InterfaceField } from '../../core/model.ts';

/** The longest text that is read; no label or ID of this API is longer. */
const MAX_TEXT = 1000;

/**
 * Reads fields of an untrusted answer. Each error names the field and the kind of value, never the value, and makes only the
 * fields unreadable that are being read.
 */
export class FieldReader {
  readonly errors: string[] = [];
  readonly unreadable = new Set<InterfaceField>();
  /** whether the answer is an object, and so has fields to read */
  readonly isObject: boolean;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #within: string;

  constructor(raw: unknown, within = '') {
    this.#within = within === '' ? '' : `${within}.`;
    const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
    this.isObject = isObject;
    this.#fields = isObject ? { ...raw } : {};
    if (!isObject) this.errors.push(`${within === '' ? 'it' : `an item of \`${within}\``} is not an object`);
  }

  /** Reads a part of the answer. If that adds an error, these fields are unreadable. */
  part<T>(fields: InterfaceField | readonly InterfaceField[], read: () => T): T {
    const before = this.errors.length;
    const value = read();
    if (this.errors.length > before) for (const field of [fields].flat()) this.unreadable.add(field);
    return value;
  }

  /** Reads a part by which nothing is decided: what cannot be read is `null`, without an error. */
  informative<T>(read: () => T): T | null {
    const before = this.errors.length;
    const value = read();
    if (this.errors.length === before) return value;
    this.errors.length = before;
    return null;
  }

  /** Adds the errors of a nested reader. */
  include({ errors, unreadable }: FieldReader): void {
    this.errors.push(...errors);
    for (const field of unreadable) this.unreadable.add(field);
  }

  /** Reads a text. An empty text means unset, as everywhere in this API. */
  text(field: string): string | null {
    const value = this.#present(field);
    if (value === null || value === '') return null;
    if (typeof value === 'string' && value.length <= MAX_TEXT) return value;
    this.addError(
      `\`${this.#within}${field}\` must be a text${typeof value === 'string' ? ` of at most ${MAX_TEXT}` : ''}`,
    );
    return null;
  }

  integer(field: string, from: number, to: number): number | null {
    const value = this.#present(field);
    if (value === null) return null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
    this.addError(`\`${this.#within}${field}\` must be a whole number from ${from} to ${to}`);
    return null;
  }

  boolean(field: string): boolean | null {
    const value = this.#present(field);
    if (value === null || typeof value === 'boolean') return value;
    this.addError(`\`${this.#within}${field}\` must be true or false`);
    return null;
  }

  /** `null` when the field is absent. */
  items(field: string): readonly unknown[] | null {
    const value = this.#present(field);
    if (value === null || Array.isArray(value)) return value;
    this.addError(`\`${this.#within}${field}\` must be a list`);
    return null;
  }

  addError(message: string): void {
    this.errors.push(message);
  }

  /**
   * Reads what follows from a secret, which may be an empty text, without keeping the secret. `null` when the field is absent or
   * unreadable.
   */
  secret<T>(field: string, derive: (secret: string) => T): T | null {
    const value = this.#present(field);
    if (value === null) return null;
    if (typeof value === 'string') return derive(value);
    this.addError(`\`${this.#within}${field}\` must be a text`);
    return null;
  }

  #present(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? (this.#fields[field] ?? null) : null;
  }
}
