import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { readHeads, type WatchedHead } from '../../adapters/ledgers/dynamo/watchStore.ts';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { runCli } from '../support/cli.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { type EventBus, startEventBus } from '../support/eventBus.ts';
import { hasHistory, OLD_REVISION, old, policyLayer, type Release, today } from './releases.ts';

/**
 * Upgrade and rollback of the deployed function with one table: release 0.1.0, this release, 0.1.0 again, this release again.
 * Each invocation is a separate process that loads the real bundle.
 */

const REGION = 'eu-west-1';
const CONNECTION = { acme: 'dxcon-1a2b3c4d', unknown: 'dxcon-9f9f9f9f' };
const GATEWAY = 'vgw-87654321';

const POLICY = `version: 1
recipient: { provider: aws, region: ${REGION}, account: "${RECIPIENT_ACCOUNT}", expiry: P7D }
owners:
  acme:
    connections: [${CONNECTION.acme}]
    limit: 6
    grants:
      prod: { gateway: ${GATEWAY}, match: { vlan: [100-199] }, limit: 6 }
`;

const SCENARIO = {
  region: REGION,
  options: { dialect: 'aws', seed: 3 },
  gateways: [{ account: RECIPIENT_ACCOUNT, id: GATEWAY, vpc: 'vpc-1a2b3c4d' }],
  connections: [
    { account: ACME, id: CONNECTION.acme, name: 'acme', location: 'EqDC2' },
    { account: UNKNOWN_REQUESTER, id: CONNECTION.unknown, name: 'other', location: 'EqDC2' },
  ],
};

const report = z.object({
  status: z.string(),
  requests: z.array(
    z.object({
      id: z.string(),
      firstSeen: z.string(),
      deadline: z.object({ earliest: z.string().nullable(), latest: z.string().nullable() }),
      outcome: z.string(),
      decision: z.object({ reasons: z.array(z.object({ code: z.string() })).optional() }),
    }),
  ),
  ended: z.array(z.object({ id: z.string(), as: z.string() })),
  followUps: z.array(z.unknown()),
  failures: z.array(z.object({ code: z.string() })),
});
type Report = z.infer<typeof report>;

const result = z.object({ report: report.optional(), error: z.string().optional() });

/** The invocation of the function failed, because a run failed. */
class InvocationFailed extends Error {}

let scratch: string;
let dynamo: Dynamo;
let releases: { readonly before: Release; readonly after: Release };

const isHere = hasHistory();

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-upgrade-'));
  dynamo = await startDynalite();
  if (isHere) releases = { before: old(scratch), after: today(scratch) };
});
afterAll(async () => {
  await dynamo.close();
  rmSync(scratch, { recursive: true });
});

/** Starts an emulator, a table and an event bus, which the releases use one after the other. */
async function begin(policy = POLICY) {
  const simulator = await startEmulator({ scenario: readScenario(SCENARIO), now: new Date() });
  onTestFinished(() => simulator.close());
  let isBusDown = false;
  const bus = await startEventBus(() => (isBusDown ? 'InternalFailure' : null));
  const folder = mkdtempSync(join(scratch, 'story-'));
  mkdirSync(join(folder, 'policy'));
  writeFileSync(join(folder, 'policy', 'hub.yaml'), policy);
  const table = await dynamo.createTable();
  const layers = new Map<Release, string>();
  const layerOf = (release: Release): string => {
    const layer = layers.get(release) ?? join(folder, `layer-${layers.size}`);
    if (!layers.has(release)) policyLayer(release, join(folder, 'policy'), layer);
    layers.set(release, layer);
    return layer;
  };
  return {
    simulator,
    bus,
    table,
    folder,
    setBusDown: (isDown: boolean) => {
      isBusDown = isDown;
    },
    /**
     * Invokes the function of a release once, like its schedule.
     * @param compiler the release that compiled its policy layer
     */
    run: (release: Release, compiler = release): Promise<Report> =>
      invoke(release, layerOf(compiler), table, simulator, bus),
  };
}

