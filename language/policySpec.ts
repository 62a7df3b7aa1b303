import { MATCH_FIELD_NAMES } from '../core/fields/evaluateMatch.ts';
import { quote } from '../core/printableText.ts';
import { PROVIDER_CHOICES } from '../core/providers.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import { type Finding, formatPath, type Path, type Problem } from './diagnostic.ts';
import { describeKeyOfOtherType } from './fields/keyDemand.ts';
import { parseAsdot } from './fields/numberRanges.ts';
import { type PartialPolicy, policySchema, type WrittenPolicy } from './policySchema.ts';
import type { DocumentSpec } from './readDocument.ts';
import type { RenamedKey } from './renamedKeys.ts';
import {
  noDuplicateGateway,
  noForeignGatewayKind,
  noUndefinedGateway,
  noUnusedGateway,
  requireGatewayForType,
} from './rules/gatewayRules.ts';
import {
  noConnectionOfOtherOwner,
  noConnectionOfTwoOwners,
  noDuplicateConnection,
  noEmptyHoldRule,
  noEmptyInterval,
  noUnlistedRoutes,
  noUnreturnedField,
  requireConnections,
  requireGatewayOrGrants,
  requireValidNames,
  requireValidTagKeys,
} from './rules/ownerRules.ts';
import { noForeignCredentials, noForeignPartition } from './rules/recipientRules.ts';
import { noExclusiveSharedConnection, noUnpinnedGrant } from './rules/sharingRules.ts';
import type { SourceNode } from './yaml/sourceNode.ts';

/** All rules for a single policy. To add one, write a function in the file of its group and list it here. */
const POLICY_RULES: readonly PolicyRule[] = [
  noForeignCredentials,
  noForeignPartition,
  requireValidNames,
  requireValidTagKeys,
  noForeignGatewayKind,
  requireGatewayForType,
  noDuplicateGateway,
  noUndefinedGateway,
  noUnusedGateway,
  requireGatewayOrGrants,
  requireConnections,
  noDuplicateConnection,
  noConnectionOfTwoOwners,
  noConnectionOfOtherOwner,
  noExclusiveSharedConnection,
  noUnpinnedGrant,
  noUnreturnedField,
  noUnlistedRoutes,
  noEmptyInterval,
  noEmptyHoldRule,
];

/** A check that relates several parts of one policy. It checks the parts that could be read and ignores the rest. */
export type PolicyRule = (draft: PartialPolicy) => readonly Finding[];

/** Keys of policies that earlier releases used. */
export const RENAMED_POLICY_KEYS: readonly RenamedKey[] = [
  { parent: ['limits'], from: 'acceptsPerPass', to: 'acceptsPerRun' },
];

/** The specification of policy files. */
export const POLICY_SPEC: DocumentSpec<WrittenPolicy> = {
  schema: policySchema,
  rules: POLICY_RULES,
  renamedKeys: RENAMED_POLICY_KEYS,
  wholeDocumentCodes: ['undefined-gateway', 'unused-gateway'],
  messages: {
    missingKeys: {
      version: 'with the value `1`',
      recipient: 'with `provider`, `region` and `account`',
      provider: `with ${PROVIDER_CHOICES}`,
      region: 'as the provider writes it',
      account: 'with 12 digits in quotes',
      owners: 'with at least one owner',
      gateway: 'with the gateway of this grant',
    },
    refine: (problem, path, node) =>
      describeBgpKeyInHoldRule(problem, path) ??
      describeKeyOfOtherType(problem, path) ??
      describeEmptyOwners(problem, path, node) ??
      (isAccountPath(path) ? describeUnquotedAccount(problem, node) : null) ??
      describeAsdot(problem, path, node) ??
      problem,
  },
};

function describeBgpKeyInHoldRule({ code }: Problem, path: Path): Problem | null {
  const key = path.at(-1);
  if (code !== 'unknown-key' || path[0] !== 'hold' || !MATCH_FIELD_NAMES.some((field) => field === key))
    return null;
  return {
    code: 'hold-bgp-key',
    message: `${quote(String(key))} is not supported in a hold rule`,
    fix: 'remove it, and use other fields to select the requests to hold',
  };
}

/** `owners` is empty, for example in a new file of `policy init`, which has the owners as comments below that key. */
function describeEmptyOwners({ code }: Problem, path: Path, node: SourceNode | null): Problem | null {
  if (formatPath(path) !== 'owners' || node === null) return null;
  const isEmpty =
    node.kind === 'map' ? node.children.size === 0 : node.kind === 'scalar' && node.value === null;
  if (!isEmpty) return null;
  return {
    code,
    message: 'is empty, so no request can be accepted',
    fix: 'write at least one owner under it, or verify one of the owners that `policy init` wrote as comments and remove the `#` before its lines',
  };
}

function isAccountPath(path: Path): boolean {
  const [top, ...below] = path;
  return below.at(-1) === 'account' && below.length === (top === 'recipient' ? 1 : top === 'owners' ? 2 : -1);
}

/** An account ID without quotes, which YAML reads as a number. */
export function describeUnquotedAccount({ code }: Problem, node: SourceNode | null): Problem | null {
  if (code !== 'wrong-type' || node?.kind !== 'scalar') return null;
  if (typeof node.value !== 'number' && typeof node.value !== 'boolean') return null;
  const { source } = node;
  return {
    code: 'unquoted-account',
    message: `account ID ${quote(source)} is not in quotes, so YAML reads a number and may lose digits`,
    fix: ACCOUNT.test(source)
      ? `write it in quotes: "${source}"`
      : 'write its 12 digits in quotes, as in "012345678901"',
  };
}

/** An ASN in asdot notation: YAML reads `65010.0` as 65010, which is another autonomous system. */
export function describeAsdot({ code }: Problem, path: Path, node: SourceNode | null): Problem | null {
  if (code !== 'number-spelling' || node?.kind !== 'scalar') return null;
  const isAsn = path.findLast((step) => typeof step === 'string') === 'asn';
  const asn = isAsn ? parseAsdot(node.source) : null;
  if (asn === null) return null;
  return {
    code,
    message: `must be a whole number in plain digits, is asdot ${quote(node.source)}`,
    fix: `write it in plain digits: ${asn}`,
  };
}
