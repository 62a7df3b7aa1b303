import type * as z from 'zod';
import type { Provider } from '../../core/model.ts';
import type { Side } from '../algebra/fieldConstraint.ts';

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
  /** requests for which a grant's demand is a clear yes: those on every side. The same as `fits` in lambda/core/fields/ says */
  fits(wanted: Wanted): readonly Side[];
  /** requests for which it is no definite no: those on every side. A limit of the grant counts them */
  mayFit(wanted: Wanted): readonly Side[];
  /** requests for which a `hold` line's is no definite no: those on every side. The same as `touches` there says */
  touches(wanted: Wanted): readonly Side[];
}
