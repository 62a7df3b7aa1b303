import type { PolicyDraft } from './draft.ts';
import type { Finding } from './fault.ts';
import { findingsOf, plainPath } from './issues.ts';
import { RULES } from './rules/index.ts';
import { policySchema, type WrittenPolicy } from './schema.ts';
import { dataOf, type Place, placeAt } from './yaml/place.ts';

/** What schema and rules say of one document. */
export interface Judgement {
  /** `null` when the schema refused something */
  readonly written: WrittenPolicy | null;
  /** `null` when nothing of it could be read */
  readonly draft: PolicyDraft | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on everything, and every rule on what the schema could read. */
export function judge(root: Place): Judgement {
  const { data, error } = policySchema.safeParse(dataOf(root, new Set()));
  const issues = error?.issues ?? [];
  const refused = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys')
      .map((issue) => placeAt(root, plainPath(issue)))
      .filter((place) => place !== null),
  );
  // Everything that the schema refused is taken out, so what is left has the types that the schema gives it.
  const draft = refused.has(root) ? null : (dataOf(root, refused) as PolicyDraft);
  const ruled = draft === null ? [] : RULES.flatMap((rule) => rule(draft));
  return { written: data ?? null, draft, findings: [...findingsOf(issues, root), ...ruled] };
}