async function invoke(
  { bundle }: Release,
  layer: string,
  table: string,
  simulator: Emulator,
  bus: EventBus,
): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'process.ts'), bundle],
    {
      env: {
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
        AWS_LAMBDA_FUNCTION_NAME: 'vif-acceptor',
        POWERTOOLS_DEV: 'false',
        VIF_ACCEPTOR_RECIPIENTS: JSON.stringify({ hub: `aws/${REGION}/${RECIPIENT_ACCOUNT}` }),
        VIF_ACCEPTOR_POLICY_DIR: layer,
        VIF_ACCEPTOR_ENDPOINT: simulator.url,
        VIF_ACCEPTOR_GATEWAY_ENDPOINT: simulator.url,
        VIF_ACCEPTOR_TABLE: table,
      },
      maxBuffer: 10_000_000,
    },
  );
  const { report: made, error } = result.parse(JSON.parse(stdout));
  if (made === undefined) throw new InvocationFailed(error);
  return made;
}

function outcomes({ requests }: Report): Record<string, string> {
  return Object.fromEntries(
    requests.map(({ id, outcome, decision: { reasons = [] } }) => [
      id,
      [outcome, ...reasons.map(({ code }) => code)].join(' '),
    ]),
  );
}

/** The standard output of a command of a release. Rejects if the command fails. */
async function outputOf({ root }: Release, folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'cli/main.ts'), ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      INIT_CWD: folder,
      AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
  });
  return stdout;
}

/** One run of a release's command line with a ledger file. */
async function runCommand(release: Release, folder: string, url: string): Promise<Report> {
  const apis = ['--endpoint', url, '--gateway-endpoint', url, '--ledger', join(folder, 'ledger.json')];
  const args = ['run', '--json', '--policy', 'policy/hub.yaml', '--events', join(folder, 'events.jsonl')];
  const stdout = await outputOf(release, folder, [...args, ...apis]);
  // Release 0.1.0 calls the list `passes`.
  const document = z.object({ passes: z.array(report).optional(), runs: z.array(report).optional() });
  const { passes = [], runs = passes } = document.parse(JSON.parse(stdout));
  if (runs[0] === undefined) throw new Error('the command printed no run');
  return runs[0];
}

/** What the watcher of a deployment reads of the target. */
async function headOf(table: string): Promise<WatchedHead | undefined> {
  const key = `aws/${REGION}/${RECIPIENT_ACCOUNT}`;
  return (await readHeads(openTable(table, dynamo.config), [key])).get(key);
}

/** When a request was first seen and when it expires. */
function times({ requests }: Report, id: string) {
  const { firstSeen, deadline } = requests.find((request) => request.id === id) ?? {};
  return { firstSeen, deadline };
}

const replays = z.object({
  receipts: z.array(z.object({ replay: z.string() })),
  damaged: z.array(z.string()),
});

const detail = z.object({
  id: z.string(),
  request: z.object({ id: z.string() }).optional(),
  reasons: z.array(z.object({ code: z.string() })).optional(),
});

/** The published events, one line each: type, request and reason codes. */
function published({ entries }: EventBus): { lines: string[]; ids: string[] } {
  const parsed = entries.map((entry) => ({
    type: entry.DetailType,
    ...detail.parse(JSON.parse(entry.Detail)),
  }));
  return {
    lines: parsed.map(({ type: kind, request, reasons = [] }) =>
      [kind, request?.id, ...reasons.map(({ code }) => code)].join(' '),
    ),
    ids: parsed.map(({ id }) => id),
  };
}

