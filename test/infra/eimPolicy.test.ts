import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { PROJECT_ROOT } from '../../infra/bundledFunction.ts';
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

/** The actions that the EIM policy allows. */
const allowed: readonly string[] = statements.flatMap(({ Action }: { Action: string[] }) => Action);

/** The recipient's calls, as EIM actions: its services are named `directconnect` (DirectLink) and `ec2` (FCU). */
function asked(cloud: Emulator): string[] {
  const ours = cloud.calls().filter(({ account }) => account === RECIPIENT_ACCOUNT);
  return [...new Set(ours.map(({ service, operation }) => `${service}:${operation}`))].sort();
}

/** Runs with requests that are accepted, held, become available, fail and end. */
async function everyCaseOfARun(cloud: Emulator): Promise<void> {
  const [acme, unknownRequester] = [actAs(cloud, ACME), actAs(cloud, UNKNOWN_REQUESTER)];
  const { run } = createRunner(cloud, SIMPLE_POLICY);
  const accepted = await acme.offer({ connection: ACME_1, vlan: 101 });
  const held = await unknownRequester.offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  cloud.clearCalls();
  expect(await run()).toMatchObject({ status: 'completed', counts: { accepted: 1, held: 1 } });
  cloud.clock.advance('PT5M');
  expect(await run()).toMatchObject({ status: 'completed', followUps: [], warnings: [] });
  expect(await acme.see(accepted)).toBe(`available ${PROD}`);

  const failing = await acme.offer({ connection: ACME_1, vlan: 103 });
  cloud.addFault({ kind: 'timeoutAfterCommit', operation: 'ConfirmPrivateVirtualInterface' });
  expect(await run()).toMatchObject({ counts: { accepted: 1 } });
  await acme.withdraw(failing);
  await unknownRequester.withdraw(held);
  cloud.clock.advance('P1D');
  await run();
}

describe('docs/eim-policy.json', () => {
  it('allows exactly the calls of runs at OUTSCALE', async () => {
    const cloud = await startTestCloud();
    await everyCaseOfARun(cloud);
    const meanwhile = asked(cloud);
    // The recipient's own offers to others look like requests until its connections are listed.
    cloud.clearCalls();
    await actAs(cloud, RECIPIENT_ACCOUNT).offer({ connection: OWN_CONNECTION, vlan: 104, to: ACME });
    cloud.clearCalls();
    expect(await createRunner(cloud, SIMPLE_POLICY).run()).toMatchObject({ ignored: [{ code: 'outbound' }] });
    expect([...new Set([...meanwhile, ...asked(cloud)])].sort()).toEqual([...allowed].sort());
  });

  it('is sufficient for `policy init`, `doctor`, `plan` and `status`', async () => {
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

  it('has the form that EIM accepts', () => {
    expect(statements).toEqual([{ Sid: 'VifAcceptor', Effect: 'Allow', Action: allowed, Resource: ['*'] }]);
    expect(new Set(allowed).size).toBe(allowed.length);
    for (const action of allowed) expect(action).toMatch(/^(directconnect|ec2):[A-Z]\w+$/);
  });
});
