import { Misread, type Reader } from '../emulator/decoders.ts';

/** Any number that another process measured. */
export const figure: Reader<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Misread(path, 'a number', value);
  return value;
};
