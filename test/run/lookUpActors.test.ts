import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import type { AcceptorEvent } from '../../core/events/event.ts';
import type { Emulator, Options } from '../../emulator/emulator.ts';
import type { EventPublisher } from '../../run/ports.ts';
import type { RunInput } from '../../run/runContext.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  LAB,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

/** Accepts VLAN 101 only: the other requests are held, so that a person can accept them. */
const OWNERS = `owners: { acme: { connections: [${ACME_1}], grants: { one: { gateway: ${PROD}, match: { vlan: [101] } } } } }`;

/** Runs every five minutes with the option that looks up actors. */
async function startRuns(options: Options) {
  const { dialect = 'aws' } = options;
  const cloud = await startTestCloud({ ...options, dialect });
  const publisher = recordingPublisher();
  const runner = createRunner(cloud, compileTestPolicy(OWNERS, dialect), { eventPublisher: publisher });
  let taken = 0;
  return {
    cloud,
    runner,
    /** Moves the clock, and executes a run. @returns its report, and the events that it delivered about manual changes */
    after: async (time: string | null, overrides: Partial<RunInput> = {}) => {
      if (time !== null) cloud.clock.advance(time);
      const report = await runner.run({ looksUpActors: true, ...overrides });
      const fresh = publisher.delivered.slice(taken);
      taken = publisher.delivered.length;
      return {
        report,
        events: fresh.filter(isOfManualChange),
        others: fresh.filter((one) => !isOfManualChange(one)),
      };
    },
  };
}

function isOfManualChange({ type, detail }: AcceptorEvent): boolean {
  return detail.as === 'acceptedByOthers' || type === 'Accepted Interface Not Available';
}

/** The details of a lookup in an event. */
function lookupOf(event: AcceptorEvent | undefined) {
  return { actor: event?.detail.actor, actorLookup: event?.detail.actorLookup };
}

function countLookUps(cloud: Emulator): number {
  return cloud.calls().filter(({ operation }) => ['LookupEvents', 'ReadApiLogs'].includes(operation)).length;
}

/** A request that is held, and then accepted by a person of the recipient. */
async function acceptManually(
  cloud: Emulator,
  after: Awaited<ReturnType<typeof startRuns>>['after'],
  vlan = 102,
): Promise<string> {
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
  await after('PT5M');
  await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
  return id;
}

const BY_ROOT = {
  operation: 'ConfirmPrivateVirtualInterface',
  identity: `arn:aws:iam::${RECIPIENT_ACCOUNT}:root`,
  account: RECIPIENT_ACCOUNT,
  source: '127.0.0.1',
  gateway: LAB,
};

