import { createHash } from 'node:crypto';
import * as z from 'zod';
import { deployedTemplate, made, type Resources } from './cloudFormation.ts';
import type { Moto } from './moto.ts';

/** A function as it stands in AWS after a deployment, and what calls it. */
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
  /** of its schedules, as text */
  readonly events: readonly string[];
}

/**
 * What moto keeps of a function comes from its Lambda API; what it drops (layer and log group, and schedules) from the template
 * that CloudFormation holds. Code and layer come from the bucket that both name.
 */
export async function deployedFunctions(moto: Moto): Promise<DeployedFunction[]> {
  const template = await deployedTemplate(moto);
  const names = await made(moto);
  const nameOf = (id: string): string => {
    const name = names.get(id);
    if (name === undefined) throw new Error(`moto made no ${id}`);
    return name;
  };
  const schedules = [...resourcesOf('AWS::Scheduler::Schedule', template, schedule).values()];
  const layers = resourcesOf('AWS::Lambda::LayerVersion', template, layerVersion);
  const functions = resourcesOf('AWS::Lambda::Function', template, lambdaFunction);
  return await Promise.all(
    [...functions].map(async ([id, { Code, Layers, LoggingConfig }]) => {
      const layer = layers.get(Layers[0].Ref);
      if (layer === undefined) throw new Error(`${id} has a layer of somebody else`);
      const calls = schedules.filter(({ Target }) => Target.Arn['Fn::GetAtt'][0] === id);
      return {
        id,
        ...(await functionNamed(nameOf(id), Code, moto)),
        logGroup: nameOf(LoggingConfig.LogGroup.Ref),
        layer: await download(moto, layer.Content),
        events: calls.map(({ Target }) => Target.Input),
      };
    }),
  );
}

/** Of every function that there is. */
export async function functionNames(moto: Moto): Promise<string[]> {
  const answer = await moto.ask('lambda', { path: '/2015-03-31/functions/' });
  return listFunctions.parse(await answer.json()).Functions.map(({ FunctionName }) => FunctionName);
}

async function functionNamed(name: string, codeAt: Asset, moto: Moto) {
  const answer = await moto.ask('lambda', { path: `/2015-03-31/functions/${name}` });
  const { Configuration: is } = getFunction.parse(await answer.json());
  const code = await download(moto, codeAt);
  const hash = createHash('sha256').update(code).digest('base64');
  if (hash !== is.CodeSha256) throw new Error(`the code in the bucket is not that of function ${name}`);
  return {
    name,
    arn: is.FunctionArn,
    handler: is.Handler,
    timeoutSeconds: is.Timeout,
    memoryMegabytes: is.MemorySize,
    environment: is.Environment.Variables,
    code,
  };
}

async function download(moto: Moto, { S3Bucket, S3Key }: Asset): Promise<Buffer> {
  const answer = await moto.ask('s3', { path: `/${S3Bucket}/${S3Key}` });
  return Buffer.from(await answer.arrayBuffer());
}

function resourcesOf<T>(type: string, resources: Resources, properties: z.ZodType<T>): Map<string, T> {
  const own = Object.entries(resources).filter(([, { Type }]) => Type === type);
  return new Map(own.map(([id, { Properties }]) => [id, properties.parse(Properties)]));
}

type Asset = z.infer<typeof asset>;
const asset = z.object({ S3Bucket: z.string(), S3Key: z.string() });

const layerVersion = z.object({ Content: asset });
const reference = z.object({ Ref: z.string() });
const lambdaFunction = z.object({
  Code: asset,
  Layers: z.tuple([reference]),
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
