import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { aPolicyTest, EXPECT_PROD, TESTED_POLICY, testFileOf } from '../support/policyTestFiles.ts';

const PASSES = aPolicyTest(
  '{ connection: dxcon-1, vlan: 100 }',
  EXPECT_PROD,
  undefined,
  'acme reaches production',
);
const FAILS = aPolicyTest(
  '{ connection: dxcon-2, vlan: 100 }',
  EXPECT_PROD,
  undefined,
  'on the other connection too',
);

function withCases(...cases: string[]): string {
  return folderWith({ 'policy/acme.yaml': TESTED_POLICY, 'policy/cases/acme.yaml': testFileOf(...cases) });
}

describe('policy test', () => {
  it('tells what passes, and warns of every grant and line that no case shows at work', async () => {
    const { code, stdout, stderr } = await runCli(withCases(PASSES), ['policy', 'test']);
    expect(code).toBe(0);
    expect(stdout).toBe('acme\n  ✓ acme reaches production\n\n1 passed, 0 failed\n');
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^warning: policy\/acme\.yaml:10:7 owners\.acme\.grants\.late: no policy test is accepted by grant `acme\.late`; add /,
      ),
      expect.stringMatching(/^warning: policy\/acme\.yaml:11:60 owners\.beta\.gateway: /),
      expect.stringMatching(
        /^warning: policy\/acme\.yaml:13:5 hold\[0\]: no policy test is held by this rule; add /,
      ),
      '',
    ]);
  });

  it('exits with 1 when one fails, and tells what was expected, what came, and the words of the report', async () => {
    const { code, stdout } = await runCli(withCases(PASSES, FAILS), ['policy', 'test', 'policy/acme.yaml']);
    expect(code).toBe(1);
    expect(stdout).toContain(`  ✗ on the other connection too (policy/cases/acme.yaml:5)
      expected: accept by \`acme.prod\`, gateway \`vgw-12345678\`
      got:      hold for no-grant
        no-grant: no grant of owner \`acme\` matches; nearest is \`prod\`: connection must be dxcon-1, is dxcon-2

1 passed, 1 failed`);
  });

  it('prints one JSON document', async () => {
    const { code, stdout, stderr } = await runCli(withCases(PASSES, FAILS), ['policy', 'test', '--json']);
    expect(code).toBe(1);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^warning: /);
    expect(JSON.parse(stdout)).toMatchObject({
      policies: [{ target: 'acme', digest: expect.stringMatching(/^sha256:/) }],
      cases: [
        { name: 'acme reaches production', passed: true, file: 'policy/cases/acme.yaml', line: 4 },
        {
          passed: false,
          expected: { accept: { owner: 'acme', grant: 'prod', gateway: 'vgw-12345678' } },
          decision: { verdict: 'hold', reasons: [{ code: 'no-grant', nearest: { grant: 'prod' } }] },
        },
      ],
      unexercised: [{ path: 'owners.acme.grants.late', line: 10 }, { line: 11 }, { line: 13 }],
      faults: [],
    });
  });

  it('exits with 3 when policies or cases have faults, all told, and tries nothing', async () => {
    const dir = folderWith({
      'policy/acme.yaml': TESTED_POLICY.replace('vgw-87654321', 'vgw-8'),
      'policy/cases/acme.yaml': testFileOf(PASSES.replace('vlan', 'vlna')),
    });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'test', '--json']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /policy\/acme\.yaml:10:24 .*\npolicy\/cases\/acme\.yaml:4:\d+ cases\[0\]\.request\.vlna: .*did you mean `vlan`\?\n2 faults/,
    );
    expect(JSON.parse(stdout).faults).toHaveLength(2);
  });

  it('says of a policy without cases that it has none', async () => {
    const { code, stdout, stderr } = await runCli(folderWith({ 'policy/acme.yaml': TESTED_POLICY }), [
      'policy',
      'test',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'acme\n  no cases\n\n0 passed, 0 failed\n' });
    expect(stderr).toBe(
      'warning: policy/acme.yaml: it has no cases; add them in the folder `cases` beside it\n',
    );
  });

  it('exits with 2 where there is no policy', async () => {
    expect(await runCli(folderWith({}), ['policy', 'test'])).toMatchObject({ code: 2 });
  });

  it('passes over the examples', async () => {
    const dir = folderWith({});
    cpSync('examples', join(dir, 'policy'), { recursive: true });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'test']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/);
  });
});
