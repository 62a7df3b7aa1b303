/** Values that a program in plain JavaScript gives, whose types no compiler has checked. */

/** A value for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `\`${value}\``;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : `an object with ${keysOf(value)}`;
  return typeof value === 'function' ? 'a function' : `\`${String(value)}\``;
}

function keysOf(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'no keys' : `the keys ${keys.map((key) => `\`${key}\``).join(', ')}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param such what it may be, for people */
export function faultsOfText(what: string, value: unknown, such: string): string[] {
  return typeof value === 'string' && value !== '' ? [] : [`${what} must be ${such}, got ${shown(value)}`];
}
