import { CreateConnectionCommand, type Tag } from '@aws-sdk/client-direct-connect';
import { DescribeRouteTablesCommand } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator } from '../../emulator/emulator.ts';
import { RECIPIENT } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

const clients = () => inProcessClient(createInProcessEmulator({ dialect: 'aws' }, null), RECIPIENT);
const role = { RoleArn: `arn:aws:iam::${RECIPIENT}:role/acceptor`, RoleSessionName: 'pass' };

/** `answered`, or the code of the error. */
const outcomeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'answered',
    (error: Error) => error.name,
  );

/** The API model of the SDK contains types only; these constraints are in the documentation of each API. */
describe('constraints on the values of a member', () => {
  it.each<[Tag[], string]>([
    [[], 'ValidationException'],
    [[{ key: '' }], 'ValidationException'],
    [[{ key: 'x'.repeat(128), value: 'x'.repeat(256) }], 'answered'],
    [[{ key: 'x'.repeat(129) }], 'ValidationException'],
    [[{ key: 'a', value: 'x'.repeat(257) }], 'ValidationException'],
    [[{ key: 'Zoë 署名 _.:/=+-@' }], 'answered'],
    [[{ key: 'a', value: '<b>' }], 'ValidationException'],
    [[{ key: '🚀' }], 'ValidationException'],
  ])('apply to tags such as %j: %s', async (tags, expected) => {
    const connection = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a', tags };
    expect(await outcomeOf(clients().directConnect.send(new CreateConnectionCommand(connection)))).toBe(
      expected,
    );
  });

  it.each([
    [4, 'InvalidParameterValue'],
    [5, 'answered'],
    [100, 'answered'],
    [101, 'InvalidParameterValue'],
  ])('apply to %i route tables in an answer: %s', async (MaxResults, expected) => {
    expect(await outcomeOf(clients().ec2.send(new DescribeRouteTablesCommand({ MaxResults })))).toBe(
      expected,
    );
  });

  it.each([
    [{ DurationSeconds: 899 }, 'ValidationError'],
    [{ DurationSeconds: 900 }, 'answered'],
    [{ DurationSeconds: 43_200 }, 'answered'],
    [{ DurationSeconds: 43_201 }, 'ValidationError'],
    [{ RoleSessionName: 'a' }, 'ValidationError'],
    [{ RoleSessionName: 'with a space' }, 'ValidationError'],
    [{ RoleSessionName: 'x'.repeat(65) }, 'ValidationError'],
  ])('apply to a role assumed with %j: %s', async (member, expected) => {
    expect(await outcomeOf(clients().sts.send(new AssumeRoleCommand({ ...role, ...member })))).toBe(expected);
  });
});
