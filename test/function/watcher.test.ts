import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itemKey, putRequest } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { readWatchState, watchPartition, writeWatchState } from '../../adapters/ledgers/dynamo/watchStore.ts';
import { ALERT_CODES, ALERTS } from '../../core/alerts.ts';
import { EMPTY_WATCH_STATE } from '../../core/watchTargets.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1 } from '../support/cloud.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';
import { HUB_KEY, INTERVAL, startWatchedDeployment } from './watchedDeployment.ts';

const LISTING = { operation: 'DescribeVirtualInterfaces' } as const;
const LONG = 240_000;
const at = proxiedDynamo();

/** A deployment whose only target has been silent for this number of minutes. */
async function startSilent(minutes: number) {
  const deployment = await startWatchedDeployment(at);
  await deployment.recordRuns({ hub: true });
  await deployment.watch();
  deployment.cloud.clock.advance(minutes * 60_000);
  return deployment;
}

describe('among 200 targets', () => {
  it('a silent one is found within three intervals, and published once by name', {
    timeout: LONG,
  }, async () => {
    const deployment = await startWatchedDeployment(at, { others: 199 });
    expect(await deployment.pass(5)).toEqual([]);
    // Its last run was five minutes ago.
    expect(await deployment.pass(15, { hubRuns: false })).toEqual(['10 Target Alert hub not-running raised']);
    const { metrics, events, log } = await deployment.watch();
    expect([metrics, events]).toEqual([{ TargetsNotRunning: 1 }, []]);
    expect(log.flatMap(({ alert }) => alert ?? [])).toEqual([
      expect.objectContaining({ target: 'hub', code: 'not-running' }),
    ]);
    expect(await deployment.pass(3)).toEqual(['0 Target Alert hub not-running resolved']);
    expect((await deployment.watch()).metrics).toEqual({});
  });

  it('a failing one is found, and published once by name', { timeout: LONG }, async () => {
    const deployment = await startWatchedDeployment(at, { others: 199 });
    expect(await deployment.pass(30)).toEqual([]);
    deployment.cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await deployment.pass(40)).toEqual(['30 Target Alert hub run-failing raised']);
    expect((await deployment.watch()).metrics).toEqual({ TargetsFailing: 1 });
    deployment.cloud.clearFaults();
    expect(await deployment.pass(40)).toEqual([
      expect.stringMatching(/^\d+ Target Alert hub run-failing resolved$/),
    ]);
  });
});

