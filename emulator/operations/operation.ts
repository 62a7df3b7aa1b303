import type { Reader } from '../decoders.ts';
import type { AccountRegion, World } from '../world.ts';

/** Who calls what world. */
export interface Context extends AccountRegion {
  readonly world: World;
  /** the token of an assumed role; `null` with an account's own keys */
  readonly sessionToken: string | null;
}

export type Output = Readonly<Record<string, unknown>>;

/** Reads the raw input and carries itself out. Throws `Misread` or `ApiError`, and has then changed nothing. */
export type Operation = (context: Context, input: unknown) => Output;

export function operation<I>(read: Reader<I>, run: (context: Context, input: I) => Output): Operation {
  return (context, input) => run(context, read(input, ''));
}
