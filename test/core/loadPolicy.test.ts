import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../core/decoders.ts';
import { canonicalJson } from '../../core/json.ts';
import {
  loadPolicy,
  PolicyRefused,
  readArchivedPolicy,
  recipientKey,
  writePolicy,
} from '../../core/policy.ts';
import { AWS, aGrant, anOwner, aPolicy, aRecipient, DX_GATEWAY } from '../support/builders.ts';
import { RICH } from '../support/richPolicy.ts';

function refusal(text: string, target = 'acme', recipient = aRecipient()): string {
  try {
    loadPolicy(text, target, recipient);
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
    [
      'of AWS, by a role',
      aPolicy({ recipient: { ...AWS, credentials: { role: 'arn:…', externalId: null } } }),
    ],
    [
      'of AWS, to a Direct Connect gateway',
      aPolicy({ owners: [anOwner({ grants: [aGrant({ gateway: DX_GATEWAY })] })] }),
    ],
  ])('%s is read as it was written', (_, policy) => {
    expect(loadPolicy(writePolicy(policy), 'acme', policy.recipient).policy).toEqual(policy);
  });

  it('keeps equal demands of many grants once', () => {
    const grants = ['a', 'b', 'c'].map((name, i) =>
      aGrant({ name, match: { vlan: [[100, 199 + (i >> 1)]] } }),
    );
    const text = writePolicy(aPolicy({ owners: [anOwner({ grants })] }));
    const [a, b, c] = (loadPolicy(text, 'acme', null).policy.owners[0]?.grants ?? []).map(
      ({ match }) => match.vlan,
    );
    expect(a).toBe(b);
    expect([a, c]).toEqual([[[100, 199]], [[100, 200]]]);
  });

  it('has the digest that sha256sum prints for its file', () => {
    const text = writePolicy(RICH);
    const sum = createHash('sha256').update(text).digest('hex');
    expect(loadPolicy(text, 'acme', null).digest).toBe(`sha256:${sum}`);
  });

  it('has the same text, for every order of its keys', () => {
    const { owners, ...rest } = RICH;
    expect(writePolicy({ owners, ...rest })).toBe(writePolicy(RICH));
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'é' }] })).toBe('{"a":[{"c":"é","d":null}],"b":1}');
  });
});

describe('a compiled policy is refused if it is not the expected one', () => {
  const text = writePolicy(aPolicy());
  it.each([
    ['another target', () => refusal(text, 'zeta'), 'it is for target `acme`'],
    ['another account', () => refusal(text, 'acme', aRecipient({ account: '999999999999' })), '999999999999'],
    ['another region', () => refusal(text, 'acme', aRecipient({ region: 'us-east-2' })), 'us-east-2'],
    ['another provider', () => refusal(text, 'acme', aRecipient({ provider: 'aws' })), 'not `aws/'],
  ])('%s', (_, refused, words) => {
    expect(refused()).toContain(words);
  });

  it('is compared by the key of leases and ledgers', () => {
    expect(recipientKey(aRecipient())).toBe('outscale/eu-west-2/012345678901');
  });
});

describe('a refusal names the policy and keeps its cause', () => {
  it.each([
    ['not JSON', '{', SyntaxError],
    ['no policy', '{}', Malformed],
  ])('%s', (_, text, cause) => {
    const refused = (() => {
      try {
        return loadPolicy(text, 'acme', null);
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
    ['no format', text.replace('"format":1', '"format":0'), '`format` must be 1'],
    ['a later format', text.replace('"format":1', '"format":2'), 'a newer release wrote it, in format 2'],
    ['a surplus key', text.replace('"freeze":false', '"freeze":false,"frieze":1'), '`frieze` must be absent'],
  ])('%s', (_, odd, words) => {
    expect(odd).not.toBe(text);
    expect(refusal(odd)).toContain(words);
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

  it('of release 0.1.0 has `acceptsPerPass`, which is read as `acceptsPerRun`', () => {
    const former = text.replace('"acceptsPerRun"', '"acceptsPerPass"');
    expect(readArchivedPolicy(former, policy.target)).toEqual(policy);
    expect(() => loadPolicy(former, policy.target, null)).toThrow(PolicyRefused);
  });

  it('ignores a key of a later release, although a policy for decisions is refused', () => {
    const newer = JSON.stringify({ ...written, novelty: 1 });
    expect(readArchivedPolicy(newer, 'acme')).toMatchObject(policy);
    expect(() => loadPolicy(newer, 'acme', null)).toThrow(PolicyRefused);
  });

  it.each([{ secret: 'keys' }, { role: 'arn:…', externalId: null }])(
    'ignores a key of a later release in its credentials: %j',
    (credentials) => {
      const recipient = { ...written.recipient, credentials: { ...credentials, novelty: 1 } };
      const newer = JSON.stringify({ ...written, recipient });
      expect(readArchivedPolicy(newer, 'acme').owners).toEqual(policy.owners);
      expect(() => loadPolicy(newer, 'acme', null)).toThrow(PolicyRefused);
    },
  );

  it('is refused without a required key, or with a later format', () => {
    const { freeze: _, ...frozenAway } = written;
    for (const odd of [frozenAway, { ...written, format: 2 }, [], null])
      expect(() => readArchivedPolicy(JSON.stringify(odd), 'acme')).toThrow(PolicyRefused);
  });
});
