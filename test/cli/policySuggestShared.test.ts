import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { OUTSCALE_ITEM } from '../support/wireItems.ts';

const DIGEST = `sha256:${'3f'.repeat(32)}`;
const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme:
    sharedConnections: [dxcon-33333333]
    limit: 3
    grants:
      berlin: { gateway: vgw-12345678, match: { id: [dxvif-9] } }
  beta:
    sharedConnections: [dxcon-33333333]
    limit: 3
    grants:
      paris: { gateway: vgw-12345678, match: { bgpKey: "${DIGEST}" } }
`;
const UNKNOWN = { ...OUTSCALE_ITEM, connectionId: 'dxcon-99999999' };
const SHARED = { ...OUTSCALE_ITEM, connectionId: 'dxcon-33333333' };
const AT = ['--at', '2026-11-10T00:00:00Z'];

async function suggested(item: object, args: readonly string[], policy = POLICY) {
  const dir = folderWith({ 'policy/hub.yaml': policy, 'request.json': JSON.stringify(item) });
  const asked = ['policy', 'suggest', 'policy/hub.yaml', '--request', 'request.json', ...AT, ...args];
  return { dir, ...(await runCli(dir, asked)) };
}

function apply(dir: string, patch: string): void {
  execFileSync('git', ['apply', '-'], { cwd: dir, input: patch });
}

/** The decision on a request by the policy in the folder. */
async function decided(dir: string, item: object) {
  writeFileSync(join(dir, 'request.json'), JSON.stringify(item));
  const asked = ['policy', 'explain', 'policy/hub.yaml', '--request', 'request.json', '--json', ...AT];
  const { stdout } = await runCli(dir, asked);
  return JSON.parse(stdout).report.decision;
}

describe('policy suggest for a connection that no owner lists', () => {
  it('lists it as shared in the patch, with the ID of the request, and offers the exclusive edit beside it', async () => {
    const { dir, code, stdout, stderr } = await suggested(UNKNOWN, []);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n\+ {4}# verify out of band .*\n\+ {4}sharedConnections: \["dxcon-99999999"\]\n/,
    );
    expect(stderr).toContain('    +    connections: ["dxcon-99999999"]');
    expect(stderr).toContain('Ask the carrier.');
    apply(dir, stdout);
    expect(await decided(dir, UNKNOWN)).toMatchObject({ verdict: 'accept', owner: 'new-owner' });
    // Another customer of the carrier can copy everything but the ID.
    expect(await decided(dir, { ...UNKNOWN, virtualInterfaceId: 'dxvif-5' })).toMatchObject({
      verdict: 'hold',
      reasons: [{ code: 'unknown-requester' }],
    });
  });

  it('lists it as exclusive only if that is asked for, and offers the shared edit beside it', async () => {
    const { dir, stdout, stderr } = await suggested(UNKNOWN, ['--exclusive']);
    expect(stdout).toMatch(/\n\+ {4}connections: \["dxcon-99999999"\]\n/);
    expect(stdout).not.toContain('id: ["dxvif-1a2b3c4d"]');
    expect(stderr).toContain('    +    sharedConnections: ["dxcon-99999999"]');
    apply(dir, stdout);
    expect(await decided(dir, UNKNOWN)).toMatchObject({ verdict: 'accept', owner: 'new-owner' });
  });

  it('gives both edits in its document', async () => {
    const { stdout } = await suggested(UNKNOWN, ['--json']);
    const { patch, alternative, ...others } = JSON.parse(stdout);
    expect(others).toMatchObject({ kind: 'patch', isNewOwner: true, sharing: 'shared', pins: true });
    expect(alternative).toMatchObject({ sharing: 'exclusive', pins: false });
    expect(patch).not.toBe(alternative.patch);
  });
});

describe('policy suggest for a shared connection', () => {
  it('requires the owner if several share it, and names them', async () => {
    const { code, stdout, stderr } = await suggested(SHARED, []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const name of ['`acme`', '`beta`', '`dxcon-33333333`', '`--owner`']) expect(stderr).toContain(name);
    // An owner who does not share it is no answer.
    expect(await suggested(SHARED, ['--owner', 'gamma'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('adds a grant with the ID to the owner, although that takes the request from the pins of the other', async () => {
    const { dir, code, stdout } = await suggested(SHARED, ['--owner', 'acme']);
    expect(code).toBe(0);
    expect(stdout).toContain('id: ["dxvif-1a2b3c4d"]');
    apply(dir, stdout);
    expect(await decided(dir, SHARED)).toMatchObject({
      verdict: 'accept',
      owner: 'acme',
      grant: 'dxvif-1a2b3c4d',
    });
    expect(readFileSync(join(dir, 'policy/hub.yaml'), 'utf8')).toContain(`bgpKey: "${DIGEST}"`);
  });

  it('uses the only owner, and states that others can make requests there', async () => {
    const alone = POLICY.slice(0, POLICY.indexOf('  beta:'));
    const { code, stdout, stderr } = await suggested(SHARED, [], alone);
    expect(code).toBe(0);
    // The reviewer of the patch does not see the warnings: a comment of the patch demands the verification.
    expect(stdout).toMatch(/^\+ +#/m);
    expect(stderr).toContain('the connection is shared');
  });

  it('suggests no edit where pins of two owners match, because one more decides nothing', async () => {
    const both = POLICY.replace(`bgpKey: "${DIGEST}"`, 'id: [dxvif-1a2b3c4d]').replace(
      'dxvif-9',
      'dxvif-1a2b3c4d',
    );
    const { code, stdout } = await suggested(SHARED, ['--json'], both);
    expect([code, JSON.parse(stdout).kind]).toEqual([1, 'none']);
  });

  it('suggests no edit for a request without an ID, which nothing else could pin', async () => {
    const { virtualInterfaceId: _, ...item } = SHARED;
    const { code, stdout } = await suggested(item, ['--owner', 'acme', '--json']);
    expect([code, JSON.parse(stdout).kind]).toEqual([1, 'none']);
  });
});

describe('policy suggest on AWS', () => {
  it('demands no key, because AWS makes one where none is offered', async () => {
    const aws = POLICY.replace('outscale, region: eu-west-2', 'aws, region: eu-west-1');
    const { stdout } = await suggested(UNKNOWN, ['--json'], aws);
    const { patch, unpinned } = JSON.parse(stdout);
    expect(patch).not.toContain('bgpKey: required');
    expect(unpinned).toContainEqual({ field: 'bgpKey', why: expect.any(String) });
  });
});
