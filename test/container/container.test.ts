import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { manifestJob } from '../support/kubernetesManifest.ts';
import { type BuiltImage, type ImageStore, NoBaseImage, openImageStore } from './builtImage.ts';
import {
  createVolumes,
  type RunningContainer,
  startContainer,
  startEmulatorContainer,
  type Volumes,
} from './runningContainer.ts';

const USER = manifestJob('vif-acceptor').pod.securityContext.runAsUser;

/** What images are built on, or why none can be built on this machine. A Containerfile that cannot be built fails. */
async function storeOrReason(): Promise<ImageStore | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux';
  const missing = ['buildah', 'mmdebstrap', 'runc'].filter((program) => !isInstalled(program));
  if (missing.length > 0)
    return `not installed: ${missing.join(', ')} (apt-get install ${missing.join(' ')})`;
  try {
    return await openImageStore();
  } catch (error) {
    if (error instanceof NoBaseImage) return error.message;
    throw error;
  }
}

const opened = await storeOrReason();
const store: ImageStore | null = typeof opened === 'string' ? null : opened;
const image: BuiltImage | null = store === null ? null : await store.build('Containerfile');
const SKIP_REASON = typeof opened === 'string' ? ` (skipped: ${opened})` : '';

afterAll(async () => {
  await store?.remove();
});

function theImage(): BuiltImage {
  if (image === null) throw new Error('the image was not built');
  return image;
}

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

/** An emulator with a request of an owner and one of an unknown requester, and volumes with an empty ledger. */
async function openTarget() {
  const cloud = await startTestCloud();
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  const volumes = createVolumes({ 'hub.yaml': POLICY });
  const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
  const start = (job: 'vif-acceptor' | 'vif-acceptor-check', mounted: Volumes = volumes): RunningContainer =>
    startContainer(theImage(), job, mounted, where);
  return { cloud, volumes, start, see: () => actAs(cloud, RECIPIENT_ACCOUNT).see(id) };
}

describe.skipIf(image === null)(`the image of the Containerfile${SKIP_REASON}`, () => {
  it('has one program, Node, beside its libraries, and no shell', () => {
    const { root, config } = theImage();
    expect(readdirSync(join(root, 'usr/local/bin'))).toEqual(['node']);
    for (const folder of ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/local/lib'])
      expect([folder, existsSync(join(root, folder))]).toEqual([folder, false]);
    expect(config.Volumes ?? {}).toEqual({});
    expect(config.User).toBe(`${USER}:${USER}`);
  });

  it('has the packed tool without packages of the checkout alone, and no policy', () => {
    const { root } = theImage();
    const tool = join(root, 'opt/vif-acceptor');
    expect(existsSync(join(tool, 'cli/main.ts'))).toBe(false);
    const packages = readdirSync(join(tool, 'node_modules'));
    expect(packages).toContain('commander');
    for (const name of ['typescript', 'aws-cdk-lib', 'vitest']) expect(packages).not.toContain(name);
    expect(readdirSync(join(root, 'srv/vif-acceptor-policy'))).toEqual([]);
  });

  it('run as its CronJob, accepts, and writes ledger and events to the volume, for its own user only', async () => {
    const { volumes, start, see } = await openTarget();
    const { code, output } = await start('vif-acceptor').ended;
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 accepted, 1 held'),
    });
    expect(await see()).toBe(`pending ${PROD}`);
    for (const file of ['ledger.json', 'events.jsonl']) {
      const { mode, uid } = statSync(join(volumes.ledger, file));
      expect([file, mode & 0o777, uid]).toEqual([file, 0o600, USER]);
    }
  });

  it('run as its CronJob for checks, fails if a request is held, and names it', async () => {
    const { start } = await openTarget();
    await start('vif-acceptor').ended;
    const { code, output } = await start('vif-acceptor-check').ended;
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('unknown-requester') });
  });

  it('accepts nothing, and fails, without the volume of its ledger', async () => {
    const { volumes, start, see } = await openTarget();
    const { code } = await start('vif-acceptor', { ...volumes, ledger: null }).ended;
    expect(code).toBe(1);
    expect(await see()).toBe('confirming');
  });

  it('on SIGTERM, completes the confirm in progress, and releases its lease', async () => {
    const { cloud, volumes, start, see } = await openTarget();
    await fetch(`${cloud.url}/_simulator/latency`, { method: 'POST', body: JSON.stringify({ ms: 1500 }) });
    const running = start('vif-acceptor');
    const isConfirming = (): boolean =>
      cloud.calls().some(({ operation }) => operation === 'ConfirmPrivateVirtualInterface');
    while (!isConfirming()) await pause(50);
    running.signal('TERM');
    const { output } = await running.ended;
    for (const part of ['stopping: ', '1 accepted']) expect(output).toContain(part);
    const { targets } = JSON.parse(readFileSync(join(volumes.ledger, 'ledger.json'), 'utf8'));
    expect(Object.values(targets)[0]).toMatchObject({ lease: null });
    expect(await see()).toBe(`pending ${PROD}`);
  });
});

describe.skipIf(store === null)(`the image of the emulator${SKIP_REASON}`, () => {
  let emulator: BuiltImage;

  beforeAll(async () => {
    if (store !== null) emulator = await store.build('emulator/Containerfile');
  });

  it('has one program, Node, and only the packed emulator', () => {
    const { root, config } = emulator;
    expect(readdirSync(join(root, 'usr/local/bin'))).toEqual(['node']);
    for (const folder of ['bin', 'sbin', 'usr/bin', 'usr/sbin'])
      expect([folder, existsSync(join(root, folder))]).toEqual([folder, false]);
    expect(readdirSync(join(root, 'opt'))).toEqual(['hosted-vif-emulator']);
    expect(existsSync(join(root, 'opt/hosted-vif-emulator/main.ts'))).toBe(false);
    expect(config).toMatchObject({ User: '65532:65532', ExposedPorts: { '4599/tcp': {} } });
  });

  it('listens on every address, for a scenario that is mounted, and ends on SIGTERM', async () => {
    const running = startEmulatorContainer(emulator, 'examples/scenarios/demo.json', ['--port', '0']);
    await expect.poll(running.output, { timeout: 20_000 }).toMatch(/^emulating outscale on /m);
    const url = /on (http:\/\/[\d.]+:\d+)/.exec(running.output())?.[1];
    expect(await (await fetch(`${url}/_simulator/health`)).json()).toEqual({
      status: 'ok',
      dialect: 'outscale',
    });
    running.signal('TERM');
    expect(await running.ended).toMatchObject({ code: 0, output: expect.stringContaining('--host 0.0.0.0') });
  });
});
