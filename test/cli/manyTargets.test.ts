import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli, startCli } from '../support/cli.ts';
import { type RegionServer, startRegions } from '../support/regionServer.ts';

/** Waits for a condition, for less time than a call may take; then the test fails by what it finds. */
async function until(isSo: () => boolean, limitMs = 4500): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isSo() && performance.now() < end) await pause(5);
}

function seen({ calls }: RegionServer): Set<string> {
  return new Set(calls.map(({ region }) => region));
}

function leases(dir: string): unknown[] {
  const { targets } = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
  const entries = Object.entries<{ lease: unknown }>(targets);
  // The other targets have keys of later formats, and no lease.
  return entries.filter(([key]) => !key.startsWith('later/')).map(([, { lease }]) => lease);
}

interface RunResult {
  readonly target: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

describe('over many targets', () => {
  it.each(['run', 'plan', 'status', 'doctor'])(
    '%s processes four targets at once, never five, and prints all in the order in which they were named',
    async (command) => {
      const regions = await startRegions(9);
      const dir = folderWith(regions.policies);
      const named = Object.keys(regions.policies).reverse();
      // Four must have started before any continues, and the first named one continues last.
      regions.hold = async ({ region }) => {
        await until(() => seen(regions).size >= 4);
        // A fifth one would have started by then.
        if (seen(regions).size === 4) await until(() => seen(regions).size > 4, 300);
        if (region === 'r8') await until(() => seen(regions).size === 9);
      };
      const { stdout } = await runCli(dir, [command, '--json', '--policy', ...named, ...regions.args]);
      expect(regions.most()).toBe(4);
      expect(regions.ended().indexOf('r8')).toBeGreaterThan(regions.ended().indexOf('r5'));
      const { runs, targets = runs } = JSON.parse(stdout);
      expect(targets.map(({ target }: RunResult) => target)).toEqual([
        'r8',
        'r7',
        'r6',
        'r5',
        'r4',
        'r3',
        'r2',
        'r1',
        'r0',
      ]);
    },
  );

  it('run continues with the others when one fails, prints them in the given order, and leaves no lease', async () => {
    const regions = await startRegions(6, 1);
    const dir = folderWith(regions.policies);
    regions.in('r1').addFault({
      kind: 'accessDenied',
      operation: 'DescribeVirtualInterfaces',
      times: 'always',
      account: null,
      after: 0,
      status: null,
    });
    const { code, stdout } = await runCli(dir, ['run', ...regions.args]);
    expect(code).toBe(1);
    expect(stdout.match(/^r\d: .*/gm)).toEqual([
      'r0: 1 pending: 1 accepted',
      expect.stringMatching(/^r1: .*failed/),
      ...['r2', 'r3', 'r4', 'r5'].map((name) => `${name}: 1 pending: 1 accepted`),
    ]);
    expect(leases(dir)).toEqual([null, null, null, null, null, null]);
  });

  it('run closes the connections of a target after its run', async () => {
    const regions = await startRegions(9);
    const dir = folderWith(regions.policies);
    let open: readonly string[] = [];
    regions.hold = async ({ region }) => {
      if (region !== 'r8') return;
      await until(() => regions.connected().size === 1);
      open = [...regions.connected()];
    };
    expect((await runCli(dir, ['run', ...regions.args])).code).toBe(0);
    expect(open).toEqual(['r8']);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'run confirms nothing more after %s, and still makes and reports every run',
    async (signal) => {
      const regions = await startRegions(7, 2);
      const dir = folderWith(regions.policies);
      const confirms = () =>
        regions.calls.flatMap(({ region, operation }) => (operation.startsWith('Confirm') ? [region] : []));
      const running = startCli(dir, ['run', '--json', ...regions.args]);
      let interrupted = false;
      const interruptOnce = (): void => {
        if (!interrupted) running.interrupt(signal);
        interrupted = true;
      };
      regions.hold = async ({ operation }) => {
        if (!operation.startsWith('Confirm')) return;
        await until(() => new Set(confirms()).size === 4);
        interruptOnce();
        await until(() => running.said().includes('stopping: '));
      };

      const { code, stdout, stderr } = await running.ended;

      expect(code).toBe(1);
      expect(stderr.match(/^stopping: no further confirm starts/gm)).toHaveLength(1);
      // On a busy machine, a second confirm of a target may have started before the signal.
      const started = Object.fromEntries(
        [...Map.groupBy(confirms(), (region) => region)].map(([region, those]) => [region, those.length]),
      );
      expect(Object.keys(started).toSorted()).toEqual(['r0', 'r1', 'r2', 'r3']);
      const { runs } = JSON.parse(stdout);
      expect(
        runs.map(({ target, counts }: RunResult) => [target, counts.accepted, counts.notAttempted]),
      ).toEqual(
        ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((name) => [
          name,
          started[name] ?? 0,
          2 - (started[name] ?? 0),
        ]),
      );
      expect(leases(dir)).toEqual(Array.from({ length: 7 }, () => null));
    },
  );

  it('run prints in one line what all targets wait for, and how many are done', async () => {
    const regions = await startRegions(5);
    const dir = folderWith(regions.policies);
    const running = startCli(dir, ['run', ...regions.args]);
    const first = /^0 of 5 targets done; (r[0-3]: listing gateways(; | … )){4}\(\d+ s\)$/m;
    const last = /^4 of 5 targets done; r4: listing gateways … \(\d+ s\)$/m;
    regions.hold = ({ region }) => until(() => (region === 'r4' ? last : first).test(running.said()));
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(first);
    expect(stderr).toMatch(last);
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/^\d of 5 targets done; .* … \(\d+ s\)$/);
  });

  it('run appends the events of concurrent runs to one file, with every line complete', async () => {
    const regions = await startRegions(6, 3);
    const dir = folderWith(regions.policies);
    expect((await runCli(dir, ['run', '--events', 'events.jsonl', ...regions.args])).code).toBe(0);
    const lines = readFileSync(join(dir, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events.map((event) => event['detail-type'])).toEqual(
      Array.from({ length: 18 }, () => 'Request Accepted'),
    );
    expect(new Set(events.map(({ detail }) => detail.target)).size).toBe(6);
  });
});
