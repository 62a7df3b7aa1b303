import { ACCOUNT } from '../core/ids.ts';
import { ApiFailure } from '../errors.ts';
import type { Caller } from '../ports.ts';
import { type QueryApi, xmlFields, xmlText } from './query.ts';

/** Whose credentials these are. @param sts `null` where the provider has no such API */
export function createCaller(sts: QueryApi | null): Caller {
  return {
    account: async () => {
      if (sts === null) return null;
      const answer = await sts.call('GetCallerIdentity');
      const account = xmlText(xmlFields(answer.GetCallerIdentityResult).Account);
      if (account === null || !ACCOUNT.test(account)) {
        throw new ApiFailure('GetCallerIdentity', 'malformed', 'the answer names no account');
      }
      return account;
    },
  };
}
