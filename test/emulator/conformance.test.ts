import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { conformance } from '../../emulator/conformance/run.ts';
import { EMULATED_ACCOUNTS, type Implementation, runStory } from '../../emulator/conformance/runStory.ts';
import { HOSTED_INTERFACES, readStory, type Story } from '../../emulator/conformance/story.ts';
import { DIALECT_NAMES, type DialectName } from '../../emulator/dialects.ts';
import { FlagRefused } from '../../emulator/flags.ts';
import { OPERATION_NAMES } from '../../emulator/operations/operationTable.ts';
import { startTestEmulator } from './emulatorClients.ts';

function implementation(url: string, dialect: DialectName = 'aws'): Implementation {
  const endpoints = { directconnect: url, ec2: url, sts: url };
  return { endpoints, region: 'eu-west-2', dialect, accounts: EMULATED_ACCOUNTS, patience: 0 };
}

const storyOf = (...steps: readonly object[]): Story => readStory({ format: 1, title: 'a test', steps }, '');

const CREATION = {
  step: 'a connection',
  as: 'owner',
  service: 'directconnect',
  operation: 'CreateConnection',
  input: { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'line' },
};

/** What became of each step, run against a new emulator. */
async function resultsOf(...steps: readonly object[]) {
  const { url } = await startTestEmulator({ dialect: 'aws' });
  return (await runStory(storyOf(...steps), implementation(url))).map(({ result }) => result);
}

