import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../cli/options.ts';
import { readRequest, readRequests } from '../../cli/requests/readRequests.ts';
import { readRequestFile } from '../../cli/requests/requestItems.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { aPeer, aPolicy, RECIPIENT_ACCOUNT } from '../support/builders.ts';
import { folderWith } from '../support/cli.ts';
import { AWS_ITEM, NO_KEYS, OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

const POLICY = { ...aPolicy({ target: 'hub' }), agreedKeys: NO_KEYS };

function all(document: unknown) {
  return readRequests(JSON.stringify(document), 'pending.json', POLICY);
}

function one(document: unknown, id: string | null = null) {
  return readRequest(JSON.stringify(document), 'request.json', POLICY, id);
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return String(error);
  }
  throw new Error('it was not refused');
}

/** A request as `run --json` prints it. */
const REPORTED = {
  id: 'dxvif-1a2b3c4d',
  connection: 'dxcon-11111111',
  vlan: 101,
  name: null,
  firstSeen: '2026-11-01T00:00:00.000Z',
  deadline: { earliest: null, latest: null },
  decision: { verdict: 'hold', reasons: [] },
  outcome: 'held',
  message: null,
  skipped: [],
  manualOverrideCommand: 'aws …',
};

describe('a request file with the output of the API', () => {
  it.each([
    ['one item', AWS_ITEM],
    ['an answer', { virtualInterfaces: [AWS_ITEM] }],
    ['a list', [AWS_ITEM]],
    ['an answer of an operation on one interface', { virtualInterface: AWS_ITEM }],
    ['a list of such answers', [{ virtualInterface: AWS_ITEM }]],
  ])(
    'contains the request as %s, read as the adapter reads it: unknown fields are ignored and secrets dropped',
    (_, document) => {
      const { request, assumed } = one(document);
      expect(request).toMatchObject({
        id: 'dxvif-1a2b3c4d',
        connection: 'dxcon-11111111',
        mtu: 1500,
        peers: [{ asn: 65010, hasKey: true }],
        readErrors: [],
      });
      expect(assumed).toEqual([]);
      expect(JSON.stringify(request)).not.toContain(PLANTED_KEY);
    },
  );

  it('may contain several requests: all pending ones are read, and one is chosen by its ID', () => {
    const other = { ...OUTSCALE_ITEM, virtualInterfaceId: 'dxvif-2', vlan: 102 };
    const live = { ...OUTSCALE_ITEM, virtualInterfaceId: 'dxvif-3', virtualInterfaceState: 'available' };
    const answer = { virtualInterfaces: [OUTSCALE_ITEM, other, live] };
    expect(all(answer).map(({ request }) => request.id)).toEqual(['dxvif-1a2b3c4d', 'dxvif-2']);
    expect(one(answer, 'dxvif-2').request.vlan).toBe(102);
    expect(refusal(() => one(answer))).toMatch(
      /request\.json: there are 3 in it, but the command takes one: dxvif-1a2b3c4d, dxvif-2 and dxvif-3; choose one with `--id dxvif-…`/,
    );
    expect(refusal(() => one(answer, 'dxvif-9'))).toMatch(
      /there is no `dxvif-9` in it; there is dxvif-1a2b3c4d, /,
    );
  });

  it('has only the one request unreadable that the adapter cannot read', () => {
    const { request } = one({ ...OUTSCALE_ITEM, vlan: 5000 });
    expect(request.readErrors).toEqual(['`vlan` must be a whole number from 1 to 4094']);
  });

  it('is valid without pending requests, and refused when it is one page of several', () => {
    expect(all({ virtualInterfaces: [] })).toEqual([]);
    const paged = { virtualInterfaces: [OUTSCALE_ITEM], nextToken: 'more' };
    expect(refusal(() => all(paged))).toMatch(/it has one page of several; save all pages/);
  });
});

