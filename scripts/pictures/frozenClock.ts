/**
 * Preloaded (`node --import`) into a command whose output becomes a picture: the wall clock shows the instant in
 * `PICTURE_INSTANT`, so that the same code always prints the same times.
 */
const instant = Date.parse(process.env.PICTURE_INSTANT ?? '');

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [instant] : args, newTarget),
  get: (target, key) => (key === 'now' ? () => instant : Reflect.get(target, key)),
});
