import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DialectName, type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { compileTestPolicy, createRunner, LAB, outcomesById, PROD } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

/** Attacks by customers of a carrier, on a connection that owners of the policy use too: docs/threat-model.md. */

const CARRIER = '777777777777';
const SHARED = 'dxcon-ca88ca88';
const KEY = 'Agreed-with-acme-only-7';
const DIGEST = `sha256:${createHash('sha256').update(KEY).digest('hex')}`;

const PROVIDERS = ['outscale', 'aws'] as const;

/** What acme orders, and every copy shows: all that a customer can choose. */
const ORDER = {
  ...{ connection: SHARED, to: RECIPIENT_ACCOUNT, name: 'acme-prod', asn: 65010 },
  ...{ amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30' },
};

const FIELDS = 'asn: [65010], name: ["acme-*"], peers: [169.254.10.0/24], vlan: [1000-1999]';

async function startCloud(dialect: DialectName): Promise<Emulator> {
  const gateway = (id: string, vpc: string) => ({ account: RECIPIENT_ACCOUNT, id, vpc, asn: 64512 });
  const scenario = readScenario({
    region: 'eu-west-2',
    gateways: [gateway(PROD, 'vpc-1'), gateway(LAB, 'vpc-2')],
    connections: [{ account: CARRIER, id: SHARED, name: 'port 7', location: 'PAR1', carrier: true }],
  });
  const simulator = await startEmulator({ dialect, now: '2026-11-02T08:00:00.000Z', scenario });
  onTestFinished(() => simulator.close());
  return simulator;
}

const order = (cloud: Emulator, requester: string, more: object = {}): string =>
  cloud.order({ ...ORDER, requester, ...more }).id;

/** Owners that share the connection of the carrier, each with one grant. */
function policyOf(provider: DialectName, pins: Readonly<Record<string, string>>, more = '') {
  const owners = Object.entries(pins).map(
    ([owner, pin]) =>
      `  ${owner}: { sharedConnections: [${SHARED}], limit: 1, grants: { prod: { gateway: ${PROD}, match: { ${pin} } } } }`,
  );
  return compileTestPolicy(`owners:\n${owners.join('\n')}\n${more}`, provider);
}

const targetKey = (provider: DialectName): string => `${provider}/eu-west-2/${RECIPIENT_ACCOUNT}`;

const byId = (...ids: readonly string[]): string => `id: [${ids.join(', ')}], ${FIELDS}`;
const byKey = `bgpKey: "${DIGEST}", ${FIELDS}`;

/** What a copy can have as its key. On AWS, an order without a key gets one. */
const KEYS_OF_COPIES = [
  {},
  { authKey: 'Key-of-somebody-else' },
  { authKey: `${KEY}x` },
  { authKey: KEY.slice(0, -1) },
];

describe.each(PROVIDERS)(
  'on %s, a customer of the carrier who copies all that a request of an owner shows',
  (provider) => {
    it.each(['id', 'key'])(
      'is held before, beside and after the rightful request, pinned by its %s',
      async (pin) => {
        const cloud = await startCloud(provider);
        const before = KEYS_OF_COPIES.map((key) => order(cloud, 'zeta', key));
        const rightful = order(cloud, 'acme', { authKey: KEY });
        const beside = KEYS_OF_COPIES.map((key) => order(cloud, 'zeta', key));
        const runner = createRunner(
          cloud,
          policyOf(provider, { acme: pin === 'id' ? byId(rightful) : byKey }),
        );
        const held = (ids: readonly string[]) =>
          Object.fromEntries(ids.map((id) => [id, 'held unknown-requester']));
        const accepted = { [rightful]: `accepted acme.prod ${PROD}` };
        expect(outcomesById(await runner.run())).toEqual({ ...accepted, ...held([...before, ...beside]) });

        const after = KEYS_OF_COPIES.map((key) => order(cloud, 'zeta', key));
        expect(outcomesById(await runner.run())).toEqual(held([...before, ...beside, ...after]));

        // The VLAN of the rightful interface is free again.
        await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(rightful);
        cloud.clock.advance('PT20M');
        const { id: late, vlan } = cloud.order({ ...ORDER, requester: 'zeta', authKey: `${KEY} ` });
        expect(vlan).toBe(1000 + KEYS_OF_COPIES.length + 1);
        expect(outcomesById(await runner.run())[late]).toBe('held unknown-requester');
        for (const id of [...before, ...beside, ...after, late])
          expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
      },
    );

    it('leaves no digest of its key in the report, the ledger and the events', async () => {
      const cloud = await startCloud(provider);
      const eventPublisher = recordingPublisher();
      order(cloud, 'zeta', { authKey: 'Key-of-somebody-else' });
      const runner = createRunner(cloud, policyOf(provider, { acme: byKey }), { eventPublisher });
      const report = await runner.run();
      const state = await runner.ledger.readState(targetKey(provider));
      const digest = createHash('sha256').update('Key-of-somebody-else').digest('hex');
      const outputs = JSON.stringify([report, state, eventPublisher.delivered]);
      expect(outputs).toContain('unknown-requester');
      expect(outputs).not.toContain(digest);
    });

    it('takes no slot of an owner, unless a person accepts the copy: then each owner of the connection loses one', async () => {
      const cloud = await startCloud(provider);
      const copy = order(cloud, 'zeta');
      const rightful = order(cloud, 'acme', {
        customerAddress: '169.254.10.6/30',
        amazonAddress: '169.254.10.5/30',
      });
      const runner = createRunner(
        cloud,
        policyOf(provider, { acme: byId(rightful), beta: byId('dxvif-0000beta') }),
      );
      await actAs(cloud, RECIPIENT_ACCOUNT).confirm(copy, LAB);
      expect(outcomesById(await runner.run())[rightful]).toBe('held owner-limit');
      await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(copy);
      cloud.clock.advance('PT20M');
      expect(outcomesById(await runner.run())[rightful]).toBe(`accepted acme.prod ${PROD}`);
    });
  },
);

describe.each(PROVIDERS)('on %s, a pin', (provider) => {
  it.each([
    ['vlan', FIELDS.replace('1000-1999', '2000-2999')],
    ['asn', FIELDS.replace('65010', '65020')],
    ['peers', FIELDS.replace('10.0', '20.0')],
    ['name', FIELDS.replace('acme', 'zeta')],
  ])('identifies no owner if the grant does not match in its %s', async (_, fields) => {
    const cloud = await startCloud(provider);
    const id = order(cloud, 'acme', { authKey: KEY });
    for (const pin of [`id: [${id}]`, `bgpKey: "${DIGEST}"`]) {
      const report = await createRunner(cloud, policyOf(provider, { acme: `${pin}, ${fields}` })).run();
      expect(outcomesById(report)).toEqual({ [id]: 'held unknown-requester' });
    }
  });

  it('of another owner that matches too makes the request held, in either order', async () => {
    const cloud = await startCloud(provider);
    const id = order(cloud, 'acme', { authKey: KEY });
    for (const pins of [
      { acme: byId(id), beta: byKey },
      { acme: byKey, beta: byId(id) },
    ]) {
      const report = await createRunner(cloud, policyOf(provider, pins)).run();
      expect(outcomesById(report)).toEqual({ [id]: 'held unknown-requester' });
    }
  });

  it('by a key that two owners know identifies neither, even if only one of them matches', async () => {
    const cloud = await startCloud(provider);
    const id = order(cloud, 'acme', { authKey: KEY });
    const beta = byKey.replace('1000-1999', '2000-2999');
    const report = await createRunner(cloud, policyOf(provider, { acme: byKey, beta })).run();
    expect(outcomesById(report)).toEqual({ [id]: 'held unknown-requester' });
  });
});

describe.each(PROVIDERS)('on %s, a leaked key', (provider) => {
  it('lets one customer in as its owner, within the limit, and none after the line was replaced', async () => {
    const cloud = await startCloud(provider);
    const runner = createRunner(cloud, policyOf(provider, { acme: byKey }));
    const stolen = order(cloud, 'zeta', { authKey: KEY });
    expect(outcomesById(await runner.run())[stolen]).toBe(`accepted acme.prod ${PROD}`);
    const [receipt] = (await runner.ledger.readRecords(targetKey(provider), new Date(0))).receipts;
    expect(receipt?.request.peers).toMatchObject([{ agreedKey: DIGEST }]);

    const free = { amazonAddress: '169.254.10.5/30', customerAddress: '169.254.10.6/30' };
    const second = order(cloud, 'zeta', { authKey: KEY, ...free });
    expect(outcomesById(await runner.run())[second]).toBe('held owner-limit');

    const replaced = policyOf(provider, { acme: byKey.replace(DIGEST, `sha256:${'0'.repeat(64)}`) });
    const after = createRunner(cloud, replaced).run({}, runner.ledger);
    expect(outcomesById(await after)[second]).toBe('held unknown-requester');
  });
});

describe.each(PROVIDERS)(
  'on %s, an ID that a grant names, given to an interface of another customer',
  (provider) => {
    /** @param seesEnd a run sees that the first interface has ended, before the ID is used again */
    async function reuse(seesEnd: boolean, fields = FIELDS) {
      const cloud = await startCloud(provider);
      const id = order(cloud, 'acme');
      const runner = createRunner(cloud, policyOf(provider, { acme: byId(id) }));
      expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.prod ${PROD}` });
      cloud.clock.advance('PT5M');
      await runner.run();
      await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
      cloud.clock.advance('PT20M');
      if (seesEnd) await runner.run();
      const other = order(cloud, 'zeta');
      const vif = cloud.world.interfaces.get(other);
      if (vif === undefined) throw new Error('the emulator lost an order');
      cloud.world.interfaces.delete(other);
      cloud.world.interfaces.set(id, { ...vif, id });
      const report = await createRunner(cloud, policyOf(provider, { acme: `id: [${id}], ${fields}` })).run(
        {},
        runner.ledger,
      );
      return { outcome: outcomesById(report)[id], state: await actAs(cloud, RECIPIENT_ACCOUNT).see(id) };
    }

    it('is not accepted while the ledger has the first acceptance', async () => {
      const { outcome, state } = await reuse(false);
      expect(outcome).toBeUndefined();
      expect(state).toBe('confirming');
    });

    it('is held if another field of the grant does not match', async () => {
      const { outcome } = await reuse(true, FIELDS.replace('1000-1999', '2000-2999'));
      expect(outcome).toBe('held unknown-requester');
    });

    it('is accepted otherwise, which is the residual risk of an ID that stays in the policy', async () => {
      expect((await reuse(true)).outcome).toBe(`accepted acme.prod ${PROD}`);
    });
  },
);
