/** What an API said of a call that it refused for its credentials. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
}

/** By the API's code of the refusal, where it has one. */
const ADVICE: readonly (readonly [code: RegExp, advice: (operation: string) => string])[] = [
  // Both providers answer a wrong clock with these too, and say so only in their text.
  [
    /^(SignatureDoesNotMatch|InvalidSignatureException)$/,
    () =>
      'the secret key is wrong: write it again, whole; if the message speaks of an expired signature, set the clock of this machine',
  ],
  [
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|AuthFailure)$/,
    () =>
      'the access key (or its session token) is not known there: it is wrong, deleted, disabled, or of another provider or partition',
  ],
  [
    /^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/,
    () => 'the session token has expired: sign in again, or get new temporary keys',
  ],
  [
    /^(RequestExpired|RequestTimeTooSkewed)$/,
    () => 'the clock of this machine is wrong: set it; the next run tries again',
  ],
  [
    /^(MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|IncompleteSignatureException)$/,
    () => 'the request arrived without its signature: check the endpoint, and a proxy that changes requests',
  ],
  [
    /^OptInRequired$/,
    (operation) =>
      `the credentials are valid, but ${operation} is not open to the account: enable the service and the region for it`,
  ],
];

/**
 * What to do about a refusal; `null` when nothing more is known than its kind.
 * @param isForbidden whether the credentials are valid, and may not do this
 * @param own the caller's advice, by the API's code
 */
export function adviceOn(
  refusal: Refusal,
  operation: string,
  isForbidden: boolean,
  own: Readonly<Record<string, string>>,
): string | null {
  const { name, message } = refusal;
  // AWS has no code for an explicit deny, so that its text is read here: for the words of the advice, and for nothing else.
  if (isForbidden && /\bexplicit deny\b/i.test(message))
    return `the credentials are valid, but a policy denies ${operation}: have the explicit deny removed from the policy that the message names`;
  if (Object.hasOwn(own, name)) return own[name] ?? null;
  const advice = ADVICE.find(([code]) => code.test(name))?.[1];
  if (advice !== undefined) return advice(operation);
  return isForbidden
    ? `the credentials are valid, but may not call ${operation}: give them that right`
    : null;
}
