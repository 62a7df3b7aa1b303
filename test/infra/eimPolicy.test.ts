import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { PROJECT_ROOT } from '../../infra/providerFunction.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli, withOwners } from '../support/cli.ts';
import {
  ACME_1,
  createRunner,
  OWN_CONNECTION,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

const { Statement: statements } = JSON.parse(readFileSync(`${PROJECT_ROOT}docs/eim-policy.json`, 'utf8'));

/** What the policy of the user allows. */
const allowed: readonly string[] = statements.flatMap(({ Action }: { Action: string[] }) => Action);

/** What we called, as EIM names it: of its services, DirectLink is `directconnect` and FCU is `ec2`. */
function asked(cloud: Emulator): string[] {
  const ours = cloud.calls().filter(({ account }) => account === RECIPIENT_ACCOUNT);
  return [...new Set(ours.map(({ service, operation }) => `${service}:${operation}`))].sort();
}

/** A request of each kind, as it comes, is accepted or held, comes up, fails, ends; nobody else calls with our keys. */
async function everythingThatPassesMeet(cloud: Emulator): Promise<void> {
  const [acme, stranger] = [actAs(cloud, ACME), actAs(cloud, UNKNOWN_REQUESTER)];
  const { run } = createRunner(cloud, SIMPLE_POLICY);
  const accepted = await acme.offer({ connection: ACME_1, vlan: 101 });
  const held = await stranger.offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  cloud.clearCalls();
  expect(await run()).toMatchObject({ status: 'completed', counts: { accepted: 1, held: 1 } });
  cloud.clock.advance('PT5M');
  expect(await run()).toMatchObject({ status: 'completed', followUps: [], warnings: [] });
  expect(await acme.see(accepted)).toBe(`available ${PROD}`);

  const failing = await acme.offer({ connection: ACME_1, vlan: 103 });
  cloud.addFault({ kind: 'timeoutAfterCommit', operation: 'ConfirmPrivateVirtualInterface' });
  expect(await run()).toMatchObject({ counts: { accepted: 1 } });
  await acme.withdraw(failing);
  await stranger.withdraw(held);
  cloud.clock.advance('P1D');
  await run();
}

describe('docs/eim-policy.json', () => {
  it('allows what passes call at OUTSCALE, and nothing else', async () => {
    const cloud = await startTestCloud();
    await everythingThatPassesMeet(cloud);
    const meanwhile = asked(cloud);
    // What we offer to others looks like a request until we ask what is ours.
    cloud.clearCalls();
    await actAs(cloud, RECIPIENT_ACCOUNT).offer({ connection: OWN_CONNECTION, vlan: 104, to: ACME });
    cloud.clearCalls();
    expect(await createRunner(cloud, SIMPLE_POLICY).run()).toMatchObject({ ignored: [{ code: 'outbound' }] });
    expect([...new Set([...meanwhile, ...asked(cloud)])].sort()).toEqual([...allowed].sort());
  });

  it('is enough for what people type before the first pass, and to look', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({});
    const there = ['--endpoint', cloud.url];
    const recipient = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', RECIPIENT_ACCOUNT];
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const file = 'policy/hub.yaml';
    expect(await runCli(dir, ['policy', 'init', ...recipient, '--output', file, ...there])).toMatchObject({
      code: 0,
    });
    writeFileSync(join(dir, file), withOwners(readFileSync(join(dir, file), 'utf8')));
    for (const args of [['doctor'], ['plan'], ['status']])
      expect(await runCli(dir, [...args, ...there])).toMatchObject({ code: 0 });
    expect(allowed).toEqual(expect.arrayContaining(asked(cloud)));
    expect(asked(cloud)).not.toContain('directconnect:ConfirmPrivateVirtualInterface');
  });

  it('has the form that EIM takes', () => {
    expect(statements).toEqual([{ Sid: 'VifAcceptor', Effect: 'Allow', Action: allowed, Resource: ['*'] }]);
    expect(new Set(allowed).size).toBe(allowed.length);
    for (const action of allowed) expect(action).toMatch(/^(directconnect|ec2):[A-Z]\w+$/);
  });
});
