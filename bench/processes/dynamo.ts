import { recordServerCalls } from '../calls/recordedCalls.ts';
import { serveParent } from '../serveParent.ts';
import { startTransactingDynalite } from '../world/dynalite.ts';

/** DynamoDB over its real protocol. */
const { take } = recordServerCalls();
const { url } = await startTransactingDynalite();
serveParent(url, { take });
