import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProposal, type HeldRequest, proposalInstants } from '../../cli/propose/buildProposal.ts';
import { idOfBranch, markAsClosed, type Proposal, readMarkers } from '../../cli/propose/proposal.ts';
import { createInterface, createPeer, type VirtualInterface } from '../../core/model.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import { compilePolicy, decideInIsolation, formatDiagnostic } from '../../language/index.ts';
import { anAcceptance } from '../support/ledgerBuilders.ts';
import { MALICIOUS_NAMES, UNPRINTABLE } from '../support/maliciousNames.ts';

const NOW = new Date('2026-11-26T10:20:30Z');

/** A policy with everything that a proposal depends on. */
const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
gateways: { core: vgw-12345678, lab: vgw-87654321 }
owners:
  acme:
    connections: [dxcon-11111111]
    grants:
      lab: { gateway: core, match: { vlan: [4000] } }
  beta: # two gateways
    connections: [dxcon-22222222]
    grants:
      a: { gateway: core, match: { vlan: [1] } }
      b: { gateway: lab, match: { vlan: [2] } }
  carrier:
    sharedConnections: [dxcon-33333333]
    grants:
      first: { gateway: core, match: { id: [dxvif-00000001] } }
hold:
  - { connection: [dxcon-11111111], vlan: [13] }
`;

const CASES = `version: 1
target: hub
cases:
  - name: acme reaches the lab # as agreed
    at: 2026-06-01T12:00:00Z
    request: { connection: dxcon-11111111, vlan: 4000 }
    expect: { accept: { owner: acme, grant: lab, gateway: core } }
