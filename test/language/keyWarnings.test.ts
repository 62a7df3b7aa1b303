import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyDigest } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { findKeyWarnings } from '../../language/index.ts';
import { AWS, aGrant, anOwner, aPolicy } from '../support/builders.ts';

const digestOf = (key: string): KeyDigest => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const [KEY, OTHER] = [digestOf('Xq7'), digestOf('Yq8')];
const PROD = 'owners.acme.grants.default';

function warned(policy: Policy): string[][] {
  return findKeyWarnings(policy).map(({ code, path }) => [code, path]);
}

function demanding(bgpKey: 'required' | KeyDigest, recipient = aPolicy().recipient): Policy {
  return aPolicy({ recipient, owners: [anOwner({ grants: [aGrant({ match: { bgpKey } })] })] });
}

describe('a digest', () => {
  it.each(['password', 'bgpkey', 'Cisco123', '123456', 'asdf34example'])(
    'of the usual key %s gives a warning, which does not show the key',
    (key) => {
      const policy = demanding(digestOf(key));
      expect(warned(policy)).toEqual([['usual-key', PROD]]);
      expect(findKeyWarnings(policy)[0]?.why).not.toContain(`\`${key}\``);
    },
  );

  it('of another key gives none', () => {
    expect(warned(demanding(KEY))).toEqual([]);
  });
});

describe('`bgpKey: required`', () => {
  it('gives a warning where the provider makes a key if the requester gives none', () => {
    expect(warned(demanding('required', AWS))).toEqual([['generated-key', PROD]]);
    expect(warned(demanding(KEY, AWS))).toEqual([]);
  });

  it('gives none where the requester has to give the key', () => {
    expect(warned(demanding('required'))).toEqual([]);
  });
});

describe('a pin that two owners have', () => {
  const pinned = (name: string, match: Parameters<typeof aGrant>[0], on: readonly string[] = ['dxcon-9']) =>
    anOwner({ name, connections: [], sharedConnections: on, grants: [aGrant(match)] });
  const both = (acme: ReturnType<typeof pinned>, beta: ReturnType<typeof pinned>) =>
    warned(aPolicy({ owners: [acme, beta] }));
  const OF_BOTH = [
    ['pin-of-two', PROD],
    ['pin-of-two', 'owners.beta.grants.default'],
  ];

  it('gives a warning at both, for a digest and for an ID', () => {
    const [key, id] = [{ match: { bgpKey: KEY } }, { match: { id: ['dxvif-1', 'dxvif-2'] } }];
    expect(both(pinned('acme', key), pinned('beta', key))).toEqual(OF_BOTH);
    expect(both(pinned('acme', id), pinned('beta', { match: { id: ['dxvif-2'] } }))).toEqual(OF_BOTH);
  });

  it('gives a warning for a digest also if the owners have no shared connection in common, and for an ID none', () => {
    const [key, id] = [{ match: { bgpKey: KEY } }, { match: { id: ['dxvif-1'] } }];
    const exclusive = anOwner({ name: 'beta', connections: ['dxcon-9'], grants: [aGrant(key)] });
    expect(both(pinned('acme', key), pinned('beta', key, ['dxcon-8']))).toEqual(OF_BOTH);
    expect(both(pinned('acme', key), exclusive)).toEqual(OF_BOTH);
    expect(both(pinned('acme', id), pinned('beta', id, ['dxcon-8']))).toEqual([]);
  });

  it('gives none for a digest of two owners that have every connection for themselves', () => {
    const key = { match: { bgpKey: KEY } };
    const [one, other] = ['acme', 'beta'].map((name, i) =>
      anOwner({ name, connections: [`dxcon-${i + 8}`], grants: [aGrant(key)] }),
    );
    if (one === undefined || other === undefined) throw new Error('an owner is missing');
    expect(both(one, other)).toEqual([]);
  });

  it('gives none for different pins, nor for two grants of one owner', () => {
    const key = { match: { bgpKey: KEY } };
    expect(both(pinned('acme', key), pinned('beta', { match: { bgpKey: OTHER } }))).toEqual([]);
    const twice = anOwner({
      sharedConnections: ['dxcon-9'],
      grants: [aGrant(key), aGrant({ ...key, name: 'second' })],
    });
    expect(warned(aPolicy({ owners: [twice] }))).toEqual([]);
  });
});
