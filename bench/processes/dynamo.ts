import { tapServers } from '../calls/recordedCalls.ts';
import { answerParent } from '../serveParent.ts';
import { startTransactingDynalite } from '../world/dynalite.ts';

/** DynamoDB over its real protocol. */
const { take } = tapServers();
const { url } = await startTransactingDynalite();
answerParent(url, { take });
