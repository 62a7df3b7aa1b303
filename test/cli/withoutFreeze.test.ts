import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
freeze: true
owners: { acme: { connections: [${ACME_1}], grants: { prod: { gateway: ${PROD}, match: { vlan: [100-199] } } } } }
`;

/** What every output says about the request that the frozen policy would allow. */
const ACCEPTED = 'frozen; without the freeze: accepted by acme.prod';
const ACCEPT = { verdict: 'accept', owner: 'acme', grant: 'prod', gateway: PROD };

async function frozenTarget() {
  const cloud = await startTestCloud();
  const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const other = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 300 });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
  const command = async (...args: string[]) => (await runCli(dir, [...args, ...where])).stdout;
  return { dir, allowed, other, command };
}

describe('under a freeze, what would happen without it', () => {
  it('is in the plan, as text and as JSON', async () => {
    const { command, allowed, other } = await frozenTarget();
    const text = await command('plan');
    expect(text).toContain('3 held; without the freeze: 1 accepted, 2 also held');
    expect(text).toContain(ACCEPTED);
    expect(text).toContain('also held, for no-grant');
    const [{ requests }] = JSON.parse(await command('plan', '--json')).runs;
    const byId = new Map(requests.map((request: { id: string }) => [request.id, request]));
    expect(byId.get(allowed)).toMatchObject({
      outcome: 'held',
      withoutFreeze: { ...ACCEPT, checked: true },
    });
    expect(byId.get(other)).toMatchObject({
      outcome: 'held',
      withoutFreeze: { verdict: 'hold', reasons: [{ code: 'no-grant' }] },
    });
  });

  it('is in the status: as text, on the page, as JSON, and in the findings of `--check`', async () => {
    const { dir, command, allowed } = await frozenTarget();
    const text = await command('status', '--html', 'status.html');
    expect(text).toContain('3 held; without the freeze: 1 accepted, 2 also held');
    expect(text).toContain(ACCEPTED);
    const page = readFileSync(join(dir, 'status.html'), 'utf8');
    expect(page).toContain(ACCEPTED);
    expect(page).toContain('without the freeze: 1 accepted, 2 also held');
    expect(page).toMatch(/without the freeze: accepted by <code>acme\.prod<\/code>/);
    const [{ pending }] = JSON.parse(await command('status', '--json')).targets;
    const found = pending.find(({ id }: { id: string }) => id === allowed);
    expect(found).toMatchObject({ now: { withoutFreeze: { ...ACCEPT, checked: true } } });
    expect(await command('status', '--check')).toContain(ACCEPTED);
  });

  it('is in `policy explain`, with the conditions that a file cannot show', async () => {
    const { command } = await frozenTarget();
    const request = await command('plan', '--json');
    const folder = folderWith({ 'policy/hub.yaml': POLICY, 'request.json': request });
    const explain = async (...args: string[]) =>
      (await runCli(folder, ['policy', 'explain', '--request', 'request.json', ...args])).stdout;
    const { requests } = JSON.parse(request).runs[0];
    const [{ id }] = requests.filter(({ vlan }: { vlan: number }) => vlan === 101);
    expect(await explain('--id', id)).toContain('hold; without the freeze: accepted by acme.prod');
    expect(JSON.parse(await explain('--id', id, '--json'))).toMatchObject({
      freeze: true,
      report: { outcome: 'held', withoutFreeze: { ...ACCEPT, checked: false } },
    });
  });

  it('is in the event of a run, which also says that it did not check the gateway', async () => {
    const { dir, command, allowed } = await frozenTarget();
    await command('run', '--events', 'events.jsonl');
    const events = readFileSync(join(dir, 'events.jsonl'), 'utf8').trim().split('\n');
    const held = events.map((line) => JSON.parse(line)).find(({ detail }) => detail.request.id === allowed);
    expect(held.detail.reasons).toMatchObject([
      { code: 'frozen', message: expect.stringMatching(/accepted by `acme\.prod`.*if its gateway/) },
    ]);
  });
});
