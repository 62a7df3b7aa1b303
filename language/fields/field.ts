import type * as z from 'zod';
import type { Provider } from '../../lambda/core/model.ts';

/** How one field of a `match` or of a `hold` line is written; `Wanted` is its compiled form. */
export interface LanguageField<Wanted, Written = unknown> {
  /** the written form, with descriptions */
  readonly schema: z.ZodType<Written>;
  /** whose API returns it */
  readonly providers: readonly Provider[];
  /** whether a `hold` line may use it */
  readonly holds: boolean;
  /** equal demands give equal results */
  normalise(written: Written): Wanted;
}
