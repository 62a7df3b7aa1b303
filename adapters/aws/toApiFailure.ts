import { escapeLong, escapeText, quote, quoteTrusted } from '../../core/printableText.ts';
import { ApiFailure, type ApiFailureKind, PermissionMissing, RunFailure } from '../../run/portErrors.ts';
import { AnswerTooLarge } from './clientHttp.ts';

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
function adviceOn(
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

/** What the SDK and plain node errors have in common, as far as we look. */
interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number | null;
}

const CREDENTIALS =
  /^(AccessDenied|AccessDeniedException|AuthFailure|CredentialsProviderError|ExpiredToken|ExpiredTokenException|IncompleteSignature|IncompleteSignatureException|InvalidClientTokenId|InvalidSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|NotAuthorized|OptInRequired|SignatureDoesNotMatch|TokenRefreshRequired|UnauthorizedOperation|UnrecognizedClientException)$/;
/** Of those, what says that the key is known. */
const FORBIDDEN = /^(AccessDenied|AccessDeniedException|NotAuthorized|OptInRequired|UnauthorizedOperation)$/;
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|RequestThrottled|TooManyRequestsException|ProvisionedThroughputExceededException)$/;
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|CERT_.*|ERR_PROXY_.*|ERR_TLS.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;
/** Nobody whom we trust signed for the server. */
const UNTRUSTED = /^(UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;
/** OUTSCALE's error codes for its three limiters. */
const OUTSCALE_THROTTLED = new Set(['6', '24', '25']);

/** What a parser throws: its message quotes the answer that it could not read. */
const PARSER = /^(SyntaxError|TypeError|RangeError)$/;

/**
 * Turns anything thrown by a call into an `ApiFailure`, unless it is a failure of ours already. The original is not
 * kept as `cause`: it carries the raw answer, in which BGP keys stand in clear.
 * @param own what to do, by the API's code, where the caller knows better
 */
export function toApiFailure(
  operation: string,
  thrown: unknown,
  own: Readonly<Record<string, string>> = {},
): RunFailure {
  // Failures of ours, such as unusable credentials found while signing, say what they are already.
  if (thrown instanceof RunFailure) return thrown;
  if (thrown instanceof AnswerTooLarge) return new ApiFailure(operation, 'malformed', thrown.why);
  const error = readError(thrown);
  const kind = kindOf(error);
  const status = error.status === null ? '' : ` (HTTP ${error.status})`;
  // Fail closed: whatever the status, no part of an unreadable answer is told, for a BGP key may stand in it.
  if (kind === 'malformed' || PARSER.test(error.name))
    return new ApiFailure(operation, kind, `the answer is not what the API promises${status}`);
  if (kind === 'timeout') return new ApiFailure(operation, kind, 'no answer in time');
  const detail = `${wordsOf(error)}${status}`;
  const forbidden = isForbidden(error);
  const advice = adviceOn(error.name, operation, forbidden, own);
  return forbidden
    ? new PermissionMissing(operation, detail, advice)
    : new ApiFailure(operation, kind, detail, advice);
}

/** OUTSCALE says `AccessDenied` of a wrong key too, with 401. */
function isForbidden({ name, status }: WireError): boolean {
  return FORBIDDEN.test(name) && status !== 401;
}

/** How much of an API's message is shown. AWS names the cause of a refusal at its end, after two ARNs. */
const MOST_CHARACTERS = 1000;

/** What follows repeats the signed request, in which a session token may be. */
const REPEATED_REQUEST = /\s*(The (Canonical String|String-to-Sign) |Authorization=).*$/is;
/** EC2 adds a thousand characters that only AWS can read, and of which a part is of no use. */
const ENCODED = /\s*Encoded authorization failure message: \S+/g;

function wordsOf({ name, code, message }: WireError): string {
  const said = [name, code].filter((part) => part !== '' && part !== 'Error').join(' ');
  // The SDK adds lines of advice for its own users.
  const [line = ''] = message.replace(REPEATED_REQUEST, '').replace(ENCODED, '').split('\n');
  if (UNTRUSTED.test(code))
    return `${escapeText(`${said}: ${line.replace(/;.*/, '')}`)}; where a proxy or a CA of your own signs, NODE_EXTRA_CA_CERTS must name the file of its certificate`;
  if (!code.startsWith('ERR_PROXY_')) return escapeLong(`${said}: ${line}`, MOST_CHARACTERS);
  // Node before 22.23 names the proxy with the password that it was given.
  const safe = line.replace(/\/\/[^/\s]*@/g, '//');
  // Node's sentence names the host first, and is cut where it says why.
  const [, proxy = '', answer = ''] = /via (\S+): HTTP\/\S+ (.*)$/.exec(safe) ?? [];
  return proxy === ''
    ? `the proxy of HTTPS_PROXY opens no tunnel: ${quote(safe)}`
    : `the proxy ${quoteTrusted(proxy)} of HTTPS_PROXY opens no tunnel, it says ${quote(answer)}`;
}

/** Whether an API refused a call as one too many. */
export function isThrottled(thrown: unknown): boolean {
  return kindOf(readError(thrown)) === 'throttled';
}

function kindOf({ name, code, status }: WireError): ApiFailureKind {
  if (CREDENTIALS.test(name) || status === 401 || status === 403) return 'credentials';
  // The SDK names a reset connection a time-out.
  if (UNREACHABLE.test(code)) return 'unreachable';
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') return 'timeout';
  if (THROTTLED.test(name) || status === 429 || OUTSCALE_THROTTLED.has(code)) return 'throttled';
  // The modelled server error comes as HTTP 400.
  if (name === 'DirectConnectServerException' || (status !== null && status >= 500)) return 'server';
  if (PARSER.test(name) || (status !== null && status < 300)) return 'malformed';
  return 'client';
}

function readError(thrown: unknown): WireError {
  const error = fields(thrown);
  const status = fields(error.$metadata).httpStatusCode;
  const outscale = fields(Array.isArray(error.Errors) ? error.Errors[0] : null);
  return {
    name: textOf(outscale.Type) || textOf(error.name),
    message: textOf(outscale.Details) || textOf(error.message),
    code: textOf(outscale.Code) || textOf(error.code) || textOf(fields(error.cause).code),
    status: typeof status === 'number' ? status : null,
  };
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  // `message` and `name` of an error are not enumerable.
  const { name, message } = value instanceof Error ? value : { name: undefined, message: undefined };
  return { name, message, ...value };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
