import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import type { LoadedPolicy } from '../../core/policyText.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { Ports } from '../../run/ports.ts';
import { ACME, actAs } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  startTestCloud,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

const LAG = 'dxlag-0ther000';

/** The same API, with these interfaces on a connection that the policy does not name. */
function withMoved({ directConnect, ...ports }: Ports, moved: ReadonlySet<string>): Ports {
  const placed = <V extends VirtualInterface | null>(vif: V): V =>
    vif !== null && moved.has(vif.id) ? { ...vif, connection: LAG } : vif;
  return {
    ...ports,
    directConnect: {
      ...directConnect,
      list: async () => (await directConnect.list()).map(placed),
      describe: async (id) => placed(await directConnect.describe(id)),
    },
  };
}

const ownedBy = (name: string, grant = 'default'): LoadedPolicy =>
  compileTestPolicy(
    `owners: { ${name}: { connections: [${ACME_1}], limit: 1, grants: { ${grant}: { gateway: ${PROD}, limit: 1 } } } }`,
    'aws',
  );

/** A request of acme is accepted and moved; then acme offers another one. */
async function afterMove(second: LoadedPolicy) {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, ownedBy('acme'), { eventPublisher });
  const acme = actAs(cloud, ACME);
  const first = await acme.offer({ connection: ACME_1, vlan: 101 });
  expect(outcomesById(await runner.run())[first]).toMatch(/^accepted/);
  eventPublisher.takePublished();
  const again = await acme.offer({ connection: ACME_1, vlan: 102 });
  const run = (isMoved = true): Promise<RunReport> =>
    runner.run({ loaded: second, ports: withMoved(runner.ports, new Set(isMoved ? [first] : [])) });
  return { first, again, publisher: eventPublisher, run };
}

describe('an owner that moves an accepted interface to a connection that the policy does not name', () => {
  it('does not get its slot of the limit back, and the message names the connection', async () => {
    const { first, again, run } = await afterMove(ownedBy('acme'));
    const report = await run();
    expect(outcomesById(report)[again]).toBe('held owner-limit grant-limit');
    expect(JSON.stringify(report.requests)).toContain(`${first} (now on \`${LAG}\`)`);
  });

  it('is reported once as an event, and in the report of each run as long as it lasts', async () => {
    const { first, publisher, run } = await afterMove(ownedBy('acme'));
    for (let count = 0; count < 3; count += 1)
      expect((await run()).followUps).toMatchObject([
        { id: first, problem: 'otherConnection', connection: LAG },
      ]);
    const ofMove = publisher.delivered.filter(({ detail }) => detail.problem === 'otherConnection');
    expect(ofMove).toHaveLength(1);
  });

  it('is reported again when the interface moves once more after it was back', async () => {
    const { publisher, run } = await afterMove(ownedBy('acme'));
    for (const isMoved of [true, false, true, true]) await run(isMoved);
    const ofMove = publisher.delivered.filter(({ detail }) => detail.problem === 'otherConnection');
    expect(ofMove).toHaveLength(2);
  });

  it.each([
    ['the owner', ownedBy('acme-2')],
    ['the grant', ownedBy('acme', 'prod')],
    ['both', ownedBy('acme-2', 'prod')],
  ])('does not get its slot back when %s is renamed', async (_, renamed) => {
    const { again, run } = await afterMove(renamed);
    expect(outcomesById(await run())[again]).toBe('held owner-limit grant-limit');
  });
});
