import type { Complaint } from '../diagnostic.ts';

/** A complaint about one place in the text. */
export interface Spotted extends Complaint {
  /** UTF-16 units from the beginning */
  readonly offset: number;
}
