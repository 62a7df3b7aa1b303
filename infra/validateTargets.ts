import type { Policy } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import { partitionOf } from '../core/resourceIds.ts';
import { type CompiledPolicy, formatFault, gotInWords, inWords, type Tested } from '../language/index.ts';

/** Why policies must not be deployed: their faults, and those of their cases, or the cases that fail. */
export function findPolicyProblems({ errors, results }: Tested): string[] {
  const failed = results
    .filter(({ passed }) => !passed)
    .map(
      ({ file, line, name, expected, decision }) =>
        `${file}:${line} case ${quote(name)} fails: expected ${inWords(expected)}, got ${gotInWords(decision)}; ` +
        '`policy test` says more',
    );
  return [...errors.map(formatFault), ...failed];
}

/** Why a target could not work, or would get too many rights, where it is deployed; empty when it fits. */
export function findTargetProblems(
  { file, policy: { recipient } }: CompiledPolicy,
  account: string | null,
): string[] {
  return objections(recipient, account).map((objection) => `${file}: ${objection}`);
}

const SECRET = /^(arn:[\w-]+:secretsmanager:[\w-]+:[0-9]{12}:secret:)?[\w/+=.@-]+$/;
const ROLE = /^arn:[\w-]+:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/;

/** @param account where the stack goes; `null` when that is not known yet */
function objections(recipient: Policy['recipient'], account: string | null): string[] {
  const { credentials, provider } = recipient;
  // A wildcard would pass into the function's rights.
  if (credentials !== null && 'secret' in credentials) {
    return SECRET.test(credentials.secret)
      ? []
      : [
          'recipient.credentials.secret: is no name of one secret; ' +
            'write letters, digits and `/_+=.@-`, such as `vif-acceptor/outscale`, or its whole ARN',
        ];
  }
  if (credentials !== null) {
    return ROLE.test(credentials.role)
      ? []
      : [
          'recipient.credentials.role: is no ARN of one role; ' +
            'write it without wildcards, as in `arn:aws:iam::012345678901:role/vif-acceptor`',
        ];
  }
  switch (provider) {
    case 'outscale':
      return [
        'recipient: the function needs the access key of the OUTSCALE account; ' +
          'keep it in Secrets Manager and add `credentials: { secret: vif-acceptor/outscale }`',
      ];
    case 'aws':
      return account === null || account === recipient.account
        ? []
        : [
            `recipient.account: without credentials the function acts for the account that it is deployed to, \`${account}\`, ` +
              `and not for \`${recipient.account}\`; deploy it there, or add ` +
              `\`credentials: { role: "arn:${partitionOf(recipient.region).name}:iam::${recipient.account}:role/vif-acceptor" }\` to \`recipient\``,
          ];
    default:
      return provider satisfies never;
  }
}
