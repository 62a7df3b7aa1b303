import type * as z from 'zod';
import type { Finding } from './diagnostic.ts';
import type { Draft } from './partialPolicy.ts';
import { dataOf, type Place, placeAt } from './yaml/sourceNode.ts';
import { findingsOf, plainPath } from './zodDiagnostics.ts';

/** How a kind of document is written. */
export interface Form<Written> {
  readonly schema: z.ZodType<Written>;
  /** what joins several places of one document */
  readonly rules: readonly ((draft: Draft<Written>) => readonly Finding[])[];
}

/** What schema and rules say of one document. */
export interface Judgement<Written> {
  /** `null` when the schema refused something */
  readonly written: Written | null;
  /** `null` when nothing of it could be read */
  readonly draft: Draft<Written> | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on everything, and every rule on what the schema could read. */
export function judge<Written>(root: Place, { schema, rules }: Form<Written>): Judgement<Written> {
  const { data, error } = schema.safeParse(dataOf(root, new Set()));
  const issues = error?.issues ?? [];
  const refused = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys')
      .map((issue) => placeAt(root, plainPath(issue)))
      .filter((place) => place !== null),
  );
  // Everything that the schema refused is taken out, so what is left has the types that the schema gives it.
  const draft = refused.has(root) ? null : (dataOf(root, refused) as Draft<Written>);
  const ruled = draft === null ? [] : rules.flatMap((rule) => rule(draft));
  return { written: data ?? null, draft, findings: [...findingsOf(issues, root, schema), ...ruled] };
}
