import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { type Reply, text, xml } from '../support/apiServer.ts';

function ec2Error(code: string, status: number, message = 'said so'): Reply {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return xml(`<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`, status);
}

function stsError(code: string, status: number): Reply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>said so</Message></Error>`;
  return xml(`<ErrorResponse xmlns="x">${error}<RequestId>1</RequestId></ErrorResponse>`, status);
}

const VALID = xml('<DescribeVpnGatewaysResponse><vpnGatewaySet/></DescribeVpnGatewaysResponse>');

async function ask(...replies: Reply[]) {
  const apis = await connectTo('aws', (_, earlier) => replies[earlier] ?? replies.at(-1) ?? VALID);
  return { apis, list: () => apis.gateways.list(new Set(['virtual'] as const)) };
}

describe('a failing call of the query protocol', () => {
  it.each([
    ['credentials', 1, ec2Error('AuthFailure', 401)],
    ['credentials', 1, ec2Error('UnauthorizedOperation', 403)],
    ['credentials', 1, text('<html>forbidden</html>', 403)],
    ['client', 1, ec2Error('InvalidParameterValue', 400)],
    ['client', 1, text('', 404)],
    ['throttled', 3, ec2Error('RequestLimitExceeded', 503)],
    ['throttled', 3, ec2Error('Throttling', 400)],
    ['server', 3, ec2Error('InternalError', 500)],
    ['server', 3, text('<html><br>bad gateway</html>', 502)],
    ['unreachable', 3, { does: 'reset' } satisfies Reply],
  ])('is reported as %s after %i attempts (%#)', async (kind, attempts, reply) => {
    const { apis, list } = await ask(reply);
    const failure = await rejectionOf(list());
    expect(failure).toMatchObject({ name: 'ApiFailure', kind, operation: 'DescribeVpnGateways' });
    expect(apis.received).toHaveLength(attempts);
  });

  it('has the message of the API, safe to print', async () => {
    const { list } = await ask(ec2Error('UnauthorizedOperation', 403, 'not&#x202e; you'));
    expect(String(await rejectionOf(list()))).toBe(
      'ApiFailure: DescribeVpnGateways failed (credentials): UnauthorizedOperation: not\\u{202e} you (HTTP 403); the credentials are valid, but may not call DescribeVpnGateways: grant them that permission, or, if the message names an explicit deny, have that removed',
    );
  });

  it('quotes nothing of an unreadable answer', async () => {
    for (const status of [200, 400, 500]) {
      const { list } = await ask(text('planted-bgp-key <', status));
      expect(String(await rejectionOf(list()))).not.toContain('planted');
    }
  });

  it('is retried, and the second answer counts', async () => {
    const { apis, list } = await ask(ec2Error('RequestLimitExceeded', 503), VALID);
    expect(await list()).toEqual([]);
    expect(apis.received).toHaveLength(2);
  });
});

describe('the account of the caller', () => {
  const identity = (account: string): Reply =>
    xml(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        `<Arn>arn:aws:iam::012345678901:user/x</Arn>${account}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );

  it('is read from STS on AWS', async () => {
    const apis = await connectTo('aws', () => identity('<Account>012345678901</Account>'));
    expect(await apis.caller.account()).toBe('012345678901');
    expect(apis.received.map(({ body }) => body)).toEqual(['Action=GetCallerIdentity&Version=2011-06-15']);
    expect(apis.received[0]?.headers.authorization).toContain('/eu-west-2/sts/aws4_request');
  });

  it('is unknown on OUTSCALE, without a call', async () => {
    const apis = await connectTo('outscale', () => identity('<Account>012345678901</Account>'));
    expect(await apis.caller.account()).toBeNull();
    expect(apis.received).toEqual([]);
  });

  it.each([
    '',
    '<Account/>',
    '<Account>me</Account>',
    '<Account>12345678901</Account>',
    '<Account><x/></Account>',
  ])('is not read from %j', async (account) => {
    const apis = await connectTo('aws', () => identity(account));
    expect(await rejectionOf(apis.caller.account())).toMatchObject({ name: 'ApiFailure', kind: 'malformed' });
  });

  it('cannot be read without the permission, which is reported as such', async () => {
    const apis = await connectTo('aws', () => stsError('InvalidClientTokenId', 403));
    expect(String(await rejectionOf(apis.caller.account()))).toBe(
      'ApiFailure: GetCallerIdentity failed (credentials): InvalidClientTokenId: said so (HTTP 403); the access key or its session token is not known there: it is wrong, disabled, or of another provider or partition',
    );
  });
});
