import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(
    z.strictObject({
      name: z.string(),
      valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
    }),
  ),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  resources: z.record(z.string(), z.record(z.string(), z.string())),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
  ),
});

const pod = z.strictObject({
  restartPolicy: z.string(),
  terminationGracePeriodSeconds: z.number(),
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: z.number(),
    runAsGroup: z.number(),
    fsGroup: z.number(),
    fsGroupChangePolicy: z.string(),
    seccompProfile: z.strictObject({ type: z.string() }),
  }),
  volumes: z.array(
    z.strictObject({
      name: z.string(),
      persistentVolumeClaim: z.strictObject({ claimName: z.string() }).optional(),
      configMap: z.strictObject({ name: z.string() }).optional(),
    }),
  ),
  containers: z.array(container).length(1),
});

const metadata = z.strictObject({ name: z.string() });

const cronJob = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('CronJob'),
  metadata,
  spec: z.strictObject({
    schedule: z.string(),
    concurrencyPolicy: z.string(),
    startingDeadlineSeconds: z.number(),
    successfulJobsHistoryLimit: z.number(),
    failedJobsHistoryLimit: z.number(),
    jobTemplate: z.strictObject({
      spec: z.strictObject({
        backoffLimit: z.number(),
        activeDeadlineSeconds: z.number(),
        template: z.strictObject({
          metadata: z.strictObject({ labels: z.record(z.string(), z.string()) }),
          spec: pod,
        }),
      }),
    }),
  }),
});

/** A CronJob, its pod and the one container of that. */
export interface ManifestJob {
  readonly cron: z.infer<typeof cronJob>['spec'];
  readonly job: z.infer<typeof cronJob>['spec']['jobTemplate']['spec'];
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: z.infer<typeof pod>;
  readonly container: z.infer<typeof container>;
}

const object = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata, spec: z.looseObject({}) });

/** Every object of docs/kubernetes/vif-acceptor.yaml. Throws where the file is not valid YAML. */
export function readManifest(): readonly z.infer<typeof object>[] {
  const text = readFileSync(join(ROOT, 'docs/kubernetes/vif-acceptor.yaml'), 'utf8');
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
    if (!('toJS' in document) || document.errors.length > 0) throw new Error(String(document));
    return object.parse(document.toJS());
  });
}

/** The CronJob of this name. Throws where it has a key that this schema does not know, such as a misspelt one. */
export function manifestJob(name: string): ManifestJob {
  const found = readManifest().find((one) => one.kind === 'CronJob' && one.metadata.name === name);
  const { spec: cron } = cronJob.parse(found);
  const job = cron.jobTemplate.spec;
  const { spec } = job.template;
  const [only] = spec.containers;
  if (only === undefined) throw new Error(`${name} has no container`);
  return { cron, job, labels: job.template.metadata.labels, pod: spec, container: only };
}
