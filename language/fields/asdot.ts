/** Highest value of either half: 16 bits. */
const HALF = 65535;

/** The plain number of an ASN as network people write one of 4 bytes, `65000.100` (RFC 5396); `null` when it is none. */
export function asdot(text: string): number | null {
  const [, high, low] = /^(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})$/.exec(text) ?? [];
  if (high === undefined || low === undefined) return null;
  const [a, b] = [Number(high), Number(low)];
  const plain = a * (HALF + 1) + b;
  return a > HALF || b > HALF || plain === 0 ? null : plain;
}

/** What to write instead of an ASN, or a range of them, in asdot or with `AS` before it; `null` when it is neither. */
export function plainAsn(written: string): string | null {
  const ends = written.split('-').map((end) => {
    const text = end.trim().replace(/^AS/i, '');
    return asdot(text) ?? (/^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : null);
  });
  const [from, to, ...others] = ends;
  if (from === undefined || from === null || to === null || others.length > 0) return null;
  return to === undefined ? String(from) : `${from}-${to}`;
}
