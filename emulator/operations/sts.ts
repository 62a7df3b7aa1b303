import { exactObject, optional, text } from '../decoders.ts';
import { ApiError, type Operation, operation } from '../wire.ts';

const getCallerIdentity = operation(exactObject({}), ({ world, account, sessionToken }) => {
  const session = sessionToken === null ? undefined : world.sessions.get(sessionToken);
  if (session === undefined) {
    return { UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` };
  }
  const { role, name } = session;
  return {
    UserId: `AROAEMULATEDROLE:${name}`,
    Account: account,
    Arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
  };
});

/** Every account may assume every role. A test can read the `ExternalId` from the log of calls. */
const assumeRole = operation(
  exactObject({ RoleArn: text, RoleSessionName: text, DurationSeconds: optional(text, '3600') }),
  ({ world }, { RoleArn, RoleSessionName: name, DurationSeconds }) => {
    const [, account, role] = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:[^/]+\/)*([^/]+)$/.exec(RoleArn) ?? [];
    if (account === undefined || role === undefined) {
      throw new ApiError('ValidationError', `${RoleArn} is invalid`);
    }
    if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
      throw new ApiError('ValidationError', `RoleSessionName ${name} is invalid`);
    }
    if (
      !/^\d{3,5}$/.test(DurationSeconds) ||
      Number(DurationSeconds) < 900 ||
      Number(DurationSeconds) > 43_200
    ) {
      throw new ApiError(
        'ValidationError',
        `DurationSeconds ${DurationSeconds} is not between 900 and 43200`,
      );
    }
    const token = world.ids.sessionToken();
    world.sessions.set(token, { account, role, name });
    return {
      Credentials: {
        AccessKeyId: account,
        SecretAccessKey: 'secret',
        SessionToken: token,
        // In real time, because clients renew credentials by that; in the emulator they do not expire.
        Expiration: new Date(Date.now() + Number(DurationSeconds) * 1000).toISOString(),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROAEMULATEDROLE:${name}`,
        Arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
      },
    };
  },
);

export const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetCallerIdentity: getCallerIdentity,
  AssumeRole: assumeRole,
};
