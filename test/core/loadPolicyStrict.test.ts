import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../core/json.ts';
import { loadPolicy, PolicyRefused, writePolicy } from '../../core/policyText.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { CONNECTION, RECIPIENT_ACCOUNT, VGW } from '../support/builders.ts';
import { RICH, RICH_2, RICH_3 } from '../support/richPolicy.ts';

function refusal(text: string): string {
  try {
    loadPolicy(text, 'acme');
  } catch (error) {
    if (error instanceof PolicyRefused) return error.message;
    throw error;
  }
  return 'accepted';
}

const FORMATS = [
  { format: 1, policy: RICH },
  { format: 2, policy: RICH_2 },
  { format: 3, policy: RICH_3 },
];

describe.each(FORMATS)('a policy of format $format', ({ format, policy }) => {
  const text = writePolicy(policy);
  const paths = pathsOf(JSON.parse(text), []).map((path) => [path.join('.'), path] as const);

  it('is accepted as it was written', () => {
    expect([JSON.parse(text).format, refusal(text)]).toEqual([format, 'accepted']);
  });

  it.each(paths)('is refused without its key %s, never read as if it demanded nothing', (_, path) => {
    expect(refusal(canonicalJson(without(JSON.parse(text), path)))).toMatch(
      /`[^`]+` must be present, got nothing/,
    );
  });

  it.each(paths)('is refused with its key %s twice', (_, path) => {
    const key = path.at(-1) ?? '';
    const twice = canonicalJson(withAdded(JSON.parse(text), path, `${key} again`));
    expect(refusal(twice.replace(`"${key} again"`, `"${key}"`))).toContain('not in canonical form');
  });

  it.each(paths)('is refused with a surplus key beside %s', (_, path) => {
    const surplus = canonicalJson(withAdded(JSON.parse(text), path, 'novelty'));
    expect(refusal(surplus)).toMatch(/novelty` must be absent/);
  });

  it('is refused in the other formats', () => {
    for (const { format: other } of FORMATS.filter((one) => one.format !== format))
      expect(refusal(canonicalJson({ ...JSON.parse(text), format: other }))).not.toBe('accepted');
  });
});

it('a policy that format 1 can express is refused in format 2', () => {
  const owners = RICH.owners.map((owner) => ({ ...owner, sharedConnections: [] }));
  const inFormat2 = { ...JSON.parse(writePolicy(RICH)), format: 2, owners, hold: RICH.hold };
  expect(refusal(canonicalJson(inFormat2))).toContain('not in canonical form');
});

describe('a policy of format 1 is refused with what only format 2 can express', () => {
  it.each<[string, (raw: FirstGrant) => void]>([
    ['shared connections', ({ owner }) => Object.assign(owner, { sharedConnections: ['dxcon-1'] })],
    ['another type', ({ grant }) => Object.assign(grant, { type: 'transit' })],
    ['the default type', ({ grant }) => Object.assign(grant, { type: 'private' })],
    ['an ID', ({ grant }) => Object.assign(grant.match, { id: ['dxvif-1'] })],
    ['the digest of a key', ({ grant }) => Object.assign(grant.match, { bgpKey: KEY_DIGESTS[0] })],
  ])('%s', (_, change) => {
    const raw = JSON.parse(writePolicy(RICH));
    change({ owner: raw.owners[0], grant: raw.owners[0].grants[0] });
    expect(refusal(canonicalJson(raw))).toContain('not in canonical form');
  });
});

it('a policy with only one of the keys of format 3 is written with it', () => {
  for (const change of [{ routes: null }, { maxPrefixes: null }]) {
    const owners = RICH_3.owners.map(({ grants, ...owner }) => ({
      ...owner,
      grants: grants.map((grant) => ({ ...grant, ...change })),
    }));
    const policy = { ...RICH_3, owners };
    expect(loadPolicy(writePolicy(policy), 'acme').policy).toEqual(policy);
  }
});

it('a policy of format 2 is refused with routes, also with none', () => {
  for (const change of [
    { routes: ['10.20.0.0/16'] },
    { maxPrefixes: 1 },
    { routes: null, maxPrefixes: null },
  ]) {
    const raw = JSON.parse(writePolicy(RICH_2));
    Object.assign(raw.owners[0].grants[0], change);
    expect(refusal(canonicalJson(raw))).toContain('not in canonical form');
  }
});

interface FirstGrant {
  readonly owner: object;
  readonly grant: { readonly match: object };
}

it('an owner without a connection in either list is refused', () => {
  const owners = RICH_2.owners.map((owner) => ({ ...owner, connections: [], sharedConnections: [] }));
  expect(refusal(canonicalJson({ ...JSON.parse(writePolicy(RICH_2)), owners }))).toContain('at least one');
});

