import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Ports } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { aVif } from '../support/builders.ts';
import {
  ACME_1,
  createRunner,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { anAcceptance, anObservation } from '../support/ledgerBuilders.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';

/** A request of an unknown requester that a run saw, an allowed request, and an API whose listing lacks the first from then on. */
async function begin() {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
  const gone = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 9 });
  await runner.run();
  cloud.clock.advance('PT5M');
  const allowed = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const { directConnect } = runner.ports;
  /** @param answer the answer to a description of the unknown requester's request */
  const lacking = (answer: (vif: VirtualInterface | null) => VirtualInterface | null): Ports => ({
    ...runner.ports,
    directConnect: {
      ...directConnect,
      list: async () => (await directConnect.list()).filter(({ id }) => id !== gone),
      describe: async (id) => {
        const vif = await directConnect.describe(id);
        return id === gone ? answer(vif) : vif;
      },
    },
  });
  return {
    ...{ cloud, runner, gone, allowed },
    run: (answer: Parameters<typeof lacking>[0]) => runner.run({ ports: lacking(answer) }),
    state: () => runner.ledger.readState(RECIPIENT),
  };
}

describe('an interface that the listing lacks and a description shows', () => {
  it.each([['withdrawn'], [null]])(
    'in state %j, which this release does not know, is a warning, counts as live, and fails no run',
    async (state) => {
      const { cloud, gone, allowed, run, state: ledger } = await begin();
      const as = (vif: VirtualInterface | null) => vif && { ...vif, state };
      const report = await run(as);
      expect(report).toMatchObject({ status: 'completed', warnings: [{ code: 'unknown-state' }] });
      expect(report.warnings[0]?.message).toContain(gone);
      expect(outcomesById(report)).toEqual({ [allowed]: `accepted acme.default ${PROD}` });
      const { observations, lastListing } = await ledger();
      expect(Object.keys(observations)).toEqual([gone]);
      expect(lastListing).toBe(cloud.clock.now().toISOString());
      cloud.clock.advance('P8D');
      expect((await run(as)).ended).toEqual([]);
      // Once its state says so for certain, it has ended.
      expect((await run(() => null)).ended).toMatchObject([{ id: gone, as: 'expired' }]);
    },
  );

  it('in a state that this release does not know takes its VLAN', async () => {
    const { cloud, runner, run } = await begin();
    const acme = actAs(cloud, ACME);
    const taken = await acme.offer({ connection: ACME_1, vlan: 102 });
    // An interface of acme, on the same connection and with the same VLAN as the offered one.
    const report = await run((vif) => vif && { ...vif, connection: ACME_1, vlan: 102, state: 'parked' });
    expect(outcomesById(report)[taken]).toBe('held vlan-in-use');
    expect((await runner.run()).status).toBe('completed');
  });

  it.each(['confirming', 'verifying', 'pending', 'available', 'down', 'testing', 'deleting', 'unknown'])(
    'in the known state `%s` proves that the listing is incomplete: the run fails and accepts nothing',
    async (state) => {
      const { cloud, allowed, run, state: ledger } = await begin();
      const { lastListing } = await ledger();
      const report = await run((vif) => vif && { ...vif, state });
      expect(report).toMatchObject({ counts: null, failures: [{ code: 'listing-incomplete' }] });
      expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(allowed)).toBe('confirming');
      expect((await ledger()).lastListing).toBe(lastListing);
    },
  );
});

it('a listing that lacks a live interface is made once more, because requesters who withdraw move others between its pages', async () => {
  const { runner, gone, allowed, state, cloud } = await begin();
  const { directConnect } = runner.ports;
  let listings = 0;
  const list = async () => {
    listings += 1;
    const all = await directConnect.list();
    return listings === 1 ? all.filter(({ id }) => id !== gone) : all;
  };
  const report = await runner.run({ ports: { ...runner.ports, directConnect: { ...directConnect, list } } });
  expect(report).toMatchObject({ status: 'completed', failures: [] });
  expect(outcomesById(report)[allowed]).toBe(`accepted acme.default ${PROD}`);
  expect(listings).toBe(2);
  expect((await state()).lastListing).toBe(cloud.clock.now().toISOString());
});

