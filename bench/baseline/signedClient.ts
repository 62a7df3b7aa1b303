import { Agent, type IncomingMessage, request } from 'node:http';
import type { Signable } from '../bare/sign.ts';
import { signed } from '../bare/sign.ts';

/** Where each of the three servers is. */
export interface Places {
  readonly provider: string;
  readonly ledger: string;
  readonly bus: string;
}

export type BareCall = Omit<Signable, 'host'>;

const agent = new Agent({ keepAlive: true, maxSockets: 50 });

/** One call, as little as it takes: signed by hand, over a connection that is kept. @returns the answer's text */
export function bareCall(places: Places, call: BareCall): Promise<string> {
  const url = new URL(placeOf(places, call.service));
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${call.target || call.service}: HTTP ${response.statusCode}, ${text}`));
      });
    };
    const { hostname, port, host } = url;
    const headers = signed({ ...call, host }, new Date());
    const sending = request({ agent, hostname, port, method: 'POST', path: '/', headers }, take);
    sending.on('error', reject);
    sending.end(call.body);
  });
}

function placeOf({ provider, ledger, bus }: Places, service: string): string {
  if (service === 'dynamodb') return ledger;
  return service === 'events' ? bus : provider;
}
