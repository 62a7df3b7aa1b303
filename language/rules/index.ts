import { gatewayKinds, gatewaysDefined, gatewaysUsed, gatewayTwice } from './gatewayRules.ts';
import { fieldsReturned, intervals, predicates } from './matchRules.ts';
import { names, tagKeys } from './nameRules.ts';
import { connectionsOfOne, connectionsOfOwner, connectionsOnce, gatewayOrGrants } from './ownerRules.ts';
import { credentials, rolePartition } from './recipientRules.ts';
import type { Rule } from './rule.ts';

/** Every rule of a single file. A new one: a function in a file of its group and an entry here. */
export const RULES: readonly Rule[] = [
  credentials,
  rolePartition,
  names,
  tagKeys,
  gatewayKinds,
  gatewayTwice,
  gatewaysDefined,
  gatewaysUsed,
  gatewayOrGrants,
  connectionsOnce,
  connectionsOfOne,
  connectionsOfOwner,
  fieldsReturned,
  intervals,
  predicates,
];
