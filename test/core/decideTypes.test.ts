import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide, reasonCodesOf } from '../../core/decide.ts';
import { evaluateGrant } from '../../core/grants.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Policy } from '../../core/policy.ts';
import {
  AWS,
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPolicy,
  aVif,
  DX_GATEWAY,
  NOW,
  VGW,
} from '../support/builders.ts';

const OTHER_HUB = '00000000-0000-4000-8000-000000000000';

function awsPolicy(...grants: Grant[]): Policy {
  return aPolicy({ recipient: AWS, owners: [anOwner({ grants })] });
}

function transitGrant(given: Parameters<typeof aGrant>[0] = {}): Grant {
  return aGrant({ name: 'transit', type: 'transit', gateway: DX_GATEWAY, ...given });
}

function decisionOn(policy: Policy, type: string | null, interfaces: readonly VirtualInterface[] = []) {
  return decide(policy, aVif({ type }), aDecisionContext({ interfaces }), NO_DEADLINE, NOW);
}

describe('a grant allows interfaces of its type only', () => {
  const policy = awsPolicy(aGrant({ name: 'private' }), transitGrant());

  it.each([
    ['private', VGW.prod],
    ['transit', DX_GATEWAY],
  ])('%s', (type, gateway) => {
    expect(decisionOn(policy, type)).toEqual({
      ...{ verdict: 'accept', owner: 'acme', grant: type, grants: [type], gateway, type },
    });
  });

  it.each([
    ['private', transitGrant()],
    ['transit', aGrant()],
  ])('a %s interface is not allowed by a grant of the other type, which is named', (type, grant) => {
    expect(decisionOn(awsPolicy(grant), type)).toEqual({
      verdict: 'hold',
      gateway: null,
      reasons: [
        {
          code: 'no-grant',
          parameters: {
            owner: 'acme',
            nearest: {
              owner: 'acme',
              grant: grant.name,
              gateway: grant.gateway,
              failed: [{ field: 'type', expected: grant.type, actual: `\`${type}\``, verdict: 'no' }],
            },
          },
        },
      ],
    });
  });

  it('the nearest grant is one of the type, even if one of the other type differs in less', () => {
    const vlan = { vlan: [[1, 2]] } as const;
    const name = { ...vlan, name: ['other'] };
    const held = decisionOn(
      awsPolicy(
        aGrant({ name: 'private' }),
        transitGrant({ match: name }),
        transitGrant({ name: 'z', match: { ...name, location: ['X'] } }),
      ),
      'transit',
    );
    expect(held).toMatchObject({
      gateway: DX_GATEWAY,
      reasons: [
        { parameters: { nearest: { grant: 'transit', failed: [{ field: 'vlan' }, { field: 'name' }] } } },
      ],
    });
  });

  it('no gateway is suggested if the grants of the type give different ones', () => {
    const match = { vlan: [[1, 2]] } as const;
    const grants = [transitGrant({ match }), transitGrant({ name: 'z', gateway: OTHER_HUB, match })];
    expect(decisionOn(awsPolicy(...grants), 'transit').gateway).toBeNull();
  });
});

describe('a type that no grant can allow is the only reason', () => {
  it.each(['public', 'Private', 'a type of a later API', '', null])('on AWS: %j', (type) => {
    expect(decisionOn(awsPolicy(aGrant(), transitGrant()), type)).toEqual({
      verdict: 'hold',
      gateway: null,
      reasons: [{ code: 'type-not-supported', parameters: { type, supported: ['private', 'transit'] } }],
    });
  });

  it('on OUTSCALE: transit, also with a grant for it', () => {
    const owners = [anOwner({ grants: [transitGrant()] })];
    expect(decisionOn(aPolicy({ owners }), 'transit')).toMatchObject({
      reasons: [{ code: 'type-not-supported', parameters: { type: 'transit', supported: ['private'] } }],
    });
  });
});

describe('the limit of a grant', () => {
  it.each<[string | null, boolean]>([
    ['transit', true],
    ['private', false],
    ['public', false],
    ['a type of a later API', true],
    [null, true],
  ])('for transit interfaces counts a live interface of type %j: %s', (type, counts) => {
    const live = aLiveVif({ type, gateway: OTHER_HUB });
    const codes = reasonCodesOf(decisionOn(awsPolicy(transitGrant({ limit: 1 })), 'transit', [live]));
    expect(codes).toEqual(counts ? ['grant-limit'] : []);
  });

  it.each(['transit', 'private', 'public', null])(
    'for private interfaces counts a live interface of type %j',
    (type) => {
      const codes = reasonCodesOf(
        decisionOn(awsPolicy(aGrant({ limit: 1 })), 'private', [aLiveVif({ type })]),
      );
      expect(codes).toEqual(['grant-limit']);
    },
  );
});

it('the evaluation of a grant lists the type, unless both are private', () => {
  const typeOf = (grant: Grant, type: string | null) =>
    evaluateGrant(grant, aVif({ type })).map(({ field, verdict }) => `${field} ${verdict}`);
  expect(typeOf(aGrant(), 'private')).toEqual([]);
  expect(typeOf(aGrant(), 'transit')).toEqual(['type no']);
  expect(typeOf(aGrant(), null)).toEqual(['type unknown']);
  expect(typeOf(transitGrant(), 'transit')).toEqual(['type yes']);
});
