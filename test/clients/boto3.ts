import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installPythonClient } from './installClient.ts';

export const BOTO3 = '1.44.8';

/** The packages of boto3, which other clients need too. */
export const BOTO3_PACKAGES = [
  `boto3==${BOTO3}`,
  'botocore==1.44.8',
  'jmespath==1.0.1',
  'python-dateutil==2.9.0.post0',
  's3transfer==0.19.0',
  'six==1.17.0',
  'urllib3==2.5.0',
];

export const installBoto3 = () => installPythonClient('boto3', BOTO3_PACKAGES);

type Service = 'directconnect' | 'ec2' | 'sts';

/** An answer as boto3 returns it. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

interface Answered {
  readonly result?: Answer;
  readonly error?: Refusal;
  readonly retries?: number;
  readonly differences: readonly string[];
}

/** Keys and region of a caller, where they are not the usual ones. */
export interface Keys {
  readonly secret?: string;
  readonly region?: string;
}

/** A process of Python that makes calls with boto3, one after the other. */
export interface Boto3 {
  /** the calls of an account to the endpoint */
  as(url: string, account: string, keys?: Keys): Boto3Account;
  close(): Promise<void>;
}

export interface Boto3Account {
  call(service: Service, operation: string, parameters?: Answer): Promise<Answer>;
  /** how often boto3 repeated the call until it succeeded */
  retriesOf(service: Service, operation: string, parameters?: Answer): Promise<number>;
  /** the error of a call; throws if it succeeds */
  refusal(service: Service, operation: string, parameters?: Answer): Promise<Refusal>;
}

/**
 * Starts the process.
 * @param isKnown whether a difference between an answer and the API model of botocore is that of the provider; every other one fails
 *   the call
 */
export function startBoto3(folder: string, isKnown: (difference: string) => boolean): Boto3 {
  const child = spawn(join(folder, 'bin/python'), [join(import.meta.dirname, 'boto3Calls.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // No configuration of this machine.
    env: { PATH: join(folder, 'bin'), HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (question: object): Promise<Answered> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await lines.next();
    if (done === true) throw new Error('the process of boto3 has ended: see its standard error above');
    return JSON.parse(value);
  };
  const ask = (question: object): Promise<Answered> => {
    const answered = last.then(() => exchange(question));
    last = answered.catch(() => null);
    return answered.then((answer) => {
      const unknown = answer.differences.filter((difference) => !isKnown(difference));
      if (unknown.length > 0) throw new Error(`differs from the API model: ${unknown.join('; ')}`);
      return answer;
    });
  };
  return {
    as: (url, account, keys = {}) => {
      const put = async (service: Service, operation: string, parameters: Answer) => {
        const answered = await ask({ url, account, service, operation, parameters, ...keys });
        if (answered.result === undefined) throw new CallRefused(operation, answered.error);
        return { result: answered.result, retries: answered.retries ?? 0 };
      };
      return {
        call: async (service, operation, parameters = {}) =>
          (await put(service, operation, parameters)).result,
        retriesOf: async (service, operation, parameters = {}) =>
          (await put(service, operation, parameters)).retries,
        refusal: async (service, operation, parameters = {}) => {
          const { error } = await ask({ url, account, service, operation, parameters, ...keys });
          if (error === undefined) throw new Error(`${operation} succeeded`);
          return error;
        },
      };
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

class CallRefused extends Error {
  override readonly name = 'CallRefused';
  constructor(operation: string, error: Refusal | undefined) {
    super(`${operation}: ${error?.code}: ${error?.message}`);
  }
}
