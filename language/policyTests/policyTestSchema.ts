import * as z from 'zod';
import { parseHostAddress } from '../../core/ip.ts';
import { quote } from '../../core/printableText.ts';
import { REASON_CODES, type ReasonCode } from '../../core/reasons.ts';
import { ACCOUNT } from '../../core/resourceIds.ts';
import type { Problem } from '../diagnostic.ts';
import { connectionId, gatewayReference } from '../idSchemas.ts';
import { checkInstant } from '../isoTime.ts';
import { asn, key, location, mtu, name, tags, vlan } from '../recordedRequests.ts';
import { checkedText, nonEmptyList, patternText, plainText, requireEntries } from '../scalarSchemas.ts';
import { findNearest } from '../unknownKeys.ts';

/** What a case cannot bring about, and why. All others follow from policy, request, time and live interfaces alone. */
const NEVER: { readonly [Code in ReasonCode]?: string } = {
  'not-private': 'requests of cases are private; others are held whatever the policy says',
  unreadable: 'requests of cases are readable; others are held whatever the policy says',
  'gateway-missing': 'it depends on the gateways of the account, which only a pass looks at',
  'gateway-not-available': 'it depends on the gateways of the account, which only a pass looks at',
  'gateway-not-attached': 'it depends on the gateways of the account, which only a pass looks at',
  'asn-conflict': "it depends on the gateway's ASN, which only a pass looks at",
};

const reasonCode = checkedText('The code of a reason to hold (docs/reasons.md).', (written) => {
  const code = REASON_CODES.find((candidate) => candidate === written);
  return code === undefined ? noCode(written) : undecidable(code);
});

function noCode(written: string): Problem {
  const slip = findNearest(written, REASON_CODES);
  return {
    code: 'reason-code',
    message: `${quote(written)} is no code of a reason`,
    fix: slip === null ? 'write one of those in docs/reasons.md' : `did you mean \`${slip}\`?`,
  };
}

function undecidable(code: ReasonCode): Problem | null {
  const why = NEVER[code];
  if (why === undefined) return null;
  return {
    code: 'undecidable-reason',
    message: `no case can be held for \`${code}\`: ${why}`,
    fix: 'remove it',
  };
}

/** How people write a virtual interface in a case. A field that is not there is one that the API does not give. */
const interfaceKeys = {
  connection: connectionId,
  vlan: vlan.optional(),
  name: name.optional(),
  location: location.optional(),
  mtu: mtu.optional(),
  tags: tags.optional(),
  ownerAccount: patternText(
    'The account that the API names. When absent: the recipient, as it normally is.',
    ACCOUNT,
    (value) => ({
      code: 'account',
      message: `${quote(value)} is no account ID`,
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
        .describe('One BGP session.'),
    )
    .describe('The BGP sessions that the API lists.')
    .optional(),
};

function address(whose: string) {
  return checkedText(
    `The address of ${whose} with its prefix length, such as \`169.254.10.1/30\`.`,
    addressFault,
  );
}

function addressFault(written: string): Problem | null {
  if (parseHostAddress(written) !== null) return null;
  return {
    code: 'address',
    message: `${quote(written)} is no address`,
    fix: 'write address, slash and prefix length, such as `169.254.10.1/30`',
  };
}

/** A file of cases as it is written. What joins several places is checked by rules.ts and against.ts. */

/** States of an interface past its request. Whatever else the API may say counts as live, as these do. */
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

const request = z.strictObject(interfaceKeys).describe('The request, in the fields that the API gives.');

const liveInterface = z
  .strictObject({
    ...interfaceKeys,
    gateway: gatewayReference
      .describe('The gateway that it is on: a name of the policy, or an ID.')
      .optional(),
    state: z.enum(STATES).describe('Its state. When absent: `available`.').optional(),
  })
  .describe('Another virtual interface of the recipient, where limits or the network matter.');

const expectation = z
  .strictObject({
    accept: z
      .strictObject({
        owner: plainText('The owner that it is taken for.'),
        grant: plainText('The first grant by name that it fits; `default` where the owner has a `gateway`.'),
        gateway: gatewayReference.describe('The gateway that it gets: a name of the policy, or an ID.'),
      })
      .describe('It is accepted, for this reason.')
      .optional(),
    hold: nonEmptyList(reasonCode, 'It is held, for exactly these reasons.').optional(),
  })
  .describe('What must become of it, and why: `accept` or `hold`.');

const oneCase = z
  .strictObject({
    name: plainText('What the case shows, in a sentence.'),
    at: checkedText('When it is decided, such as `2026-11-01T00:00:00Z`.', checkInstant),
    request,
    live: nonEmptyList(liveInterface, 'Interfaces that are there already.').optional(),
    expect: expectation,
  })
  .describe('One request, and what must become of it.');

export const policyTestsSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the language of cases.'),
    target: plainText('The target whose policy is tried: the name of its file without `.yaml`.'),
    cases: nonEmptyList(oneCase, 'The cases.'),
  })
  .describe('Cases of one target: what its policy must do.');

export type WrittenPolicyTests = z.output<typeof policyTestsSchema>;
export type WrittenPolicyTest = WrittenPolicyTests['cases'][number];
export type WrittenInterface = WrittenPolicyTest['request'];
export type Expectation = WrittenPolicyTest['expect'];
