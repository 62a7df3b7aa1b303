import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { recordServerCalls } from '../calls/recordedCalls.ts';
import { serveParent } from '../serveParent.ts';

/** EventBridge's `PutEvents`, which accepts every event. */
const { take } = recordServerCalls();
const server = createServer(async (request, response) => {
  const { Entries: entries }: { Entries: unknown[] } = JSON.parse(await text(request));
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  const taken = entries.map((_, i) => ({ EventId: `event-${i}` }));
  response.end(JSON.stringify({ FailedEntryCount: 0, Entries: taken }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
serveParent(url, { take });
