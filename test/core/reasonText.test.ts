import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { AVAILABLE_WITHIN_MS, findFollowUps } from '../../core/followUp.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Reason, ReasonCode, ReasonParameters, SkippedCheck } from '../../core/reasons.ts';
import { renderReason, renderSkippedCheck, reportReasons } from '../../core/renderReason.ts';
import {
  aLiveVif,
  CONNECTION,
  DX_GATEWAY,
  OWNER_ACCOUNT,
  RECIPIENT_ACCOUNT,
  VGW,
} from '../support/builders.ts';
import { anAcceptance } from '../support/ledgerBuilders.ts';

/** The table of all sentences about holds: other tests assert codes and parameters. */

/** A code, with its cause where it has several. */
type Kind = {
  [Code in ReasonCode]: ReasonParameters[Code] extends { readonly cause: infer Cause extends string }
    ? `${Code} ${Cause}`
    : Code;
}[ReasonCode];

const [OWNER, OTHER] = [CONNECTION.owner, CONNECTION.other];
const ID = 'dxvif-bbbbbbbb';
const PAIR = ['169.254.10.1/30', 'he`re'] as const;
const ACME = { owner: 'acme', grant: 'prod' };
const LIMIT = {
  owner: 'acme',
  limit: 2,
  taken: 4,
  first: [
    { id: 'dxvif-1', otherConnection: null, isUnattributed: false },
    { id: 'dxvif-2', otherConnection: OTHER, isUnattributed: false },
  ],
};
const FROZEN = 'the policy is frozen (`freeze: true`); without the freeze: ';
const TAKERS = `may have 2 live interfaces and has 4: dxvif-1, dxvif-2 (now on \`${OTHER}\`) and 2 more`;

