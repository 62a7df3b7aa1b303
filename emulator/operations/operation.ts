import type { Reader } from '../decoders.ts';
import type { AccountRegion, World } from '../world.ts';

/** The caller of an operation, and the emulated state. */
export interface Context extends AccountRegion {
  readonly world: World;
  /** the token of an assumed role; `null` for an account's own keys */
  readonly sessionToken: string | null;
}

export type Output = Readonly<Record<string, unknown>>;

/** Decodes the raw input and executes the operation. Throws `InvalidInput` or `ApiError`, and then changes nothing. */
export type Operation = (context: Context, input: unknown) => Output;

export function operation<I>(read: Reader<I>, run: (context: Context, input: I) => Output): Operation {
  return (context, input) => run(context, read(input, ''));
}
