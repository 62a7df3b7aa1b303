import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, callService, type ServiceCall } from '../../emulator/conformance/serviceClient.ts';
import { anyObject } from '../../emulator/decoders.ts';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import { buildGoClient } from './installClient.ts';
import { runStoryOfClient, startEmulatorForClient } from './storyOfClient.ts';

// Without the EC2 package of the SDK, whose compiler needs 3 GB and minutes: Terraform's provider is made of it.
const { folder, skipped } = await buildGoClient(
  'go-sdk',
  {
    'github.com/aws/aws-sdk-go-v2': 'v1.48.0',
    'github.com/aws/aws-sdk-go-v2/credentials': 'v1.21.0',
    'github.com/aws/aws-sdk-go-v2/service/directconnect': 'v1.55.8',
    'github.com/aws/smithy-go': 'v1.28.9',
  },
  readFileSync(join(import.meta.dirname, 'go/main.go'), 'utf8'),
);

interface GoAnswer {
  readonly Output?: unknown;
  readonly Status?: number;
  readonly Code?: string;
  readonly Modelled?: boolean;
  readonly Message?: string;
}

/** Starts the program of the SDK, which ends with the test. @returns a function that makes one call */
function startGoClient(): (call: ServiceCall) => Promise<GoAnswer> {
  const program: ChildProcessWithoutNullStreams = spawn(join(String(folder), 'program'), { env: {} });
  const failures: string[] = [];
  program.stderr.on('data', (data: unknown) => failures.push(String(data)));
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    program.stdin.end();
    if (program.exitCode === null) await once(program, 'exit');
  });
  return async ({ endpoint, region, keys, operation, input }) => {
    const { accessKeyId, secretAccessKey } = keys;
    program.stdin.write(
      `${JSON.stringify({ endpoint, region, accessKeyId, secretAccessKey, operation, input })}\n`,
    );
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the Go program ended: ${failures.join('')}`);
    return anyObject(JSON.parse(value), '');
  };
}

/** The output with the names of the API: Go's begin with a capital letter, and a member that is absent is `null`. */
function apiNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(apiNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== null && name !== 'ResultMetadata')
      .map(([name, member]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, apiNames(member)]),
  );
}

function answerOf({ Output, Status = 0, Code = '', Message = '' }: GoAnswer): Answer {
  if (Output !== undefined) return { kind: 'output', output: apiNames(Output) };
  if (Status === 0) return { kind: 'unreadable', why: Message };
  return { kind: 'error', status: Status, code: Code, message: Message };
}

describe('the AWS SDK for Go', () => {
  for (const dialect of DIALECT_NAMES) {
    it.skipIf(folder === null)(`sees the whole story in dialect ${dialect}${skipped}`, async () => {
      const callGo = startGoClient();
      const differences = await runStoryOfClient(dialect, async (call) =>
        call.service === 'directconnect' ? answerOf(await callGo(call)) : callService(call),
      );
      expect(differences).toEqual([]);
    });
  }

  it.skipIf(folder === null)(`makes its own type of an error of the model${skipped}`, async () => {
    const { url } = await startEmulatorForClient('aws');
    const keys = { accessKeyId: '012345678901', secretAccessKey: 'secret', sessionToken: null, headers: {} };
    const call = { endpoint: url, region: 'eu-west-2', keys, service: 'directconnect' as const };
    const refused = await startGoClient()({
      ...call,
      operation: 'DeleteVirtualInterface',
      input: { virtualInterfaceId: 'dxvif-aaaaaaaa' },
    });
    expect(refused).toMatchObject({ Code: 'DirectConnectClientException', Modelled: true, Status: 400 });
  });

  it.skipIf(folder === null)(`repeats a call that is throttled${skipped}`, async () => {
    const emulator = await startEmulatorForClient('aws');
    emulator.addFault({ kind: 'throttle', times: 2 });
    const keys = { accessKeyId: '012345678901', secretAccessKey: 'secret', sessionToken: null, headers: {} };
    const answer = await startGoClient()({
      endpoint: emulator.url,
      region: 'eu-west-2',
      keys,
      service: 'directconnect',
      operation: 'DescribeVirtualInterfaces',
      input: {},
    });
    expect(apiNames(answer)).toMatchObject({ output: { virtualInterfaces: [] } });
    expect(emulator.calls()).toHaveLength(3);
  });
});
