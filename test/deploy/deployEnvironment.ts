import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Provider } from '../../core/model.ts';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { runCli } from '../support/cli.ts';
import { ACME_1, ACME_2, PROD } from '../support/cloud.ts';
import { type AwsServer, REGION } from './awsServer.ts';
import { type Cdk, createCdk, type Outputs } from './cdk.ts';
import { type DeployedFunction, deployedFunctions } from './deployedFunctions.ts';
import { copyEventsTo, type Mailbox, openMailbox, replaceTopics } from './mailbox.ts';
import { MOTO_DEPLOY_OPTIONS, type Moto, startMoto } from './moto.ts';
import { createPolicyRepository, type PolicyRepository, SECRET, TARGET_REGION } from './policyRepository.ts';
import type { InvocationResult } from './runtimeApi.ts';
import { type Sandbox, type SandboxSettings, startSandbox } from './sandbox.ts';

/** An operator's policies, AWS as moto emulates it, and an emulator of each provider. */
export interface DeployEnvironment {
  readonly dir: string;
  readonly moto: Moto;
  readonly cdk: Cdk;
  readonly policies: PolicyRepository;
  readonly emulators: Readonly<Record<Provider, Emulator>>;
  /** receives all events on the bus */
  readonly events: Mailbox;
  /** receives the events that are sent as notifications */
  readonly notifications: Mailbox;
  deploy(): Promise<Outputs>;
  /** Starts the function that was deployed for a provider. @param main path of the runtime client */
  startFunction(main: string, provider: Provider): Promise<RunningFunction>;
  /** The IDs of the receipts of a provider's target. `receipts` re-evaluates each with the policy used at the time. */
  receiptIds(table: string, provider: Provider): Promise<string[]>;
  /** Stops all servers and functions, and removes all files. */
  close(): Promise<void>;
}

export interface RunningFunction extends Sandbox {
  readonly deployed: DeployedFunction;
  /** Invokes the function with the input of its schedule. */
  invokeScheduled(): Promise<InvocationResult>;
}

export async function openDeployEnvironment(): Promise<DeployEnvironment> {
  const closeActions: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closeActions.splice(0).reverse()) await closeOne();
  };
  try {
    const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-deploy-'));
    closeActions.push(() => rm(dir, { recursive: true, force: true }));
    const moto = await startMoto();
    closeActions.push(moto.stop);
    const emulators = { outscale: await startProvider('outscale'), aws: await startProvider('aws') };
    closeActions.push(emulators.outscale.close, emulators.aws.close);
    const policies = await createPolicyRepository(dir);
    const cdk = createCdk(moto, dir, policies.dir, MOTO_DEPLOY_OPTIONS);
    await createSecret(moto, SECRET);
    const events = await openMailbox(moto, 'events');
    const notifications = await openMailbox(moto, 'notifications');
    await copyEventsTo(moto, events);
    return {
      ...{ dir, moto, cdk, policies, emulators, events, notifications, close },
      deploy: async () => {
        const outputs = await cdk.deploy();
        await replaceTopics(moto, notifications);
        return outputs;
      },
      startFunction: async (main, provider) => {
        const deployed = await findFunction(moto, provider);
        const sandbox = await startSandbox(
          main,
          deployed,
          sandboxSettings(moto, emulators[provider], provider),
        );
        closeActions.push(sandbox.stop);
        const [event, ...others] = deployed.scheduleInputs;
        if (event === undefined || others.length > 0) {
          throw new Error(
            `function ${deployed.name} has ${deployed.scheduleInputs.length} schedules, expected one`,
          );
        }
        return { ...sandbox, deployed, invokeScheduled: () => sandbox.invoke(event) };
      },
      receiptIds: (table, provider) => readReceiptIds(moto, { dir, policies, table, provider }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ReceiptsOptions {
  readonly dir: string;
  readonly policies: PolicyRepository;
  readonly table: string;
  readonly provider: Provider;
}

/** Reads the IDs of receipts with the command line. */
export async function readReceiptIds(
  { url }: AwsServer,
  { dir, policies, table, provider }: ReceiptsOptions,
): Promise<string[]> {
  const source = ['--policy', policies.policyFile(provider), '--ledger', `dynamodb:${table}`];
  const env = { AWS_ENDPOINT_URL_DYNAMODB: url, AWS_REGION: REGION };
  const { code, stdout, stderr } = await runCli(dir, ['receipts', ...source, '--json'], env);
  if (code !== 0) throw new Error(`\`receipts\` exits with code ${code}:\n${stdout}${stderr}`);
  return receiptsDocument.parse(JSON.parse(stdout)).receipts.map(({ receipt }) => receipt.id);
}

const receiptsDocument = z.object({ receipts: z.array(z.object({ receipt: z.object({ id: z.string() }) })) });

/** Starts the emulator of a provider with a gateway of the recipient and two connections of acme. */
export async function startProvider(dialect: Provider): Promise<Emulator> {
  const connection = (id: string) => ({ account: ACME, id, name: id, location: 'PAR1' });
  const scenario = readScenario({
    region: TARGET_REGION,
    options: { dialect },
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1', asn: 64512 }],
    connections: [connection(ACME_1), connection(ACME_2)],
  });
  return await startEmulator({ scenario });
}

/** Creates a secret with the access key of the recipient at OUTSCALE. */
export async function createSecret(aws: AwsServer, Name: string): Promise<void> {
  const client = new SecretsManagerClient(aws.config);
  const SecretString = JSON.stringify({ accessKey: RECIPIENT_ACCOUNT, secretKey: 'secret' });
  await client.send(new CreateSecretCommand({ Name, SecretString }));
  client.destroy();
}

/** Finds the function of a provider by its logical ID. */
async function findFunction(moto: Moto, provider: Provider): Promise<DeployedFunction> {
  const prefix = { outscale: 'OutscaleFunction', aws: 'AwsFunction' }[provider];
  const found = (await deployedFunctions(moto)).filter(({ id }) => id.startsWith(prefix));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    throw new Error(`${found.length} functions were deployed for ${provider}, expected one`);
  }
  return only;
}

function sandboxSettings({ url }: Moto, emulator: Emulator, provider: Provider): SandboxSettings {
  return {
    credentials: {
      // The emulator uses the account number as access key. At OUTSCALE the function uses the key in the secret, not that of its role.
      AWS_ACCESS_KEY_ID: provider === 'aws' ? RECIPIENT_ACCOUNT : 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    endpoints: {
      VIF_ACCEPTOR_ENDPOINT: emulator.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: url,
    },
  };
}
