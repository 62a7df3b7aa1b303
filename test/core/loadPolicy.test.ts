import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../core/decoders.ts';
import { canonicalJson } from '../../core/json.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { loadPolicy, PolicyRefused, readArchivedPolicy, writePolicy } from '../../core/policyText.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { AWS, aGrant, aHoldRule, anOwner, aPolicy, aRecipient, DX_GATEWAY } from '../support/builders.ts';
import { RICH, RICH_2 } from '../support/richPolicy.ts';

function refusal(text: string, target = 'acme'): string {
  try {
    loadPolicy(text, target);
  } catch (error) {
    if (error instanceof PolicyRefused) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a compiled policy', () => {
  it.each([
    ['of the simplest kind', aPolicy()],
    ['with everything in it', RICH],
    ['with everything in it, in format 2', RICH_2],
    [
      'with a key that is one entry of a secret',
      aPolicy({ recipient: aRecipient({ credentials: { secret: 'keys', entry: 'acme' } }) }),
    ],
    [
      'of AWS, by a role',
      aPolicy({ recipient: { ...AWS, credentials: { role: 'arn:…', externalId: null } } }),
    ],
    [
      'of AWS, to a Direct Connect gateway',
      aPolicy({ owners: [anOwner({ grants: [aGrant({ gateway: DX_GATEWAY })] })] }),
    ],
  ])('%s is read as it was written', (_, policy) => {
    expect(loadPolicy(writePolicy(policy), 'acme').policy).toEqual(policy);
  });

  it('keeps equal demands of many grants once', () => {
    const grants = ['a', 'b', 'c'].map((name, i) =>
      aGrant({ name, match: { vlan: [[100, 199 + (i >> 1)]] } }),
    );
    const text = writePolicy(aPolicy({ owners: [anOwner({ grants })] }));
    const [a, b, c] = (loadPolicy(text, 'acme').policy.owners[0]?.grants ?? []).map(
      ({ match }) => match.vlan,
    );
    expect(a).toBe(b);
    expect([a, c]).toEqual([[[100, 199]], [[100, 200]]]);
  });

  it('has the digest that sha256sum prints for its file', () => {
    const text = writePolicy(RICH);
    const sum = createHash('sha256').update(text).digest('hex');
    expect(loadPolicy(text, 'acme').digest).toBe(`sha256:${sum}`);
  });

  it('has the same text, for every order of its keys', () => {
    const { owners, ...rest } = RICH;
    expect(writePolicy({ owners, ...rest })).toBe(writePolicy(RICH));
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'é' }] })).toBe('{"a":[{"c":"é","d":null}],"b":1}');
  });
});

it('a compiled policy is refused if it is for another target', () => {
  expect(refusal(writePolicy(aPolicy()), 'zeta')).toContain('it is for target `acme`');
});

it('the key of a recipient in leases and ledgers has its provider, region and account', () => {
  expect(recipientKey(aRecipient())).toBe('outscale/eu-west-2/012345678901');
});

