import { describe, expect, it } from 'vitest';
import { identify, needsOwnConnections, type OwnConnections } from '../../core/identifyRequester.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import {
  AWS,
  anOwner,
  aPolicy,
  aVif,
  CONNECTION,
  OWNER_ACCOUNT,
  RECIPIENT_ACCOUNT,
} from '../support/builders.ts';

const OWN = 'dxcon-0urs0001';
const OWN_LAG = 'dxlag-0urs0001';
const KNOWN: OwnConnections = { known: true, ids: new Set([OWN, OWN_LAG]) };
const ASKING_FAILED: OwnConnections = { known: false, why: 'DescribeConnections failed' };
const UNKNOWN_ACCOUNT = '345678901234';

const outscale = aPolicy({ owners: [anOwner({ account: OWNER_ACCOUNT })] });
const aws = aPolicy({ recipient: AWS, owners: [anOwner({ account: OWNER_ACCOUNT })] });
const accountless = aPolicy({ owners: [anOwner({ account: null })] });
const policies = { outscale, aws, accountless };

/** The name of the owner, `outbound`, or the code of the reason. */
function identityOf(policy: Policy, vif: VirtualInterface, own = KNOWN): string {
  const identity = identify(policy, vif, own);
  if (identity.kind === 'owner') return identity.owner.name;
  return identity.kind === 'unknown' ? identity.reason.code : identity.kind;
}

type Row = [ownerAccount: string | null, connection: string | null, identity: string];

describe.each(['outscale', 'aws'] as const)('on %s', (provider) => {
  const policy = policies[provider];
  it.each<Row>([
    // 1. the owner account is missing, or the recipient's: then the connection decides
    [null, CONNECTION.owner, 'unknown-requester'],
    [null, null, 'unknown-requester'],
    [RECIPIENT_ACCOUNT, CONNECTION.owner, 'acme'],
    [RECIPIENT_ACCOUNT, CONNECTION.second, 'acme'],
    [RECIPIENT_ACCOUNT, CONNECTION.other, 'unknown-requester'],
    [RECIPIENT_ACCOUNT, null, 'unknown-requester'],
    // 2. another account, on a connection of the recipient: an outbound offer
    [UNKNOWN_ACCOUNT, OWN, 'outbound'],
    [UNKNOWN_ACCOUNT, OWN_LAG, 'outbound'],
    [OWNER_ACCOUNT, OWN, 'outbound'],
  ])('identifies owner account %s on connection %s as %s', (ownerAccount, connection, expected) => {
    expect(identityOf(policy, aVif({ ownerAccount, connection }))).toBe(expected);
  });

  it("never identifies an unknown requester by the recipient's own account", () => {
    const unknownRequester = aVif({
      ownerAccount: RECIPIENT_ACCOUNT,
      connection: CONNECTION.other,
      name: 'acme-prod-1',
    });
    expect(identify(policy, unknownRequester, KNOWN)).toMatchObject({
      kind: 'unknown',
      reason: { parameters: { cause: 'noOwner', connection: CONNECTION.other } },
    });
  });

  it('needs the own connections only if the API returns another account', () => {
    expect(needsOwnConnections(policy, aVif({ ownerAccount: RECIPIENT_ACCOUNT }))).toBe(false);
    expect(needsOwnConnections(policy, aVif({ ownerAccount: null }))).toBe(false);
    expect(needsOwnConnections(policy, aVif({ ownerAccount: UNKNOWN_ACCOUNT }))).toBe(true);
    expect(identityOf(policy, aVif(), ASKING_FAILED)).toBe('acme');
  });

  it('holds a request with another account while the own connections are unknown, with the cause', () => {
    for (const ownerAccount of [OWNER_ACCOUNT, UNKNOWN_ACCOUNT]) {
      const identity = identify(policy, aVif({ ownerAccount }), ASKING_FAILED);
      expect(identity).toMatchObject({
        reason: {
          code: 'unknown-requester',
          parameters: {
            cause: 'ownConnectionsUnknown',
            account: ownerAccount,
            problem: 'DescribeConnections failed',
          },
        },
      });
    }
  });
});

describe("another account, on a connection that is not the recipient's", () => {
  it.each<[keyof typeof policies, ...Row]>([
    // 3. on OUTSCALE it must be the account of the owner of the connection
    ['outscale', OWNER_ACCOUNT, CONNECTION.owner, 'acme'],
    ['outscale', UNKNOWN_ACCOUNT, CONNECTION.owner, 'owner-mismatch'],
    ['outscale', OWNER_ACCOUNT, CONNECTION.other, 'unknown-requester'],
    ['outscale', OWNER_ACCOUNT, null, 'unknown-requester'],
    ['accountless', OWNER_ACCOUNT, CONNECTION.owner, 'owner-mismatch'],
    // on AWS it is another recipient
    ['aws', OWNER_ACCOUNT, CONNECTION.owner, 'owner-mismatch'],
    ['aws', UNKNOWN_ACCOUNT, CONNECTION.owner, 'owner-mismatch'],
    ['aws', UNKNOWN_ACCOUNT, CONNECTION.other, 'owner-mismatch'],
    ['aws', UNKNOWN_ACCOUNT, null, 'owner-mismatch'],
  ])('%s: account %s on connection %s is %s', (policy, ownerAccount, connection, expected) => {
    expect(identityOf(policies[policy], aVif({ ownerAccount, connection }))).toBe(expected);
  });

  it.each<[cause: string, Policy, Partial<VirtualInterface>]>([
    ['ownerWithoutAccount', accountless, { ownerAccount: OWNER_ACCOUNT }],
    ['otherAccount', outscale, { ownerAccount: UNKNOWN_ACCOUNT }],
    ['otherRecipient', aws, { ownerAccount: OWNER_ACCOUNT }],
    ['noAccount', outscale, { ownerAccount: null }],
    ['noConnection', outscale, { connection: null }],
    ['noConnection', outscale, { ownerAccount: OWNER_ACCOUNT, connection: null }],
  ])('the cause is %s', (cause, policy, request) => {
    expect(identify(policy, aVif(request), KNOWN)).toMatchObject({ reason: { parameters: { cause } } });
  });
});

describe('the identity of an owner', () => {
  it('depends only on the connection, not on anything that the requester writes', () => {
    const words = { name: 'acme', vlan: 101, location: 'PAR1', tags: { owner: 'acme' } };
    expect(identityOf(outscale, aVif({ ...words, connection: CONNECTION.other }))).toBe('unknown-requester');
  });

  it('is found among several owners', () => {
    const both = aPolicy({
      owners: [anOwner(), anOwner({ name: 'zeta', connections: [CONNECTION.other], account: null })],
    });
    expect(identityOf(both, aVif({ connection: CONNECTION.other }))).toBe('zeta');
    expect(identityOf(both, aVif({ connection: CONNECTION.owner }))).toBe('acme');
  });

  it('is unknown if two owners have the connection', () => {
    const both = aPolicy({ owners: [anOwner(), anOwner({ name: 'zeta' })] });
    expect(identify(both, aVif(), KNOWN)).toMatchObject({
      kind: 'unknown',
      reason: { code: 'unknown-requester', parameters: { cause: 'severalOwners' } },
    });
  });
});
