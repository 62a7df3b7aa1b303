import { quote } from '../../core/printableText.ts';
import type { Finding } from '../diagnostic.ts';
import type { Form } from '../judge.ts';
import { type At, type Draft, itemsOf } from '../partialPolicy.ts';
import { casesSchema, type WrittenCase, type WrittenCases } from '../policyTests/policyTestSchema.ts';

/** How a file of cases is written: the schema, and what joins several places of one file. */
export const CASES: Form<WrittenCases> = { schema: casesSchema, rules: [expectations, namesOnce] };

/** A case is accepted or held. */
function expectations(draft: Draft<WrittenCases>): Finding[] {
  return casesIn(draft).flatMap(({ value, path }): Finding[] => {
    if (value.expect === undefined) return [];
    const [accept, hold] = ['accept', 'hold'].map((key) => Object.hasOwn(value.expect ?? {}, key));
    // A key that is one of them misspelt is told as such.
    if (accept !== hold || Object.keys(value.expect).some((key) => key !== 'accept' && key !== 'hold'))
      return [];
    return [
      {
        path: [...path, 'expect'],
        at: 'key',
        code: 'expectation',
        message: accept
          ? 'it cannot be both accepted and held'
          : 'it does not say what must become of the request',
        mend: accept
          ? 'keep `accept` or `hold`'
          : 'add `accept:` with owner, grant and gateway, or `hold:` with reason codes',
      },
    ];
  });
}

/** A failure is told by the name of its case. */
function namesOnce(draft: Draft<WrittenCases>): Finding[] {
  const seen = new Set<string>();
  return casesIn(draft).flatMap(({ value: { name }, path }): Finding[] => {
    if (name === undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: [...path, 'name'], at: 'value', ...caseTwice(name, 'in this file') }];
  });
}

/** @param where the first one stands */
export function caseTwice(name: string, where: string): Pick<Finding, 'code' | 'message' | 'mend'> {
  return {
    code: 'case-twice',
    message: `there is a case ${quote(name)} ${where} already`,
    mend: 'say in its name what this one shows',
  };
}

function casesIn(draft: Draft<WrittenCases>): At<Draft<WrittenCase>>[] {
  return itemsOf(draft.cases, ['cases']);
}
