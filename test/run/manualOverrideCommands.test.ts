import { expect, it } from 'vitest';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { routesFor } from '../support/emulatedRoutes.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

/** Every AWS CLI command in reports and events, up to the end of its sentence. */
function commandsIn(printed: unknown): string[] {
  return JSON.stringify(printed).match(/aws (?:directconnect|ec2) [^;"]*/g) ?? [];
}

it.each(['outscale', 'aws'] as const)(
  'every printed command has its endpoint, because the AWS CLI does not know it: %s with another endpoint',
  async (dialect) => {
    const cloud = await startTestCloud({ dialect });
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`,
      dialect,
    );
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, policy, { eventPublisher });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // One more than the limit: a person may accept it manually. For an unknown requester no command is printed.
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103 });
    const strange = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });
    // Accepted, and not available within no time at all.
    await runner.run();
    await runner.run({ availableWithinMs: 0 });
    await routesFor(cloud).stopPropagating(PROD, 'vpc-1');
    cloud.clock.advance('PT5M');
    await runner.run();
    cloud.clock.advance('P6DT22H');
    await runner.run();

    const commands = commandsIn(eventPublisher.delivered);
    const called = new Set(commands.map((command) => command.split(' ')[2]));
    expect([...called].sort()).toEqual([
      'confirm-private-virtual-interface',
      'describe-virtual-interfaces',
      'enable-vgw-route-propagation',
    ]);
    expect(commands.filter((command) => command.includes(strange))).toEqual([]);
    const end = `--region eu-west-2 --endpoint-url ${cloud.url}`;
    expect(commands.filter((command) => !command.endsWith(end))).toEqual([]);
  },
);

it('commands in events name no profile of the person who made the run, unlike those in its report', async () => {
  const cloud = await startTestCloud();
  const policy = compileTestPolicy(
    `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`,
    'outscale',
  );
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, policy, { eventPublisher });
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103 });
  const report = await runner.run({ oscCli: { name: 'planted', file: '/home/planted/config.json' } });
  expect(JSON.stringify(report)).toMatch(/osc-cli [^"]*planted/);
  expect(commandsIn(eventPublisher.delivered)).not.toEqual([]);
  expect(JSON.stringify(eventPublisher.delivered)).not.toMatch(/osc-cli|planted/);
});
