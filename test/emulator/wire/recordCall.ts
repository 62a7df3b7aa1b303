import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import * as directConnectModel from '@aws-sdk/client-direct-connect';
import * as ec2Model from '@aws-sdk/client-ec2';
import * as stsModel from '@aws-sdk/client-sts';
import type { Call, RecordedService } from './allCalls.ts';
import { IDS } from './callVariant.ts';
import type { Client, Recording } from './recordingFiles.ts';

/** Headers that describe only the machine or the connection. */
const NOT_RECORDED = ['user-agent', 'connection', 'accept', 'accept-encoding'];

const SDKS = {
  directconnect: { model: directConnectModel, Client: directConnectModel.DirectConnectClient },
  ec2: { model: ec2Model, Client: ec2Model.EC2Client },
  sts: { model: stsModel, Client: stsModel.STSClient },
} satisfies Record<RecordedService, { model: object; Client: unknown }>;

/** Makes a call over HTTP, and returns what the client sent. */
export async function recordCall(call: Call, client: Client): Promise<Recording> {
  const seen: Omit<Recording, 'call' | 'client'>[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headers).filter(([name]) => !NOT_RECORDED.includes(name));
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString(),
    });
    response.end(call.service === 'directconnect' ? '{}' : '<Nothing/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  try {
    // The client's reaction to the empty answer is irrelevant.
    await Promise.allSettled([client === 'sdk' ? bySdk(call, url) : byCli(call, url)]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const [request, ...more] = seen;
  if (request === undefined || more.length > 0)
    throw new Error(`the ${client} made ${seen.length} requests of ${call.operation}`);
  return { call: call.says, client, ...request };
}

async function bySdk({ service, operation, input, assumed }: Call, endpoint: string): Promise<void> {
  const { model, Client } = SDKS[service];
  const client = new Client({
    endpoint,
    region: 'eu-west-2',
    maxAttempts: 1,
    credentials: {
      accessKeyId: IDS.account,
      secretAccessKey: 'secret',
      ...(assumed ? { sessionToken: IDS.session } : {}),
    },
    // The default contains the kernel version. This value is part of the signature.
    defaultUserAgentProvider: async () => [['aws-sdk-js', '3']],
  });
  const command = Reflect.construct(Reflect.get(model, `${operation}Command`), [input]);
  await Reflect.apply(client.send, client, [command]).finally(() => client.destroy());
}

async function byCli({ service, operation, input, flags, assumed }: Call, endpoint: string): Promise<void> {
  const command = operation.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  const asked = flags ?? (Object.keys(input).length === 0 ? [] : ['--cli-input-json', JSON.stringify(input)]);
  await promisify(execFile)(
    'aws',
    [service, command, ...asked, '--no-paginate', '--endpoint-url', endpoint],
    {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: IDS.account,
        AWS_SECRET_ACCESS_KEY: 'secret',
        ...(assumed ? { AWS_SESSION_TOKEN: IDS.session } : {}),
        AWS_DEFAULT_REGION: 'eu-west-2',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
      },
    },
  );
}
