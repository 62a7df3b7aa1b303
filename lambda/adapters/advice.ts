/** What an API said of a call that it refused for its credentials. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
}

/** By the API's code of the refusal, where it has one. */
const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  // Both providers answer a wrong clock with these too, and say so only in their text.
  [
    /^(SignatureDoesNotMatch|InvalidSignatureException)$/,
    'the secret key is wrong: write it again; if the signature is said to be expired, set the clock of this machine',
  ],
  [
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|AuthFailure)$/,
    'the access key or its session token is not known there: it is wrong, disabled, or of another provider or partition',
  ],
  [/^(ExpiredToken|TokenRefreshRequired)/, 'the session token has expired: sign in again'],
  [/^Request(Expired|TimeTooSkewed)$/, 'the clock of this machine is wrong: set it'],
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
    return `the credentials are valid, but a policy denies ${operation}: have its explicit deny removed`;
  if (Object.hasOwn(own, name)) return own[name] ?? null;
  const advice = ADVICE.find(([code]) => code.test(name))?.[1];
  if (advice !== undefined) return advice;
  return isForbidden
    ? `the credentials are valid, but may not call ${operation}: give them that right`
    : null;
}
