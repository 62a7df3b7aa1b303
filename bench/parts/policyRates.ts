import { join } from 'node:path';
import { parse } from 'yaml';
import { finiteNumber } from '../../emulator/decoders.ts';
import { type CompiledPolicy, compilePolicy, diffPolicies } from '../../language/index.ts';
import { startProcess } from '../childProcess.ts';
import { comparePairs, type Pair, type ReportLine, repeatInOrder, summarize } from '../report.ts';

const PROCESS = join(import.meta.dirname, '../processes/decisions.ts');

/** Decisions per second, by number of owners. Each has its own process, and they are measured in turn. */
export async function decisionRate({
  owners: [few, some, most] = [10, 1000, 10_000] as readonly [number, number, number],
  rounds = 9,
  ms = 300,
} = {}): Promise<readonly ReportLine[]> {
  const sizes = [few, some, most];
  const children = await Promise.all(sizes.map((size) => startProcess(PROCESS, [String(size)])));
  try {
    const round = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const child of children) found.push(finiteNumber(await child.ask('decide', ms), ''));
      return found;
    };
    await round();
    const found = await repeatInOrder(rounds, round);
    const rates = (i: number): number[] => found.map((each) => each[i] ?? Number.NaN);
    const lines = sizes.map((count, i): ReportLine => {
      const what = `decisions per second, ${formatCount(count)} owners`;
      return {
        ...ROW,
        what,
        ours: summarize(rates(i)),
        bound: null,
        ratio: null,
        limit: { atLeast: 100_000 },
      };
    });
    const longer = {
      ours: summarize(rates(2)),
      bound: summarize(rates(0)),
      ratio: summarize(rates(2).map((rate, i) => (rates(0)[i] ?? Number.NaN) / rate)),
    };
    const what = `${formatCount(most)} owners compared with ${formatCount(few)}: time per decision`;
    return [...lines, { ...ROW, what, ...longer, limit: { atMost: 2 } }];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

const ROW = { part: 'decisions', unit: '/s' } as const;

function formatCount(count: number): string {
  return count.toLocaleString('en');
}

const GRANTS = 5;

/**
 * How long `policy check` and `policy diff` take for a policy of many owners with 5 grants each. The check is compared with the YAML parser
 * alone, because milliseconds depend on the machine.
 */
export async function policyLanguage({ owners = 2000, runs = 5 } = {}): Promise<readonly ReportLine[]> {
  const [old, now] = [policyOf(owners, 0), policyOf(owners, 5)];
  const [before, after] = [compiled(old).policy, compiled(now).policy];
  const at = new Date();
  const checks = Array.from(
    { length: runs },
    (): Pair => [duration(() => compiled(now)), duration(() => parse(now))],
  );
  const diffs = Array.from({ length: runs }, () => duration(() => diffPolicies(before, after, at)));
  const grants = `${(owners * GRANTS).toLocaleString('en')} grants`;
  const row = { part: 'policies', unit: 'ms', bound: null, ratio: null } as const;
  const check = `policy check, ${grants}`;
  return [
    { ...row, what: check, ours: summarize(checks.map(([ours]) => ours)), limit: { atMost: 1500 } },
    {
      ...row,
      what: `${check}, compared with the YAML parser`,
      ...comparePairs(checks),
      limit: { atMost: 2 },
    },
    {
      ...row,
      what: `policy diff, both compiled, ${grants}`,
      ours: summarize(diffs),
      limit: { atMost: 4000 },
    },
  ];
}

/** @param wider number of additional VLANs in the grants of every tenth owner */
function policyOf(count: number, wider: number): string {
  const owners = Array.from({ length: count }, (_, i) => [
    `  owner-${i}:`,
    `    connections: [dxcon-${i.toString(16).padStart(8, '0')}]`,
    '    grants:',
    ...Array.from({ length: GRANTS }, (__, g) => {
      const last = 100 * g + 90 + (i % 10 === 0 ? wider : 0);
      const match = `vlan: [${100 * g + 1}-${last}], asn: [${65000 + g}], peers: [169.254.${g}.0/24], name: ["owner-${i}-${g}-*"]`;
      return `      grant-${g}: { gateway: vgw-0000000${g}, match: { ${match} } }`;
    }),
  ]);
  const recipient = '{ provider: outscale, region: eu-west-2, account: "012345678901" }';
  const hold = ['hold:', '  - { vlan: [4000-4094], reason: spare }', '  - { name: ["bad-*"] }'];
  return ['version: 1', `recipient: ${recipient}`, 'owners:', ...owners.flat(), ...hold, ''].join('\n');
}

function compiled(text: string): CompiledPolicy {
  const result = compilePolicy({ file: 'big.yaml', text });
  if (!result.ok) throw new Error(`the policy of the benchmark has ${result.errors.length} errors`);
  return result;
}

/** How long a function takes, in milliseconds. */
function duration(run: () => unknown): number {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}
