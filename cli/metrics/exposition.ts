import { FAMILY_ENTRIES, isFamilyName, METRIC_PREFIX, type Sample } from './metricFamilies.ts';

/**
 * Renders samples in the text format of Prometheus (0.0.4), which node_exporter reads: each family once, with its help and its
 * type, in the order of `METRIC_FAMILIES`. A value that is not a number is left out, because node_exporter refuses the whole
 * file for one wrong line.
 */
export function renderExposition(samples: readonly Sample[]): string {
  return FAMILY_ENTRIES.map(([name, { type, help }]) => {
    const lines = samples
      .filter(({ family, value }) => family === name && Number.isFinite(value))
      .map(({ labels, value }) => `${METRIC_PREFIX}${name}${renderLabels(labels)} ${value}\n`);
    if (lines.length === 0) return '';
    const head = `# HELP ${METRIC_PREFIX}${name} ${help}\n# TYPE ${METRIC_PREFIX}${name} ${type}\n`;
    return head + [...new Set(lines)].join('');
  }).join('');
}

function renderLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const LINE = /^vif_acceptor_(\w+)\{([^\n]*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/**
 * Reads the samples of a file that `renderExposition` wrote. Other lines are left out, such as those of a later release: the file
 * only continues counters and keeps instants, so a value that is missing in it is not a failure.
 */
export function parseExposition(text: string): Sample[] {
  return text.split('\n').flatMap((line): Sample[] => {
    const [, family = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (!isFamilyName(family) || !Number.isFinite(Number(value))) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, name = '', written = '']) => [
      name,
      unescapeValue(written),
    ]);
    return [{ family, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

function unescapeValue(written: string): string {
  return written.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
