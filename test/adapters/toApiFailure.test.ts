import { describe, expect, it } from 'vitest';
import { toApiFailure } from '../../adapters/awsProtocol/toApiFailure.ts';
import { ApiFailure, CredentialsUnusable, PermissionMissing } from '../../run/portErrors.ts';
import { PLANTED_KEY } from '../support/wireItems.ts';

/** An error as the SDK or Node.js throws it. */
function thrown(name: string, status: number | null, more: object = {}, message = 'said so'): Error {
  const $metadata = status === null ? {} : { httpStatusCode: status };
  return Object.assign(new Error(message), { name, $metadata, ...more });
}

function outscale(status: number, Code: string, Type: string): Error {
  return thrown('Unknown', status, { Errors: [{ Code, Type, Details: 'said so' }] }, 'UnknownError');
}

describe('a failed call is classified as', () => {
  it.each([
    ['credentials', thrown('AccessDeniedException', 400)],
    ['credentials', thrown('UnrecognizedClientException', 400)],
    ['credentials', thrown('UnauthorizedOperation', 403)],
    ['credentials', thrown('Unknown', 401)],
    ['credentials', thrown('Unknown', 403)],
    ['credentials', thrown('CredentialsProviderError', null)],
    ['credentials', thrown('SignatureDoesNotMatch', 400)],
    ['credentials', outscale(401, '1', 'AccessDenied')],
    ['throttled', thrown('ThrottlingException', 400)],
    ['throttled', thrown('RequestLimitExceeded', 503)],
    ['throttled', thrown('Unknown', 429)],
    ['throttled', outscale(503, '6', 'Throttled')],
    ['throttled', outscale(429, '24', 'Throttled')],
    ['throttled', outscale(429, '25', 'Throttled')],
    ['timeout', thrown('TimeoutError', null)],
    ['timeout', thrown('TimeoutError', null, { code: 'ETIMEDOUT' })],
    ['timeout', thrown('AbortError', null)],
    ['unreachable', thrown('Error', null, { code: 'ENOTFOUND' })],
    ['unreachable', thrown('Error', null, { code: 'EAI_AGAIN' })],
    ['unreachable', thrown('Error', null, { code: 'ECONNREFUSED' })],
    ['unreachable', thrown('Error', null, { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })],
    ['unreachable', thrown('TimeoutError', null, { code: 'ECONNRESET' })],
    ['unreachable', thrown('Error', null, { cause: { code: 'ECONNREFUSED' } })],
    ['server', thrown('DirectConnectServerException', 400)],
    ['server', thrown('ServiceUnavailable', 503)],
    ['server', thrown('SyntaxError', 502)],
    ['client', thrown('DirectConnectClientException', 400)],
    ['client', thrown('RequestExpired', 400)],
    ['client', outscale(400, '4000', 'InvalidParameter')],
    ['malformed', thrown('SyntaxError', 200)],
    ['malformed', thrown('SyntaxError', 400)],
    ['malformed', thrown('TypeError', null)],
    ['malformed', thrown('Unknown', 200)],
    ['client', 'a thrown text'],
    ['client', null],
  ])('%s: %s', (kind, error) => {
    expect(toApiFailure('DescribeVirtualInterfaces', error)).toMatchObject({
      kind,
      code: kind === 'credentials' ? 'credentials' : 'api',
      operation: 'DescribeVirtualInterfaces',
    });
  });
});

describe('a missing permission is distinguished from invalid credentials', () => {
  it.each([
    [true, thrown('AccessDenied', 403)],
    [true, thrown('AccessDeniedException', 400)],
    [true, thrown('UnauthorizedOperation', 403)],
    [true, thrown('NotAuthorized', 403)],
    [true, thrown('OptInRequired', 403)],
    [false, outscale(401, '1', 'AccessDenied')],
    [false, thrown('AuthFailure', 401)],
    [false, thrown('SignatureDoesNotMatch', 403)],
    [false, thrown('UnrecognizedClientException', 400)],
    [false, thrown('ExpiredToken', 403)],
    [false, thrown('Unknown', 403)],
  ])('a permission: %s, %s', (isRight, error) => {
    expect(toApiFailure('X', error) instanceof PermissionMissing).toBe(isRight);
  });
});

