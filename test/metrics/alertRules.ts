import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');

/** The alert rules of docs/prometheus.md. */
export const RULES_FILE = join(ROOT, 'docs/prometheus/vif-acceptor.rules.yaml');

const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']), code: z.string().optional() }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
});

/** A rule that only names a value. */
const recording = z.strictObject({ record: z.string(), expr: z.string() });

const rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([rule, recording])) })),
});

export type AlertRule = z.infer<typeof rule>;
export type RecordingRule = z.infer<typeof recording>;

/** Every rule of the file. Throws if the file has a key that this schema does not know, such as a misspelt one. */
export function readRules(): { alerts: readonly AlertRule[]; recordings: readonly RecordingRule[] } {
  const all = rules.parse(parse(readFileSync(RULES_FILE, 'utf8'))).groups.flatMap((group) => group.rules);
  return {
    alerts: all.flatMap((one) => ('alert' in one ? [one] : [])),
    recordings: all.flatMap((one) => ('record' in one ? [one] : [])),
  };
}

const panel = z.looseObject({
  id: z.number(),
  title: z.string(),
  description: z.string().min(5),
  gridPos: z.strictObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.looseObject({ expr: z.string() })).min(1),
});

const dashboard = z.looseObject({
  title: z.string(),
  uid: z.string(),
  schemaVersion: z.number(),
  templating: z.looseObject({ list: z.array(z.looseObject({ name: z.string() })) }),
  panels: z.array(panel),
});

/** The dashboard of docs/prometheus.md. */
export function readDashboard(): z.infer<typeof dashboard> {
  return dashboard.parse(JSON.parse(readFileSync(join(ROOT, 'docs/prometheus/dashboard.json'), 'utf8')));
}

/** The metrics of this project that an expression names, without the prefix. */
export function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/\bvif_acceptor_(\w+)/g)].map(([, name = '']) => name);
}
