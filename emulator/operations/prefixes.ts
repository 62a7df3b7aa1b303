import { exactly, list, text } from '../decoders.ts';

/** A member of an input that lists CIDR blocks. */
export const PREFIXES = list(exactly({ cidr: text }));