/** A server that is no emulator: it answers every request with this status, and so has no clock. */
async function startOtherServer(status: number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end('{}'));
  onTestFinished(() => {
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}

describe('the conformance story', () => {
  it.each(DIALECT_NAMES)(
    'has only steps that the emulator takes as expected, in dialect %s',
    async (dialect) => {
      const { url } = await startTestEmulator({ dialect });
      const results = await runStory(HOSTED_INTERFACES, implementation(url, dialect));
      expect(results.filter(({ result }) => result.kind !== 'ok')).toEqual([]);
      expect(results.length).toBeGreaterThan(50);
    },
  );
});

/** Operations that the story does not call, with the reason. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  AssociateHostedConnection: 'it moves a hosted connection between two interconnects of a partner',
  AssumeRole: 'it needs a role, which each implementation creates in another way',
  DeleteDirectLinkInterface: 'it is of the API of OUTSCALE, which the story does not use',
  LookupEvents: 'what is logged, and when, differs between implementations',
  ReadApiLogs: 'it is of the API of OUTSCALE, which the story does not use',
};

describe('the operations of the conformance story', () => {
  it('are those of the emulator, but for a few', () => {
    const called = HOSTED_INTERFACES.steps.flatMap((step) => ('operation' in step ? [step.operation] : []));
    const all = [...new Set([...called, ...Object.keys(NOT_CALLED)])];
    expect(all.toSorted()).toEqual(OPERATION_NAMES.toSorted());
  });
});

describe('a step of a story', () => {
  it('differs where a member of the answer is another than expected', async () => {
    const wrong = { ...CREATION, expect: { bandwidth: '10Gbps', connectionName: 'line' } };
    expect(await resultsOf(wrong)).toEqual([
      { kind: 'differs', differences: [{ path: 'bandwidth', expected: '10Gbps', found: '1Gbps' }] },
    ]);
  });

  it('differs where an error is expected and none comes, and where another error comes', async () => {
    const unknown = {
      ...CREATION,
      operation: 'DescribeConnections',
      input: { connectionId: 'dxcon-aaaaaaaa' },
    };
    const results = await resultsOf(
      { ...CREATION, error: ['DirectConnectClientException'] },
      { ...unknown, error: ['ValidationException'] },
      { ...unknown, expect: {} },
      { ...unknown, error: ['DirectConnectClientException'] },
    );
    expect(results.map(({ kind }) => kind)).toEqual(['differs', 'differs', 'differs', 'ok']);
  });

  it('is not supported where the implementation does not have the operation, also if an error is expected', async () => {
    const missing = { ...CREATION, operation: 'DescribeWeather' };
    const results = await resultsOf(missing, { ...missing, error: ['DirectConnectClientException'] });
    expect(results.map(({ kind }) => kind)).toEqual(['notSupported', 'notSupported']);
  });

  it('is skipped where it needs an output that no earlier step kept', async () => {
    const needy = { ...CREATION, input: { ...CREATION.input, location: `\${place}` } };
    expect(await resultsOf(needy)).toEqual([{ kind: 'skipped', reference: 'place' }]);
  });

  it('can use what an earlier step kept', async () => {
    const read = {
      ...CREATION,
      operation: 'DescribeConnections',
      input: { connectionId: `\${line}` },
      expect: { connections: [{ connectionId: `\${line}` }] },
    };
    const results = await resultsOf({ ...CREATION, keep: { line: 'connectionId' } }, read);
    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'ok']);
  });

  it('that waits for a state moves the clock until the answer shows it', async () => {
    const { url } = await startTestEmulator({ dialect: 'aws', connectionTime: 'PT1H' });
    const waiting = {
      ...CREATION,
      operation: 'DescribeConnections',
      input: {},
      expect: { connections: [{ connectionState: 'available' }] },
    };
    const story = storyOf(CREATION, waiting, { ...waiting, within: 'PT2H' });
    const results = await runStory(story, implementation(url));
    expect(results.map(({ result }) => result.kind)).toEqual(['ok', 'differs', 'ok']);
  });

  it('that moves the clock is not supported where there is no control of the clock', async () => {
    const url = await startOtherServer(404);
    const results = await runStory(
      storyOf({ step: 'a day passes', advance: 'P1D' }, CREATION),
      implementation(url),
    );
    expect(results.map(({ result }) => result.kind)).toEqual(['notSupported', 'notSupported']);
  });

  it.each<readonly [condition: object, differs: boolean]>([
    [{ bandwidth: { $oneOf: ['10Gbps', '1Gbps'] } }, false],
    [{ bandwidth: { $oneOf: ['10Gbps'] } }, true],
    [{ bandwidth: { $matches: '^1G' } }, false],
    [{ bandwidth: { $matches: '^2G' } }, true],
    [{ lagId: { $absent: true } }, false],
    [{ bandwidth: { $absent: true } }, true],
    [{ tags: { $contains: { key: 'a' } } }, false],
    [{ tags: { $contains: { key: 'b' } } }, true],
    [{ tags: { $lacks: { key: 'b' } } }, false],
    [{ tags: { $lacks: { key: 'a' } } }, true],
    [{ tags: { $length: 1 } }, false],
    [{ tags: { $length: 2 } }, true],
    [{ tags: [{ value: '1' }] }, false],
    [{ tags: [{ value: '1' }, {}] }, true],
    [{ nothing: 'x' }, true],
  ])('evaluates the condition %j', async (condition, differs) => {
    const input = { ...CREATION.input, tags: [{ key: 'a', value: '1' }] };
    const [result] = await resultsOf({ ...CREATION, input, expect: condition });
    expect(result?.kind).toBe(differs ? 'differs' : 'ok');
  });
});

describe('the command conformance', () => {
  /** Runs the command. @returns its exit code and what it printed */
  async function run(...args: readonly string[]) {
    const printed: string[] = [];
    const code = await conformance(args, (text) => printed.push(text));
    return { code, printed: printed.join('') };
  }

  it('exits with 0 where every step is as expected, and has the results as JSON', async () => {
    const { url } = await startTestEmulator({ dialect: 'outscale' });
    const { code, printed } = await run('--endpoint', url, '--dialect', 'outscale', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      format: 1,
      results: expect.arrayContaining([
        {
          step: 'the owner creates a connection',
          call: 'directconnect CreateConnection as owner',
          result: { kind: 'ok' },
        },
      ]),
    });
  });

  it('refuses an emulator of the other dialect, whose steps would all differ', async () => {
    const { url } = await startTestEmulator({ dialect: 'outscale' });
    await expect(run('--endpoint', url)).rejects.toThrow(FlagRefused);
  });

  it('exits with 1, and prints what differs, where a step of another story is not as expected', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const story = join(folder, 'story.json');
    writeFileSync(
      story,
      JSON.stringify({ format: 1, title: 'x', steps: [{ ...CREATION, expect: { vlan: 7 } }] }),
    );
    const accounts = join(folder, 'accounts.json');
    const account = { id: '210987654321', accessKeyId: '210987654321', secretAccessKey: 'secret' };
    writeFileSync(accounts, JSON.stringify({ owner: account, recipient: account, unrelated: account }));
    const { url } = await startTestEmulator({ dialect: 'aws' });
    const { code, printed } = await run('--endpoint', url, '--story', story, '--accounts', accounts);
    expect(code).toBe(1);
    expect(printed).toMatch(/^differs .*a connection\n.*vlan.*7.*\n/);
  });

  it.each([
    [[]],
    [['--endpoint', 'ftp://127.0.0.1']],
    [['--endpoint', 'http://127.0.0.1', '--dialect', 'azure']],
    [['--endpoint', 'http://127.0.0.1', '--patience', 'long']],
    [['--endpoint', 'http://127.0.0.1', '--story', '/does/not/exist']],
    [['--endpoint', 'http://127.0.0.1', '--accounts', 'package.json']],
    [['--unknown']],
    // Nothing answers there.
    [['--endpoint', 'http://127.0.0.1:1']],
  ])('refuses the arguments %j', async (args) => {
    await expect(run(...args)).rejects.toThrow(FlagRefused);
  });
});