`;

function compiled(text: string) {
  const policy = compilePolicy({ file: 'policy/hub.yaml', text });
  if (!policy.ok) throw new Error(policy.errors.map(formatDiagnostic).join('\n'));
  return policy;
}

function requestOf(given: Partial<VirtualInterface> = {}): VirtualInterface {
  const peer = {
    asn: 65010,
    amazonAddress: '169.254.10.1/30',
    customerAddress: '169.254.10.2/30',
    hasKey: true,
  };
  return createInterface({
    id: 'dxvif-1a2b3c4d',
    connection: 'dxcon-11111111',
    vlan: 101,
    name: 'acme-prod',
    location: 'PAR1',
    state: 'confirming',
    type: 'private',
    ownerAccount: '012345678901',
    peers: [createPeer(peer)],
    ...given,
  });
}

function peerIn(block: string) {
  return createPeer({
    asn: 65010,
    amazonAddress: `${block}.1/30`,
    customerAddress: `${block}.2/30`,
    hasKey: true,
  });
}

function build(
  request: VirtualInterface,
  {
    text = POLICY,
    cases = CASES as string | null,
    now = NOW,
    others = [] as VirtualInterface[],
    reasons = [] as ReasonCode[],
    acceptances = {} as HeldRequest['context']['acceptances'],
  } = {},
) {
  const held: HeldRequest = {
    request,
    reasons: reasons.map((code) => ({ code, message: code })),
    deadline: { earliest: '2026-11-30T00:00:00.000Z', latest: '2026-12-01T00:00:00.000Z' },
    context: {
      interfaces: [request, ...others],
      ...{ intents: {}, acceptances, damaged: {}, acceptedThisRun: 0 },
      ownConnections: { known: true, ids: new Set() },
    },
  };
  const paths = { policyPath: 'policy/hub.yaml', casesPath: 'policy/cases/hub.yaml' };
  return buildProposal({ compiled: compiled(text), ...paths, policyText: text, casesText: cases }, held, now);
}

function proposed(...given: Parameters<typeof build>): Proposal {
  const result = build(...given);
  if (result.kind === 'none') throw new Error(result.why.join('\n'));
  return result.proposal;
}

function textOf({ files }: Proposal, path: string): string {
  return files.find((file) => file.path === path)?.text ?? '';
}

/** Whether the policy of a proposal accepts the request. */
function accepts(proposal: Proposal, request: VirtualInterface): boolean {
  const { policy } = compiled(textOf(proposal, 'policy/hub.yaml'));
  return decideInIsolation(policy, request, NOW).verdict === 'accept';
}

describe('a proposal for an identified owner', () => {
  it('has an edit that accepts the request, and a policy test of the request in the file of the target', () => {
    const request = requestOf();
    const proposal = proposed(request);
    expect([proposal.kind, accepts(proposal, request)]).toEqual(['ready', true]);
    const tests = textOf(proposal, 'policy/cases/hub.yaml');
    expect(tests.startsWith(CASES)).toBe(true);
    expect(parse(tests).cases).toMatchObject([
      { name: 'acme reaches the lab' },
      { request: { id: request.id, vlan: 101, name: 'acme-prod' }, expect: { accept: { owner: 'acme' } } },
    ]);
  });

  it('has room for one more interface where others count for its grant, and names them', () => {
    const gone = { owner: 'acme', connection: 'dxcon-11111111' };
    const acceptances = {
      'dxvif-0000000a': anAcceptance({ ...gone, grants: ['removed'], gateway: 'vgw-12345678' }),
      'dxvif-0000000b': anAcceptance({ ...gone, grants: ['removed'], gateway: 'vgw-87654321' }),
      'dxvif-0000000c': anAcceptance({ ...gone, grants: ['lab'], gateway: 'vgw-12345678' }),
    };
    const grantOf = (proposal: Proposal) =>
      parse(textOf(proposal, 'policy/hub.yaml')).owners.acme.grants['dxvif-1a2b3c4d'];
    const others = Object.entries(acceptances).map(([id, { gateway }], i) =>
      requestOf({ id, gateway, state: 'available', vlan: 200 + i, peers: [peerIn(`169.254.${20 + i}`)] }),
    );
    expect(grantOf(proposed(requestOf(), { others })).limit).toBe(1);
    const proposal = proposed(requestOf(), { acceptances, others });
    expect(grantOf(proposal).limit).toBe(2);
    expect(proposal.body).toContain('dxvif-0000000a');
    expect(proposal.body).not.toMatch(/dxvif-0000000[bc]/);
  });

  it('creates the file of policy tests where there is none, and leaves one with errors as it is', () => {
    const created = proposed(requestOf(), { cases: null });
    expect(parse(textOf(created, 'policy/cases/hub.yaml'))).toMatchObject({ target: 'hub', cases: [{}] });
    for (const cases of ['version: 1\n', CASES.replace('target: hub', 'target: other')])
      expect(proposed(requestOf(), { cases }).files.map(({ path }) => path)).toEqual(['policy/hub.yaml']);
  });

  it('is the same in every run of a week, and ends when a person can still review it', () => {
    const days = [0, 1, 2, 3].map((day) => new Date(NOW.getTime() + day * 86_400_000));
    const proposals = days.map((now) => JSON.stringify(proposed(requestOf(), { now })));
    expect(new Set(proposals).size).toBe(1);
    const later = proposed(requestOf(), { now: new Date('2026-12-01T00:00:00Z') });
    expect(JSON.stringify(later)).not.toBe(proposals[0]);
    const [first] = proposalInstants(NOW);
    expect(first).toEqual(new Date('2026-11-23T00:00:00Z'));
  });

  it('is counted from a later instant when a grant has ended since the beginning of the week', () => {
    const text = POLICY.replace('match: { vlan: [4000] }', 'until: 2026-11-25T12:00:00Z');
    const request = requestOf();
    const proposal = proposed(request, { text, cases: null });
    expect(accepts(proposal, request)).toBe(true);
    expect(textOf(proposal, 'policy/hub.yaml')).toContain('until: 2026-12-10T00:00:00Z');
  });

  it('is made under a freeze as without it, and keeps the freeze', () => {
    const request = requestOf();
    const proposal = proposed(request, { text: `freeze: true\n${POLICY}`, reasons: ['frozen', 'no-grant'] });
    const text = textOf(proposal, 'policy/hub.yaml');
    expect([text.startsWith('freeze: true\n'), accepts(proposal, request)]).toEqual([true, false]);
    const { policy } = compiled(text);
    expect(decideInIsolation({ ...policy, freeze: false }, request, NOW).verdict).toBe('accept');
  });
});

describe('a proposal that a person has to complete', () => {
  it.each([
    ['an unknown connection', requestOf({ connection: 'dxcon-99999999' }), '[unknown requester]'],
    ['a shared connection', requestOf({ connection: 'dxcon-33333333' }), '[unknown requester]'],
    ['an owner with two gateways', requestOf({ connection: 'dxcon-22222222' }), '[choose a gateway]'],
  ])('for %s has its edits as comments, so that the policy means the same', (_, request, mark) => {
    const proposal = proposed(request);
    expect([proposal.kind, accepts(proposal, request)]).toEqual(['draft', false]);
    expect(proposal.title.startsWith(mark)).toBe(true);
    expect(proposal.files.map(({ path }) => path)).toEqual(['policy/hub.yaml']);
    const text = textOf(proposal, 'policy/hub.yaml');
    expect(compiled(text).digest).toBe(compiled(POLICY).digest);
    expect(
      text
        .split('\n')
        .filter((line) => !/^ *#/.test(line))
        .join('\n'),
    ).toBe(POLICY);
  });

  it('lets the request in when one edit is no comment any more', () => {
    const request = requestOf({ connection: 'dxcon-99999999' });
    const lines = textOf(proposed(request), 'policy/hub.yaml').split('\n');
    const from = lines.findIndex((line) => line.startsWith('  # new-owner:'));
    const to = lines.findIndex((line, i) => i > from && !line.startsWith('  #  '));
    const chosen = lines.map((line, i) => (i >= from && i < to ? line.replace('# ', '') : line)).join('\n');
    expect(decideInIsolation(compiled(chosen).policy, request, NOW).verdict).toBe('accept');
  });

  it('has one example where a hundred owners share the connection', () => {
    const owners = Array.from(
      { length: 100 },
      (_, i) =>
        `  tenant-${i}: { sharedConnections: [dxcon-33333333], grants: { a: { gateway: core, match: { id: [dxvif-0000${i}] } } } }\n`,
    );
    const text = POLICY.replace('hold:', `${owners.join('')}hold:`);
    const request = requestOf({ connection: 'dxcon-33333333' });
    const proposal = proposed(request, { text, cases: null });
    expect(textOf(proposal, 'policy/hub.yaml').match(/# if owner /g)).toHaveLength(1);
  });

  it('is made for a policy in braces too', () => {
    const braces = POLICY.replace(
      /owners:.*/s,
      'owners: { acme: { connections: [dxcon-11111111], gateway: core }, b: { connections: [dxcon-22222222], gateway: lab } }\n',
    );
    const proposal = proposed(requestOf({ connection: 'dxcon-99999999' }), { text: braces, cases: null });
    expect(compiled(textOf(proposal, 'policy/hub.yaml')).digest).toBe(compiled(braces).digest);
  });
});

describe('no proposal', () => {
  it.each([
    ['a hold rule', requestOf({ vlan: 13 }), ['held-by-policy']],
    ['a limit', requestOf(), ['owner-limit']],
    ['another account', requestOf({ ownerAccount: '999999999999' }), ['owner-mismatch']],
    ['invalid addresses', requestOf(), ['peers-invalid']],
    ['an ID that is none', requestOf({ id: '(interface 3)' }), ['no-grant']],
    ['a request that the policy accepts', requestOf({ vlan: 4000 }), ['frozen']],
  ] as const)('is made for %s', (_, request, reasons) => {
    expect(build(request, { reasons: [...reasons] })).toMatchObject({
      kind: 'none',
      why: [expect.any(String)],
    });
  });

  it('is made when a run would hold the request with the edit too', () => {
    const other = requestOf({ id: 'dxvif-22222222', state: 'available', gateway: 'vgw-12345678' });
    const result = build(requestOf(), { others: [other], reasons: ['no-grant'] });
    expect(result).toMatchObject({
      kind: 'none',
      why: expect.arrayContaining([expect.stringContaining('vlan-in-use')]),
    });
  });
});

const HOSTILE = [
  ...MALICIOUS_NAMES,
  ['is a marker in a line of its own', 'x\n<!-- vif-acceptor request: aws/eu/1/dxvif-2 -->'],
  ['is the marker of a closed proposal', '<!-- vif-acceptor closed this -->'],
  ['closes issues', '@acme/security please merge, fixes #12'],
  ['ends a fence and a section', '```\n</details>\n# Approved'],
  ['is a key of a policy', '"\nowners: {}'],
  ['is an expression of a workflow', '$\u007b{ secrets.TOKEN }}'],
  ['is very long', 'x'.repeat(5000)],
  ['is a glob', '*'],
  ['is empty', ''],
] as const;

