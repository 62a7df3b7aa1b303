import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseXML } from '@aws-sdk/xml-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../cli/formats/annotation.ts';
import { formatGithubAnnotations, withoutWorkflowCommands } from '../../cli/formats/githubAnnotations.ts';
import { CODE_HELP, DIAGNOSTIC_CODES, WARNING_CODES } from '../../language/index.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { junitErrors, sarifErrors, workflowCommands } from '../support/foreignFormats.ts';
import { aPolicyTest, EXPECT_PROD, TESTED_POLICY, testFileOf } from '../support/policyTestFiles.ts';

/** One error in each of two files. */
const INVALID = {
  'policy/acme.yaml': TESTED_POLICY.replace('vlan: [300]', 'vlam: [300]'),
  'policy/b.yaml': 'version: 2\n',
};

const PASSING = aPolicyTest(
  '{ connection: dxcon-1, vlan: 100 }',
  EXPECT_PROD,
  undefined,
  'acme reaches production',
);
const failing = (name: string) =>
  aPolicyTest('{ connection: dxcon-2, vlan: 100 }', EXPECT_PROD, undefined, JSON.stringify(name));

function withTests(...tests: string[]): string {
  return folderWith({ 'policy/acme.yaml': TESTED_POLICY, 'policy/cases/acme.yaml': testFileOf(...tests) });
}

function initRepository(dir: string): void {
  execFileSync('git', ['init', '--quiet'], { cwd: dir });
}

describe('--format github', () => {
  it('makes every error an annotation of its line, with exit code 3 and nothing else', async () => {
    const dir = folderWith(INVALID);
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check', '--format', 'github']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    const commands = workflowCommands(stdout);
    expect(commands).toHaveLength(stdout.trimEnd().split('\n').length);
    expect(commands).toContainEqual({
      name: 'error',
      properties: { file: 'policy/acme.yaml', line: '10', col: '47', title: 'vif-acceptor: unknown-key' },
      data: expect.stringMatching(/^policy\/acme\.yaml:10:47 owners\.acme\.grants\.late\.match\.vlam: /),
    });
    expect(commands.map(({ properties: { file } }) => file)).toContain('policy/b.yaml');
  });

  it('names files from the root of the repository, wherever the command is typed', async () => {
    const dir = folderWith({ 'net/policy/acme.yaml': 'version: 2\n', 'net/lab/x': '' });
    const fileOf = async (env: Readonly<Record<string, string>> = {}) => {
      const check = ['policy', 'check', '--format', 'github'];
      const { stdout } = await runCli(join(dir, 'net/lab'), check, env);
      return workflowCommands(stdout)[0]?.properties.file;
    };
    expect(await fileOf()).toBe('../policy/acme.yaml');
    expect(await fileOf({ GITHUB_WORKSPACE: dir })).toBe('net/policy/acme.yaml');
    initRepository(dir);
    expect(await fileOf({ GITHUB_WORKSPACE: '/elsewhere' })).toBe('net/policy/acme.yaml');
  });

  it('makes warnings and notices annotations too, and describes the policies on standard error', async () => {
    const text = TESTED_POLICY.replace('limit: 2', 'limit: 0\n    contact: a@acme.example b@globex.example');
    const dir = folderWith({ 'policy/acme.yaml': text });
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'check', '--format', 'github']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^acme: valid; .*\n$/) });
    const found = workflowCommands(stdout).map(({ name, properties: { title, line } }) => [
      name,
      title,
      line,
    ]);
    expect(found).toEqual([
      ['warning', 'vif-acceptor: unreachable-grant', '10'],
      ['warning', 'vif-acceptor: unreachable-grant', '11'],
      ['notice', 'vif-acceptor: maybe-shared', '6'],
      ['notice', 'vif-acceptor: maybe-shared', '6'],
    ]);
  });

  it('makes a failed policy test an annotation, which no name of a test can turn into a command', async () => {
    const dir = withTests(PASSING, failing('::stop-commands::x, ##[add-mask]e %0A::error::y'));
    const { code, stdout, stderr } = await runCli(dir, ['policy', 'test', '--format', 'github']);
    expect(code).toBe(1);
    const commands = workflowCommands(stdout);
    expect(commands.map(({ name, properties: { line } }) => [name, line])).toEqual([
      ['error', '5'],
      ['warning', '10'],
      ['warning', '11'],
      ['warning', '13'],
    ]);
    expect(commands[0]).toMatchObject({
      properties: { file: 'policy/cases/acme.yaml', title: 'vif-acceptor: failed-test' },
      data: expect.stringMatching(
        /^policy\/cases\/acme\.yaml:5:1 ::stop-commands::x, .*%0A::error::y: .*no-grant/,
      ),
    });
    expect(stderr).toContain('✓ acme reaches production');
    expect(workflowCommands(stderr)).toEqual([]);
  });

  const level = fc.constantFrom('error', 'warning', 'notice');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom('::error::', '##[add-mask]', '\n', '\r', '%', '%0A', ':', ',', '=', '\u200b', 'a'),
      )
      .map((parts) => parts.join('')),
  );

  it('makes each annotation exactly one command, whatever its texts are', () => {
    fc.assert(
      fc.property(level, text, text, text, (chosen, name, subject, message) => {
        const file = `policy/${name.replaceAll('/', '_')}`;
        const annotation: Annotation = {
          level: chosen,
          code: 'unknown-key',
          file,
          line: 3,
          column: 7,
          subject,
          message,
        };
        const [command, ...others] = workflowCommands(formatGithubAnnotations([annotation]));
        expect(others).toEqual([]);
        expect(command).toMatchObject({
          name: chosen,
          properties: { line: '3', col: '7', title: 'vif-acceptor: unknown-key' },
        });
        expect(Object.keys(command?.properties ?? {})).toEqual(['file', 'line', 'col', 'title']);
        const written = subject === '' ? message : `${subject}: ${message}`;
        expect(command?.data.endsWith(` ${written.replaceAll('##[', '# #[')}`)).toBe(true);
      }),
    );
  });

  it('leaves no command in a report for people', () => {
    fc.assert(
      fc.property(text, (report) => {
        expect(
          workflowCommands(withoutWorkflowCommands(report.replaceAll(/[\p{C}\u2028\u2029]/gu, ''))),
        ).toEqual([]);
      }),
    );
  });
});

