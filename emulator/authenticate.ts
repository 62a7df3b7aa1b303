import type { Service } from './dialects.ts';
import { ApiError } from './errors.ts';
import type { Context } from './operations/operation.ts';
import { verifySignature } from './signature.ts';
import type { Request } from './wire.ts';
import type { World } from './world.ts';

/** How each service refuses a key or a token that it does not know. */
const UNKNOWN_KEY = {
  directconnect: () =>
    new ApiError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      403,
    ),
  ec2: () => new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
  sts: () =>
    new ApiError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
} satisfies Record<Service, () => ApiError>;

/** Who calls, by the signature. Throws the `ApiError` of the service when it does not hold. */
export function authenticate(request: Request, service: Service, world: World): Context {
  const signature = verifySignature(request);
  switch (signature.kind) {
    case 'absent':
      throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    case 'incomplete':
      throw new ApiError('IncompleteSignature', `The signature is incomplete: ${signature.why}.`, 403);
    case 'unknownKey':
      throw UNKNOWN_KEY[service]();
    case 'mismatch':
      throw new ApiError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. ' +
          'Here the access key is an account of 12 digits and its secret access key is `secret`.',
        403,
      );
    case 'valid': {
      const { account, region, sessionToken } = signature.signer;
      const names = world.dialect.signingNames[service];
      if (!names.includes(signature.signer.service)) {
        const message = `Credential should be scoped to correct service: '${names.join("' or '")}'.`;
        throw new ApiError('SignatureDoesNotMatch', message, 403);
      }
      if (sessionToken !== null && world.sessions.get(sessionToken)?.account !== account) {
        throw UNKNOWN_KEY[service]();
      }
      return { world, account, region, sessionToken };
    }
    default:
      return signature satisfies never;
  }
}
