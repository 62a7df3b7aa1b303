import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchEnvironment, startBenchEnvironment } from './environment.ts';
import { coldStart, idleRun } from './parts/idleRun.ts';
import { manyRequests } from './parts/manyRequests.ts';
import { manyTargets } from './parts/manyTargets.ts';
import { decisionRate, policyLanguage } from './parts/policyRates.ts';
import { shellLoop } from './parts/shellLoop.ts';
import { machine, missesLimit, type ReportLine, renderTable } from './report.ts';

/** `npm run bench`: compares the speed with its lower bounds. docs/speed.md describes each part. */
const PARTS: Readonly<Record<string, (environment: BenchEnvironment) => Promise<readonly ReportLine[]>>> = {
  quiet: idleRun,
  scale: manyRequests,
  cli: shellLoop,
  decisions: () => decisionRate(),
  coldStart,
  targets: manyTargets,
  policies: () => policyLanguage(),
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string', default: 'reports/bench.json' } },
});
const names = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
if (unknown === undefined) {
  process.exitCode = await bench(resolve(values.json));
} else {
  process.stderr.write(`no part \`${unknown}\`; there are ${Object.keys(PARTS).join(', ')}\n`);
  process.exitCode = 2;
}

async function bench(file: string): Promise<number> {
  const lines: ReportLine[] = [];
  const environment = await startBenchEnvironment();
  try {
    for (const name of names) {
      process.stderr.write(`${name} …\n`);
      lines.push(...((await PARTS[name]?.(environment)) ?? []));
    }
  } finally {
    await environment.close();
  }
  const on = machine();
  process.stdout.write(renderTable(on, lines));
  mkdirSync(dirname(file), { recursive: true });
  const rows = lines.map((line) => ({ ...line, missed: missesLimit(line) }));
  writeFileSync(file, `${JSON.stringify({ machine: on, rows }, null, 2)}\n`);
  const missed = lines.filter(missesLimit).map(({ part, what }) => `${part}: ${what}`);
  if (missed.length === 0) return 0;
  process.stdout.write(`\nmissed:\n${missed.map((name) => `  ${name}\n`).join('')}`);
  return 1;
}
