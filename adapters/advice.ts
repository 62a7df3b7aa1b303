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
 * AWS has no code for a right that another policy denies explicitly, so the advice on every missing right names both causes. The text
 * of the API's message is shown before it, and never read.
 */
const UNLESS_DENIED = 'or, if the message names an explicit deny, have that removed';

/**
 * What to do about a refusal; `null` when nothing more is known than its kind.
 * @param name the API's code of the refusal
 * @param isForbidden whether the credentials are valid, and may not do this
 * @param own the caller's advice, by the API's code
 */
export function adviceOn(
  name: string,
  operation: string,
  isForbidden: boolean,
  own: Readonly<Record<string, string>>,
): string | null {
  const known = Object.hasOwn(own, name) ? own[name] : ADVICE.find(([code]) => code.test(name))?.[1];
  if (!isForbidden) return known ?? null;
  const right = `the credentials are valid, but may not call ${operation}: give them that right`;
  return `${known ?? right}, ${UNLESS_DENIED}`;
}