describe.skipIf(!isHere)(`an upgrade from 0.1.0 (${OLD_REVISION} of the git history)`, () => {
  it('loses no request, and neither does the rollback', { timeout: 120_000 }, async () => {
    const { before, after } = releases;
    const { simulator, bus, run, setBusDown, table, folder } = await begin();
    const acme = actAs(simulator, ACME, REGION);
    const other = actAs(simulator, UNKNOWN_REQUESTER, REGION);
    const refuseConfirms = () =>
      simulator.addFault({ kind: 'reset', operation: 'ConfirmPrivateVirtualInterface', times: 'always' });

    // Release 0.1.0: an accepted request, requests held for two reasons, and a confirm with an unknown result.
    const early = await other.offer({ connection: CONNECTION.unknown, vlan: 7 });
    await run(before);
    const accepted = await acme.offer({ connection: CONNECTION.acme, vlan: 101 });
    expect(outcomes(await run(before))).toMatchObject({ [accepted]: 'accepted' });
    const unknown = await other.offer({ connection: CONNECTION.unknown, vlan: 8 });
    const ungranted = await acme.offer({ connection: CONNECTION.acme, vlan: 300 });
    const intended = await acme.offer({ connection: CONNECTION.acme, vlan: 102 });
    const withdrawn = await other.offer({ connection: CONNECTION.unknown, vlan: 9 });
    refuseConfirms();
    await expect(run(before)).rejects.toThrow(InvocationFailed);
    // The table also has an undelivered event and the failure.
    setBusDown(true);
    const undelivered = await other.offer({ connection: CONNECTION.unknown, vlan: 10 });
    await expect(run(before)).rejects.toThrow(InvocationFailed);
    setBusDown(false);
    simulator.clearFaults();
    await other.withdraw(withdrawn);
    // The watcher counts from this listing until a run of this release records its health.
    expect(await headOf(table)).toEqual({ health: null, listedAt: expect.any(String) });

    // The upgrade: no new request is held, the intended one is accepted, and the undelivered event is delivered.
    const upgraded = await run(after);
    expect(upgraded.failures).toEqual([]);
    expect(outcomes(upgraded)).toEqual({
      [early]: 'held unknown-requester',
      [unknown]: 'held unknown-requester',
      [ungranted]: 'held no-grant',
      [intended]: 'accepted',
      [undelivered]: 'held unknown-requester',
    });
    expect(upgraded.ended).toEqual([{ id: withdrawn, as: 'rejected' }]);
    expect(times(upgraded, early).deadline?.earliest).toBeNull();
    expect(times(upgraded, unknown).deadline?.earliest).not.toBeNull();
    expect((await headOf(table))?.health).toMatchObject({ runs: [{ flags: [] }] });
    const late = await other.offer({ connection: CONNECTION.unknown, vlan: 11 });
    const acceptedByToday = await acme.offer({ connection: CONNECTION.acme, vlan: 103 });
    expect(outcomes(await run(after))).toMatchObject({
      [late]: 'held unknown-requester',
      [acceptedByToday]: 'accepted',
    });
    const intendedByToday = await acme.offer({ connection: CONNECTION.acme, vlan: 104 });
    refuseConfirms();
    await expect(run(after)).rejects.toThrow(InvocationFailed);
    simulator.clearFaults();

    // The rollback: the same for what this release wrote.
    const recorded = await headOf(table);
    const rolledBack = await run(before);
    // Release 0.1.0 leaves the health as it is, so the watcher counts from the later listing.
    const kept = await headOf(table);
    expect(kept?.health).toEqual(recorded?.health);
    expect(kept?.listedAt).not.toBe(recorded?.listedAt);
    expect(rolledBack.failures).toEqual([]);
    expect(outcomes(rolledBack)).toEqual({
      [early]: 'held unknown-requester',
      [unknown]: 'held unknown-requester',
      [ungranted]: 'held no-grant',
      [undelivered]: 'held unknown-requester',
      [late]: 'held unknown-requester',
      [intendedByToday]: 'accepted',
    });
    for (const id of [early, unknown, ungranted, undelivered])
      expect(times(rolledBack, id)).toEqual(times(upgraded, id));
    const acceptedByOld = await acme.offer({ connection: CONNECTION.acme, vlan: 105 });
    expect(outcomes(await run(before))).toMatchObject({ [acceptedByOld]: 'accepted' });

    // The second upgrade: the limit counts acceptances of both releases.
    const sixth = await acme.offer({ connection: CONNECTION.acme, vlan: 106 });
    const seventh = await acme.offer({ connection: CONNECTION.acme, vlan: 107 });
    const again = await run(after);
    expect(again.failures).toEqual([]);
    expect(again.requests).toHaveLength(7);
    const { [sixth]: one, [seventh]: two } = outcomes(again);
    expect([one, two].sort()).toEqual(['accepted', 'held owner-limit grant-limit']);
    for (const id of [early, unknown, ungranted, undelivered, late])
      expect(times(again, id)).toEqual(times(id === late ? rolledBack : upgraded, id));

    // Every event was published exactly once.
    const { lines, ids } = published(bus);
    expect(ids).toEqual([...new Set(ids)]);
    const requests = lines.filter((line) => line.startsWith('Request'));
    expect(requests).toEqual([...new Set(requests)]);
    for (const id of [early, unknown, undelivered, late])
      expect(lines).toContain(`Request Held ${id} unknown-requester`);
    for (const id of [accepted, intended, acceptedByToday, intendedByToday, acceptedByOld])
      expect(lines).toContain(`Request Accepted ${id}`);
    expect(lines).toContain(`Request Ended ${withdrawn} unknown-requester`);

    // Every receipt of both releases is re-evaluated to the same decision.
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const args = ['receipts', '--json', '--policy', 'policy/hub.yaml', '--ledger', `dynamodb:${table}`];
    const { stdout, code } = await runCli(folder, args, env);
    const { receipts, damaged } = replays.parse(JSON.parse(stdout));
    expect(damaged).toEqual([]);
    expect(receipts.map(({ replay }) => replay)).toEqual(Array(6).fill('same'));
    expect(code).toBe(0);
  });

  it('can run the function of either release with the policy layer of the other', {
    timeout: 120_000,
  }, async () => {
    const { before, after } = releases;
    const { simulator, run } = await begin();
    const acme = actAs(simulator, ACME, REGION);

    const first = await acme.offer({ connection: CONNECTION.acme, vlan: 101 });
    expect(outcomes(await run(before, after))).toEqual({ [first]: 'accepted' });
    const second = await acme.offer({ connection: CONNECTION.acme, vlan: 102 });
    expect(outcomes(await run(after, before))).toEqual({ [second]: 'accepted' });
  });

  it('confirms nothing with the earlier function and a policy that it cannot express', {
    timeout: 120_000,
  }, async () => {
    const { before, after } = releases;
    const pinned = POLICY.replace('match: {', 'match: { id: [dxvif-0fffffff],');
    const { simulator, run } = await begin(pinned);
    const acme = actAs(simulator, ACME, REGION);

    const id = await acme.offer({ connection: CONNECTION.acme, vlan: 101 });
    await expect(run(before, after)).rejects.toThrow(InvocationFailed);
    expect(outcomes(await run(after))).toEqual({ [id]: 'held no-grant' });
  });

  it('loses no request of a ledger file either', { timeout: 120_000 }, async () => {
    const { before, after } = releases;
    const { simulator, folder } = await begin();
    const acme = actAs(simulator, ACME, REGION);
    const other = actAs(simulator, UNKNOWN_REQUESTER, REGION);
    const run = (release: Release) => runCommand(release, folder, simulator.url);

    await run(before);
    const accepted = await acme.offer({ connection: CONNECTION.acme, vlan: 101 });
    const unknown = await other.offer({ connection: CONNECTION.unknown, vlan: 7 });
    const first = await run(before);
    expect(outcomes(first)).toEqual({ [accepted]: 'accepted', [unknown]: 'held unknown-requester' });

    const late = await other.offer({ connection: CONNECTION.unknown, vlan: 8 });
    const acceptedByToday = await acme.offer({ connection: CONNECTION.acme, vlan: 102 });
    const upgraded = await run(after);
    expect(upgraded.failures).toEqual([]);
    expect(outcomes(upgraded)).toMatchObject({
      [unknown]: 'held unknown-requester',
      [acceptedByToday]: 'accepted',
    });

    const acceptedByOld = await acme.offer({ connection: CONNECTION.acme, vlan: 103 });
    const rolledBack = await run(before);
    expect(rolledBack.failures).toEqual([]);
    expect(outcomes(rolledBack)).toEqual({
      [unknown]: 'held unknown-requester',
      [late]: 'held unknown-requester',
      [acceptedByOld]: 'accepted',
    });
    const again = await run(after);
    expect(again.failures).toEqual([]);
    for (const report of [upgraded, rolledBack, again])
      expect(times(report, unknown)).toEqual(times(first, unknown));
    for (const report of [rolledBack, again]) expect(times(report, late)).toEqual(times(upgraded, late));

    const written = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
    const keys = written.map((line) => detail.parse(JSON.parse(line).detail).id);
    expect(keys).toEqual([...new Set(keys)]);
    expect(keys).toHaveLength(5);
    // Each release re-evaluates the receipts of both, with the policies that either archived.
    const args = [
      'receipts',
      '--json',
      '--policy',
      'policy/hub.yaml',
      '--ledger',
      join(folder, 'ledger.json'),
    ];
    for (const release of [before, after]) {
      const { receipts } = replays.parse(JSON.parse(await outputOf(release, folder, args)));
      expect(receipts.map(({ replay }) => replay)).toEqual(['same', 'same', 'same']);
    }
  });
});
