import { ACCOUNT } from '../core/resourceIds.ts';
import { ApiFailure } from '../run/portErrors.ts';
import type { Caller } from '../run/ports.ts';
import { type QueryApi, xmlFields, xmlText } from './aws/queryApi.ts';

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
