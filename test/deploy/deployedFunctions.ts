import { createHash } from 'node:crypto';
import * as z from 'zod';
import { deployedTemplate, physicalNames, type Resources } from './cloudFormation.ts';
import type { Moto } from './moto.ts';

/** A function as it is in AWS after a deployment, with the inputs of its schedules. */
export interface DeployedFunction {
  /** logical ID in the template */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  /** ZIP files */
  readonly code: Buffer;
  readonly layer: Buffer;
  /** inputs of its schedules, as JSON text */
  readonly scheduleInputs: readonly string[];
}

/**
 * Reads every deployed function. The Lambda API of moto returns the configuration, without layer, log group and schedules: these
 * come from the template in CloudFormation. Code and layer come from the bucket that the template names.
 */
export async function deployedFunctions(moto: Moto): Promise<DeployedFunction[]> {
  const template = await deployedTemplate(moto);
  const names = await physicalNames(moto);
  const nameOf = (id: string): string => {
    const name = names.get(id);
    if (name === undefined) throw new Error(`moto did not create ${id}`);
    return name;
  };
  const schedules = [...resourcesOfType('AWS::Scheduler::Schedule', template, schedule).values()];
  const layers = resourcesOfType('AWS::Lambda::LayerVersion', template, layerVersion);
  const functions = resourcesOfType('AWS::Lambda::Function', template, lambdaFunction);
  return await Promise.all(
    [...functions].map(async ([id, { Code, Layers, LoggingConfig }]) => {
      const layer = layers.get(Layers[0].Ref);
      if (layer === undefined) throw new Error(`the layer of ${id} is not in the template`);
      const own = schedules.filter(({ Target }) => Target.Arn['Fn::GetAtt'][0] === id);
      return {
        id,
        ...(await readFunction(nameOf(id), Code, moto)),
        logGroup: nameOf(LoggingConfig.LogGroup.Ref),
        layer: await download(moto, layer.Content),
        scheduleInputs: own.map(({ Target }) => Target.Input),
      };
    }),
  );
}

/** The names of all functions. */
export async function functionNames(moto: Moto): Promise<string[]> {
  const answer = await moto.call('lambda', { path: '/2015-03-31/functions/' });
  return listFunctions.parse(await answer.json()).Functions.map(({ FunctionName }) => FunctionName);
}

async function readFunction(name: string, codeAsset: Asset, moto: Moto) {
  const answer = await moto.call('lambda', { path: `/2015-03-31/functions/${name}` });
  const { Configuration: configuration } = getFunction.parse(await answer.json());
  const code = await download(moto, codeAsset);
  const hash = createHash('sha256').update(code).digest('base64');
  if (hash !== configuration.CodeSha256)
    throw new Error(`the code in the bucket is not the code of function ${name}`);
  return {
    name,
    arn: configuration.FunctionArn,
    handler: configuration.Handler,
    timeoutSeconds: configuration.Timeout,
    memoryMegabytes: configuration.MemorySize,
    environment: configuration.Environment.Variables,
    code,
  };
}

async function download(moto: Moto, { S3Bucket, S3Key }: Asset): Promise<Buffer> {
  const answer = await moto.call('s3', { path: `/${S3Bucket}/${S3Key}` });
  return Buffer.from(await answer.arrayBuffer());
}

function resourcesOfType<T>(type: string, resources: Resources, properties: z.ZodType<T>): Map<string, T> {
  const own = Object.entries(resources).filter(([, { Type }]) => Type === type);
  return new Map(own.map(([id, { Properties }]) => [id, properties.parse(Properties)]));
}

type Asset = z.infer<typeof asset>;
const asset = z.object({ S3Bucket: z.string(), S3Key: z.string() });

const layerVersion = z.object({ Content: asset });
const reference = z.object({ Ref: z.string() });
const lambdaFunction = z.object({
  Code: asset,
  // The watcher has the layers of all providers.
  Layers: z.tuple([reference], reference),
  LoggingConfig: z.object({ LogGroup: reference }),
});
const schedule = z.object({
  Target: z.object({
    Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
    Input: z.string(),
  }),
});

const getFunction = z.object({
  Configuration: z.object({
    FunctionArn: z.string(),
    Handler: z.string(),
    Timeout: z.number(),
    MemorySize: z.number(),
    CodeSha256: z.string(),
    Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  }),
});

const listFunctions = z.object({ Functions: z.array(z.object({ FunctionName: z.string() })) });