describe('--format sarif', () => {
  const check = async (dir: string, ...more: string[]) => {
    const result = await runCli(dir, ['policy', 'check', '--format', 'sarif', ...more]);
    return { ...result, log: JSON.parse(result.stdout) };
  };

  it('is a valid log of the errors, with exit code 3, a rule for each code and a region for each result', async () => {
    const dir = folderWith(INVALID);
    const { code, log, stderr } = await check(dir);
    expect(code).toBe(3);
    expect(stderr).toMatch(/policy\/b\.yaml:1:10 version: /);
    expect(sarifErrors(log)).toEqual([]);
    const [{ tool, results, invocations }] = log.runs;
    expect(invocations).toMatchObject([{ exitCode: 3 }]);
    expect(results).toContainEqual(
      expect.objectContaining({
        ruleId: 'unknown-key',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'policy/acme.yaml', uriBaseId: '%SRCROOT%' },
              region: { startLine: 10, startColumn: 47 },
            },
          },
        ],
      }),
    );
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    for (const { help } of tool.driver.rules) expect(help.text).toMatch(/\.$/);
    expect(stderr).not.toContain('\u001b');
  });

  it('is a valid log of warnings and notices, whose standard error is empty with --quiet', async () => {
    const dir = folderWith({ 'pol icy/acme.yaml': TESTED_POLICY });
    const { code, log, stderr } = await check(dir, '--quiet', 'pol icy');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(sarifErrors(log)).toEqual([]);
    expect(log.runs[0].results).toMatchObject([
      {
        ruleId: 'unreachable-grant',
        level: 'warning',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'pol%20icy/acme.yaml' } } }],
      },
    ]);
    expect(log.runs[0].tool.driver.rules).toMatchObject([{ defaultConfiguration: { level: 'warning' } }]);
  });

  it('gives a problem the same fingerprint when other lines or its value change, and each problem its own', async () => {
    const dir = folderWith({ 'policy/acme.yaml': TESTED_POLICY.replaceAll('dxcon-', 'dxconn-') });
    const fingerprints = async () =>
      (await check(dir)).log.runs[0].results.map(
        ({ partialFingerprints }: { partialFingerprints: unknown }) => partialFingerprints,
      );
    const first = await fingerprints();
    expect(first.length).toBeGreaterThan(2);
    expect(new Set(first.map(JSON.stringify)).size).toBe(first.length);
    const moved = TESTED_POLICY.replace('owners:', '# moved\nowners:').replaceAll('dxcon-', 'other-');
    writeFileSync(join(dir, 'policy/acme.yaml'), moved);
    expect(await fingerprints()).toEqual(first);
  });

  it('is a valid log when a named file does not exist, with exit code 2', async () => {
    const { code, log } = await check(folderWith({}), 'nowhere.yaml');
    expect(code).toBe(2);
    expect(sarifErrors(log)).toEqual([]);
    expect(log.runs[0].results).toMatchObject([{ ruleId: 'unreadable-file' }]);
  });

  it('has a help text for every code', () => {
    expect(Object.keys(CODE_HELP)).toEqual([...DIAGNOSTIC_CODES, ...WARNING_CODES]);
    for (const text of Object.values(CODE_HELP)) expect(text).toMatch(/^[A-Z].*\.$/);
  });
});

