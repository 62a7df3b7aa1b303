import { cpus } from 'node:os';
import { type CompiledPolicy, compilePolicy, diffPolicies } from '../language/index.ts';

/** `npm run bench`: how long the language takes for a policy of 2,000 owners with 5 grants each. Medians, with their spread. */

const OWNERS = 2000;
const GRANTS = 5;
const RUNS = 5;

/** @param wider by how many VLANs the grants of every tenth owner are wider */
function policyOf(wider: number): string {
  const owners = Array.from({ length: OWNERS }, (_, i) => [
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
  if (!result.ok) throw new Error(`the policy of the benchmark has ${result.faults.length} faults`);
  return result;
}

/** @returns milliseconds: the median, the least and the most */
function measured(run: () => unknown): [number, number, number] {
  const times = Array.from({ length: RUNS }, () => {
    const begun = performance.now();
    run();
    return Math.round(performance.now() - begun);
  }).sort((a, b) => a - b);
  return [times[Math.floor(RUNS / 2)] ?? Number.NaN, times[0] ?? Number.NaN, times.at(-1) ?? Number.NaN];
}

const [old, now] = [policyOf(0), policyOf(5)];
const [before, after] = [compiled(old).policy, compiled(now).policy];
const at = new Date();
const rows = [
  { what: 'policy check', limit: 2000, times: measured(() => compiled(now)) },
  { what: 'policy diff, both compiled', limit: 5000, times: measured(() => diffPolicies(before, after, at)) },
];

const [cpu] = cpus();
process.stdout.write(
  `${OWNERS} owners, ${GRANTS} grants each; Node ${process.version}, ${cpus().length} × ${cpu?.model}\n`,
);
for (const { what, limit, times } of rows) {
  const [median, least, most] = times;
  process.stdout.write(`${what.padEnd(28)} ${median} ms (${least} to ${most}), at most ${limit}\n`);
}
if (rows.some(({ limit, times: [median] }) => median > limit)) {
  process.stdout.write('slower than it may be\n');
  process.exitCode = 1;
}
