import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toPublishedEvent } from '../../core/events/event.ts';
import { replayDecision } from '../../core/receipt.ts';
import { readScenario, startEmulator } from '../../emulator/emulator.ts';
import type { Ports } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, ACME_2, compileTestPolicy, createRunner, outcomesById, PROD } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

/** Direct Connect gateways: without associations, for each type, and of another account that shares it. */
const FREE = '11111111-2222-4333-8444-555555555555';
const PRIVATE = '22222222-3333-4444-8555-666666666666';
const TRANSIT = '33333333-4444-4555-8666-777777777777';
const FOREIGN = '44444444-5555-4666-8777-888888888888';
const MISSING = '55555555-6666-4777-8888-999999999999';
const TGW = 'tgw-1a2b3c4d5e6f7a8b9';

const EVENTS = JSON.parse(readFileSync(new URL('../../docs/events.schema.json', import.meta.url), 'utf8'));
const validateEvent = new Ajv2020({ strictTypes: false, allErrors: true }).compile(EVENTS);

const ASSOCIATIONS = 'DescribeDirectConnectGatewayAssociations';

/** A cloud with these gateways, a runner with this policy, and an owner who offers interfaces. */
async function start(owners: string, transitState = 'associated') {
  const hub = (id: string, given: object = {}) => ({ account: RECIPIENT_ACCOUNT, id, name: id, ...given });
  const scenario = readScenario({
    region: 'eu-west-2',
    options: { dialect: 'aws' },
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1' }],
    transitGateways: [{ account: RECIPIENT_ACCOUNT, id: TGW }],
    directConnectGateways: [
      hub(FREE, { associated: false }),
      hub(PRIVATE),
      hub(TRANSIT),
      hub(FOREIGN, { account: UNKNOWN_REQUESTER, sharedWith: [RECIPIENT_ACCOUNT] }),
    ],
    associations: [{ gateway: TRANSIT, with: TGW, state: transitState }],
    connections: [ACME_1, ACME_2].map((id) => ({ account: ACME, id, name: id, location: 'PAR1' })),
  });
  const cloud = await startEmulator({ scenario });
  onTestFinished(() => cloud.close());
  const runner = createRunner(cloud, compileTestPolicy(owners, 'aws'));
  const confirms = () =>
    cloud
      .calls()
      .map(({ operation }) => operation)
      .filter((operation) => operation.startsWith('Confirm'));
  return { cloud, runner, acme: actAs(cloud, ACME), me: actAs(cloud, RECIPIENT_ACCOUNT), confirms };
}

const granting = (type: 'private' | 'transit', gateway: string): string =>
  `owners: { acme: { connections: [${ACME_1}, ${ACME_2}], grants: { a: { type: ${type}, gateway: ${gateway} } } } }`;

describe('a transit interface', () => {
  it.each([FREE, TRANSIT])(
    'is accepted by its own call, with a receipt that replays: %s',
    async (gateway) => {
      const { runner, acme, me, confirms } = await start(granting('transit', gateway));
      const id = await acme.offer({ connection: ACME_1, vlan: 101, type: 'transit' });
      expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.a ${gateway}` });
      expect(await me.see(id)).toBe(`pending ${gateway}`);
      expect(confirms()).toEqual(['ConfirmTransitVirtualInterface']);
      const { receipts } = await runner.ledger.readRecords(`aws/eu-west-2/${RECIPIENT_ACCOUNT}`, new Date(0));
      expect(receipts).toMatchObject([
        { request: { type: 'transit' }, gatewaySeen: { servedKinds: gateway === FREE ? [] : ['transit'] } },
      ]);
      const [receipt] = receipts;
      const policy = compileTestPolicy(granting('transit', gateway), 'aws');
      expect(receipt && replayDecision(receipt, policy.policy).isSame).toBe(true);
    },
  );

  it('is confirmed by its own call also when the answer is lost', async () => {
    const { cloud, runner, acme, confirms } = await start(granting('transit', TRANSIT));
    const id = await acme.offer({ connection: ACME_1, vlan: 101, type: 'transit' });
    cloud.addFault({ kind: 'failAfterCommit', operation: 'ConfirmTransitVirtualInterface', times: 1 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.a ${TRANSIT}` });
    expect(confirms()).toEqual(['ConfirmTransitVirtualInterface']);
  });
});

describe('the events of a run with transit requests', () => {
  it.each([
    [
      'a grant of the other type',
      'private',
      PROD,
      expect.stringContaining('confirm-transit-virtual-interface'),
    ],
    ['a gateway of the other type', 'transit', PRIVATE, null],
  ] as const)(
    'fit the schema, and show the type of what is accepted and of what is held for %s',
    async (_, type, gateway, command) => {
      const grants = `{ ok: { type: transit, gateway: ${TRANSIT}, match: { vlan: [101] } },
      other: { type: ${type}, gateway: ${gateway}, match: { vlan: [102] } } }`;
      const owners = `owners: { acme: { connections: [${ACME_1}], grants: ${grants} } }`;
      const { cloud, acme } = await start(owners);
      const eventPublisher = recordingPublisher();
      const runner = createRunner(cloud, compileTestPolicy(owners, 'aws'), { eventPublisher });
      const accepted = await acme.offer({ connection: ACME_1, vlan: 101, type: 'transit' });
      const held = await acme.offer({ connection: ACME_1, vlan: 102, type: 'transit' });
      await runner.run();
      await acme.withdraw(held);
      await runner.run();
      const published = eventPublisher.delivered.map(toPublishedEvent);
      for (const event of published)
        expect([validateEvent(event), validateEvent.errors]).toEqual([true, null]);
      const message = expect.stringContaining('`transit`');
      expect(published).toMatchObject([
        {
          'detail-type': 'Request Accepted',
          detail: { message, request: { id: accepted, type: 'transit' } },
        },
        {
          'detail-type': 'Request Held',
          detail: {
            message,
            request: { id: held, type: 'transit' },
            manualOverrideCommand: command,
          },
        },
        { 'detail-type': 'Request Ended', detail: { message, request: { id: held }, as: 'rejected' } },
      ]);
    },
  );
});

