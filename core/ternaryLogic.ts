/** Three-valued logic: what the API did not say is `unknown`, never a guess. */
export type Ternary = 'yes' | 'no' | 'unknown';

/** `no` beats `unknown` beats `yes`; of nothing, `yes`. */
export function allOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

/** `yes` beats `unknown` beats `no`; of nothing, `no`. */
export function anyOf(parts: readonly Ternary[]): Ternary {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('unknown') ? 'unknown' : 'no';
}

export function ternary(known: boolean): Ternary {
  return known ? 'yes' : 'no';
}