it('a listing that takes long leaves the descriptions after it their own share of the remaining time', async () => {
  const { runner, allowed } = await begin();
  const session = await runner.ledger.open(RECIPIENT, 60_000);
  await session?.close(
    ['dxvif-a0000001', 'dxvif-a0000002', 'dxvif-a0000003'].map((id) => ({
      kind: 'accepted' as const,
      id,
      acceptance: anAcceptance({ gateway: PROD }),
      receipt: null,
    })),
  );
  let left = 60_000;
  const { directConnect } = runner.ports;
  const list = async () => {
    left -= 20_000;
    return directConnect.list();
  };
  const ports = { ...runner.ports, directConnect: { ...directConnect, list } };
  const report = await runner.run({ ports, remaining: () => left });
  // An acceptance that is not yet described would keep its gateway from being assigned.
  expect(outcomesById(report)[allowed]).toBe(`accepted acme.default ${PROD}`);
});

it('a description that fails is a failure of the run, is not conclusive, and delays no allowed request', async () => {
  const { cloud, gone, allowed, run, state } = await begin();
  const { lastListing } = await state();
  const report = await run(() => {
    throw new ApiFailure('DescribeVirtualInterfaces', 'malformed', 'odd');
  });
  expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'api' }], ended: [] });
  expect(report.failures[0]?.message).toContain(gone);
  expect(outcomesById(report)).toEqual({ [allowed]: `accepted acme.default ${PROD}` });
  expect(Object.keys((await state()).observations)).toEqual([gone]);
  // Whether the listing was complete is not known.
  expect((await state()).lastListing).toBe(lastListing);
  cloud.clock.advance('PT5M');
  expect(await run(() => null)).toMatchObject({ status: 'completed', ended: [{ id: gone }] });
});

describe('for interfaces that the listing lacks and that were not described before the first confirm,', () => {
  const OTHERS = Array.from({ length: 100 }, (_, place) => `dxvif-a00000${String(place).padStart(2, '0')}`);

  /** A hundred acceptances come first; this one is the next. */
  const NEXT = 'dxvif-b0000000';

  async function withAcceptances(next: 'acceptance' | 'observation') {
    const { runner, run, ...rest } = await begin();
    const session = await runner.ledger.open(RECIPIENT, 60_000);
    const accepted = (id: string) =>
      ({ kind: 'accepted', id, acceptance: anAcceptance({ gateway: PROD }), receipt: null }) as const;
    await session?.close([
      ...OTHERS.map(accepted),
      next === 'acceptance'
        ? accepted(NEXT)
        : {
            kind: 'observed',
            id: NEXT,
            observation: anObservation({ firstSeen: '2026-11-02T07:00:00.000Z' }),
          },
    ]);
    return { ...rest, runner };
  }

  it('an acceptance keeps its gateway from being assigned to another request, because its addresses are not known', async () => {
    const { runner, gone, allowed, cloud } = await withAcceptances('acceptance');
    const report = await runner.run();
    expect(outcomesById(report)).toEqual({
      [gone]: 'held unknown-requester',
      [allowed]: 'held peers-overlap',
    });
    // It was described after all attempts, and has ended: that is reported once, as for the others.
    expect(report.followUps.map(({ id }) => id).toSorted()).toEqual([...OTHERS, NEXT]);
    cloud.clock.advance('PT5M');
    expect(outcomesById(await runner.run())[allowed]).toBe(`accepted acme.default ${PROD}`);
  });

  it('credentials of another account, which find none of them, remove nothing from the ledger', async () => {
    const { runner, state } = await withAcceptances('observation');
    const { directConnect, gateways } = runner.ports;
    const ports = {
      ...runner.ports,
      gateways: { ...gateways, list: () => Promise.resolve([]) },
      directConnect: {
        ...directConnect,
        list: () => Promise.resolve([]),
        describe: (id: string) =>
          Promise.resolve(OTHERS.includes(id) ? aVif({ id, state: 'deleted' }) : null),
      },
    };
    const report = await runner.run({ ports });
    expect(report.failures).toMatchObject([{ code: 'wrong-account-or-region' }]);
    expect((await state()).observations).toHaveProperty(NEXT);
  });

  it('a live one fails the run, which had accepted what was allowed, and the listing does not count as complete', async () => {
    const { runner, allowed, state } = await withAcceptances('observation');
    const { lastListing } = await state();
    const { directConnect } = runner.ports;
    const describe = async (id: string) => {
      const vif = await directConnect.describe(id === NEXT ? allowed : id);
      return id === NEXT && vif !== null ? { ...vif, id } : vif;
    };
    const report = await runner.run({
      ports: { ...runner.ports, directConnect: { ...directConnect, describe } },
    });
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'listing-incomplete' }] });
    expect(outcomesById(report)[allowed]).toBe(`accepted acme.default ${PROD}`);
    expect((await state()).lastListing).toBe(lastListing);
    expect((await state()).observations).toHaveProperty(NEXT);
  });
});