const WORDING: Readonly<Record<Kind, readonly [ReasonParameters[ReasonCode], string]>> = {
  'type-not-supported': [
    { type: 'transit', supported: ['private'] },
    'the interface is `transit`: a policy can allow only private interfaces',
  ],
  'unreadable readErrors': [
    { cause: 'readErrors', readErrors: ['`vlan` is odd', '`id` is odd'] },
    'the API returned inconsistent data: `vlan` is odd and `id` is odd',
  ],
  'unreadable tooLong': [
    { cause: 'tooLong' },
    'its name, tags and BGP peers are longer than the ledger can record; ask the owner to offer it with shorter ones',
  ],
  'unreadable state': [{ cause: 'state', state: 'pending' }, 'its state must be `confirming`, got `pending`'],
  'unreadable onGateway': [
    { cause: 'onGateway', gateway: VGW.lab },
    `a request must not have a gateway yet, got \`${VGW.lab}\`; check it with the AWS CLI`,
  ],
  'unreadable ledgerEntry': [
    { cause: 'ledgerEntry', problem: 'it is damaged' },
    'its ledger entry cannot be read: it is damaged',
  ],
  'other-region': [
    { region: 'us-west-1', ownRegion: 'eu-west-2' },
    'the API returned region `us-west-1`, but this target is in `eu-west-2`; write a policy for that region, or ask the provider',
  ],
  'unknown-requester outbound': [
    { cause: 'outbound' },
    'it is on a connection of the recipient: the recipient offered it to another account, so it is not a request',
  ],
  'unknown-requester noAccount': [{ cause: 'noAccount' }, 'the API did not return an owner account'],
  'unknown-requester noConnection': [{ cause: 'noConnection' }, 'the API did not return a connection'],
  'unknown-requester ownConnectionsUnknown': [
    { cause: 'ownConnectionsUnknown', account: OWNER_ACCOUNT, problem: 'the call failed' },
    `the API returned account \`${OWNER_ACCOUNT}\`, and the recipient's own connections are unknown (the call failed)`,
  ],
  'unknown-requester severalOwners': [
    { cause: 'severalOwners', connection: OWNER },
    `more than one owner in the policy has connection \`${OWNER}\`; keep it with one of them`,
  ],
  'unknown-requester noOwner': [
    { cause: 'noOwner', connection: OTHER },
    `no owner in the policy has connection \`${OTHER}\`; verify out of band whose it is, then list it in \`sharedConnections\` of the owner, or in \`connections\` only if this party alone can make requests on it`,
  ],
  'unknown-requester noPin': [
    { cause: 'noPin', connection: OTHER, owners: ['acme', 'zeta'], nearest: null },
    `connection \`${OTHER}\` is shared by \`acme\` and \`zeta\`, and no pin of a grant matches the request: name, VLAN, ASN and addresses prove nothing there; ask the owner out of band for the ID of its interface and add it as \`id\`, or agree on a BGP key`,
  ],
  'unknown-requester severalPins': [
    {
      cause: 'severalPins',
      connection: OTHER,
      pins: [
        { ...ACME, fields: ['id', 'bgpKey'] },
        { owner: 'zeta', grant: 'lab', fields: ['bgpKey'] },
      ],
    },
    `connection \`${OTHER}\` is shared, and pins of several owners name the request: \`acme.prod\` (\`id\` and \`bgpKey\`) and \`zeta.lab\` (\`bgpKey\`); verify out of band whose request it is, then keep its ID with that owner only, and give each party a key of its own`,
  ],
  'owner-mismatch otherRecipient': [
    { cause: 'otherRecipient', account: OWNER_ACCOUNT, ownAccount: RECIPIENT_ACCOUNT },
    `the API returned account \`${OWNER_ACCOUNT}\` as the recipient, not \`${RECIPIENT_ACCOUNT}\``,
  ],
  'owner-mismatch otherAccount': [
    { cause: 'otherAccount', account: '999999999999', owner: 'acme', ownerAccount: OWNER_ACCOUNT },
    `the API returned account \`999999999999\`, but owner \`acme\` has account \`${OWNER_ACCOUNT}\``,
  ],
  'owner-mismatch ownerWithoutAccount': [
    { cause: 'ownerWithoutAccount', account: OWNER_ACCOUNT, owner: 'acme' },
    `the API returned account \`${OWNER_ACCOUNT}\`, and owner \`acme\` has no account to compare; if it is the owner's, add ` +
      `\`account: "${OWNER_ACCOUNT}"\` under \`owners.acme\` (if it is your own, \`recipient.account\` is wrong)`,
  ],
  frozen: [
    { unfrozen: { verdict: 'accept', ...ACME, gateway: VGW.prod, checked: false }, deadline: NO_DEADLINE },
    `${FROZEN}accepted by \`acme.prod\` → \`${VGW.prod}\`, if its gateway can be used, and the other pending requests leave room in the limits`,
  ],
  'held-by-policy': [
    {
      fields: [
        { field: 'vlan', expected: '101', verdict: 'yes' },
        { field: 'name', expected: '`acme-*`', verdict: 'unknown' },
      ],
      reason: 'under investigation',
    },
    'a hold rule matches vlan 101 and name `acme-*` (unknown): under investigation',
  ],
  'no-grant': [
    {
      owner: 'acme',
      nearest: {
        ...ACME,
        gateway: VGW.prod,
        failed: [
          { field: 'vlan', expected: '1-9', actual: '101', verdict: 'no' },
          { field: 'mtu', expected: '9001', actual: null, verdict: 'unknown' },
          { field: 'asn', expected: '65010', actual: '65010', verdict: 'unknown' },
        ],
      },
    },
    'no grant of owner `acme` matches; nearest is `prod`: vlan must be 1-9, is 101, mtu must be 9001, but the API does not ' +
      'return it and asn must be 65010, is 65010, and the API does not return all of it',
  ],
  'grant-not-started': [{ ...ACME, from: '2026-12-01' }, 'grant `acme.prod` begins at 2026-12-01'],
  'grant-ended': [{ ...ACME, until: '2026-11-01' }, 'grant `acme.prod` ended at 2026-11-01'],
  ambiguous: [
    {
      owner: 'acme',
      grants: [
        { grant: 'a', gateway: VGW.prod },
        { grant: 'b', gateway: VGW.lab },
      ],
    },
    `matching grants give different gateways: \`acme.a\` to \`${VGW.prod}\` and \`acme.b\` to \`${VGW.lab}\`; narrow one of them`,
  ],
  'owner-limit': [LIMIT, `owner \`acme\` ${TAKERS}`],
  'grant-limit': [{ ...LIMIT, grant: 'prod' }, `grant \`acme.prod\` ${TAKERS}`],
  'run-limit': [
    { acceptsPerRun: 10 },
    'this run has already accepted 10 requests (`limits.acceptsPerRun`); the next run continues',
  ],
  'gateway-missing': [
    { gateway: VGW.prod },
    `gateway \`${VGW.prod}\` does not exist in this account and region`,
  ],
  'gateway-other-account': [
    { gateway: VGW.prod, gatewayAccount: OWNER_ACCOUNT, ownAccount: RECIPIENT_ACCOUNT },
    `gateway \`${VGW.prod}\` belongs to account \`${OWNER_ACCOUNT}\`, not to \`${RECIPIENT_ACCOUNT}\`; use a gateway of your own`,
  ],
  'gateway-other-type association': [
    { cause: 'association', gateway: DX_GATEWAY, type: 'private', served: 'transit' },
    `gateway \`${DX_GATEWAY}\` is associated with a transit gateway or a core network, so it does not serve private interfaces; use another Direct Connect gateway for this grant`,
  ],
  'gateway-other-type interface': [
    { cause: 'interface', gateway: DX_GATEWAY, type: 'transit', served: 'private', id: ID },
    `gateway \`${DX_GATEWAY}\` has the private interface \`${ID}\`, so it does not serve transit interfaces; use another Direct Connect gateway for this grant`,
  ],
  'gateway-not-available': [
    { gateway: VGW.prod, state: 'deleting' },
    `gateway \`${VGW.prod}\` must be \`available\`, is \`deleting\``,
  ],
  'gateway-not-attached': [
    { gateway: VGW.prod },
    `gateway \`${VGW.prod}\` is not attached to a VPC; attach it first`,
  ],
  'vlan-in-use certain': [
    { cause: 'certain', vlan: 101, connection: OWNER, id: ID },
    `VLAN 101 on \`${OWNER}\` is in use by \`${ID}\``,
  ],
  'vlan-in-use unreadable': [
    { cause: 'unreadable', vlan: 101, connection: OWNER, id: ID },
    `VLAN 101 on \`${OWNER}\` may be in use by \`${ID}\`, which is unreadable`,
  ],
  'vlan-in-use unknownConnection': [
    { cause: 'unknownConnection', vlan: 101, connection: OWNER, id: ID },
    `VLAN 101 on \`${OWNER}\` may be in use by \`${ID}\`, whose connection the API does not return`,
  ],
  'peers-invalid notAnAddress': [{ cause: 'notAnAddress', address: 'here' }, '`here` is not an address'],
  'peers-invalid notBothAddresses': [
    { cause: 'notBothAddresses', pair: PAIR },
    '`169.254.10.1/30` and `he\\u{60}re` are not both addresses',
  ],
  'peers-invalid sameAddress': [
    { cause: 'sameAddress', pair: PAIR },
    '`169.254.10.1/30` and `he\\u{60}re` are the same address',
  ],
  'peers-invalid broadcast': [
    { cause: 'broadcast', pair: PAIR, address: '169.254.10.3/30' },
    '`169.254.10.1/30` and `he\\u{60}re`: `169.254.10.3/30` is the broadcast address of its subnet',
  ],
  'peers-invalid differentSubnets': [
    { cause: 'differentSubnets', pair: PAIR },
    '`169.254.10.1/30` and `he\\u{60}re` are not in one subnet',
  ],
  'peers-overlap overlap': [
    { cause: 'overlap', id: ID },
    `peer addresses overlap those of \`${ID}\` on the same gateway`,
  ],
  'peers-overlap unreadable': [
    { cause: 'unreadable', id: ID },
    `peer addresses may overlap those of \`${ID}\`, which is unreadable`,
  ],
  'peers-overlap unknownGateway': [
    { cause: 'unknownGateway', id: ID },
    `peer addresses may overlap those of \`${ID}\`, whose gateway the API does not return`,
  ],
  'peers-overlap unlisted': [
    { cause: 'unlisted', id: ID },
    `peer addresses may overlap those of \`${ID}\`, which the ledger has on this gateway and which the listing lacks`,
  ],
  'peers-overlap more': [
    { cause: 'more', count: 7 },
    'peer addresses overlap or may overlap those of 7 more interfaces',
  ],
  'asn-conflict': [
    { asn: 65010, gateway: VGW.prod },
    `the customer's ASN 65010 is also that of gateway \`${VGW.prod}\``,
  ],
};

