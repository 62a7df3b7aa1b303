import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';

/** The region of the stack. The targets are in another region, `TARGET_REGION`. */
export const REGION = 'eu-west-3';
export const ACCOUNT = RECIPIENT_ACCOUNT;

/** The key of the account's root user, with which a person deploys. */
const ROOT_KEY = { accessKeyId: ACCOUNT, secretAccessKey: 'secret' } as const;

/** A server that emulates AWS on loopback. */
export interface AwsServer {
  /**
   * The host is `localhost` and not 127.0.0.1: the CDK CLI sends CloudFormation the URL of the template with this host, and moto
   * would read 127.0.0.1 as the name of a bucket.
   */
  readonly url: string;
  /** for clients of the SDK */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: AccessKey;
  };
  /** Calls an API for which no SDK client is installed. @throws Error if the answer is an error */
  call(service: string, request: AwsRequest): Promise<Response>;
  /** the last lines of its log that help to explain a failure */
  recentErrors(): string;
  stop(): Promise<void>;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A GET of a path, or a POST of a form, of JSON, or of the payload of an invocation. */
export interface AwsRequest {
  readonly path?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: { readonly target: string; readonly body: object };
  /** JSON text */
  readonly payload?: { readonly text: string; readonly headers: Readonly<Record<string, string>> };
  /** by default that of the root user */
  readonly key?: AccessKey;
}

export function awsServerAt(
  url: string,
  { recentErrors, stop }: Pick<AwsServer, 'recentErrors' | 'stop'>,
): AwsServer {
  const config = { endpoint: url, region: REGION, credentials: ROOT_KEY };
  return {
    url,
    config,
    call: async (service, request) => {
      const { method, path, headers, body } = await sign(new URL(url), service, request);
      const answer = await fetch(`${url}${path}`, { method, headers, body });
      if (!answer.ok) throw new Error(`${service} answers ${answer.status}: ${await answer.text()}`);
      return answer;
    },
    recentErrors,
    stop,
  };
}

const { sha256 } = new SecretsManagerClient({ region: REGION }).config;

/** Signs a request. moto reads account, region and service from the signature, and ministack verifies it. */
async function sign({ host, hostname, port }: URL, service: string, request: AwsRequest) {
  const { path = '/', key = ROOT_KEY } = request;
  const { body, headers } = contentOf(request);
  const signer = new SignatureV4({ credentials: key, region: REGION, service, sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      method: body === null ? 'GET' : 'POST',
      hostname,
      port: Number(port),
      path,
      headers: { host, ...headers },
      body: body ?? undefined,
    }),
  );
  return { method: signed.method, path, headers: signed.headers, body };
}

function contentOf({ form, json, payload }: AwsRequest): {
  body: string | null;
  headers: Readonly<Record<string, string>>;
} {
  if (form !== undefined) {
    return {
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
  }
  if (json !== undefined) {
    return {
      body: JSON.stringify(json.body),
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': json.target },
    };
  }
  return payload === undefined
    ? { body: null, headers: {} }
    : { body: payload.text, headers: { 'content-type': 'application/json', ...payload.headers } };
}
