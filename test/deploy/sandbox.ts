import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGION } from './awsServer.ts';
import type { DeployedFunction } from './deployedFunctions.ts';
import { type InvocationResult, startRuntimeApi } from './runtimeApi.ts';
import { unzip } from './unzip.ts';

/** One execution environment of Lambda: a process with the code, layer and settings of a function. */
export interface Sandbox {
  /** @throws Error if the process ends before the invocation */
  invoke(event: string): Promise<InvocationResult>;
  /** The output of the process, which Lambda would send to CloudWatch. */
  log(): string;
  stop(): Promise<void>;
}

/** Settings of the execution environment that are not part of the deployment. */
export interface SandboxSettings {
  /** credentials of the function's role */
  readonly credentials: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** endpoints of the APIs, by environment variable */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** @param main path of the runtime client */
export async function startSandbox(
  main: string,
  deployed: DeployedFunction,
  { credentials, endpoints }: SandboxSettings,
): Promise<Sandbox> {
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-sandbox-'));
  const task = join(dir, 'task');
  await unzip(deployed.code, task);
  await unzip(deployed.layer, join(dir, 'opt'));
  const api = await startRuntimeApi();
  const env = {
    ...deployed.environment,
    ...lambdaEnvironment(deployed, task),
    ...credentials,
    ...endpoints,
    AWS_LAMBDA_RUNTIME_API: api.address,
    // In Lambda the layer is at /opt, which is the function's default.
    VIF_ACCEPTOR_POLICY_DIR: join(dir, 'opt/policy'),
  };
  const runtime = spawn(process.execPath, [main], { cwd: task, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stopOnExit = (): boolean => runtime.kill('SIGKILL');
  process.once('exit', stopOnExit);
  const output: string[] = [];
  for (const stream of [runtime.stdout, runtime.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => output.push(String(chunk)));
  }
  const log = (): string => output.join('');
  const ended = once(runtime, 'close');
  return {
    invoke: async (event) => {
      const { arn: functionArn, timeoutSeconds } = deployed;
      const result = await Promise.race([
        api.invoke({ event, functionArn, timeoutMs: timeoutSeconds * 1000 }),
        ended.then(() => null),
      ]);
      if (result === null) throw new Error(`function ${deployed.name} ended:\n${log()}`);
      return result;
    },
    log,
    stop: async () => {
      process.off('exit', stopOnExit);
      runtime.kill('SIGKILL');
      await ended;
      await api.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaEnvironment({ name, handler, memoryMegabytes, logGroup }: DeployedFunction, task: string) {
  return {
    TZ: ':UTC',
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: task,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox',
  };
}
