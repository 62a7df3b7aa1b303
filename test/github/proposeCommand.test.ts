import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { FULL_NAME, startGitHub, TOKEN } from './githubServer.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
gateways: { core: ${PROD} }
owners:
  acme: # since 2024
    connections: [${ACME_1}]
    contact: noc@acme.example
    grants:
      lab:
        gateway: core
        match: { vlan: [4000] } # no other
`;

const CASES = `version: 1
target: hub
cases:
  # the lab
  - name: acme reaches the lab
    at: 2026-06-01T12:00:00Z
    request: { connection: ${ACME_1}, vlan: 4000 }
    expect: { accept: { owner: acme, grant: lab, gateway: core } } # as agreed
`;

const FILES = { 'policy/hub.yaml': POLICY, 'policy/cases/hub.yaml': CASES };

/** A checkout of the server's repository, and the command in it. */
async function startCheckout() {
  const [cloud, github] = [await startTestCloud(), await startGitHub(FILES)];
  const dir = folderWith({});
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir, stdio: 'pipe' });
  git('clone', '--quiet', github.git.dir, '.');
  const endpoints = [
    '--endpoint',
    cloud.url,
    '--gateway-endpoint',
    cloud.url,
    '--ledger',
    `${dir}.ledger.json`,
  ];
  return {
    cloud,
    github,
    dir,
    pull: () => git('pull', '--quiet'),
    propose: (...more: string[]) => runCli(dir, ['policy', 'propose', ...endpoints, ...more], github.env),
    run: () => runCli(dir, ['run', '--json', ...endpoints]),
  };
}

describe('policy propose', () => {
  it('opens a pull request for a held request, and the next run accepts it after the merge', async () => {
    const { cloud, github, pull, propose, run } = await startCheckout();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect((await run()).code).toBe(0);
    const first = await propose();
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('opened pull request #1')]);
    const branch = `vif-acceptor/hub/${id}`;
    expect(github.pull(1)).toMatchObject({ head: branch, base: 'main', draft: false });
    // Every line is kept, with its comment.
    for (const [path, text] of Object.entries(FILES))
      for (const line of text.trimEnd().split('\n'))
        expect(github.git.readFile(branch, path)).toContain(`${line}\n`);
    // Nothing to do again.
    const before = github.requests.length;
    const second = await propose();
    expect(second.stdout).toContain('#1 stays as it is');
    expect(github.requests.slice(before).filter((one) => !one.startsWith('GET '))).toEqual([]);

    github.merge(1);
    pull();
    expect((await propose()).stdout).toContain('stays as it is');
    const accepted = JSON.parse((await run()).stdout);
    expect(accepted.runs[0].requests).toMatchObject([{ id, outcome: 'accepted' }]);
    expect(await actAs(cloud, ACME).see(id)).toContain(PROD);
  });

  it('opens a draft for an unknown requester, and its merge lets no one in', async () => {
    const { cloud, github, pull, propose, run } = await startCheckout();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 7 });
    expect((await propose()).code).toBe(0);
    expect(github.pull(1)).toMatchObject({
      draft: true,
      title: expect.stringMatching(/^\[unknown requester\]/),
    });
    const text = github.git.readFile(`vif-acceptor/hub/${id}`, 'policy/hub.yaml') ?? '';
    expect(text).toContain(`#   sharedConnections: ["${UNKNOWN_CONNECTION}"]`);
    expect(text).toContain(`#   connections: ["${UNKNOWN_CONNECTION}"]`);
    github.merge(1);
    pull();
    const held = JSON.parse((await run()).stdout);
    expect(held.runs[0].requests).toMatchObject([{ id, outcome: 'held' }]);
  });

  it('closes the pull request of a request that was withdrawn, but none while the provider cannot be listed', async () => {
    const { cloud, github, propose, run } = await startCheckout();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await run();
    await propose();
    await actAs(cloud, ACME).withdraw(id);
    const failed = await propose('--endpoint', 'http://127.0.0.1:9');
    expect([failed.code, github.pull(1).state]).toEqual([1, 'open']);
    expect((await propose()).stdout).toContain('close #1');
    expect([github.pull(1).state, github.git.shaOf(`vif-acceptor/hub/${id}`)]).toEqual(['closed', null]);
  }, 60_000);

  it('fails when the files of the checkout are not those of the base branch', async () => {
    const { cloud, github, dir, propose } = await startCheckout();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    writeFileSync(join(dir, 'policy/hub.yaml'), `# edited\n${POLICY}`);
    expect([(await propose()).code, github.pulls]).toEqual([1, []]);
  });

  it('changes nothing with --dry-run, and shows no token', async () => {
    const { cloud, github, propose } = await startCheckout();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { code, stdout, stderr } = await propose('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('new pull request');
    expect(stdout + stderr).not.toContain(TOKEN);
    expect(github.pulls).toEqual([]);
    expect(github.requests.filter((one) => !one.startsWith('GET '))).toEqual([]);
  });

  it('writes proposals as files, whose patch git applies', async () => {
    const { cloud, dir, propose, run } = await startCheckout();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // The ledger records when the request was first seen.
    await run();
    const { code } = await propose('--output', 'proposals');
    expect(code).toBe(0);
    const index = JSON.parse(readFileSync(join(dir, 'proposals/hub', id, 'proposal.json'), 'utf8'));
    expect(index).toMatchObject({
      format: 1,
      target: 'hub',
      kind: 'ready',
      deadline: { earliest: null, latest: expect.any(String) },
    });
    execFileSync('git', ['apply', `proposals/hub/${id}/change.patch`], { cwd: dir });
    const tested = await runCli(dir, ['policy', 'test']);
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining(`request ${id} is accepted`)]);
    // A second run does not mix with it.
    expect((await propose('--output', 'proposals')).code).toBe(2);
  });

  it('prints no text of a requester that a workflow of GitHub would run as a command', async () => {
    const { cloud, propose } = await startCheckout();
    const name = '##[stop-commands]x ::error::y';
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 7, name });
    const { code, stdout, stderr } = await propose('--dry-run', '--max', '1');
    expect(code).toBe(0);
    expect(stdout + stderr).not.toMatch(/##\[|^::/m);
  });

  it('needs a token, unless it only prints or writes files', async () => {
    const dir = folderWith(FILES);
    const result = await runCli(dir, ['policy', 'propose'], { GITHUB_REPOSITORY: FULL_NAME });
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('GITHUB_TOKEN')]);
  });
});
