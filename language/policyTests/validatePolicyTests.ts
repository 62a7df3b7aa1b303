import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import type { Finding, Path } from '../diagnostic.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { type AtPath, type PartialDocument, readableItems } from '../partialPolicy.ts';
import type { DocumentSpec } from '../readDocument.ts';
import { findNearest } from '../unknownKeys.ts';
import { namedGateways, resolveGateway } from './evaluatePolicyTest.ts';
import { policyTestsSchema, type WrittenPolicyTest, type WrittenPolicyTests } from './policyTestSchema.ts';

/** How a file of cases is written: the schema, and what joins several places of one file. */
export const POLICY_TESTS_SPEC: DocumentSpec<WrittenPolicyTests> = {
  schema: policyTestsSchema,
  rules: [expectations, namesOnce],
};

/** A case is accepted or held. */
function expectations(draft: PartialDocument<WrittenPolicyTests>): Finding[] {
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
        fix: accept
          ? 'keep `accept` or `hold`'
          : 'add `accept:` with owner, grant and gateway, or `hold:` with reason codes',
      },
    ];
  });
}

/** A failure is told by the name of its case. */
function namesOnce(draft: PartialDocument<WrittenPolicyTests>): Finding[] {
  const seen = new Set<string>();
  return casesIn(draft).flatMap(({ value: { name }, path }): Finding[] => {
    if (name === undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: [...path, 'name'], at: 'value', ...duplicateTestName(name, 'in this file') }];
  });
}

/** @param where the first one stands */
export function duplicateTestName(name: string, where: string): Pick<Finding, 'code' | 'message' | 'fix'> {
  return {
    code: 'case-twice',
    message: `there is a case ${quote(name)} ${where} already`,
    fix: 'say in its name what this one shows',
  };
}

function casesIn(draft: PartialDocument<WrittenPolicyTests>): AtPath<PartialDocument<WrittenPolicyTest>>[] {
  return readableItems(draft.cases, ['cases']);
}

/** What in a file of cases does not go with the policy that it is about. */
export function checkAgainstPolicy(policy: Policy, { cases }: WrittenPolicyTests): Finding[] {
  return cases.flatMap((one, i) => [
    ...undefinedGateways(policy, one, ['cases', i]),
    ...unreturned(policy, one, ['cases', i]),
  ]);
}

function undefinedGateways(policy: Policy, { live = [], expect }: WrittenPolicyTest, path: Path): Finding[] {
  const given = [
    { reference: expect.accept?.gateway, at: [...path, 'expect', 'accept', 'gateway'] },
    ...live.map(({ gateway }, i) => ({ reference: gateway, at: [...path, 'live', i, 'gateway'] })),
  ];
  return given.flatMap(({ reference, at }): Finding[] => {
    if (reference === undefined || resolveGateway(policy, reference) !== null) return [];
    const slip = findNearest(reference, namedGateways(policy));
    const message = `no gateway is named ${quote(reference)} in the policy`;
    const fix = slip === null ? 'write a name from its `gateways`, or an ID' : `did you mean ${quote(slip)}?`;
    return [{ path: at, at: 'value', code: 'undefined-gateway', message, fix }];
  });
}

/** A field that the provider never returns would try what cannot happen. */
function unreturned(
  { recipient: { provider } }: Policy,
  { request, live = [] }: WrittenPolicyTest,
  path: Path,
): Finding[] {
  const written = [
    { fields: request, at: [...path, 'request'] },
    ...live.map((fields, i) => ({ fields, at: [...path, 'live', i] })),
  ];
  return written.flatMap(({ fields, at }) =>
    (['mtu', 'tags'] as const)
      .filter((field) => fields[field] !== undefined && !returnedBy(field).includes(provider))
      .map((field) => ({
        path: [...at, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so no request has it`,
        fix: 'remove it',
      })),
  );
}

function returnedBy(field: keyof typeof LANGUAGE_FIELDS): readonly string[] {
  return LANGUAGE_FIELDS[field].providers;
}
