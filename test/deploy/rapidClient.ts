/**
 * Replaces `rapid-client.node` of aws-lambda-ric, a C++ module with which the runtime client calls the Runtime API. The runtime
 * client loads a copy of this file from a folder outside the checkout.
 */
import { type IncomingHttpHeaders, request } from 'node:http';

const ROOT = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

/** The last post. The original waits until a post is complete; here, the next invocation waits for it. */
let posted: Promise<unknown> = Promise.resolve();

export async function next(): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
  await posted;
  return call('GET', 'next');
}

export function done(id: string, body: string): void {
  posted = call('POST', `${id}/response`, body);
}

export function error(id: string, body: string, cause: string): void {
  posted = call('POST', `${id}/error`, body, { 'lambda-runtime-function-xray-error-cause': cause });
}

function call(
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${ROOT}/${path}`, { method, headers }, (answer) => {
      let bodyJson = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        bodyJson += chunk;
      });
      answer.on('end', () => resolve({ bodyJson, headers: answer.headers }));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