describe('the sentence of a reason', () => {
  it.each(Object.entries(WORDING))('%s', (kind, [parameters, sentence]) => {
    expect(renderReason(aReason(kind, parameters))).toBe(sentence);
  });

  const [earliest, latest] = ['2026-11-17T09:00:00.000Z', '2026-11-17T10:00:00.000Z'];
  const held = { verdict: 'hold', codes: ['no-grant', 'vlan-in-use'] } as const;
  it.each<[Reason, string]>([
    [
      { code: 'type-not-supported', parameters: { type: null, supported: ['private', 'transit'] } },
      'the interface is of an unknown type: a policy can allow only private and transit interfaces',
    ],
    [
      { code: 'unreadable', parameters: { cause: 'state', state: null } },
      'its state must be `confirming`, got none',
    ],
    [
      { code: 'frozen', parameters: { unfrozen: held, deadline: { earliest, latest } } },
      `${FROZEN}also held, for no-grant and vlan-in-use; the request may expire at the earliest ${earliest}`,
    ],
    [
      { code: 'frozen', parameters: { unfrozen: held, deadline: { earliest: null, latest } } },
      `${FROZEN}also held, for no-grant and vlan-in-use; the request may expire at any time, at the latest ${latest}`,
    ],
    [
      {
        code: 'frozen',
        parameters: {
          unfrozen: { verdict: 'accept', ...ACME, gateway: VGW.prod, checked: true },
          deadline: NO_DEADLINE,
        },
      },
      `${FROZEN}accepted by \`acme.prod\` → \`${VGW.prod}\``,
    ],
    [
      {
        code: 'frozen',
        parameters: { unfrozen: { verdict: 'unknown', problem: 'no answer' }, deadline: NO_DEADLINE },
      },
      `${FROZEN}not known (no answer)`,
    ],
    [
      {
        code: 'held-by-policy',
        parameters: { fields: [{ field: 'vlan', expected: '1', verdict: 'yes' }], reason: null },
      },
      'a hold rule matches vlan 1',
    ],
    [{ code: 'no-grant', parameters: { owner: 'acme', nearest: null } }, 'owner `acme` has no grant'],
    [
      { code: 'owner-limit', parameters: { owner: 'acme', limit: 0, taken: 0, first: [] } },
      'owner `acme` may have 0 live interfaces and has 0: nothing',
    ],
    [
      { code: 'gateway-not-available', parameters: { gateway: VGW.prod, state: null } },
      `gateway \`${VGW.prod}\` must be \`available\`, is unknown`,
    ],
  ])('%j', (reason, sentence) => {
    expect(renderReason(reason)).toBe(sentence);
  });

  it('never proposes an invalid account', () => {
    const parameters = { cause: 'ownerWithoutAccount', account: '1"\nfreeze: false', owner: 'acme' } as const;
    const sentence = renderReason({ code: 'owner-mismatch', parameters });
    expect(sentence).toContain('`account: "…"`');
    expect(sentence).not.toContain('\n');
  });
});

