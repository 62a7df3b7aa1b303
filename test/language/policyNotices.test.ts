import { describe, expect, it } from 'vitest';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import { compilePolicy, findNotices } from '../../language/index.ts';
import { aGrant, anOwner, aPolicy } from '../support/builders.ts';

interface Written {
  readonly contact?: string;
  readonly connections?: readonly string[];
  readonly grants: readonly object[];
}

/** The notices about a policy with one owner. Each grant has a VLAN of its own, so that grants never overlap. */
function noticesOf({ contact, connections = ['dxcon-11111111'], grants }: Written) {
  const named = grants.map((grant, i) => [`g${i}`, { gateway: 'vgw-12345678', ...withVlan(grant, i + 1) }]);
  const owner = {
    connections,
    ...(contact === undefined ? {} : { contact }),
    grants: Object.fromEntries(named),
  };
  const recipient = { provider: 'outscale', region: 'eu-west-2', account: '012345678901' };
  const text = JSON.stringify({ version: 1, recipient, owners: { acme: owner } });
  const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  return findNotices(compiled.policy).map(({ message: _, ...notice }) => notice);
}

function withVlan({ match = {}, ...rest }: { match?: object }, vlan: number): object {
  return { ...rest, match: { vlan: [vlan], ...match } };
}

const named = (...name: string[]) => ({ match: { name } });
const notice = (connection = 'dxcon-11111111') => ({
  code: 'maybe-shared',
  connection,
  path: 'owners.acme.connections',
});

describe('an exclusive connection may be shared', () => {
  it.each([
    [
      'its owner has contacts of two domains',
      { contact: 'noc@acme.example, ops@globex.example', grants: [{}] },
    ],
    [
      'the names of its grants begin with three words',
      { grants: [named('acme-*'), named('globex-*', 'initech*')] },
    ],
    [
      'three of its grants have different tickets and names',
      {
        grants: [
          { ...named('acme-a-*'), ticket: 'NET-1' },
          { ...named('acme-b-*'), ticket: 'NET-2' },
          { ...named('acme-b-*'), ticket: 'NET-3' },
          { ...named('acme-c-*'), ticket: 'NET-4' },
        ],
      },
    ],
  ])('if %s', (_, written) => {
    expect(noticesOf(written)).toEqual([notice()]);
  });

  it('once, however many grants and signs suggest it, and for each connection that they concern', () => {
    const grants = ['acme', 'globex', 'initech', 'umbrella'].map((word, i) => ({
      match: { name: [`${word}-*`], connection: ['dxcon-11111111', 'dxcon-22222222'] },
      ticket: `NET-${i}`,
    }));
    const connections = ['dxcon-11111111', 'dxcon-22222222', 'dxcon-33333333'];
    expect(noticesOf({ connections, grants })).toEqual([notice(), notice('dxcon-22222222')]);
    const contact = 'a@acme.example b@globex.example';
    expect(noticesOf({ connections, contact, grants })).toEqual([notice(), notice('dxcon-22222222')]);
    expect(noticesOf({ connections, contact, grants: [{}] })).toEqual(connections.map(notice));
  });
});

it('a pinned grant suggests nothing, because it accepts no other party', () => {
  const contact = 'a@acme.example, b@globex.example';
  const noticesFor = (match: Partial<Match>) =>
    findNotices(
      aPolicy({
        owners: [anOwner({ contact, connections: ['dxcon-11111111'], grants: [aGrant({ match })] })],
      }),
    );
  expect(noticesFor({ id: ['dxvif-1a2b3c4d'] })).toEqual([]);
  expect(noticesFor({ bgpKey: `sha256:${'0'.repeat(64)}` })).toEqual([]);
  expect(noticesFor({ bgpKey: 'required' })).toHaveLength(1);
});

describe('nothing suggests that an exclusive connection is shared', () => {
  it.each([
    ['two addresses of one domain', { contact: 'noc@acme.example, OPS@Acme.example', grants: [{}] }],
    ['a domain and its subdomain', { contact: 'noc@acme.example, ops@lab.acme.example', grants: [{}] }],
    ['a contact without an address', { contact: 'desk 12 @ Acme, +33 1 23 45 67 89', grants: [{}] }],
    ['two first words', { grants: [named('acme-*', 'ACME-x-*', 'acme_1'), named('globex-*', 'globex')] }],
    ['names that begin with a wildcard', { grants: [named('*-a'), named('*-b'), named('*-c'), named('*')] }],
    [
      'three first words on two connections',
      {
        connections: ['dxcon-11111111', 'dxcon-22222222'],
        grants: [
          { match: { name: ['acme-*', 'globex-*'], connection: ['dxcon-11111111'] } },
          { match: { name: ['initech-*'], connection: ['dxcon-22222222'] } },
        ],
      },
    ],
    [
      'different names under one ticket',
      { grants: ['a', 'b', 'c'].map((word) => ({ ...named(`acme-${word}-*`), ticket: 'NET-1' })) },
    ],
    [
      'different tickets for one name',
      { grants: ['1', '2', '3'].map((number) => ({ ...named('acme-*'), ticket: `NET-${number}` })) },
    ],
    [
      'many grants that name nothing',
      { grants: ['1', '2', '3'].map((number) => ({ ticket: `NET-${number}` })) },
    ],
    ['many owners and gateways alone', { grants: [{}, {}, {}, {}] }],
  ])('by %s', (_, written) => {
    expect(noticesOf(written)).toEqual([]);
  });
});
