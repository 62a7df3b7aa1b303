import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { HAS_PROMETHEUS, startPrometheus } from './prometheusServer.ts';

const policyOf = (region: string, more = ''): string => `version: 1
recipient: { provider: outscale, region: ${region}, account: "${RECIPIENT_ACCOUNT}"${more} }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const FILE = 'textfile/vif-acceptor.prom';

/** A machine whose runs write metrics, with Prometheus and node_exporter. */
async function watchedMachine() {
  const cloud = await startTestCloud();
  const dir = folderWith({
    // Requests expire after 20 hours, so that one is near its expiry as soon as it is seen.
    'policy/hub.yaml': policyOf('eu-west-2', ', expiry: PT20H'),
    'lab/lab.yaml': policyOf('us-east-2'),
  });
  const where = ['--ledger', 'ledger.json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
  const run = (policy: string, file: string) =>
    runCli(dir, ['run', ...where, '--policy', policy, '--metrics', file]);
  return { cloud, dir, run, ...(await startPrometheus(dir)) };
}

/** Moves an instant of the metrics file into the past, as if the machine had been left alone since. */
function age(path: string, metric: string, seconds: number): void {
  const text = readFileSync(path, 'utf8');
  const aged = text.replace(
    new RegExp(`^(${metric}\\{.*\\}) (\\S+)$`, 'm'),
    (_, series: string, value: string) => {
      return `${series} ${Number(value) - seconds}`;
    },
  );
  if (aged === text) throw new Error(`${metric} is not in the file`);
  writeFileSync(path, aged);
}

describe.skipIf(!HAS_PROMETHEUS)('Prometheus and node_exporter', () => {
  it('raise the documented alert for a held request, a near expiry, a dead timer and a stale file', async () => {
    const { cloud, dir, run, scrape, raised } = await watchedMachine();
    const path = join(dir, FILE);
    await run('policy', FILE);
    await run('lab', 'textfile/vif-acceptor-lab.prom');
    // A target whose run fails is visible, in a file of its own.
    expect(await raised()).toEqual([]);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await run('policy', FILE);
    const alarming = ['VifAcceptorDeadlineNear hub', 'VifAcceptorRequestHeld hub'];
    expect(await raised(...alarming)).toEqual(alarming);
    const scraped = await scrape();
    expect(scraped).toContain('node_textfile_scrape_error 0');
    for (const target of ['hub', 'lab'])
      expect(scraped).toContain(`vif_acceptor_policy_valid{target="${target}"} 1`);

    age(path, 'vif_acceptor_last_run_end_timestamp_seconds', 1000);
    expect(await raised('VifAcceptorNotRunning hub')).toEqual(
      [...alarming, 'VifAcceptorNotRunning hub'].sort(),
    );

    const old = Date.now() / 1000 - 2000;
    utimesSync(path, old, old);
    expect(await raised('VifAcceptorMetricsStale')).toContain('VifAcceptorMetricsStale');

    // The next run ends both.
    await run('policy', FILE);
    await expect.poll(() => raised(), { timeout: 30_000, interval: 500 }).toEqual(alarming);
  }, 240_000);
});
