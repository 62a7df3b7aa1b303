import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { aPolicyTest, EXPECT_PROD, TESTED_POLICY, testFileOf } from '../support/policyTestFiles.ts';

const PASSING = aPolicyTest(
  '{ connection: dxcon-1, vlan: 100 }',
  EXPECT_PROD,
  undefined,
  'acme reaches production',
);
const FAILING = aPolicyTest(
  '{ connection: dxcon-2, vlan: 100 }',
  EXPECT_PROD,
  undefined,
  'on the other connection too',
);

function withCases(...cases: string[]): string {
  return folderWith({ 'policy/acme.yaml': TESTED_POLICY, 'policy/cases/acme.yaml': testFileOf(...cases) });
}

describe('policy test', () => {
  it('lists the tests that pass, and warns of every grant and hold rule that no test covers', async () => {
    const { code, stdout, stderr } = await runCli(withCases(PASSING), ['policy', 'test']);
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

  it('exits with 1 when a test fails, and shows the expected and the actual decision with its reasons', async () => {
    const { code, stdout } = await runCli(withCases(PASSING, FAILING), [
      'policy',
      'test',
      'policy/acme.yaml',
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain(`  ✗ on the other connection too (policy/cases/acme.yaml:5)
      expected: accept by \`acme.prod\`, gateway \`vgw-12345678\`
      actual:   hold for no-grant
        no-grant: no grant of owner \`acme\` matches; nearest is \`prod\`: connection must be dxcon-1, is dxcon-2

1 passed, 1 failed`);
  });

  it('prints one JSON document', async () => {
    const { code, stdout, stderr } = await runCli(withCases(PASSING, FAILING), ['policy', 'test', '--json']);
    expect(code).toBe(1);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^warning: /);
    expect(stdout).not.toContain('"parameters"');
    expect(JSON.parse(stdout)).toMatchObject({
      policies: [{ target: 'acme', digest: expect.stringMatching(/^sha256:/) }],
      cases: [
        { name: 'acme reaches production', passed: true, file: 'policy/cases/acme.yaml', line: 4 },
        {
          passed: false,
          expected: { accept: { owner: 'acme', grant: 'prod', gateway: 'vgw-12345678' } },
          decision: {
            verdict: 'hold',
            reasons: [{ code: 'no-grant', message: expect.any(String), nearest: { grant: 'prod' } }],
          },
        },
      ],
      untested: [{ path: 'owners.acme.grants.late', line: 10 }, { line: 11 }, { line: 13 }],
      errors: [],
    });
  });

  it('exits with 3 when policies or tests have errors, lists all of them, and runs no test', async () => {
    const dir = folderWith({
      'policy/acme.yaml': TESTED_POLICY.replace('vgw-87654321', 'vgw-8'),
      'policy/cases/acme.yaml': testFileOf(PASSING.replace('vlan', 'vlna')),
    });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'test', '--json']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /policy\/acme\.yaml:10:24 .*\npolicy\/cases\/acme\.yaml:4:\d+ cases\[0\]\.request\.vlna: .*did you mean `vlan`\?\n2 errors/,
    );
    expect(JSON.parse(stdout).errors).toHaveLength(2);
  });

  it('warns of a policy without tests', async () => {
    const { code, stdout, stderr } = await runCli(folderWith({ 'policy/acme.yaml': TESTED_POLICY }), [
      'policy',
      'test',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'acme\n  no policy tests\n\n0 passed, 0 failed\n' });
    expect(stderr).toBe(
      'warning: policy/acme.yaml:1:1 it has no policy tests; add them in the folder `cases` beside it\n',
    );
  });

  it('exits with 2 where there is no policy', async () => {
    expect(await runCli(folderWith({}), ['policy', 'test'])).toMatchObject({ code: 2 });
  });

  it('passes for the examples', async () => {
    const dir = folderWith({});
    cpSync('examples', join(dir, 'policy'), { recursive: true });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'test']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/);
  });
});
