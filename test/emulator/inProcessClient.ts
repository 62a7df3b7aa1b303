import { Readable } from 'node:stream';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { InProcessEmulator, Request } from '../../emulator/emulator.ts';

interface Quirks {
  readonly secret?: string;
  /** the service in the signature's scope */
  readonly signingName?: string;
  /** changes a request after it was signed */
  readonly tamper?: (request: Request) => Request;
  /** changes the body of an answer */
  readonly dress?: (body: string) => string;
}

/** SDK clients of an account for an in-process emulator, and the bodies of its answers. */
export function inProcessClient(simulation: InProcessEmulator, accessKeyId: string, quirks: Quirks = {}) {
  const { secret = 'secret', signingName, tamper = (request) => request, dress = (body) => body } = quirks;
  const bodies: string[] = [];
  const requestHandler = {
    handle: async ({ method, path, headers, body }: HttpRequest) => {
      const request = { method, target: path, headers: lowerCase(headers), body: bytes(body) };
      const reply = simulation.handle(tamper(request));
      if (reply.kind !== 'response') throw new Error(`no answer: ${reply.kind}`);
      const answer = dress(reply.body);
      bodies.push(answer);
      const response = new HttpResponse({
        statusCode: reply.status,
        headers: { 'content-type': reply.contentType },
        body: Readable.from([Buffer.from(answer)]),
      });
      return { response };
    },
  };
  const configuration = {
    region: 'eu-west-2',
    endpoint: 'http://in.process',
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: secret },
    ...(signingName === undefined ? {} : { signingName }),
    requestHandler,
  };
  return {
    bodies,
    directConnect: new DirectConnectClient(configuration),
    ec2: new EC2Client(configuration),
    sts: new STSClient(configuration),
  };
}

function bytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return Buffer.from(typeof body === 'string' ? body : '');
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