describe('the event of a request that somebody else accepted on AWS', () => {
  it('names the actor at once if CloudTrail has the call already', async () => {
    const { cloud, runner, after } = await startRuns({});
    await after(null);
    const id = await acceptManually(cloud, after);
    const { events } = await after('PT5M');
    expect(events.map(({ detail }) => detail.request)).toMatchObject([{ id }]);
    expect(lookupOf(events[0])).toMatchObject({ actor: BY_ROOT, actorLookup: 'found' });
    expect(String(events[0]?.detail.message)).toContain(BY_ROOT.identity);
    const { ended } = await runner.ledger.readRecords(`aws/eu-west-2/${RECIPIENT_ACCOUNT}`, new Date(0));
    expect(ended).toMatchObject([{ id, as: 'acceptedByOthers', actor: BY_ROOT }]);
  });

  it('waits until CloudTrail has the call, is delivered once, and delays no other event', async () => {
    const { cloud, after } = await startRuns({ auditDelay: 'PT15M' });
    await after(null);
    await acceptManually(cloud, after);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 103 });
    const first = await after('PT5M');
    expect(first.events).toEqual([]);
    expect(first.others.map(({ type }) => type)).toContain('Request Held');
    expect(first.report).toMatchObject({
      status: 'completed',
      ended: [{ as: 'acceptedByOthers' }],
      warnings: [],
    });
    expect((await after('PT5M')).events).toEqual([]);
    const third = await after('PT5M');
    expect(third.events.map(lookupOf)).toMatchObject([{ actor: BY_ROOT, actorLookup: 'found' }]);
    expect((await after('PT5M')).events).toEqual([]);
  });

  it('is delivered after the others, each of which a receiver that refuses it is asked for once in a run', async () => {
    const { cloud, runner, after } = await startRuns({});
    await after(null);
    await acceptManually(cloud, after);
    const refused = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 103,
    });
    const taken: string[] = [];
    const eventPublisher: EventPublisher = {
      publish: async (events) => {
        const isRefused = ({ detail }: AcceptorEvent) =>
          JSON.stringify(detail.request ?? null).includes(refused);
        const delivered = events.filter((event) => !isRefused(event)).map(({ id }) => id);
        taken.push(...delivered);
        return { delivered, problem: events.some(isRefused) ? 'refused' : null };
      },
    };
    // A third event, so that the receiver works in the first delivery of the run.
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 104 });
    const { report } = await after('PT5M', { ports: { ...runner.ports, eventPublisher } });
    const { outbox } = await runner.ledger.readState(`aws/eu-west-2/${RECIPIENT_ACCOUNT}`);
    expect(taken).toHaveLength(2);
    expect(Object.values(outbox)).toMatchObject([{ type: 'Request Held', refusals: 1, triedInVain: 1 }]);
    expect(report.failures.map(({ code }) => code)).toEqual(['event-delivery']);
  });

  it('waits for 20 minutes at most, and then says that the log has no such call', async () => {
    const { cloud, after } = await startRuns({ auditDelay: 'P1D' });
    await after(null);
    await acceptManually(cloud, after);
    const delivered: number[] = [];
    for (let minutes = 0; minutes <= 30; minutes += 5) {
      const { events } = await after('PT5M');
      if (events.length > 0) delivered.push(minutes);
      for (const event of events) expect(lookupOf(event)).toEqual({ actor: null, actorLookup: 'notFound' });
    }
    expect(delivered).toEqual([20]);
  });

  it('does not wait for a run that comes only after these 20 minutes', async () => {
    const { cloud, after } = await startRuns({ auditDelay: 'PT30M' });
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 102 });
    await after('PT1H');
    cloud.clock.advance('PT59M');
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
    const { events } = await after('PT1M');
    expect(events.map(lookupOf)).toEqual([{ actor: null, actorLookup: 'notFound' }]);
  });

  it('does not wait if the credentials may not read CloudTrail, which is not tried again', async () => {
    const { cloud, after } = await startRuns({});
    await after(null);
    await acceptManually(cloud, after);
    cloud.addFault({ kind: 'accessDenied', operation: 'LookupEvents', times: 'always' });
    const { events, report } = await after('PT5M');
    expect(events.map(lookupOf)).toEqual([{ actor: null, actorLookup: 'notPermitted' }]);
    expect(report).toMatchObject({ status: 'completed', warnings: [{ code: 'audit-log' }] });
    const calls = countLookUps(cloud);
    await acceptManually(cloud, after, 103);
    expect((await after('PT5M')).events.map(lookupOf)).toEqual([
      { actor: null, actorLookup: 'notPermitted' },
    ]);
    expect(countLookUps(cloud)).toBe(calls);
  });

  it('waits while CloudTrail cannot be reached, and fails no run', async () => {
    const { cloud, after } = await startRuns({});
    await after(null);
    await acceptManually(cloud, after);
    cloud.addFault({ kind: 'reset', operation: 'LookupEvents', times: 3 });
    const { events, report } = await after('PT5M');
    expect(events).toEqual([]);
    expect(report).toMatchObject({ status: 'completed', failures: [], warnings: [{ code: 'audit-log' }] });
    expect((await after('PT5M')).events.map(lookupOf)).toMatchObject([{ actorLookup: 'found' }]);
  });

  it('is delivered without an actor if no time is left to look, or if looking is turned off meanwhile', async () => {
    const { cloud, after } = await startRuns({});
    await after(null);
    await acceptManually(cloud, after);
    expect((await after('PT5M', { remaining: () => 14_999 })).events).toEqual([]);
    expect((await after('PT5M', { looksUpActors: false })).events.map(lookupOf)).toEqual([
      { actor: null, actorLookup: 'failed' },
    ]);
  });

  it('has no actor, and nothing is looked up, without the option', async () => {
    const { cloud, after } = await startRuns({});
    await after(null);
    await acceptManually(cloud, after);
    const { events } = await after('PT5M', { looksUpActors: false });
    expect(events.map(lookupOf)).toEqual([{ actor: undefined, actorLookup: undefined }]);
    expect(countLookUps(cloud)).toBe(0);
  });

  it('does not name a call that was refused, nor one about another interface', async () => {
    const { cloud, after } = await startRuns({});
    await after(null);
    const other = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103 });
    const id = await acceptManually(cloud, after);
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(other, PROD);
    await expect(actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD)).rejects.toThrow();
    const { events } = await after('PT5M');
    const gateways = events.map(({ detail }) => [Object(detail.request).id, Object(detail.actor).gateway]);
    expect(Object.fromEntries(gateways)).toEqual({ [id]: LAB, [other]: PROD });
  });
});