describe('a request file written by our own commands', () => {
  it.each([
    ['a request of `run --json`', REPORTED],
    ['a document of `run --json`', { runs: [{ target: 'hub', requests: [REPORTED] }] }],
    [
      'a document of `status --json`',
      { targets: [{ target: 'hub', pending: [{ ...REPORTED, now: null }] }] },
    ],
    ['one run', { target: 'hub', requests: [REPORTED] }],
  ])('contains the request as %s; missing values are unknown, or listed as assumed', (_, document) => {
    const { request, assumed } = one(document);
    expect(request).toMatchObject({ id: 'dxvif-1a2b3c4d', vlan: 101, location: null, peers: [] });
    expect(request).toMatchObject({ state: 'confirming', type: 'private', ownerAccount: RECIPIENT_ACCOUNT });
    expect(assumed).toEqual([
      expect.stringMatching(
        /assumed, because the file does not say so: .*`confirming`.*`private`.*recipient/,
      ),
    ]);
  });

  it('may contain the request as policy tests write it', () => {
    const peers = [
      { asn: 65010, amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30', key: true },
    ];
    const { request } = one({
      connection: 'dxcon-1',
      vlan: 7,
      ownerAccount: '210987654321',
      tags: { a: 'b' },
      peers,
    });
    expect(request).toMatchObject({ ownerAccount: '210987654321', tags: { a: 'b' } });
    expect(request.peers).toEqual([aPeer({ asn: 65010, hasKey: true, agreedKey: null })]);
  });

  describe('of which the policy names agreed keys', () => {
    const [agreed = 'sha256:'] = KEY_DIGESTS;
    const of = (peer: object): { readonly key: unknown; readonly isAbsent: boolean } => {
      const [peers] = [[{ asn: 65010, hasKey: true, ...peer }]];
      const text = JSON.stringify({ ...REPORTED, peers });
      const target = { ...POLICY, agreedKeys: new Set(KEY_DIGESTS) };
      const { request, absent } = readRequest(text, 'request.json', target, null);
      return { key: request.peers[0]?.agreedKey, isAbsent: absent.has('bgpKey') };
    };

    it.each([
      ['an agreed key', { agreedKey: agreed }, agreed, false],
      ['an agreed key as policy tests write it', { hasKey: undefined, key: agreed }, agreed, false],
      [
        'an agreed key of another policy',
        { agreedKey: `sha256:${'c'.repeat(64)}` },
        `sha256:${'c'.repeat(64)}`,
        false,
      ],
      // The run that wrote the file may have had a policy that did not name the key yet.
      ['another key', { agreedKey: 'none' }, null, true],
      ['a key that was not compared', { agreedKey: null }, null, true],
      ['a key, in a document of an earlier version', {}, null, true],
      ['no key', { hasKey: false, agreedKey: 'none' }, null, false],
    ])('contains %s', (_, peer, key, isAbsent) => {
      expect(of(peer)).toEqual({ key, isAbsent });
    });

    it.each([{ key: 'hunter2' }, { hasKey: 'hunter2' }, { agreedKey: 'hunter2' }])(
      'is refused for a key in clear text, which is not shown: %j',
      (peer) => {
        expect(refusal(() => of(peer))).not.toContain('hunter2');
      },
    );
  });

  it('may have the keys of earlier versions', () => {
    const { manualOverrideCommand, ...rest } = REPORTED;
    const earlier = { ...rest, acceptByHand: manualOverrideCommand, gone: { atLeast: 0, atMost: null } };
    const problems = ['`vlan` is not a number'];
    const documents = [
      { passes: [{ target: 'hub', requests: [earlier] }], faults: [] },
      { targets: [{ target: 'hub', pending: [earlier] }], faults: [] },
      { 'detail-type': 'Request Held', detail: { target: 'hub', request: earlier } },
    ];
    for (const document of documents)
      expect(one(document).request).toMatchObject({ id: 'dxvif-1a2b3c4d', vlan: 101, readErrors: [] });
    // Fail closed: a request that an earlier version could not read stays unreadable.
    const { request } = one({ ...earlier, faults: problems });
    expect(request.readErrors).toHaveLength(1);
    expect(request.unreadable).toContain('vlan');
    expect(one({ ...REPORTED, readErrors: problems, unreadable: ['vlan'] }).request).toMatchObject({
      readErrors: request.readErrors,
      unreadable: ['vlan'],
    });
  });

  it('contributes only requests of the target', () => {
    const of = (target: string, id: string) => ({ target, requests: [{ ...REPORTED, id }] });
    const runs = [of('lab', 'dxvif-1'), of('hub', 'dxvif-2')];
    expect(all({ runs }).map(({ request }) => request.id)).toEqual(['dxvif-2']);
    expect(refusal(() => all({ runs: [of('lab', 'dxvif-1')] }))).toMatch(
      /requests of `lab`, and none of target `hub`/,
    );
  });

  it('may contain thousands of requests, and an error among them is still refused', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ ...REPORTED, id: `dxvif-${i}` }));
    const of = (...requests: object[]) => ({ runs: [{ target: 'hub', requests }] });
    expect(one(of(...many), 'dxvif-9999').request).toMatchObject({ id: 'dxvif-9999', vlan: 101 });
    expect(refusal(() => one(of(...many, { vlna: 1 }), 'dxvif-9999'))).toMatch(/larger than/);
  });

  it.each([
    [
      'an unknown field',
      { ...REPORTED, vlna: 1, vlan: undefined },
      /^UsageError: request\.json:1:\d+ vlna: unknown key `vlna`; did you mean `vlan`\?$/,
    ],
    [
      'a wrong type',
      { ...REPORTED, vlan: '101' },
      /vlan: must be a whole number, is the text `101`; write it without quotes: 101$/,
    ],
    [
      'an unknown field of a peer',
      { connection: 'dxcon-1', peers: [{ keys: true }] },
      /peers\[0\]\.keys: unknown key `keys`; did you mean `key`\?/,
    ],
    [
      'one in a document',
      { runs: [{ target: 'hub', requests: [{ ...REPORTED, foo: 1 }] }] },
      /runs\[0\]\.requests\[0\]\.foo: unknown key `foo`; remove it; the keys allowed here are /,
    ],
  ])('is refused for %s, with its position and the fix', (_, document, message) => {
    expect(refusal(() => one(document))).toMatch(message);
  });
});

