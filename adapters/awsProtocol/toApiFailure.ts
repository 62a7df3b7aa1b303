import { escapeLong, escapeText, quote, quoteTrusted } from '../../core/printableText.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import {
  ApiFailure,
  type ApiFailureKind,
  type MissingResource,
  PermissionMissing,
  RunFailure,
} from '../../run/portErrors.ts';
import { AnswerTooLarge } from './clientHttp.ts';

/** Advice by the error code of the API. */
const ADVICE: readonly (readonly [code: RegExp, advice: string])[] = [
  // Both providers answer with these codes when the clock is wrong, too; only their text says so.
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
 * AWS has no code for a permission that another policy denies explicitly, so the advice on every missing permission names both
 * causes. The text of the API is shown before it and is never parsed.
 */
const UNLESS_DENIED = 'or, if the message names an explicit deny, have that removed';

/**
 * Returns how to fix a refused call; `null`: nothing is known beyond its kind.
 * @param name the error code of the API
 * @param isForbidden whether the credentials are valid but lack the permission
 * @param own the caller's own advice, by error code of the API
 */
function adviceOn(
  name: string,
  operation: string,
  isForbidden: boolean,
  own: Readonly<Record<string, string>>,
): string | null {
  const known = Object.hasOwn(own, name) ? own[name] : ADVICE.find(([code]) => code.test(name))?.[1];
  if (!isForbidden) return known ?? null;
  const right = `the credentials are valid, but may not call ${operation}: grant them that permission`;
  return `${known ?? right}, ${UNLESS_DENIED}`;
}

/** The parts of an SDK error or a Node.js error that are used here. */
interface WireError {
  readonly name: string;
  /** whether the answer has the form of OUTSCALE's own errors */
  readonly isOutscale: boolean;
  readonly message: string;
  readonly code: string;
  readonly status: number | null;
}

const CREDENTIALS =
  /^(AccessDenied|AccessDeniedException|AuthFailure|CredentialsProviderError|ExpiredToken|ExpiredTokenException|IncompleteSignature|IncompleteSignatureException|InvalidClientTokenId|InvalidSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|NotAuthorized|OptInRequired|SignatureDoesNotMatch|TokenRefreshRequired|UnauthorizedOperation|UnrecognizedClientException)$/;
/** Those of them that mean that the key is valid but lacks the permission. */
const FORBIDDEN = /^(AccessDenied|AccessDeniedException|NotAuthorized|OptInRequired|UnauthorizedOperation)$/;
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|RequestThrottled|TooManyRequestsException|ProvisionedThroughputExceededException)$/;
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|CERT_.*|ERR_PROXY_.*|ERR_TLS.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;
/** The certificate of the server is not signed by a trusted authority. */
const UNTRUSTED = /^(UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;
/** The throttling codes of OUTSCALE, one for each of its three limiters. */
const OUTSCALE_THROTTLED = new Set(['6', '24', '25']);

/** Errors that a parser throws; their messages quote the answer. */
const PARSER = /^(SyntaxError|TypeError|RangeError)$/;

/**
 * Converts anything that a call throws to an `ApiFailure`; a `RunFailure` is returned as it is. The original is not kept as
 * `cause`, because it contains the raw answer with BGP keys in clear text.
 * @param own the caller's own advice, by error code of the API
 */
export function toApiFailure(
  operation: string,
  thrown: unknown,
  own: Readonly<Record<string, string>> = {},
): RunFailure {
  // For example unusable credentials, which are found while signing.
  if (thrown instanceof RunFailure) return thrown;
  if (thrown instanceof AnswerTooLarge) return new ApiFailure(operation, 'malformed', thrown.why);
  const error = readWireError(thrown);
  const kind = kindOf(error);
  const status = error.status === null ? '' : ` (HTTP ${error.status})`;
  // Fail closed: for every status, no part of an unreadable answer is printed, because it may contain a BGP key.
  if (kind === 'malformed' || PARSER.test(error.name))
    return new ApiFailure(operation, kind, `the answer is not what the API promises${status}`);
  if (kind === 'timeout') return new ApiFailure(operation, kind, 'no answer in time');
  const detail = `${describeError(error)}${status}`;
  const forbidden = isForbidden(error);
  const advice = adviceOn(error.name, operation, forbidden, own);
  return forbidden
    ? new PermissionMissing(operation, detail, advice)
    : new ApiFailure(operation, kind, detail, advice, kind === 'client' ? missingResource(error) : null);
}

/**
 * Reads from the text of a refusal that a resource does not exist: the only place that reads it. Direct Connect documents one
 * code for each refusal that the caller caused, `DirectConnectClientException` ("One or more parameters are not valid",
 * section "Errors" of DescribeVirtualInterfaces in its API reference), so only the text distinguishes them.
 */
function missingResource(error: WireError): MissingResource | null {
  const { name, message, status } = error;
  const line = firstLine(message).slice(0, MAX_SHOWN);
  const text = `${name}: ${line}`;
  const ids = (line.match(/[\w-]+/g) ?? []).filter(isVirtualInterfaceId);
  // Fail closed: a proxy or another service may say that something does not exist, and the API may say it of something else.
  const isOfApi =
    (error.isOutscale || API_REFUSALS.test(name)) &&
    (status === 400 || status === 404) &&
    !OTHER_RESOURCE.test(line);
  if (/does not exist|not found|NotFound/i.test(text)) return { isCertain: isOfApi, ids };
  return /invalid virtual ?interface/i.test(text) ? { isCertain: false, ids } : null;
}

/** The codes of refusals of Direct Connect, and those of EC2 and FCU for an unknown ID. */
const API_REFUSALS = /^(DirectConnectClientException|Invalid\w+\.NotFound)$/;

/** What else may not exist, as the services name it. */
const OTHER_RESOURCE =
  /\b(account|connection|endpoint|gateway|host|lag|page|region|route|service|upstream|user)s?\b/i;

/** OUTSCALE also answers a wrong key with `AccessDenied`, but with status 401. */
function isForbidden({ name, status }: WireError): boolean {
  return FORBIDDEN.test(name) && status !== 401;
}

/** How much of an API's message is shown: AWS names the cause of a refusal at the end, after two ARNs. */
const MAX_SHOWN = 1000;

/** From here on, a message repeats the signed request, which may contain a session token. */
const REPEATED_REQUEST = /\s*(The (Canonical String|String-to-Sign) |Authorization=).*$/is;
/** EC2 appends a thousand encoded characters that only AWS can decode, and only as a whole. */
const ENCODED = /\s*Encoded authorization failure message: \S+/g;

function describeError({ name, code, message }: WireError): string {
  const codes = [name, code].filter((part) => part !== '' && part !== 'Error').join(' ');
  const line = firstLine(message);
  if (UNTRUSTED.test(code))
    return `${escapeText(`${codes}: ${line.replace(/;.*/, '')}`)}; where a proxy or a CA of your own signs, NODE_EXTRA_CA_CERTS must name the file of its certificate`;
  if (!code.startsWith('ERR_PROXY_')) return escapeLong(`${codes}: ${line}`, MAX_SHOWN);
  // Node.js before 22.23 prints the proxy with its password.
  const safe = line.replace(/\/\/[^/\s]*@/g, '//');
  // The sentence of Node.js names the host first, so that its reason would be cut off.
  const [, proxy = '', answer = ''] = /via (\S+): HTTP\/\S+ (.*)$/.exec(safe) ?? [];
  return proxy === ''
    ? `the proxy of HTTPS_PROXY did not open a tunnel: ${quote(safe)}`
    : `the proxy ${quoteTrusted(proxy)} of HTTPS_PROXY did not open a tunnel: it answered ${quote(answer)}`;
}

/** What the API says. The SDK appends lines of advice for its own users. */
function firstLine(message: string): string {
  const [line = ''] = message.replace(REPEATED_REQUEST, '').replace(ENCODED, '').split('\n');
  return line;
}

/** Whether an API throttled the call. */
export function isThrottled(thrown: unknown): boolean {
  return kindOf(readWireError(thrown)) === 'throttled';
}

function kindOf({ name, code, status }: WireError): ApiFailureKind {
  if (CREDENTIALS.test(name) || status === 401 || status === 403) return 'credentials';
  // Before the time-outs, because the SDK reports a reset connection as one.
  if (UNREACHABLE.test(code)) return 'unreachable';
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') return 'timeout';
  if (THROTTLED.test(name) || status === 429 || OUTSCALE_THROTTLED.has(code)) return 'throttled';
  // The server error in the model of the API comes with HTTP status 400.
  if (name === 'DirectConnectServerException' || (status !== null && status >= 500)) return 'server';
  if (PARSER.test(name) || (status !== null && status < 300)) return 'malformed';
  return 'client';
}

function readWireError(thrown: unknown): WireError {
  const error = fields(thrown);
  const status = fields(error.$metadata).httpStatusCode;
  const outscale = fields(Array.isArray(error.Errors) ? error.Errors[0] : null);
  return {
    name: toText(outscale.Type) || toText(error.name),
    isOutscale: toText(outscale.Type) !== '' || toText(outscale.Code) !== '',
    message: toText(outscale.Details) || toText(error.message),
    code: toText(outscale.Code) || toText(error.code) || toText(fields(error.cause).code),
    status: typeof status === 'number' ? status : null,
  };
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  // `message` and `name` of an error are not enumerable.
  const { name, message } = value instanceof Error ? value : { name: undefined, message: undefined };
  return { name, message, ...value };
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
