import { execFile, execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { manifestJob } from '../support/kubernetesManifest.ts';
import type { BuiltImage } from './builtImage.ts';

/** The sources of the volumes of a CronJob, as folders; `null`: the volume is not mounted. */
export interface Volumes {
  readonly ledger: string | null;
  readonly policy: string;
}

export interface RunningContainer {
  /** sends a signal to its only process */
  signal(name: 'TERM'): void;
  /** standard output and standard error so far */
  output(): string;
  readonly ended: Promise<{ readonly code: unknown; readonly output: string }>;
}

/**
 * Creates the volumes of a test, as Kubernetes does: the ledger belongs to the group of the pod, and the files of a config map are links
 * into a hidden folder.
 */
export function createVolumes(
  policies: Readonly<Record<string, string>>,
): Volumes & { readonly ledger: string } {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-volumes-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [ledger, policy] = [join(dir, 'ledger'), join(dir, 'policy')];
  mkdirSync(ledger, { mode: 0o2775 });
  const { runAsUser, fsGroup } = manifestJob('vif-acceptor').pod.securityContext;
  chownSync(ledger, runAsUser, fsGroup);
  mkdirSync(join(policy, '..2026_11_30'), { recursive: true });
  execFileSync('ln', ['-s', '..2026_11_30', join(policy, '..data')]);
  for (const [name, text] of Object.entries(policies)) {
    writeFileSync(join(policy, '..2026_11_30', name), text);
    execFileSync('ln', ['-s', `..data/${name}`, join(policy, name)]);
  }
  return { ledger, policy };
}

/**
 * Starts the container of a CronJob with runc, as a Kubernetes node does: the user, the security context, the mounts, the arguments and the
 * names of the variables are those of the manifest. It shares the network of this machine, where the emulator listens.
 * @param more further arguments
 */
export function startContainer(
  image: BuiltImage,
  jobName: 'vif-acceptor' | 'vif-acceptor-check',
  volumes: Volumes,
  more: readonly string[],
): RunningContainer {
  const { pod, container } = manifestJob(jobName);
  const { runAsUser: uid, runAsGroup: gid, fsGroup } = pod.securityContext;
  const secrets: Readonly<Record<string, string>> = {
    OSC_ACCESS_KEY: RECIPIENT_ACCOUNT,
    OSC_SECRET_KEY: 'secret',
  };
  const env = container.env.flatMap(({ name }) => {
    const value = secrets[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const mounts = container.volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const source = { ledger: volumes.ledger, policy: volumes.policy }[name] ?? null;
    const options = ['bind', readOnly ? 'ro' : 'rw', 'nosuid', 'nodev'];
    return source === null ? [] : [{ destination: mountPath, type: 'bind', source, options }];
  });
  if (container.securityContext.capabilities.drop.join() !== 'ALL') throw new Error('not all are dropped');
  const { root, config } = image;
  return runSpec({
    process: {
      user: { uid, gid, additionalGids: [fsGroup] },
      args: [...config.Entrypoint, ...container.args, ...more],
      env: [...config.Env, ...env],
      cwd: config.WorkingDir,
      noNewPrivileges: !container.securityContext.allowPrivilegeEscalation,
      capabilities: NO_CAPABILITIES,
    },
    root: { path: root, readonly: container.securityContext.readOnlyRootFilesystem },
    mounts,
  });
}

/** Starts a container of the emulator, as its image says, with a scenario and further arguments. */
export function startEmulatorContainer(
  { root, config }: BuiltImage,
  scenario: string,
  more: readonly string[],
): RunningContainer {
  const [uid, gid] = config.User.split(':').map(Number);
  const mount = {
    destination: '/scenario.json',
    type: 'bind',
    source: resolve(scenario),
    options: ['bind', 'ro'],
  };
  return runSpec({
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, '--scenario', mount.destination, ...more],
      env: config.Env,
      cwd: '/',
      noNewPrivileges: true,
      capabilities: NO_CAPABILITIES,
    },
    root: { path: root, readonly: true },
    mounts: [mount],
  });
}

const NO_CAPABILITIES = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };

/** What differs between containers, in the form of the OCI runtime specification. */
interface ContainerSpec {
  readonly process: object;
  readonly root: object;
  readonly mounts: readonly object[];
}

/** Runs a container with runc, with a process namespace of its own and the network of this machine. */
function runSpec({ mounts, ...own }: ContainerSpec): RunningContainer {
  const bundle = mkdtempSync(join(tmpdir(), 'vif-acceptor-bundle-'));
  onTestFinished(() => rmSync(bundle, { recursive: true, force: true }));
  const spec = {
    ociVersion: '1.0.2',
    ...own,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      ...mounts,
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  const id = `vif-acceptor-${process.pid}-${bundle.slice(-6)}`;
  const runc = (...args: readonly string[]): readonly string[] => ['--root', join(bundle, 'state'), ...args];
  let output = '';
  const ended = new Promise<{ code: unknown; output: string }>((done) => {
    const args = runc('run', '--bundle', bundle, id);
    const child = execFile('runc', args, { timeout: 100_000 }, (error) =>
      done({ code: error === null ? 0 : error.code, output }),
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => {
        output += text;
      });
  });
  const signal = (name: 'TERM'): void => void execFileSync('runc', runc('kill', id, name));
  return { ended, output: () => output, signal };
}