/** The reason of a row. The compiler relates its parameters to its key only in part: both are written side by side. */
function aReason(kind: string, parameters: ReasonParameters[ReasonCode]): Reason {
  const [code, cause] = kind.split(' ');
  expect('cause' in parameters ? parameters.cause : undefined).toBe(cause);
  return { code, parameters } as Reason;
}

it('reported reasons are sorted by code, then by sentence, whatever their parameters', () => {
  const overlaps = (id: string): Reason => ({ code: 'peers-overlap', parameters: { cause: 'overlap', id } });
  const more: Reason = { code: 'peers-overlap', parameters: { cause: 'more', count: 1 } };
  const frozen: Reason = { code: 'run-limit', parameters: { acceptsPerRun: 1 } };
  const sentences = reportReasons([more, overlaps('b'), overlaps('a'), frozen]).map(({ message }) => message);
  expect(sentences).toEqual([
    renderReason(frozen),
    renderReason(more),
    renderReason(overlaps('a')),
    renderReason(overlaps('b')),
  ]);
});

describe('the sentence about a skipped check', () => {
  const ids = ['dxvif-7', 'dxvif-1', 'dxvif-2', 'dxvif-3', 'dxvif-4', 'dxvif-5', 'dxvif-6'];
  const five = '`dxvif-1`, `dxvif-2`, `dxvif-3`, `dxvif-4`, `dxvif-5` and 2 more';
  it.each<[SkippedCheck, string]>([
    [
      { check: 'vlan-in-use', missing: 'vlanOrConnection' },
      'VLAN in use: the API does not return the VLAN or the connection',
    ],
    [
      { check: 'vlan-in-use', missing: 'ofOthers', ids },
      `VLAN in use: the API does not return both connection and VLAN of ${five}`,
    ],
    [{ check: 'peers-invalid', missing: 'sessions' }, 'peer addresses: the API does not return a BGP peer'],
    [{ check: 'peers-invalid', missing: 'secondAddress' }, 'peer addresses: the API does not return both'],
    [
      { check: 'peers-invalid', missing: 'prefixLengths', pair: PAIR },
      'peer addresses: the API returns `169.254.10.1/30` and `he\\u{60}re` without a prefix length',
    ],
    [{ check: 'peers-overlap', missing: 'addresses' }, 'peers overlap: the API does not return an address'],
    [
      { check: 'peers-overlap', missing: 'prefixLengths' },
      'peers overlap: the API does not return every address with its prefix length',
    ],
    [
      { check: 'peers-overlap', missing: 'ofOthers', ids },
      `peers overlap: the API does not return every address, or not the gateway, of ${five}`,
    ],
    [
      { check: 'asn-conflict', missing: 'gatewayAsn', gateway: VGW.prod },
      `ASN conflict: the API does not return the ASN of gateway \`${VGW.prod}\``,
    ],
    [
      { check: 'asn-conflict', missing: 'customerAsn' },
      "ASN conflict: the API does not return the customer's ASN",
    ],
  ])('%j', (skipped, sentence) => {
    expect(renderSkippedCheck(skipped)).toBe(sentence);
  });
});

describe('the messages of follow-ups', () => {
  const { at } = anAcceptance();
  const late = new Date(Date.parse(at) + AVAILABLE_WITHIN_MS);
  it.each<[string, VirtualInterface | null]>([
    [`accepted at ${at}, and gone since then (no longer listed)`, null],
    [`accepted at ${at}, and gone since then (deleted)`, aLiveVif({ state: 'deleted' })],
    [`was assigned gateway \`${VGW.prod}\` and is on none`, aLiveVif({ gateway: null })],
    [`accepted at ${at} and still \`testing\``, aLiveVif({ state: 'testing' })],
    [`accepted at ${at} and still without a state`, aLiveVif({ state: null })],
  ])('%s', (message, vif) => {
    const found = findFollowUps({ x: anAcceptance() }, new Map([['x', vif]]), late, AVAILABLE_WITHIN_MS);
    expect(found.map((one) => one.message)).toEqual([message]);
  });
});