describe('the event of an accepted interface that is gone', () => {
  it('names who deleted it on AWS', async () => {
    const { cloud, after } = await startRuns({ deletionTime: 'PT1S' });
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect((await after('PT5M')).report.counts?.accepted).toBe(1);
    await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
    const { events } = await after('PT5M');
    const deleted = { ...BY_ROOT, operation: 'DeleteVirtualInterface', gateway: null };
    expect(events.map(lookupOf)).toMatchObject([{ actor: deleted, actorLookup: 'found' }]);
    expect(events[0]?.detail).toMatchObject({ problem: 'gone', interface: { id } });
  });

  it('does not name the requester, whose call is in the log of another account', async () => {
    const { cloud, after } = await startRuns({ deletionTime: 'PT1S' });
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await after('PT5M');
    await actAs(cloud, ACME).withdraw(id);
    await after('PT5M');
    expect((await after('PT20M')).events.map(lookupOf)).toEqual([{ actor: null, actorLookup: 'notFound' }]);
  });

  it("names the address and the account on OUTSCALE, where it was deleted by the provider's own API", async () => {
    const { cloud, after } = await startRuns({ dialect: 'outscale', deletionTime: 'PT1S' });
    await after(null);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await after('PT5M');
    await deleteByOutscaleApi(cloud, id);
    const { events } = await after('PT5M');
    expect(events.map(lookupOf)).toMatchObject([
      {
        actor: {
          operation: 'DeleteDirectLinkInterface',
          identity: null,
          account: RECIPIENT_ACCOUNT,
          source: '127.0.0.1',
          agent: 'a person',
        },
        actorLookup: 'found',
      },
    ]);
  });
});

it('the event of a request that somebody else accepted on OUTSCALE does not wait, because the call is not logged', async () => {
  const { cloud, after } = await startRuns({ dialect: 'outscale' });
  await after(null);
  await acceptManually(cloud, after);
  const { events } = await after('PT5M');
  expect(events.map(lookupOf)).toEqual([{ actor: null, actorLookup: 'notLogged' }]);
  expect(countLookUps(cloud)).toBe(0);
});

/** Deletes an interface of the recipient by OUTSCALE's own API. */
async function deleteByOutscaleApi(cloud: Emulator, id: string): Promise<void> {
  const { hostname, port, host, protocol } = new URL(cloud.url);
  const signer = new SignatureV4({
    credentials: { accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' },
    region: 'eu-west-2',
    service: 'oapi',
    sha256: new DirectConnectClient({ region: 'eu-west-2' }).config.sha256,
  });
  const request = new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    port: Number(port),
    path: '/api/v1/DeleteDirectLinkInterface',
    headers: { host, 'content-type': 'application/json', 'user-agent': 'a person' },
    body: JSON.stringify({ DirectLinkInterfaceId: id }),
  });
  const { headers, body } = await signer.sign(request);
  const { host: _, ...sent } = headers;
  const response = await fetch(`${cloud.url}/api/v1/DeleteDirectLinkInterface`, {
    method: 'POST',
    headers: sent,
    body,
  });
  expect(response.status).toBe(200);
}