describe('a refusal names the policy and keeps its cause', () => {
  it.each([
    ['not JSON', '{', SyntaxError],
    ['no policy', '{}', Malformed],
  ])('%s', (_, text, cause) => {
    const refused = (() => {
      try {
        return loadPolicy(text, 'acme');
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({ name: 'PolicyRefused', cause: expect.any(cause) });
  });
});

describe('a compiled policy is refused if its text is not canonical', () => {
  const text = writePolicy(aPolicy());
  it.each([
    ['nothing', '', 'not JSON'],
    ['half of it', text.slice(0, 100), 'not JSON'],
    ['a list', '[]', 'must be an object'],
    ['YAML', 'version: 1', 'not JSON'],
    ['white space', `${text}\n`, 'not in canonical form'],
    ['other spacing', JSON.stringify(JSON.parse(text), null, 1), 'not in canonical form'],
    [
      'keys in another order',
      text.replace('"format":1,"freeze":false', '"freeze":false,"format":1'),
      'canonical',
    ],
    ['a key twice', text.replace('"freeze":false', '"freeze":true,"freeze":false'), 'not in canonical form'],
    ['a number spelt otherwise', text.replace('"format":1', '"format":1.0'), 'not in canonical form'],
    ['no format', text.replace('"format":1', '"format":0'), '`format` must be 1 or 2'],
    ['a later format', text.replace('"format":1', '"format":4'), 'a newer release wrote it, in format 4'],
    ['a surplus key', text.replace('"freeze":false', '"freeze":false,"frieze":1'), '`frieze` must be absent'],
  ])('%s', (_, odd, words) => {
    expect(odd).not.toBe(text);
    expect(refusal(odd)).toContain(words);
  });
});

describe('a policy is written in the lowest format that can express it, which is 2 with', () => {
  const [bgpKey] = KEY_DIGESTS;
  const granting = (...[grant]: Parameters<typeof aGrant>) =>
    aPolicy({ owners: [anOwner({ grants: [aGrant(grant)] })] });
  it.each<[string, Policy]>([
    ['a shared connection', aPolicy({ owners: [anOwner({ sharedConnections: ['dxcon-1'] })] })],
    ['another type', granting({ type: 'transit' })],
    ['an ID in a grant', granting({ match: { id: ['dxvif-1'] } })],
    ['the digest of a key', granting({ match: { bgpKey } })],
    ['an ID in a hold rule', aPolicy({ hold: [aHoldRule({ id: ['dxvif-1'] })] })],
    ['an ID in one of two hold rules', aPolicy({ hold: [aHoldRule({}), aHoldRule({ id: ['dxvif-1'] })] })],
  ])('%s', (_, policy) => {
    const text = writePolicy(policy);
    expect(JSON.parse(text).format).toBe(2);
    expect(loadPolicy(text, 'acme').policy).toEqual(policy);
  });
});

describe('an archived policy of either format', () => {
  it.each([RICH, RICH_2])('is read as the compiled policy: %#', (policy) => {
    expect(readArchivedPolicy(writePolicy(policy), 'acme')).toEqual(policy);
  });

  it('is refused in format 2 without a key that decides who asks', () => {
    const { owners, ...rest } = JSON.parse(writePolicy(RICH_2));
    for (const key of ['sharedConnections', 'grants']) {
      const { [key]: _, ...owner } = owners[0];
      const text = JSON.stringify({ ...rest, owners: [owner] });
      expect(() => readArchivedPolicy(text, 'acme')).toThrow(PolicyRefused);
    }
  });
});

describe('an archived policy', () => {
  const policy = aPolicy();
  const text = writePolicy(policy);
  const written = JSON.parse(text);

  it('is read as the compiled policy', () => {
    expect(readArchivedPolicy(text, 'acme')).toEqual(policy);
  });

  it('reads a key that did not exist when it was written as unknown', () => {
    const { owners, ...rest } = written;
    const older = owners.map(({ contact: _, ...owner }: { contact: unknown }) => owner);
    const { owners: read } = readArchivedPolicy(JSON.stringify({ ...rest, owners: older }), 'acme');
    expect(read).toEqual(policy.owners.map((owner) => ({ ...owner, contact: null })));
  });

  it('may have `acceptsPerRun` in place of its stored name, which a policy for decisions may not', () => {
    const renamed = text.replace('"acceptsPerPass"', '"acceptsPerRun"');
    expect(readArchivedPolicy(renamed, policy.target)).toEqual(policy);
    expect(() => loadPolicy(renamed, policy.target)).toThrow(PolicyRefused);
  });

  it('is refused with both names of one key', () => {
    const both = text.replace('"acceptsPerPass":10', '"acceptsPerPass":10,"acceptsPerRun":10');
    expect(both).not.toBe(text);
    expect(() => readArchivedPolicy(both, policy.target)).toThrow(PolicyRefused);
    expect(() => loadPolicy(both, policy.target)).toThrow(PolicyRefused);
  });

  it('ignores a key of a later release, although a policy for decisions is refused', () => {
    const newer = JSON.stringify({ ...written, novelty: 1 });
    expect(readArchivedPolicy(newer, 'acme')).toMatchObject(policy);
    expect(() => loadPolicy(newer, 'acme')).toThrow(PolicyRefused);
  });

  it.each([{ secret: 'keys' }, { role: 'arn:…', externalId: null }])(
    'ignores a key of a later release in its credentials: %j',
    (credentials) => {
      const recipient = { ...written.recipient, credentials: { ...credentials, novelty: 1 } };
      const newer = JSON.stringify({ ...written, recipient });
      expect(readArchivedPolicy(newer, 'acme').owners).toEqual(policy.owners);
      expect(() => loadPolicy(newer, 'acme')).toThrow(PolicyRefused);
    },
  );

  it('is refused without a required key, or with a later format', () => {
    const { freeze: _, ...frozenAway } = written;
    for (const odd of [frozenAway, { ...written, format: 4 }, [], null])
      expect(() => readArchivedPolicy(JSON.stringify(odd), 'acme')).toThrow(PolicyRefused);
  });
});
