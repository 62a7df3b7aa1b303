import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { DescribeVpnGatewaysCommand } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, type Request } from '../../emulator/emulator.ts';
import { RECIPIENT } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

const list = new DescribeVirtualInterfacesCommand({});
const simulation = createInProcessEmulator({ dialect: 'outscale' }, null);

const withHeader = (name: string, change: (value: string) => string) => (request: Request) => {
  const { [name]: value = '', ...others } = request.headers;
  return { ...request, headers: { ...others, [name]: change(value) } };
};
const without = (name: string) => (request: Request) => {
  const { [name]: _, ...headers } = request.headers;
  return { ...request, headers };
};
const refused = (name: string, httpStatusCode: number) => ({
  name,
  $metadata: expect.objectContaining({ httpStatusCode }),
});

describe('a signature', () => {
  it.each([
    ['body', (request: Request) => ({ ...request, body: Buffer.from('{"virtualInterfaceId":"x"}') })],
    ['operation', withHeader('x-amz-target', () => 'OvertureService.DescribeConnections')],
    ['host', withHeader('host', () => 'elsewhere')],
    ['time', withHeader('x-amz-date', (time) => time.replace(/T\d{2}/, 'T99'))],
    ['region', withHeader('authorization', (text) => text.replace('eu-west-2', 'us-east-2'))],
    [
      'signature',
      withHeader('authorization', (text) => text.replace(/=[0-9a-f]{64}$/, `=${'0'.repeat(64)}`)),
    ],
    ['list of headers', withHeader('authorization', (text) => text.replace('content-type;', ''))],
  ])('is invalid if the %s was changed', async (_, tamper) => {
    const { directConnect } = inProcessClient(simulation, RECIPIENT, { tamper });
    await expect(directConnect.send(list)).rejects.toMatchObject(refused('SignatureDoesNotMatch', 403));
  });

  it.each([
    ['is absent', without('authorization'), 'MissingAuthenticationToken'],
    ['is of another kind', withHeader('authorization', () => 'Bearer me'), 'IncompleteSignature'],
    ['has no time', without('x-amz-date'), 'IncompleteSignature'],
    [
      'is of another day than its time',
      withHeader('x-amz-date', (time) => time.replace(/^\d{4}/, '1999')),
      'IncompleteSignature',
    ],
    [
      'leaves out the operation',
      withHeader('authorization', (text) => text.replace(/;x-amz-target/, '')),
      'IncompleteSignature',
    ],
    [
      'leaves out the host',
      withHeader('authorization', (text) => text.replace(/host;/, '')),
      'IncompleteSignature',
    ],
  ])('that %s is refused', async (_, tamper, code) => {
    const { directConnect } = inProcessClient(simulation, RECIPIENT, { tamper });
    await expect(directConnect.send(list)).rejects.toMatchObject(refused(code, 403));
  });

  it('with the wrong secret is refused by every service, in its own form', async () => {
    const { directConnect, ec2, sts } = inProcessClient(simulation, RECIPIENT, { secret: 'guess' });
    const mismatch = refused('SignatureDoesNotMatch', 403);
    await expect(directConnect.send(list)).rejects.toMatchObject(mismatch);
    await expect(ec2.send(new DescribeVpnGatewaysCommand({}))).rejects.toMatchObject(mismatch);
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(mismatch);
  });

  it('of a key that is not an account is refused by every service, with its own code', async () => {
    const { directConnect, ec2, sts } = inProcessClient(simulation, 'AKIAEXAMPLE');
    await expect(directConnect.send(list)).rejects.toMatchObject(refused('UnrecognizedClientException', 403));
    await expect(ec2.send(new DescribeVpnGatewaysCommand({}))).rejects.toMatchObject(
      refused('AuthFailure', 401),
    );
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(
      refused('InvalidClientTokenId', 403),
    );
  });

  it.each([
    ['outscale', 'directconnect', true],
    ['outscale', 'directlink', true],
    ['aws', 'directconnect', true],
    ['aws', 'directlink', false],
    ['aws', 'ec2', false],
  ] as const)('on %s for service %s is valid: %s', async (dialect, signingName, isValid) => {
    const { directConnect } = inProcessClient(createInProcessEmulator({ dialect }, null), RECIPIENT, {
      signingName,
    });
    const sent = directConnect.send(list);
    if (isValid) expect((await sent).virtualInterfaces).toEqual([]);
    else await expect(sent).rejects.toMatchObject(refused('SignatureDoesNotMatch', 403));
  });

  it('may use the service name fcu for OUTSCALE’s gateways', async () => {
    const { ec2 } = inProcessClient(simulation, RECIPIENT, { signingName: 'fcu' });
    expect((await ec2.send(new DescribeVpnGatewaysCommand({}))).VpnGateways).toEqual([]);
  });

  it('is valid for headers with additional white space', async () => {
    const { directConnect } = inProcessClient(simulation, RECIPIENT, {
      tamper: withHeader('x-amz-user-agent', (text) => `  ${text.replaceAll(' ', '   ')} `),
    });
    expect((await directConnect.send(list)).virtualInterfaces).toEqual([]);
  });

  it('is not compared with the emulated clock, which may be ahead', async () => {
    const late = createInProcessEmulator({ now: '2099-01-01T00:00:00Z' }, null);
    expect((await inProcessClient(late, RECIPIENT).directConnect.send(list)).virtualInterfaces).toEqual([]);
  });
});
