/**
 * Stands in for `rapid-client.node` of aws-lambda-ric, which is C++: the runtime client's way to the Runtime API. It is loaded
 * by the runtime client, from a folder outside of this checkout.
 */
import { type IncomingHttpHeaders, request } from 'node:http';

const ROOT = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

/** The original returns when the Runtime API has what it posts; here, the next invocation waits for that. */
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
    const sent = request(`${ROOT}/${path}`, { method, headers }, (answer) => {
      let bodyJson = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        bodyJson += chunk;
      });
      answer.on('end', () => resolve({ bodyJson, headers: answer.headers }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