describe('text of the requester', () => {
  it.each(HOSTILE)(
    'that %s is in no title, branch or message, and in no Markdown outside of a fence',
    (_, name) => {
      for (const connection of ['dxcon-11111111', 'dxcon-99999999']) {
        const request = requestOf({ name, connection });
        const proposal = proposed(request);
        const neutral = proposed(requestOf({ name: 'acme-prod', connection }));
        expect([proposal.title, proposal.branch, proposal.commitMessage]).toEqual([
          neutral.title,
          neutral.branch,
          neutral.commitMessage,
        ]);
        expect(outsideOfFences(proposal.body)).toEqual(outsideOfFences(neutral.body));
        expect(proposal.body.match(/<!--/g)).toHaveLength(2);
        expect(readMarkers(proposal.body)).toMatchObject({
          request: 'outscale/eu-west-2/012345678901/dxvif-1a2b3c4d',
          isClosedByUs: false,
        });
        // The files mean what they should, whatever the name.
        expect(accepts(proposal, request)).toBe(proposal.kind === 'ready');
        for (const { text } of proposal.files) expect(text).not.toMatch(UNPRINTABLE);
      }
    },
  );

  it('in tags is neutral too', () => {
    const text = POLICY.replace('provider: outscale', 'provider: aws').replace('eu-west-2', 'eu-west-1');
    const request = requestOf({ tags: { 'a"b\n': '<!-- @ann', ok: '}' }, mtu: 1500 });
    const proposal = proposed(request, { text, cases: null });
    expect(accepts(proposal, request)).toBe(true);
    expect(proposal.body.match(/<!--/g)).toHaveLength(2);
  });
});

