import { join } from 'node:path';
import { type TestedPolicies, testPolicyFiles } from '../../language/index.ts';
import { writeTempFiles } from './tempFiles.ts';

/** A policy with every kind of entry that a policy test can cover. It is `policy/acme.yaml` in `runPolicyTestFiles`. */
export const TESTED_POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
gateways: { core: vgw-12345678 }
owners:
  acme:
    connections: [dxcon-1, dxcon-2]
    limit: 2
    grants:
      prod: { gateway: core, match: { connection: [dxcon-1], vlan: [100-199] }, limit: 1 }
      late: { gateway: vgw-87654321, match: { vlan: [300] }, until: 2026-11-01T00:00:00Z }
  beta: { connections: [dxcon-3], account: "210987654321", gateway: core }
hold:
  - { connection: [dxcon-1], vlan: [150], reason: under investigation }
`;

/** A file of policy tests. Its third line begins with `cases:`. */
export function testFileOf(...lines: readonly string[]): string {
  return ['version: 1', 'target: acme', 'cases:', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** A policy test in flow style, on one line. */
export function aPolicyTest(
  request: string,
  expect: string,
  more = 'at: 2026-10-01T00:00:00Z',
  name = 'one',
): string {
  return `- { name: ${name}, ${more}, request: ${request}, expect: ${expect} }`;
}

export const EXPECT_PROD = '{ accept: { owner: acme, grant: prod, gateway: core } }';

/** Runs the policy tests of these files (by name below `policy/cases/`) on `policy/acme.yaml`. */
export function runPolicyTestFiles(
  cases: Readonly<Record<string, string>>,
  policy = TESTED_POLICY,
): TestedPolicies & { dir: string } {
  const files = Object.entries(cases).map(([name, text]) => [`policy/cases/${name}`, text] as const);
  const dir = writeTempFiles({ 'policy/acme.yaml': policy, ...Object.fromEntries(files) });
  return { ...testPolicyFiles(join(dir, 'policy')), dir };
}