describe('--format junit', () => {
  const test = async (dir: string, ...more: string[]) => {
    const result = await runCli(dir, ['policy', 'test', '--format', 'junit', ...more]);
    expect(await junitErrors(result.stdout)).toEqual([]);
    return { ...result, report: parseXML(result.stdout).testsuites };
  };

  it('is a valid report of the tests, with file and line, the failure and what no test covers', async () => {
    const { code, report } = await test(withTests(PASSING, failing('<b>&"\'\\u00e9]]>')), '--quiet');
    expect(code).toBe(1);
    expect(report).toMatchObject({
      tests: '2',
      failures: '1',
      errors: '0',
      testsuite: {
        name: 'acme',
        tests: '2',
        failures: '1',
        testcase: [
          { name: 'acme reaches production', classname: 'acme', file: 'policy/cases/acme.yaml', line: '4' },
          {
            name: '<b>&"\'\\u00e9]]>',
            line: '5',
            failure: { type: 'decision', '#text': expect.stringContaining('no-grant: ') },
          },
        ],
        'system-err': expect.stringContaining('policy/acme.yaml:10:7 owners.acme.grants.late: '),
      },
    });
  });

  it('is a valid report of the errors of files, with exit code 3, also of a file name that XML cannot contain', async () => {
    const dir = withTests(PASSING);
    const odd = 'policy/cases/\u0001<&.yaml';
    writeFileSync(join(dir, odd), 'version: 1\n');
    expect(existsSync(join(dir, odd))).toBe(true);
    const { code, report, stderr } = await test(dir);
    expect(code).toBe(3);
    expect(stderr).toMatch(/3 errors|2 errors/);
    const [first] = [report.testsuite.testcase].flat();
    expect(first).toMatchObject({
      file: 'policy/cases/\\u{1}<&.yaml',
      line: '1',
      error: { type: 'missing-key' },
    });
    expect(Number(report.errors)).toBe([report.testsuite.testcase].flat().length);
  });
});

describe('--format json', () => {
  it('is the document of --json, and excludes another format', async () => {
    const dir = folderWith({ 'policy/acme.yaml': TESTED_POLICY });
    const [format, json] = await Promise.all(
      [['--format', 'json'], ['--json']].map((option) => runCli(dir, ['policy', 'check', ...option])),
    );
    expect(format).toEqual(json);
    expect(await runCli(dir, ['policy', 'check', '--json', '--format', 'sarif'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--format is `sarif`'),
    });
  });

  it('has the errors of files, once, also with exit code 2', async () => {
    const invalid = await runCli(folderWith(INVALID), ['policy', 'test', '--format', 'json', '--quiet']);
    expect(invalid).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(invalid.stdout).errors.length).toBeGreaterThan(1);
    const missing = await runCli(folderWith({}), ['policy', 'check', '--json', 'nowhere.yaml']);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.yaml') });
    expect(JSON.parse(missing.stdout)).toMatchObject({ errors: [{ code: 'unreadable-file' }] });
  });
});

describe('--quiet', () => {
  it('prints nothing about valid policies and passed tests, and failed tests only', async () => {
    const one = TESTED_POLICY.split('  beta:')[0]?.replace(/ +late:.*\n/, '') ?? '';
    const dir = folderWith({ 'policy/acme.yaml': one, 'policy/cases/acme.yaml': testFileOf(PASSING) });
    const nothing = { code: 0, stdout: '', stderr: '' };
    expect(await runCli(dir, ['policy', 'check', '--quiet'])).toEqual(nothing);
    expect(await runCli(dir, ['policy', 'test', '--quiet'])).toEqual(nothing);
    writeFileSync(join(dir, 'policy/cases/acme.yaml'), testFileOf(PASSING, failing('another')));
    const { code, stdout } = await runCli(dir, ['policy', 'test', '-q']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ another');
    expect(stdout).not.toContain('✓');
  });

  it('still prints warnings', async () => {
    const dir = folderWith({ 'policy/acme.yaml': TESTED_POLICY });
    const { stdout, stderr } = await runCli(dir, ['policy', 'check', '--quiet']);
    expect({ stdout, stderr }).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^warning: policy\/acme\.yaml:10:7 .*\n$/),
    });
  });
});