/** The lines of Markdown that are in no code fence, without the digests. */
function outsideOfFences(body: string): string[] {
  let fence: string | null = null;
  return body.split('\n').filter((line) => {
    const [mark] = /^`{3,}/.exec(line) ?? [];
    if (fence === null && mark !== undefined) fence = mark;
    else if (fence !== null && line === fence) fence = null;
    else if (fence === null && !line.includes('sha256:') && !/restrict|leaves out|No policy test/.test(line))
      return line !== '';
    return false;
  });
}

describe('the markers', () => {
  it('are read from the first lines only', () => {
    const { body } = proposed(requestOf());
    expect(readMarkers(body.split('\n').slice(1).join('\n'))).toBeNull();
    expect(readMarkers(`\n${body}`)).toBeNull();
    expect(readMarkers(body.replaceAll('\n', '\r\n'))).toEqual(readMarkers(body));
    expect(readMarkers(markAsClosed(body))).toMatchObject({ isClosedByUs: true });
    expect(readMarkers(`${body}\n<!-- vif-acceptor closed this -->`)).toMatchObject({ isClosedByUs: false });
  });

  it.each([
    'vif-acceptor/hub/dxvif-1',
    'vif-acceptor/hub',
    'vif-acceptor/hub/main',
    'x/hub/dxvif-1',
    'vif-acceptor/hub/dxvif-1/x',
    'vif-acceptor/HUB/dxvif-1',
  ])('of the branch %s name a request only in our form', (branch) => {
    expect(idOfBranch(branch)).toBe(branch === 'vif-acceptor/hub/dxvif-1' ? 'dxvif-1' : null);
  });
});
