import { FAMILY_ENTRIES, METRIC_PREFIX } from '../cli/metrics/metricFamilies.ts';
import { replaceTables } from '../language/reference/referenceTables.ts';

const WRITERS = { run: '`run`', status: '`status`', both: 'both' } as const;

/** The page about Prometheus with its table of metrics regenerated. @throws when the table has no place in the page */
export function updateMetricsPage(page: string): string {
  const rows = FAMILY_ENTRIES.map(([name, { type, help, labels, by }]) => {
    const others = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${METRIC_PREFIX}${name}\` | ${type} | ${others} | ${WRITERS[by]} | ${help} |`;
  });
  const head = [
    '| metric | type | labels besides `target` | written by | meaning |',
    '| --- | --- | --- | --- | --- |',
  ];
  return replaceTables(page, new Map([['metrics', [...head, ...rows].join('\n')]]));
}
