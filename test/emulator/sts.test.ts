import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import {
  defined,
  directConnect,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  sts,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const role = {
  RoleArn: `arn:aws:iam::${RECIPIENT}:role/path/acceptor`,
  RoleSessionName: 'pass',
  ExternalId: 'between-us',
};

describe('STS', () => {
  it('returns the account of a key', async () => {
    const identity = await sts(await startTestEmulator(), RECIPIENT).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: RECIPIENT, Arn: `arn:aws:iam::${RECIPIENT}:root` });
  });

  it('returns credentials of a role, and logs the external ID', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await offerInterface(simulator);
    const { Credentials } = await sts(simulator, UNRELATED_ACCOUNT).send(new AssumeRoleCommand(role));
    expect(simulator.calls().at(-1)).toMatchObject({
      account: UNRELATED_ACCOUNT,
      operation: 'AssumeRole',
      input: { ExternalId: 'between-us' },
    });
    const accessKey = defined(Credentials?.AccessKeyId);
    const keys = {
      secret: defined(Credentials?.SecretAccessKey),
      sessionToken: defined(Credentials?.SessionToken),
    };
    expect(defined(Credentials?.Expiration).getTime()).toBeGreaterThan(Date.now());
    expect(await sts(simulator, accessKey, keys).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: RECIPIENT,
      Arn: `arn:aws:sts::${RECIPIENT}:assumed-role/acceptor/pass`,
    });
    const client = directConnect(simulator, accessKey, keys);
    const { virtualInterfaces } = await client.send(new DescribeVirtualInterfacesCommand({}));
    expect(virtualInterfaces).toEqual(await listInterfaces(simulator));
  });

  it('refuses an invalid role ARN', async () => {
    const client = sts(await startTestEmulator(), UNRELATED_ACCOUNT);
    const asked = new AssumeRoleCommand({ ...role, RoleArn: 'arn:aws:iam::42:user/a' });
    await expect(client.send(asked)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('refuses an unknown session token, and one of another account', async () => {
    const simulator = await startTestEmulator();
    const { Credentials } = await sts(simulator, UNRELATED_ACCOUNT).send(new AssumeRoleCommand(role));
    for (const [account, sessionToken] of [
      [RECIPIENT, 'made-up'],
      [OWNER, defined(Credentials?.SessionToken)],
    ] as const) {
      const client = directConnect(simulator, account, { sessionToken });
      await expect(client.send(new DescribeVirtualInterfacesCommand({}))).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
        $metadata: { httpStatusCode: 403 },
      });
    }
  });
});
