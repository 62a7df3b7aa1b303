import { type CompiledPolicy, compilePolicy, diffPolicies } from '../../language/index.ts';
import { type Line, type Spread, summarize } from '../report.ts';

const GRANTS = 5;

/** How long `policy check` and `policy diff` take for a policy of many owners with 5 grants each. */
export async function policyLanguage({ owners = 2000, runs = 5 } = {}): Promise<readonly Line[]> {
  const [old, now] = [policyOf(owners, 0), policyOf(owners, 5)];
  const [before, after] = [compiled(old).policy, compiled(now).policy];
  const at = new Date();
  const line = (what: string, atMost: number, run: () => unknown): Line => {
    const name = `${what}, ${(owners * GRANTS).toLocaleString('en')} grants`;
    const ours = measured(runs, run);
    return { part: 'policies', what: name, unit: 'ms', ours, bound: null, ratio: null, limit: { atMost } };
  };
  return [
    line('policy check', 2000, () => compiled(now)),
    line('policy diff, both compiled', 5000, () => diffPolicies(before, after, at)),
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

/** In milliseconds. */
function measured(runs: number, run: () => unknown): Spread {
  const times = Array.from({ length: runs }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  return summarize(times);
}
