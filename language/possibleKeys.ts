import { quote } from '../core/printableText.ts';
import { findNearest } from './didYouMean.ts';

/** A path, as in diagnostic.ts, which uses this file. */
type Steps = readonly (string | number)[];

/**
 * The rule for what messages show of the BGP part of a file, where a person may write a BGP key by mistake. Fail closed: a value there is
 * shown only if it has the form of an address or, in place of an ASN, is a number; the name of a key below `peers` only if it is similar
 * to one that a BGP peer has.
 */

/** The end of a message without the value. */
export const NOT_SHOWN = 'the value is not shown, because it may be a key';

/** Keys with the BGP peers of an interface or the addresses of a match. */
const SESSIONS: readonly (string | number)[] = ['peers', 'bgpPeers'];
/** Keys whose values are about BGP, outside of `peers` too. */
const BGP_VALUES: readonly string[] = ['asn', 'bgpKey', 'authKey', 'key', 'hasKey', 'agreedKey'];

/** Keys of a BGP peer, in our files and in the API. */
const SESSION_KEYS: readonly string[] = [
  ...BGP_VALUES,
  ...['asnLong', 'amazonAddress', 'customerAddress', 'addressFamily'],
  ...['bgpPeerId', 'bgpPeerState', 'bgpStatus', 'awsDeviceV2', 'awsLogicalDeviceId'],
];

/** Whether a value at the path belongs to the BGP part of a policy, a policy test or a request. */
export function isInBgpPart(path: Steps): boolean {
  const keys = documentKeys(path);
  const last = keys.findLast((step) => typeof step === 'string');
  return keys.some((step) => SESSIONS.includes(step)) || BGP_VALUES.some((key) => key === last);
}

/** Whether the last step of the path, a key below `peers`, may be a BGP key that was written in place of a map. */
export function isPossibleKeyName(path: Steps): boolean {
  const keys = documentKeys(path);
  const name = keys.at(-1);
  return (
    keys.slice(0, -1).some((step) => SESSIONS.includes(step)) &&
    typeof name === 'string' &&
    !isSessionKey(name)
  );
}

/** Whether it is a key of a BGP peer, or a misspelt one of letters only, such as `keys`. */
function isSessionKey(name: string): boolean {
  return SESSION_KEYS.includes(name) || (/^[a-z]+$/i.test(name) && findNearest(name, SESSION_KEYS) !== null);
}

/** The path without names that the author of the file chose: of owners, grants, gateways and tags. */
function documentKeys(path: Steps): Steps {
  if (path[0] === 'gateways') return [];
  const keys = path[0] === 'owners' ? path.slice(4) : path;
  const tags = keys.indexOf('tags');
  return tags < 0 ? keys : keys.slice(0, tags);
}

/** Whether a value in the BGP part, as written, can be shown in a message. */
export function isShowable(written: string, path: Steps): boolean {
  const isAsn = documentKeys(path).findLast((step) => typeof step === 'string') === 'asn';
  return PLAIN.test(written) || hasFormOfAddress(written) || (isAsn && hasFormOfAsn(written));
}

/** What no BGP key is: nothing, or a truth value. */
const PLAIN = /^(true|false|null|~|)$/i;
const IPV4 = /^\d{1,4}(\.\d{1,4}){1,4}(\/\d{1,4})?$/;
const IPV6 = /^([0-9a-f]{0,5}:){2,8}([0-9a-f]{0,5}|[\d.]{7,15})(\/\d{1,4})?$/i;
const ASN = /^(AS)?-?\d+(\.\d+)*( ?- ?(AS)?\d+(\.\d+)*)?$/i;

/** Whether a text looks like an address or a block of addresses, also one with a mistake in it. */
export function hasFormOfAddress(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text);
}

/** Whether a text looks like an ASN or a range of ASNs, also one with a mistake in it. */
export function hasFormOfAsn(text: string): boolean {
  return ASN.test(text);
}

/** A message about a value of the BGP part: with the value, if it can be shown. @param says what is wrong, such as `is not an address` */
export function describePossibleKey(written: string, canBeShown: boolean, says: string): string {
  return canBeShown ? `${quote(written)} ${says}` : `${says}; ${NOT_SHOWN}`;
}

/**
 * A text without the BGP key that follows the name of its field, as in `bgpKey:KEY`, which YAML reads as one text because there is no space.
 * Every other text stays as it is.
 */
export function withoutKey(text: string): string {
  return text.replace(/^((?:(?:bgp|auth|has|agreed|md5)[ _-]?){1,2}key)\W.*$/is, '$1…');
}