describe('a policy with a value that matches everything or nothing is refused', () => {
  it.each<[string, string, string]>([
    ['no connection', `["${CONNECTION.owner}","${CONNECTION.second}"]`, '[]'],
    ['a connection that is none', CONNECTION.second, 'dxcon-*'],
    ['a gateway that is none', VGW.prod, 'prod-core'],
    ['an empty list of names', '["acme-*"]', '[]'],
    ['an empty list of blocks', '["169.254.10.0/24","2001:db8::/64"]', '[]'],
    ['a block with host bits', '169.254.10.0/24', '169.254.10.1/24'],
    ['a block in another spelling', '2001:db8::/64', '2001:db8:0::/64'],
    ['a range in the wrong order', '[100,199]', '[199,100]'],
    ['a range of three', '[100,199]', '[100,150,199]'],
    ['a VLAN out of bounds', '[100,199]', '[100,4095]'],
    ['a tag without values', '["prod",""]', '[]'],
    ['no tag', '{"env":["prod",""]}', '{}'],
    ['another demand for a key', '"required"', '"optional"'],
    ['a limit below zero', '"limit":4', '"limit":-1'],
    ['a limit that is no whole number', '"limit":4', '"limit":4.5'],
    ['a limit in quotes', '"limit":4', '"limit":"4"'],
    ['a date without a time', '2026-11-01T00:00:00.000Z', '2026-11-01'],
    ['an instant of elsewhere', '2026-11-15T00:00:00.000Z', '2026-11-15T00:00:00.000+02:00'],
    ['an account of 11 digits', '210987654321', '21098765432'],
    ['an unknown provider', '"outscale"', '"azure"'],
    ['a freeze in words', '"freeze":false', '"freeze":"false"'],
    ['an expiry of nothing', '"expiry":604800', '"expiry":0'],
    ['owners as a map', '"owners":[', '"owners":{},"was":['],
  ])('%s', (_, from, to) => {
    const text = writePolicy(RICH);
    expect(text).toContain(from);
    expect(refusal(text.replace(from, to))).toMatch(
      /^compiled policy of target `acme` refused: `[^`]+` must be/,
    );
  });

  it('the message never shows a misplaced value, which may be a secret', () => {
    const text = writePolicy(RICH).replace('"freeze":false', '"freeze":"hunter2"');
    expect(refusal(text)).not.toContain('hunter2');
  });
});

describe('the refusal names the path and the expected form', () => {
  const role = (credentials: string) => [`{"secret":"vif-acceptor/outscale"}`, credentials] as const;
  it.each<[string, readonly [from: string, to: string], string]>([
    ['target', ['"target":"acme"', '"target":"Acme"'], '`target` must be a name'],
    [
      'account',
      [`"account":"${RECIPIENT_ACCOUNT}"`, '"account":"x"'],
      '`recipient.account` must be 12 digits',
    ],
    ['account of an owner', ['"210987654321"', '"x"'], '`owners[0].account` must be 12 digits'],
    ['provider', ['"outscale"', '"azure"'], '`recipient.provider` must be outscale or aws'],
    ['owner', ['"name":"acme"', '"name":"-"'], '`owners[0].name` must be a name'],
    ['connection', [`"${CONNECTION.second}"]`, '"x"]'], '`owners[0].connections[1]` must be a connection ID'],
    ['grant', ['"name":"default"', '"name":"-"'], '`owners[0].grants[0].name` must be a name'],
    ['gateway', [VGW.prod, 'x'], '`owners[0].grants[0].gateway` must be a gateway ID'],
    [
      'no grant',
      [canonicalJson(JSON.parse(writePolicy(RICH)).owners[0].grants), '[]'],
      'must be a list of at least one',
    ],
    [
      'runs',
      ['"acceptsPerPass":10', '"acceptsPerPass":-1'],
      '`limits.acceptsPerPass` must be a whole number from 0',
    ],
    ['no role', role('{}'), '`recipient.credentials.role` must be present'],
    [
      'a role without its external ID',
      role('{"role":"r"}'),
      '`recipient.credentials.externalId` must be present',
    ],
    ['two ways', role('{"role":"r","secret":"s"}'), '`recipient.credentials.role` must be absent'],
    ['another role', role('{"externalId":null,"role":""}'), '`recipient.credentials.role` must be a text'],
    ['another ID', role('{"externalId":"","role":"r"}'), '`recipient.credentials.externalId` must be a text'],
    ['an entry of no secret', role('{"entry":"e"}'), '`recipient.credentials.secret` must be present'],
    ['no entry', role('{"entry":null,"secret":"s"}'), '`recipient.credentials.entry` must be a text'],
    ['neither', role('[]'), '`recipient.credentials` must be an object, got a list of 0'],
  ])('%s', (_, [from, to], words) => {
    const text = writePolicy(RICH);
    expect(text).toContain(from);
    const message = refusal(text.replace(from, to));
    expect(message).toMatch(/^compiled policy of target `acme` refused: .*; compile and deploy it again$/);
    expect(message).toContain(words);
  });
});

describe('numbers are read up to their limits', () => {
  it.each<[string, string]>([
    ['"limit":4', '"limit":0'],
    ['"acceptsPerPass":10', '"acceptsPerPass":0'],
    ['"expiry":604800', '"expiry":1'],
  ])('%s as %s', (from, to) => {
    const text = writePolicy(RICH);
    expect(text).toContain(from);
    expect(refusal(text.replace(from, to))).toBe('accepted');
  });
});

/** The path of every key of an object. */
function pathsOf(raw: unknown, path: string[]): string[][] {
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    const here = [...path, key];
    // The keys of `tags` are data, not keys of the format.
    if (key === 'tags') return [here];
    return Array.isArray(raw) ? pathsOf(value, here) : [here, ...pathsOf(value, here)];
  });
}

function without(raw: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const entries = Object.entries(raw).flatMap(([name, value]): [string, unknown][] => {
    if (name !== key) return [[name, value]];
    return rest.length === 0 ? [] : [[name, without(value, rest)]];
  });
  return Array.isArray(raw) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** Adds a key with the value of the key at this path, in the same object. */
function withAdded(raw: unknown, [key = '', ...rest]: readonly string[], added: string): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  const entries = Object.entries(raw).flatMap(([name, value]): [string, unknown][] => {
    if (name !== key) return [[name, value]];
    if (rest.length > 0) return [[name, withAdded(value, rest, added)]];
    return [
      [name, value],
      [added, value],
    ];
  });
  return Array.isArray(raw) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
