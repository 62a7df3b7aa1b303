import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployedFunction } from './deployedFunctions.ts';
import { REGION } from './moto.ts';
import { type Invocation, startRuntimeApi } from './runtimeApi.ts';
import { unzip } from './unzip.ts';

/** One execution environment of Lambda: a function's code, layer and settings in a process of their own. */
export interface Sandbox {
  /** Rejects when the process ends instead. */
  invoke(event: string): Promise<Invocation>;
  /** what it wrote, which would be in CloudWatch */
  log(): string;
  stop(): Promise<void>;
}

/** What stands around the function, beside what was deployed. */
export interface Surroundings {
  /** of the function's role */
  readonly keys: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** where the APIs are */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** @param main the runtime client */
export async function startSandbox(
  main: string,
  deployed: DeployedFunction,
  { keys, endpoints }: Surroundings,
): Promise<Sandbox> {
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-sandbox-'));
  const task = join(dir, 'task');
  await unzip(deployed.code, task);
  await unzip(deployed.layer, join(dir, 'opt'));
  const api = await startRuntimeApi();
  const env = {
    ...deployed.environment,
    ...lambdaEnvironment(deployed, task),
    ...keys,
    ...endpoints,
    AWS_LAMBDA_RUNTIME_API: api.address,
    // In Lambda the layer is at /opt, where the function looks for it by itself.
    VIF_ACCEPTOR_POLICY_DIR: join(dir, 'opt/policy'),
  };
  const runtime = spawn(process.execPath, [main], { cwd: task, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stopWithUs = (): boolean => runtime.kill('SIGKILL');
  process.once('exit', stopWithUs);
  const written: string[] = [];
  for (const stream of [runtime.stdout, runtime.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => written.push(String(chunk)));
  }
  const log = (): string => written.join('');
  const ended = once(runtime, 'close');
  return {
    invoke: async (event) => {
      const { arn: functionArn, timeoutSeconds } = deployed;
      const invocation = await Promise.race([
        api.invoke({ event, functionArn, timeoutMs: timeoutSeconds * 1000 }),
        ended.then(() => null),
      ]);
      if (invocation === null) throw new Error(`function ${deployed.name} ended:\n${log()}`);
      return invocation;
    },
    log,
    stop: async () => {
      process.off('exit', stopWithUs);
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
