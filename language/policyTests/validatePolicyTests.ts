import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { returnsField } from '../../core/providers.ts';
import type { Finding, Path } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { describeAsdot, describeUnquotedAccount } from '../policySpec.ts';
import { type AtPath, type DocumentSpec, type PartialDocument, readableItems } from '../readDocument.ts';
import { namedGateways, resolveGateway } from './evaluatePolicyTest.ts';
import { policyTestsSchema, type WrittenPolicyTest, type WrittenPolicyTests } from './policyTestSchema.ts';

/** The specification of a file of policy tests: the schema, and checks that relate several parts of one file. */
export const POLICY_TESTS_SPEC: DocumentSpec<WrittenPolicyTests> = {
  schema: policyTestsSchema,
  rules: [requireExpectation, noDuplicateName],
  messages: {
    missingKeys: {
      version: 'with the value `1`',
      target: "with the name of the policy's file, without `.yaml`",
      cases: 'with at least one policy test',
      name: 'with what the policy test shows',
      at: 'with the instant of the decision, such as `2026-11-01T00:00:00Z`',
      request: 'with `connection` and the other fields that the API returns',
      connection: 'with the connection of the request',
      expect: 'with `accept:` or `hold:`',
      owner: 'with the owner that the request is from',
      grant: 'with the grant that it matches',
      gateway: 'with the gateway of this grant',
    },
    refine: (problem, path, node) =>
      (path.at(-1) === 'ownerAccount' ? describeUnquotedAccount(problem, node) : null) ??
      describeAsdot(problem, path, node) ??
      problem,
  },
};

/** A test expects either `accept` or `hold`. */
function requireExpectation(document: PartialDocument<WrittenPolicyTests>): Finding[] {
  return readableTests(document).flatMap(({ value, path }): Finding[] => {
    if (value.expect === undefined) return [];
    const [accept, hold] = ['accept', 'hold'].map((key) => Object.hasOwn(value.expect ?? {}, key));
    // A misspelt key is reported as unknown already.
    if (accept !== hold || Object.keys(value.expect).some((key) => key !== 'accept' && key !== 'hold'))
      return [];
    return [
      {
        path: [...path, 'expect'],
        at: 'key',
        code: 'expectation',
        message: accept ? 'it cannot be both accepted and held' : 'it does not state the expected decision',
        fix: accept
          ? 'keep `accept` or `hold`'
          : 'add `accept:` with owner, grant and gateway, or `hold:` with reason codes',
      },
    ];
  });
}

/** The names of tests are unique, because a failure is reported by the name of the test. */
function noDuplicateName(document: PartialDocument<WrittenPolicyTests>): Finding[] {
  const seen = new Set<string>();
  return readableTests(document).flatMap(({ value: { name }, path }): Finding[] => {
    if (name === undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: [...path, 'name'], at: 'value', ...duplicateTestName(name, 'in this file') }];
  });
}

/** @param where the first one is */
export function duplicateTestName(name: string, where: string): Pick<Finding, 'code' | 'message' | 'fix'> {
  return {
    code: 'case-twice',
    message: `there is already a policy test ${quote(name)} ${where}`,
    fix: 'choose a name that describes this test',
  };
}

function readableTests(
  document: PartialDocument<WrittenPolicyTests>,
): AtPath<PartialDocument<WrittenPolicyTest>>[] {
  return readableItems(document.cases, ['cases']);
}

/** The parts of a file of policy tests that do not fit its policy: undefined gateways, and fields that the provider never returns. */
export function checkAgainstPolicy(policy: Policy, { cases }: WrittenPolicyTests): Finding[] {
  return cases.flatMap((one, i) => [
    ...findUndefinedGateways(policy, one, ['cases', i]),
    ...findUnreturnedFields(policy, one, ['cases', i]),
  ]);
}

function findUndefinedGateways(
  policy: Policy,
  { live = [], expect }: WrittenPolicyTest,
  path: Path,
): Finding[] {
  const references = [
    { reference: expect.accept?.gateway, at: [...path, 'expect', 'accept', 'gateway'] },
    ...live.map(({ gateway }, i) => ({ reference: gateway, at: [...path, 'live', i, 'gateway'] })),
  ];
  return references.flatMap(({ reference, at }): Finding[] => {
    if (reference === undefined || resolveGateway(policy, reference) !== null) return [];
    const meant = findNearest(reference, namedGateways(policy));
    const message = `the policy has no gateway named ${quote(reference)}`;
    const fix =
      meant === null ? 'write a name from its `gateways`, or an ID' : `did you mean ${quote(meant)}?`;
    return [{ path: at, at: 'value', code: 'undefined-gateway', message, fix }];
  });
}

/** A request with a field that the provider never returns would test what cannot happen. */
function findUnreturnedFields(
  { recipient: { provider } }: Policy,
  { request, live = [] }: WrittenPolicyTest,
  path: Path,
): Finding[] {
  const written = [
    { fields: request, at: [...path, 'request'] },
    ...live.map((fields, i) => ({ fields, at: [...path, 'live', i] })),
  ];
  return written.flatMap(({ fields, at }) =>
    MATCH_FIELD_NAMES.filter((field) => Object.hasOwn(fields, field) && !returnsField(provider, field)).map(
      (field) => ({
        path: [...at, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so no request has this field`,
        fix: 'remove it',
      }),
    ),
  );
}
