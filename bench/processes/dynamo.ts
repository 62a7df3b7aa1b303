import { once } from 'node:events';
import dynalite from 'dynalite';
import { answerParent } from '../answerParent.ts';
import { tapServers } from '../calls/tap.ts';

/** DynamoDB over its real protocol. */
const { take } = tapServers();
const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
answerParent(url, { take });
