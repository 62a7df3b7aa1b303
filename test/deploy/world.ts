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
import { type Cdk, cdkOn, type Outputs } from './cdk.ts';
import { type DeployedFunction, deployedFunctions } from './deployedFunctions.ts';
import { divertTopics, listen, type Mailbox, openMailbox } from './mailbox.ts';
import { type Moto, REGION, startMoto } from './moto.ts';
import { type Policies, SECRET, startPolicies, TARGET_REGION, TARGETS } from './policies.ts';
import type { Invocation } from './runtimeApi.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** An operator's policies, AWS to deploy them to, and both providers that they are about. */
export interface World {
  readonly dir: string;
  readonly moto: Moto;
  readonly cdk: Cdk;
  readonly policies: Policies;
  readonly clouds: Readonly<Record<Provider, Emulator>>;
  /** everything that was announced on the bus */
  readonly bus: Mailbox;
  /** what of it goes to people */
  readonly people: Mailbox;
  deploy(): Promise<Outputs>;
  /** Starts the function that was deployed for a provider. @param main the runtime client */
  start(main: string, provider: Provider): Promise<Running>;
  /** What the ledger has of the acceptances of a provider's target: IDs, each decided again as it was then. */
  receipts(table: string, provider: Provider): Promise<string[]>;
  /** Stops and removes everything, whatever became of it. */
  close(): Promise<void>;
}

export interface Running extends Sandbox {
  readonly deployed: DeployedFunction;
  /** As its schedule calls it. */
  call(): Promise<Invocation>;
}

export async function openWorld(): Promise<World> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-deploy-'));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    const moto = await startMoto();
    closing.push(moto.stop);
    const clouds = { outscale: await startProvider('outscale'), aws: await startProvider('aws') };
    closing.push(clouds.outscale.close, clouds.aws.close);
    const policies = await startPolicies(join(dir, 'policy'));
    const cdk = cdkOn(moto, dir, policies.dir);
    await keepSecret(moto);
    const bus = await openMailbox(moto, 'bus');
    const people = await openMailbox(moto, 'people');
    await listen(moto, bus);
    return {
      ...{ dir, moto, cdk, policies, clouds, bus, people, close },
      deploy: async () => {
        const outputs = await cdk.deploy();
        await divertTopics(moto, people);
        return outputs;
      },
      start: async (main, provider) => {
        const deployed = await functionFor(moto, provider);
        const sandbox = await startSandbox(main, deployed, surroundings(moto, clouds[provider], provider));
        closing.push(sandbox.stop);
        const [event, ...others] = deployed.events;
        if (event === undefined || others.length > 0) {
          throw new Error(`function ${deployed.name} has ${deployed.events.length} schedules, not one`);
        }
        return { ...sandbox, deployed, call: () => sandbox.invoke(event) };
      },
      receipts: async (table, provider) => {
        const file = join(policies.dir, `${TARGETS[provider]}.yaml`);
        const args = ['receipts', '--policy', file, '--ledger', `dynamodb:${table}`, '--json'];
        const env = { AWS_ENDPOINT_URL_DYNAMODB: moto.url, AWS_REGION: REGION };
        const { code, stdout, stderr } = await runCli(dir, args, env);
        if (code !== 0) throw new Error(`\`receipts\` ends with ${code}:\n${stdout}${stderr}`);
        return shown.parse(JSON.parse(stdout)).receipts.map(({ receipt }) => receipt.id);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const shown = z.object({ receipts: z.array(z.object({ receipt: z.object({ id: z.string() }) })) });

/** A provider with our gateway, and two connections of acme's. */
async function startProvider(dialect: Provider): Promise<Emulator> {
  const connection = (id: string) => ({ account: ACME, id, name: id, location: 'PAR1' });
  const scenario = readScenario({
    region: TARGET_REGION,
    options: { dialect },
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1', asn: 64512 }],
    connections: [connection(ACME_1), connection(ACME_2)],
  });
  return await startEmulator({ scenario });
}

/** The key of our account at OUTSCALE. */
async function keepSecret(moto: Moto): Promise<void> {
  const client = new SecretsManagerClient(moto.config);
  const SecretString = JSON.stringify({ accessKey: RECIPIENT_ACCOUNT, secretKey: 'secret' });
  await client.send(new CreateSecretCommand({ Name: SECRET, SecretString }));
  client.destroy();
}

/** Finds the function of a provider by its logical ID. */
async function functionFor(moto: Moto, provider: Provider): Promise<DeployedFunction> {
  const prefix = { outscale: 'OutscaleFunction', aws: 'AwsFunction' }[provider];
  const found = (await deployedFunctions(moto)).filter(({ id }) => id.startsWith(prefix));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    throw new Error(`${found.length} functions were deployed for ${provider}, not one`);
  }
  return only;
}

function surroundings({ url }: Moto, cloud: Emulator, provider: Provider) {
  return {
    keys: {
      // The emulator's key is our account's number. At OUTSCALE the role's own key opens nothing: the secret has another.
      AWS_ACCESS_KEY_ID: provider === 'aws' ? RECIPIENT_ACCOUNT : 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    endpoints: {
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: url,
    },
  };
}