describe('a malformed request file', () => {
  it.each([
    ['is empty', '', /^UsageError: r\.json: it is not JSON, it is empty; give the output of /],
    [
      'is no JSON',
      '{"vlan": 1,}',
      /^UsageError: r\.json(:\d+:\d+)?: it is not JSON; with the AWS CLI add `--output json`; give the output of /,
    ],
    ['contains a text', '"dxvif-1"', /has no virtual interfaces/],
    ['contains nothing', '{}', /has no virtual interfaces/],
    ['has a list that is none', '{"virtualInterfaces": {}}', /has no virtual interfaces/],
    ['has a list of numbers', '[1]', /has no virtual interfaces/],
    ['has runs without requests', '{"runs": [{}]}', /has no virtual interfaces/],
    [
      'is a table of the AWS CLI',
      '-----\n|DescribeVirtualInterfaces|\n+---+',
      /it is not JSON; with the AWS CLI add `--output json`/,
    ],
    ['is YAML of the AWS CLI', 'virtualInterfaces:\n- vlan: 101\n', /add `--output json`/],
    ['is the answer of a confirm', '{"virtualInterfaceState": "pending"}', /has no virtual interfaces/],
    ['wraps no interface', '{"virtualInterface": null}', /has no virtual interfaces/],
    ['wraps a list', '{"virtualInterface": []}', /has no virtual interfaces/],
    ['has no request', '[]', /there is no request in it; name another file/],
  ])('that %s is refused with the reason', (_, text, message) => {
    expect(refusal(() => readRequest(text, 'r.json', POLICY, null))).toMatch(message);
  });

  it.each([
    ['cut short', `{"authKey": "${PLANTED_KEY}", "vlan": `],
    ['with a key that is not in quotes', `{"authKey": ${PLANTED_KEY}}`],
    ['with a key where `true` belongs', `{"connection": "dxcon-1", "peers": [{"key": "${PLANTED_KEY}"}]}`],
    [
      'with a key in one of our own fields, which takes none',
      `{"connection": "dxcon-1", "authKey": "${PLANTED_KEY}"}`,
    ],
    [
      'with a key as a list',
      `{"connectionId": "dxcon-1", "authKey": ["${PLANTED_KEY}"], "virtualInterfaces": 1}`,
    ],
  ])('%s never shows the key', (_, text) => {
    const message = refusal(() => readRequest(text, 'r.json', POLICY, null));
    expect(message).toContain('r.json');
    expect(message).not.toContain(PLANTED_KEY);
  });
});

describe('a file in the spelling of another tool', () => {
  it.each([
    ['VirtualInterfaces', { VirtualInterfaces: [{ VirtualInterfaceId: 'dxvif-1', AuthKey: PLANTED_KEY }] }],
    ['VirtualInterfaceId', [{ VirtualInterfaceId: 'dxvif-1', Vlan: 101, AuthKey: PLANTED_KEY }]],
    ['virtual_interface_id', { virtual_interface_id: 'dxvif-1', auth_key: PLANTED_KEY }],
    [
      'virtual_interface_id',
      { changed: false, direct_connect_vifs: [{ virtual_interface_id: 'dxvif-1', auth_key: PLANTED_KEY }] },
    ],
    ['DirectLinkInterfaces', { DirectLinkInterfaces: [{ BgpKey: PLANTED_KEY }], ResponseContext: {} }],
    ['DirectLinkInterfaceId', { DirectLinkInterfaceId: 'dxvif-1', BgpKey: PLANTED_KEY }],
  ])('is refused once, by the key `%s`, with what to use instead', (key, document) => {
    const message = refusal(() => one(document));
    expect(message).toContain(`key \`${key}\` is not the API's spelling`);
    expect(message).toContain('use the AWS CLI');
    expect(message.split('\n')).toHaveLength(1);
    expect(message).not.toContain(PLANTED_KEY);
    expect(refusal(() => all(document))).toBe(message.replace('request.json', 'pending.json'));
  });
});

describe('reading a file', () => {
  it.each([
    ['is not there', 'nowhere.json', /nowhere\.json: there is no such file; check its path/],
    ['is a folder', '.', /^UsageError: .*: it is a folder; name a file in it/],
    ['is not UTF-8', 'utf16.json', /utf16\.json: it is not UTF-8 text; save it as UTF-8/],
  ])('that %s is refused with the reason', async (_, name, message) => {
    const dir = folderWith({});
    writeFileSync(join(dir, 'utf16.json'), Buffer.from('\ufeff{}', 'utf16le'));
    await expect(readRequestFile(join(dir, name))).rejects.toThrow(UsageError);
    expect(String(await readRequestFile(join(dir, name)).catch((error) => error))).toMatch(message);
  });

  it('returns the text with any content', async () => {
    const file = join(folderWith({ 'a.json': '{}' }), 'a.json');
    expect(await readRequestFile(file)).toEqual({ file, text: '{}' });
  });
});