describe('the watcher', () => {
  it('writes a metric for each alert in every invocation, for the deployment', async () => {
    const deployment = await startWatchedDeployment(at);
    const { document, result } = await deployment.watch();
    expect(document).toMatchObject({ service: 'vif-acceptor', deployment: 'VifAcceptor' });
    expect(Object.keys(document ?? {})).toEqual(
      expect.arrayContaining(ALERT_CODES.map((code) => ALERTS[code].metric)),
    );
    expect(result).toEqual({ format: 1, targets: 1, alerts: 0, published: 0 });
  });

  it('writes its item only when something changes', async () => {
    const deployment = await startSilent(15);
    at.proxy.calls.length = 0;
    await deployment.watch();
    await deployment.watch();
    expect(at.proxy.calls.filter((call) => call === 'PutItem')).toHaveLength(1);
  });

  it('does not overwrite what another watcher wrote since it read its item', async () => {
    const { table } = await startWatchedDeployment(at);
    const state = { ...EMPTY_WATCH_STATE, raised: { hub: { 'not-running': '2026-11-10T12:00:00.000Z' } } };
    const { version } = await readWatchState(table, 'VifAcceptor');
    expect(await writeWatchState(table, 'VifAcceptor', state, version)).toBe(true);
    expect(await writeWatchState(table, 'VifAcceptor', EMPTY_WATCH_STATE, version)).toBe(false);
    expect(await readWatchState(table, 'VifAcceptor')).toEqual({
      state,
      version: version + 1,
      problem: null,
    });
    expect(await writeWatchState(table, 'VifAcceptor', EMPTY_WATCH_STATE, version + 1)).toBe(true);
  });

  it('reads heads that the table returns in several answers', async () => {
    const deployment = await startWatchedDeployment(at, { others: 3 });
    await deployment.recordRuns({ hub: true });
    at.proxy.mishap = (operation, earlier) =>
      operation === 'BatchGetItem' && earlier < 3 ? 'unprocessed' : null;
    await deployment.watch();
    at.proxy.mishap = () => null;
    const [state] = await deployment.table.query(watchPartition('VifAcceptor'), { from: '' });
    expect(state).toBeUndefined();
  });

  it('counts a target whose policy is refused as not running, and watches the others', async () => {
    const deployment = await startSilent(15);
    writeFileSync(join(deployment.env.VIF_ACCEPTOR_POLICY_DIR, 'broken.json'), '{}');
    deployment.restartWatcher();
    const { metrics, events, log } = await deployment.watch();
    expect([metrics, events]).toEqual([{ TargetsNotRunning: 2 }, ['Target Alert hub not-running raised']]);
    expect(log).toContainEqual(expect.objectContaining({ level: 'ERROR', target: 'broken' }));
  });

  it('names a target whose policy is refused in an event, if its recipient can be read', async () => {
    const deployment = await startWatchedDeployment(at);
    await deployment.recordRuns({ hub: true });
    const recipient = { provider: 'outscale', region: 'eu-west-2', account: '000000000001' };
    const text = JSON.stringify({ format: 1, target: 'broken', recipient });
    writeFileSync(join(deployment.env.VIF_ACCEPTOR_POLICY_DIR, 'broken.json'), text);
    // A refused policy that names the recipient of another target does not replace it.
    const same = JSON.stringify({ recipient: { ...recipient, account: '012345678901' } });
    writeFileSync(join(deployment.env.VIF_ACCEPTOR_POLICY_DIR, 'a.json'), same);
    deployment.restartWatcher();
    const { metrics, events } = await deployment.watch();
    expect([metrics, events]).toEqual([{ TargetsNotRunning: 2 }, ['Target Alert broken not-running raised']]);
  });

  it('counts confirms that fail from the runs of the function', async () => {
    const deployment = await startWatchedDeployment(at);
    await deployment.pass(1);
    await actAs(deployment.cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const fault = {
      kind: 'serverError',
      operation: 'ConfirmPrivateVirtualInterface',
      times: 'always',
    } as const;
    deployment.cloud.addFault(fault);
    expect(await deployment.pass(15)).toEqual([
      '5 Target Alert hub run-failing raised',
      '10 Target Alert hub confirm-failing raised',
    ]);
  });
});

it('a stored state without the names of targets can be read', async () => {
  const { table } = await startWatchedDeployment(at);
  const raised = { [HUB_KEY]: { 'not-running': '2026-11-10T12:00:00.000Z' } };
  await table.writeAll([
    putRequest({
      ...itemKey(watchPartition('VifAcceptor'), 'alerts'),
      format: { N: '1' },
      version: { N: '1' },
      data: { S: JSON.stringify({ firstWatched: {}, raised }) },
    }),
  ]);
  const state = { ...EMPTY_WATCH_STATE, raised };
  expect(await readWatchState(table, 'VifAcceptor')).toEqual({ state, version: 1, problem: null });
});

it('a target that was removed from the deployment has its alert resolved', async () => {
  const deployment = await startSilent(15);
  await deployment.watch();
  rmSync(join(deployment.env.VIF_ACCEPTOR_POLICY_DIR, 'hub.json'));
  deployment.restartWatcher();
  expect((await deployment.watch()).events).toEqual(['Target Alert hub not-running resolved']);
  expect((await deployment.watch()).events).toEqual([]);
});

describe('a watcher that cannot deliver its events', () => {
  it('writes its metrics, fails, and publishes each alert once when it can', async () => {
    const deployment = await startSilent(15);
    deployment.eventPublisher.deliverAtMost(0);
    const failed = await deployment.watch();
    expect(String(failed.result)).toContain('WatchFailed');
    expect([failed.metrics, failed.events]).toEqual([{ TargetsNotRunning: 1 }, []]);
    deployment.eventPublisher.deliverAtMost(10);
    expect((await deployment.watch()).events).toEqual(['Target Alert hub not-running raised']);
    expect((await deployment.watch()).events).toEqual([]);
  });

  it('counts the targets whose alerts wait, from the fourth time on', async () => {
    const deployment = await startSilent(15);
    deployment.eventPublisher.deliverAtMost(0);
    for (let i = 0; i < 3; i += 1)
      expect((await deployment.watch()).metrics).toEqual({ TargetsNotRunning: 1 });
    expect((await deployment.watch()).metrics).toEqual({ TargetsNotRunning: 1, TargetsUndelivered: 1 });
  });

  it('publishes the events that follow one that is refused', async () => {
    const deployment = await startWatchedDeployment(at, { others: 59 });
    await deployment.recordRuns({ hub: true });
    deployment.cloud.clock.advance(15 * 60_000);
    deployment.eventPublisher.deliverAtMost(49);
    const { result, events } = await deployment.watch();
    expect([String(result), events.length]).toEqual([expect.stringContaining('WatchFailed'), 59]);
  });

  it('publishes nothing without time, and again in the next invocation', async () => {
    const deployment = await startSilent(15);
    const late = await deployment.watch(9000);
    expect([late.metrics, late.events]).toEqual([{ TargetsNotRunning: 1 }, []]);
    expect((await deployment.watch()).events).toEqual(['Target Alert hub not-running raised']);
  });
});

describe('a watcher that cannot reach the table', () => {
  it.each(['GetItem', 'BatchGetItem'])('fails without metrics when %s fails', async (failing) => {
    const deployment = await startSilent(15);
    at.proxy.mishap = (operation) => (operation === failing ? 'accessDenied' : null);
    const { result, metrics, events } = await deployment.watch();
    expect(result).toBeInstanceOf(LedgerFailure);
    expect([metrics, events]).toEqual([null, []]);
    at.proxy.mishap = () => null;
    expect((await deployment.watch()).events).toEqual(['Target Alert hub not-running raised']);
  });

  it('publishes an alert again under the same ID when its state could not be written', async () => {
    const deployment = await startSilent(15);
    at.proxy.mishap = (operation) => (operation === 'PutItem' ? 'accessDenied' : null);
    const { result, metrics } = await deployment.watch();
    expect([result instanceof LedgerFailure, metrics]).toEqual([true, { TargetsNotRunning: 1 }]);
    at.proxy.mishap = () => null;
    deployment.cloud.clock.advance(60_000);
    await deployment.watch();
    await deployment.watch();
    const ids = deployment.eventPublisher.delivered.map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('publishes everything again when its item is damaged, and replaces it', async () => {
    const deployment = await startSilent(15);
    await deployment.watch();
    await deployment.table.writeAll([
      putRequest({
        ...itemKey(watchPartition('VifAcceptor'), 'alerts'),
        version: { N: '1' },
        data: { S: '{' },
      }),
    ]);
    const again = await deployment.watch();
    expect(again.events).toEqual(['Target Alert hub not-running raised']);
    expect(again.log).toContainEqual(expect.objectContaining({ level: 'WARN', problem: expect.any(String) }));
    expect((await deployment.watch()).events).toEqual([]);
  });
});

describe('the head that the function writes', () => {
  it('has the health of the target, and remains below 1 KB', async () => {
    const deployment = await startWatchedDeployment(at);
    deployment.cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    for (let run = 0; run < 16; run += 1) {
      await deployment.invoke();
      deployment.cloud.clock.advance(INTERVAL * 60_000);
    }
    const head = await deployment.headOfHub();
    expect(head.health).toBeDefined();
    const bytes = Object.entries(head).map(([name, value]) => [name, ...Object.values(value)].join(''));
    expect(Buffer.byteLength(bytes.join(''))).toBeLessThan(1024);
  });

  it('makes a run whose ledger fails a failed run, not a silent one', async () => {
    const deployment = await startWatchedDeployment(at);
    await deployment.pass(1);
    await actAs(deployment.cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    at.proxy.mishap = (operation) => (operation === 'TransactWriteItems' ? 'accessDenied' : null);
    await deployment.pass(1);
    const { metrics } = await deployment.watch();
    at.proxy.mishap = () => null;
    expect(metrics).toEqual({});
    expect(String((await deployment.headOfHub()).health?.S)).toContain('"codes":["ledger"]');
  });

  it('does not stop a run when it cannot be read, and is replaced', async () => {
    const deployment = await startWatchedDeployment(at);
    await deployment.invoke();
    const head = await deployment.headOfHub();
    await deployment.table.writeAll([putRequest({ ...head, health: { S: '{"format":9}' } })]);
    const before = await deployment.watch();
    expect(before.log).toContainEqual(expect.objectContaining({ level: 'WARN', target: 'hub' }));
    const summary = await deployment.invoke();
    expect(summary).toMatchObject({ status: 'completed', lists: { warnings: 1 } });
    expect(await deployment.invoke()).toMatchObject({ status: 'completed', lists: { warnings: 0 } });
  });
});
