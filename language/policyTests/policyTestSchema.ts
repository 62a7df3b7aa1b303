import * as z from 'zod';
import { VALUE_MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { parseHostAddress } from '../../core/ip.ts';
import { quote } from '../../core/printableText.ts';
import { REASON_CODES, type ReasonCode } from '../../core/reasons.ts';
import { ACCOUNT } from '../../core/resourceIds.ts';
import type { Problem } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { checkInstant } from '../isoTime.ts';
import { describePossibleKey, hasFormOfAddress } from '../possibleKeys.ts';
import { asn, key, optionalValues } from '../recordedRequests.ts';
import {
  checkedText,
  connectionId,
  gatewayReference,
  interfaceId,
  nonEmptyList,
  patternText,
  plainText,
  requireEntries,
} from '../scalarSchemas.ts';

/** Reasons that a policy test cannot cause. All others depend on policy, request, time and live interfaces alone. */
const NEVER: { readonly [Code in ReasonCode]?: string } = {
  unreadable: 'the requests in policy tests are readable; no policy accepts others',
  'gateway-missing': 'it depends on the gateways of the account, which only a run checks',
  'gateway-other-account': 'it depends on the gateways of the account, which only a run checks',
  'gateway-not-available': 'it depends on the gateways of the account, which only a run checks',
  'gateway-not-attached': 'it depends on the gateways of the account, which only a run checks',
  'asn-conflict': "it depends on the gateway's ASN, which only a run checks",
};

const reasonCode = checkedText('The code of a reason to hold (docs/reasons.md).', (written) => {
  const code = REASON_CODES.find((candidate) => candidate === written);
  return code === undefined ? noCode(written) : undecidable(code);
});

/** Codes that earlier releases had. */
const RENAMED: ReadonlyMap<string, ReasonCode> = new Map([['not-private', 'type-not-supported']]);

function noCode(written: string): Problem {
  const renamed = RENAMED.get(written);
  if (renamed !== undefined) {
    const message = `the reason code ${quote(written)} is now \`${renamed}\``;
    return { code: 'reason-code', message, fix: `write \`${renamed}\`` };
  }
  const meant = findNearest(written, REASON_CODES);
  return {
    code: 'reason-code',
    message: `${quote(written)} is not a reason code`,
    fix: meant === null ? 'write one of those in docs/reasons.md' : `did you mean \`${meant}\`?`,
  };
}

function undecidable(code: ReasonCode): Problem | null {
  const why = NEVER[code];
  if (why === undefined) return null;
  return {
    code: 'undecidable-reason',
    message: `no policy test can be held for \`${code}\`: ${why}`,
    fix: 'remove it',
  };
}

/** The keys of a virtual interface in a policy test. An absent key is a field that the API does not return. */
const interfaceKeys = {
  ...optionalValues(VALUE_MATCH_FIELD_NAMES),
  id: interfaceId.optional(),
  type: plainText('Its type, such as `transit`. When absent: `private`.').optional(),
  // A decision needs it, so it is not optional.
  connection: connectionId,
  ownerAccount: patternText(
    'The owner account in the answer of the API. When absent: the recipient, as usual.',
    ACCOUNT,
    (value) => ({
      code: 'account',
      message: `${quote(value)} is not an account ID`,
      fix: 'write its 12 digits in quotes, as in "012345678901"',
    }),
  ).optional(),
  peers: z
    .array(
      z
        .strictObject({
          asn: asn.optional(),
          amazonAddress: address("the provider's end").optional(),
          customerAddress: address("the customer's end").optional(),
          key: key.optional(),
        })
        .superRefine(requireEntries)
        .describe('One BGP peer.'),
    )
    .describe('The BGP peers that the API lists.')
    .optional(),
};

function address(whose: string) {
  return checkedText(
    `The address of ${whose} with its prefix length, such as \`169.254.10.1/30\`.`,
    checkAddress,
  );
}

function checkAddress(written: string): Problem | null {
  if (parseHostAddress(written) !== null) return null;
  return {
    code: 'address',
    message: describePossibleKey(
      written,
      hasFormOfAddress(written),
      'is not an address with a prefix length',
    ),
    fix: 'write address, slash and prefix length, such as `169.254.10.1/30`',
  };
}

/** The schema of a file of policy tests. What relates several parts is checked in validatePolicyTests.ts. */

/** States of an interface. Any other state of the API counts as live, as the first line does. */
const STATES = [
  ...[
    'verifying',
    'pending',
    'available',
    'down',
    'testing',
    'deleting',
    'unknown',
    'confirming',
    'approving',
  ],
  ...['deleted', 'rejected', 'expired'],
] as const;

const request = z.strictObject(interfaceKeys).describe('The request, with the fields that the API returns.');

const liveInterface = z
  .strictObject({
    ...interfaceKeys,
    gateway: gatewayReference.describe('Its gateway: a name from the policy, or an ID.').optional(),
    state: z.enum(STATES).describe('Its state. When absent: `available`.').optional(),
  })
  .describe('Another virtual interface of the recipient, where limits or the network matter.');

const expectation = z
  .strictObject({
    accept: z
      .strictObject({
        owner: plainText('The owner that the request is from.'),
        grant: plainText(
          'The first grant by name that it matches; `default` where the owner has a `gateway`.',
        ),
        gateway: gatewayReference.describe('The gateway that it gets: a name from the policy, or an ID.'),
      })
      .describe('The request is accepted by this grant.')
      .optional(),
    hold: nonEmptyList(reasonCode, 'The request is held for exactly these reasons.').optional(),
  })
  .describe('The expected decision and its reasons: `accept` or `hold`.');

const oneCase = z
  .strictObject({
    name: plainText('What the test shows, in a sentence.'),
    at: checkedText('The time of the decision, such as `2026-11-01T00:00:00Z`.', checkInstant),
    request,
    live: nonEmptyList(liveInterface, 'Interfaces that exist already.').optional(),
    expect: expectation,
  })
  .describe('One request, and the expected decision.');

export const policyTestsSchema = z
  .strictObject({
    version: z.literal(1).describe('The version of the format of policy tests.'),
    target: plainText('The target whose policy is tested: the name of its file without `.yaml`.'),
    cases: nonEmptyList(oneCase, 'The policy tests.'),
  })
  .describe('The policy tests of one target.');

export type WrittenPolicyTests = z.output<typeof policyTestsSchema>;
export type WrittenPolicyTest = WrittenPolicyTests['cases'][number];
export type WrittenInterface = WrittenPolicyTest['request'];
export type TestedSession = NonNullable<WrittenInterface['peers']>[number];
export type Expectation = WrittenPolicyTest['expect'];
