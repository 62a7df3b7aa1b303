import type { Policy } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { partitionOf } from '../core/resourceIds.ts';
import { formatDiagnostic } from '../language/diagnostic.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { describeDecision, describeExpectation } from '../language/policyTests/evaluatePolicyTest.ts';
import type { TestedPolicies } from '../language/policyTests/runPolicyTests.ts';

/** Why policies must not be deployed: errors of policy files and policy tests, and failed policy tests. */
export function findPolicyProblems({ errors, results }: TestedPolicies): string[] {
  const failed = results
    .filter(({ passed }) => !passed)
    .map(
      ({ file, line, name, expected, decision }) =>
        `${file}:${line} policy test ${quote(name)} fails: expected ${describeExpectation(expected)}, got ${describeDecision(decision)}; ` +
        'run `policy test` for details',
    );
  return [...errors.map(formatDiagnostic), ...failed];
}

/**
 * Why a target could not work, or would get too many permissions, in the account of the stack.
 * @param account of the stack; `null` if it is not known yet
 */
export function findTargetProblems(
  { file, policy: { recipient } }: CompiledPolicy,
  account: string | null,
): string[] {
  return findRecipientProblems(recipient, account).map((problem) => `${file}: ${problem}`);
}

const SECRET = /^(arn:[\w-]+:secretsmanager:[\w-]+:[0-9]{12}:secret:)?[\w/+=.@-]+$/;
const ROLE = /^arn:[\w-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/;

function findRecipientProblems(recipient: Policy['recipient'], account: string | null): string[] {
  const { credentials, provider } = recipient;
  // A wildcard would become part of the function's permissions.
  if (credentials !== null && 'secret' in credentials) {
    return SECRET.test(credentials.secret)
      ? []
      : [
          'recipient.credentials.secret: must name exactly one secret; ' +
            'write letters, digits and `/_+=.@-`, such as `vif-acceptor/outscale`, or its whole ARN',
        ];
  }
  if (credentials !== null) {
    return ROLE.test(credentials.role)
      ? []
      : [
          'recipient.credentials.role: must be the ARN of exactly one role; ' +
            'write it without wildcards, as in `arn:aws:iam::012345678901:role/vif-acceptor`',
        ];
  }
  const { credentials: kind, title } = PROVIDER_TRAITS[provider];
  switch (kind) {
    case 'secret':
      return [
        `recipient: the function needs the access key of the ${title} account; ` +
          `store it in Secrets Manager and add \`credentials: { secret: vif-acceptor/${provider} }\``,
      ];
    case 'role':
      return account === null || account === recipient.account
        ? []
        : [
            `recipient.account: without credentials the function acts for the account of the stack, \`${account}\`, ` +
              `and not for \`${recipient.account}\`; deploy it there, or add ` +
              `\`credentials: { role: "arn:${partitionOf(recipient.region).name}:iam::${recipient.account}:role/vif-acceptor" }\` to \`recipient\``,
          ];
    default:
      return kind satisfies never;
  }
}
