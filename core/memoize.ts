/**
 * Computes once for each object, for as long as somebody has it: of objects that nobody ever changes in place, as all data of
 * the core are.
 */
export function memoizeByObject<K extends object, V extends object>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, V>();
  return (of) => {
    const found = known.get(of);
    if (found !== undefined) return found;
    const value = compute(of);
    known.set(of, value);
    return value;
  };
}