it('a transit request whose listing fails is named as one in the warning about its expiry', async () => {
  const { cloud, acme } = await start(granting('private', PROD));
  const eventPublisher = recordingPublisher();
  const loaded = compileTestPolicy(granting('private', PROD), 'aws');
  const recipient = { ...loaded.policy.recipient, expiry: 7 * 24 * 3600 };
  const runner = createRunner(
    cloud,
    { ...loaded, policy: { ...loaded.policy, recipient } },
    { eventPublisher },
  );
  await runner.run();
  await acme.offer({ connection: ACME_1, vlan: 101, type: 'transit' });
  await runner.run();
  cloud.clock.advance('P6D');
  cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces', times: 'always' });
  await runner.run();
  expect(eventPublisher.delivered.filter(({ type }) => type === 'Deadline Near')).toMatchObject([
    { detail: { outcome: 'notListed', message: expect.stringContaining('`transit`') } },
  ]);
});

describe('a request for a Direct Connect gateway', () => {
  it.each([
    ['transit', PRIVATE, 'associated', 'gateway-other-type'],
    ['private', TRANSIT, 'associated', 'gateway-other-type'],
    ['private', TRANSIT, 'associating', 'gateway-other-type'],
    ['private', TRANSIT, 'disassociating', 'gateway-other-type'],
    ['transit', FOREIGN, 'associated', 'gateway-other-account'],
  ] as const)('for a %s interface is held on %s in state %s', async (type, gateway, state, code) => {
    const { runner, acme, me, confirms } = await start(granting(type, gateway), state);
    const id = await acme.offer({ connection: ACME_1, vlan: 101, type });
    const report = await runner.run();
    expect(outcomesById(report)).toEqual({ [id]: `held ${code}` });
    expect([report.status, confirms(), await me.see(id)]).toEqual(['completed', [], 'confirming']);
  });

  it('that does not exist is held as such, also if the API refuses questions about it', async () => {
    const owners = `owners:
  acme: { connections: [${ACME_1}], grants: { a: { type: transit, gateway: ${MISSING} } } }
  beta: { connections: [${ACME_2}], gateway: ${PROD} }`;
    const { cloud, runner, acme } = await start(owners);
    const id = await acme.offer({ connection: ACME_1, vlan: 101, type: 'transit' });
    cloud.addFault({ kind: 'serverError', operation: ASSOCIATIONS, times: 'always', status: 400 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: 'held gateway-missing' });
  });

  it.each(['private', 'transit'] as const)(
    'for a %s interface does not wait for the permission to read associations',
    async (type) => {
      const { cloud, runner, acme } = await start(granting(type, FREE));
      const id = await acme.offer({ connection: ACME_1, vlan: 101, type });
      cloud.addFault({ kind: 'accessDenied', operation: ASSOCIATIONS, times: 'always' });
      const report = await runner.run();
      expect(outcomesById(report)).toEqual({ [id]: `accepted acme.a ${FREE}` });
      expect(report.requests[0]?.skipped).toContainEqual(expect.stringContaining(ASSOCIATIONS));
    },
  );

  it('waits for the next run if the associations cannot be read now', async () => {
    const { cloud, runner, acme, confirms } = await start(granting('private', PRIVATE));
    const id = await acme.offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'serverError', operation: ASSOCIATIONS, times: 3, status: 500 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: `failed acme.a ${PRIVATE}` });
    expect(confirms()).toEqual([]);
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.a ${PRIVATE}` });
  });

  it('is held if an interface of the other type is on the gateway, or is accepted for it in the same run', async () => {
    const owners = `owners:
  acme: { connections: [${ACME_1}, ${ACME_2}], grants: { p: { gateway: ${FREE} }, t: { type: transit, gateway: ${FREE} } } }`;
    const { runner, acme } = await start(owners);
    await acme.offer({ connection: ACME_1, vlan: 101 });
    await acme.offer({ connection: ACME_2, vlan: 102, type: 'transit' });
    const outcomes = Object.values(outcomesById(await runner.run()));
    expect(outcomes.toSorted()).toEqual([
      expect.stringMatching(/^accepted acme\.[pt] /),
      'held gateway-other-type',
    ]);
    const again = Object.values(outcomesById(await runner.run()));
    expect(again).toEqual(['held gateway-other-type']);
  });

  it('is not confirmed before the gateway that the policy assigns then was read', async () => {
    const owners = `owners:
  acme:
    connections: [${ACME_1}]
    grants:
      a: { gateway: ${PRIVATE}, match: { name: [before] } }
      b: { gateway: ${TRANSIT}, match: { name: [after] } }`;
    const { cloud, runner, acme, confirms } = await start(owners);
    const id = await acme.offer({ connection: ACME_1, vlan: 101, name: 'before' });
    // The requester renames the request between the listing and its description.
    const directConnect: Ports['directConnect'] = {
      ...runner.ports.directConnect,
      describe: async (one) => {
        cloud.disguise(id, { shows: { virtualInterfaceName: 'after' } });
        return runner.ports.directConnect.describe(one);
      },
    };
    const report = await runner.run({ ports: { ...runner.ports, directConnect } });
    expect(outcomesById(report)).toEqual({ [id]: 'held gateway-other-type' });
    expect(confirms()).toEqual([]);
  });
});