describe('the message of a failed call', () => {
  it("names the operation, the API's own message, and the status", () => {
    const error = thrown('DirectConnectClientException', 400, {}, 'The VirtualGateway vgw-1 does not exist.');
    expect(toApiFailure('ConfirmPrivateVirtualInterface', error).message).toBe(
      'ConfirmPrivateVirtualInterface failed (client): DirectConnectClientException: The VirtualGateway vgw-1 does not exist. (HTTP 400); make the same call with the AWS CLI to find the cause; the next run tries again',
    );
  });

  it('has the message of OUTSCALE, which has another form', () => {
    expect(toApiFailure('X', outscale(429, '25', 'Throttled')).message).toBe(
      'X failed (throttled): Throttled 25: said so (HTTP 429); the next run tries again',
    );
  });

  it.each([200, 400, 403, 429, 500, 502])(
    'quotes nothing of an unreadable answer with status %i',
    (status) => {
      for (const name of ['SyntaxError', 'TypeError']) {
        const error = thrown(name, status, {}, `Unexpected token, ..."${PLANTED_KEY}"... is not valid JSON`);
        const failure = toApiFailure('X', error);
        expect(failure.message).toContain(`the answer is not what the API promises (HTTP ${status})`);
        expect(failure.message).not.toContain(PLANTED_KEY);
      }
    },
  );

  it('leaves out the advice that the SDK appends, and is safe to print', () => {
    const error = thrown(
      'Odd`\u001b[31m',
      400,
      {},
      'said\u202eso\n  Deserialization error: inspect $response',
    );
    const { message } = toApiFailure('X', error);
    expect(message).toBe(
      'X failed (client): Odd\\u{60}\\u{1b}[31m: said\\u{202e}so (HTTP 400); make the same call with the AWS CLI to find the cause; the next run tries again',
    );
  });

  it('keeps the end of a long refusal, where AWS names the cause and the resource', () => {
    const resource = `arn:aws:directconnect:us-east-1:012345678901:dxvif/dxvif-fg00a001`;
    const why = `is not authorized to perform: directconnect:ConfirmPrivateVirtualInterface on resource: ${resource} with an explicit deny in a service control policy`;
    for (const session of ['vif-acceptor', 's'.repeat(3000)]) {
      const said = `User: arn:aws:sts::012345678901:assumed-role/${session} ${why}`;
      const { message } = toApiFailure('X', thrown('AccessDeniedException', 400, {}, said));
      expect(message).toContain(why);
      expect(message).toContain('if the message names an explicit deny');
      expect(message).not.toContain('keys are right');
    }
  });

  it("is cut when the API's message is too long, however much of it is escaped", () => {
    const lengthOf = (text: string): number =>
      toApiFailure('X', thrown('Long', 400, {}, text)).message.length;
    expect(lengthOf('x'.repeat(5000))).toBeLessThan(1200);
    expect(lengthOf('\u202e'.repeat(5000))).toBeLessThan(1200 * '\\u{202e}'.length);
  });

  it('leaves out what only AWS can decode, so that the cause comes before the status', () => {
    const cause = 'User: x is not authorized to perform: ec2:DescribeVpnGateways with an explicit deny.';
    const said = `You are not authorized. ${cause} Encoded authorization failure message: ${'aB3-_'.repeat(400)}`;
    const { message } = toApiFailure('X', thrown('UnauthorizedOperation', 403, {}, said));
    expect(message).toContain(`${cause} (HTTP 403); `);
  });

  it('repeats no part of the request that the API repeats, because it contains a session token', () => {
    const said = `The signature does not match. The Canonical String for this request should have been 'POST / x-amz-security-token:${PLANTED_KEY}'`;
    for (const text of [said, said.replaceAll('. ', '.\n\n')]) {
      const { message } = toApiFailure('X', thrown('SignatureDoesNotMatch', 403, {}, text));
      expect(message).toContain('The signature does not match.');
      expect(message).not.toContain(PLANTED_KEY);
    }
  });
});

describe('the advice suits the cause:', () => {
  it.each([
    ['the secret key is wrong', thrown('SignatureDoesNotMatch', 403)],
    ['the secret key is wrong', thrown('InvalidSignatureException', 400)],
    ['the access key or its session token is not known', thrown('UnrecognizedClientException', 403)],
    ['the access key or its session token is not known', thrown('InvalidClientTokenId', 403)],
    ['the access key or its session token is not known', thrown('AuthFailure', 401)],
    ['the session token has expired', thrown('ExpiredTokenException', 400)],
    ['the session token has expired', thrown('ExpiredToken', 403)],
    ['the clock of this machine is wrong', thrown('RequestExpired', 400)],
    ['the clock of this machine is wrong', thrown('RequestTimeTooSkewed', 403)],
    ['check that the keys are right', thrown('MissingAuthenticationToken', 403)],
    ['may not call X: grant them that permission', thrown('OptInRequired', 403)],
    ['may not call X: grant them that permission', thrown('AccessDenied', 403)],
    ['if the message names an explicit deny', thrown('UnauthorizedOperation', 403)],
    ['if the message names an explicit deny', thrown('AccessDenied', 403)],
    ['check that the keys are right', outscale(401, '1', 'AccessDenied')],
    ['check that the keys are right', thrown('Unknown', 403)],
  ])('%s, %s', (advice, error) => {
    expect(toApiFailure('X', error).message).toContain(advice);
  });

  it('the caller’s own advice is used where there is one, whatever the text of the message is', () => {
    const own = { AccessDenied: 'correct the trust policy' };
    const refused = (message: string): string =>
      toApiFailure('AssumeRole', thrown('AccessDenied', 403, {}, message), own).message;
    for (const text of ['not you', 'with an explicit deny in a service control policy'])
      expect(refused(text)).toMatch(/; correct the trust policy, or, if the message names an explicit deny/);
  });
});

it('keeps nothing of the error that contains the answer', () => {
  const error = thrown('Unknown', 400, { $response: { body: PLANTED_KEY }, authKey: PLANTED_KEY });
  const failure = toApiFailure('X', error);
  expect(failure.cause).toBeUndefined();
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(PLANTED_KEY);
});

it('leaves a `RunFailure` as it is', () => {
  for (const ours of [new CredentialsUnusable('no secret'), new ApiFailure('X', 'timeout', 'no answer')])
    expect(toApiFailure('Y', ours)).toBe(ours);
});
