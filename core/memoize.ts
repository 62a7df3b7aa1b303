/**
 * Memoizes a function of an object, for as long as the object exists. The object must never be changed in place; this is true
 * for all data of the core.
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
