import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { isInstalled } from '../support/installedPrograms.ts';
import { RULES_FILE } from './alertRules.ts';

/** Whether Prometheus and node_exporter are installed, under the names that Debian gives them. */
export const HAS_PROMETHEUS = isInstalled('prometheus') && isInstalled('prometheus-node-exporter');

const alerts = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })),
  }),
});

/** A Prometheus with the rules of docs/prometheus.md, which scrapes a node_exporter. */
export interface PrometheusServer {
  /** what node_exporter answers now */
  scrape(): Promise<string>;
  /** the alerts that are raised now, as `NAME TARGET`, once all of these are; throws where they are not in time */
  raised(...expected: readonly string[]): Promise<string[]>;
}

/**
 * Starts both programs over a folder of text files. They scrape and evaluate every second, and are stopped after the test.
 * @param dir for the files of Prometheus; the text files are in its folder `textfile`
 */
export async function startPrometheus(dir: string): Promise<PrometheusServer> {
  mkdirSync(join(dir, 'textfile'), { recursive: true });
  const exporter = await freeAddress();
  const address = await freeAddress();
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [RULES_FILE],
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [exporter] }] }],
  };
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
  start(dir, 'prometheus-node-exporter', [
    '--collector.disable-defaults',
    '--collector.textfile',
    `--collector.textfile.directory=${join(dir, 'textfile')}`,
    `--web.listen-address=${exporter}`,
  ]);
  start(dir, 'prometheus', [
    '--config.file=prometheus.yml',
    '--storage.tsdb.path=data',
    `--web.listen-address=${address}`,
    '--log.level=error',
  ]);
  await until(() => isUp(`http://${exporter}/metrics`));
  await until(() => isUp(`http://${address}/-/ready`));
  const read = async (): Promise<string[]> => {
    const answer = await fetch(`http://${address}/api/v1/alerts`);
    const firing = alerts.parse(await answer.json()).data.alerts.filter(({ state }) => state === 'firing');
    return firing.map(({ labels: { alertname, target = '' } }) => `${alertname} ${target}`.trim()).sort();
  };
  return {
    scrape: async () => (await fetch(`http://${exporter}/metrics`)).text(),
    raised: async (...expected) => {
      await until(async () => {
        const found = await read();
        return expected.every((one) => found.includes(one));
      });
      return read();
    },
  };
}

function start(cwd: string, program: string, args: readonly string[]): void {
  const child = spawn(program, args, { cwd, stdio: 'ignore' });
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        child.once('exit', () => done());
        if (!child.kill('SIGKILL')) done();
      }),
  );
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Waits for a condition. A machine under load may take long, so the limit only ends a test that cannot succeed. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it did not happen within a minute');
    await pause(200);
  }
}

/** An address on loopback that no program uses. */
function freeAddress(): Promise<string> {
  return new Promise((done, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      server.close(() => done(`127.0.0.1:${port}`));
    });
  });
}
