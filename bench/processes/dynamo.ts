import { startTransactingDynalite } from '../../test/support/transactingDynalite.ts';
import { answerParent } from '../answerParent.ts';
import { tapServers } from '../calls/tap.ts';

/** DynamoDB over its real protocol. */
const { take } = tapServers();
const { url } = await startTransactingDynalite();
answerParent(url, { take });
