import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { startEmulator } from '../../emulator/emulator.ts';
import { recordServerCalls } from '../calls/recordedCalls.ts';
import { type Answers, serveParent } from '../serveParent.ts';
import { startTransactingDynalite } from '../world/dynalite.ts';
import { fillWorld } from '../world/fill.ts';
import { readFilling } from '../world/population.ts';

/** One server of the benchmark, in a process of its own: `provider`, `ledger` or `bus`, by the first argument. */
const SERVERS = { provider: startProvider, ledger: startLedger, bus: startBus };

interface Server {
  readonly url: string;
  readonly answers?: Answers;
}

/** The emulated provider. */
async function startProvider(): Promise<Server> {
  const emulator = await startEmulator({ dialect: 'aws' });
  const fill = (input: unknown): void => {
    const { population, latency } = readFilling(input, '');
    emulator.reset();
    emulator.setLatency(latency);
    fillWorld(emulator.world, population);
  };
  return { url: emulator.url, answers: { fill } };
}

/** DynamoDB over its real protocol. */
async function startLedger(): Promise<Server> {
  const { url } = await startTransactingDynalite();
  return { url };
}

/** EventBridge's `PutEvents`, which accepts every event. */
async function startBus(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { Entries: entries }: { Entries: unknown[] } = JSON.parse(await text(request));
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const taken = entries.map((_, i) => ({ EventId: `event-${i}` }));
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: taken }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the bus has no port');
  return { url: `http://127.0.0.1:${address.port}` };
}

const [, , name = ''] = process.argv;
if (name !== 'provider' && name !== 'ledger' && name !== 'bus') throw new Error(`no server is named ${name}`);
// Calls are recorded from the start of the server, so that none is missed.
const { take } = recordServerCalls();
const { url, answers } = await SERVERS[name]();
serveParent(url, { ...answers, take });
