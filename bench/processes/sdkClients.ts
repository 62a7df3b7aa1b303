import {
  ConfirmPrivateVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewaysCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { parseXML } from '@aws-sdk/xml-builder';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type PlannedCall, readPlan, runPlan } from '../calls/replayPlan.ts';

/**
 * The cost of the function's SDK clients alone: bundled like the function, with the same packages of the SDK and nothing else, it
 * makes the calls of a plan. Clients are created at first use, as in the function.
 */
const { BENCH_PROVIDER: endpoint = '', BENCH_ROLE: role, BENCH_REGION: region = '' } = process.env;
const credentials =
  role === undefined ? {} : { credentials: fromTemporaryCredentials({ params: { RoleArn: role } }) };
const directConnect = lazily(() => new DirectConnectClient({ region, endpoint, ...credentials }));
const dynamo = lazily(() => new DynamoDBClient({}));
const bus = lazily(() => new EventBridgeClient({}));
const secrets = lazily(() => new SecretsManagerClient({}));

/** Recorded from the function's own clients. */
type Input = ReturnType<typeof JSON.parse>;

const OPERATIONS: Readonly<Record<string, (input: Input) => Promise<unknown>>> = {
  ConfirmPrivateVirtualInterface: (input) =>
    directConnect().send(new ConfirmPrivateVirtualInterfaceCommand(input)),
  DescribeConnections: (input) => directConnect().send(new DescribeConnectionsCommand(input)),
  DescribeDirectConnectGatewayAssociations: (input) =>
    directConnect().send(new DescribeDirectConnectGatewayAssociationsCommand(input)),
  DescribeDirectConnectGateways: (input) =>
    directConnect().send(new DescribeDirectConnectGatewaysCommand(input)),
  DescribeVirtualInterfaces: (input) => directConnect().send(new DescribeVirtualInterfacesCommand(input)),
  BatchWriteItem: (input) => dynamo().send(new BatchWriteItemCommand(input)),
  GetItem: (input) => dynamo().send(new GetItemCommand(input)),
  Query: (input) => dynamo().send(new QueryCommand(input)),
  TransactWriteItems: (input) => dynamo().send(new TransactWriteItemsCommand(input)),
  UpdateItem: (input) => dynamo().send(new UpdateItemCommand(input)),
  PutEvents: (input) => bus().send(new PutEventsCommand(input)),
  GetSecretValue: (input) => secrets().send(new GetSecretValueCommand(input)),
};

export async function handler({ plan: file }: { readonly plan: string }): Promise<void> {
  const { plan, bodyOf } = readPlan(file);
  await runPlan(plan, async (call: PlannedCall) => {
    const body = bodyOf(call).toString();
    if (call.target === '') await query(call, body);
    else await OPERATIONS[call.operation]?.(JSON.parse(body));
  });
}

/** The function does not use the EC2 client. */
async function query(
  { service, region: signedFor, contentType }: PlannedCall,
  body: string,
): Promise<unknown> {
  const { config } = directConnect();
  const { protocol, hostname, port, host } = new URL(endpoint);
  const { credentials: keys, sha256 } = config;
  const signer = new SignatureV4({ credentials: keys, region: signedFor, service, sha256 });
  const headers = { host, 'content-type': contentType };
  const plain = { method: 'POST', protocol, hostname, port: Number(port), path: '/', headers, body };
  const request = new HttpRequest(await signer.sign(new HttpRequest(plain)));
  const { response } = await config.requestHandler.handle(HttpRequest.clone(request));
  return parseXML(new TextDecoder().decode(await config.streamCollector(response.body)));
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
