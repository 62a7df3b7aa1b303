import { gatewayKinds, gatewaysDefined, gatewaysUsed, gatewayTwice } from './gateways.ts';
import { fieldsReturned, intervals, predicates } from './matches.ts';
import { names, tagKeys } from './names.ts';
import { connectionsOfOne, connectionsOfOwner, connectionsOnce, gatewayOrGrants } from './owners.ts';
import { credentials, rolePartition } from './recipient.ts';
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
