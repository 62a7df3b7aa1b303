import type { WarningCode } from './checkPolicyFiles.ts';
import type { DiagnosticCode } from './diagnostic.ts';

/** Every code of an error, a warning or a notice about policy files and policy tests. */
export type ReportedCode = DiagnosticCode | WarningCode;

/** What each code means and why it matters, in one or two sentences. Each problem also has a message and a fix of its own. */
export const CODE_HELP: Readonly<Record<ReportedCode, string>> = {
  // files
  'no-folder': 'The folder of policies does not exist or cannot be read.',
  'no-policy': 'The folder contains no policy file, which ends in `.yaml`.',
  'unreadable-file': 'The file cannot be read.',
  'not-utf-8': 'The file is not UTF-8.',
  'file-extension':
    'Only files that end in `.yaml` are policies. A file with another ending would be ignored, and its requests held.',
  'sub-folder': 'Policy files in sub-folders are not read, so their requests would be held.',
  'target-name': 'The name of the file is the name of its target, and must be a valid name.',
  'same-recipient':
    'Two files are for the same provider, region and account. Each would accept what the other one holds.',
  // YAML
  'too-large': 'The file is larger than any policy needs to be.',
  'too-deep': 'The file is nested more deeply than any policy needs to be.',
  'empty-file': 'The file has no content.',
  'several-documents': 'A file contains one policy. Further YAML documents would be ignored.',
  'yaml-syntax': 'The file is not valid YAML.',
  directive: 'A YAML directive can change how the file is read.',
  anchor: 'YAML anchors are not allowed: what a reviewer reads must be what the policy says.',
  alias: 'YAML aliases are not allowed: what a reviewer reads must be what the policy says.',
  tag: 'A YAML tag can change the type of a value.',
  'merge-key': 'YAML merge keys are not allowed: what a reviewer reads must be what the policy says.',
  'duplicate-key': 'The key occurs twice in one map, and only one of its values would be used.',
  'key-not-text': 'A key must be a text.',
  // keys and types
  'unknown-key': 'The key does not exist here. A misspelt key would otherwise have no effect.',
  'missing-key': 'A mandatory key is missing.',
  'renamed-key': 'The key has another name in this release. The former name still works.',
  'wrong-type': 'The value has another type than this key needs.',
  'wrong-value': 'The value is not one of those that this key can have.',
  'unquoted-account': 'An account ID without quotes is a number in YAML, which loses leading zeros.',
  'number-spelling': 'A number must be written in plain digits, so that every reader reads the same one.',
  'number-range': 'The number is outside of the allowed range.',
  'empty-list': 'A list without items would match nothing.',
  'empty-map': 'A map without keys means nothing.',
  'empty-text': 'An empty text means nothing here.',
  'invisible-character':
    'The file contains a character that a reviewer cannot see, which can make two different values look alike.',
  name: 'The name has characters that a name cannot have.',
  // recipient
  region: 'The region does not have the form of a region.',
  account: 'An account ID is 12 digits in quotes.',
  role: 'The value is not the ARN of a role.',
  'role-partition': 'The role and the region of the recipient are in different AWS partitions.',
  duration: 'The value is not a duration in the form of ISO 8601, or is out of range.',
  'foreign-credentials': 'The recipient has credentials of another provider.',
  // gateways
  'gateway-id': 'The value is not the ID of a gateway.',
  'gateway-name': 'The name of a gateway must not look like an ID.',
  'gateway-reference': 'The value is neither the ID of a gateway nor a name of one.',
  'foreign-gateway': 'The provider has no gateways of this kind.',
  'same-gateway':
    'Two names stand for one gateway, so grants with different names could attach to the same network.',
  'undefined-gateway': 'The policy does not define a gateway of this name.',
  'unused-gateway': 'No grant uses the gateway.',
  // owners, grants and hold rules
  'gateway-and-grants': 'An owner has either `gateway`, which is one grant, or `grants`.',
  'no-gateway': 'An owner without `gateway` and without `grants` can have nothing accepted.',
  'connection-id': 'The value is not the ID of a connection.',
  'connection-twice': 'The connection occurs twice in one list.',
  'connection-of-two': 'Two owners list the connection as theirs alone, so it identifies neither of them.',
  'connection-of-other': 'The grant names a connection that its owner does not have.',
  'no-connections': 'An owner without connections cannot be identified.',
  'connection-exclusive-and-shared': 'One connection is listed as exclusive and as shared.',
  'unpinned-grant':
    'On a shared connection, a grant without a pin would accept requests of every party that uses the connection.',
  'interface-id': 'The value is not the ID of a virtual interface.',
  'bgp-key': 'The value is not the SHA-256 digest of an agreed key, nor `required`.',
  'foreign-type': 'The provider offers no virtual interfaces of this type.',
  'type-gateway': 'Interfaces of this type cannot be attached to gateways of this kind.',
  vlan: 'The value is not a VLAN, nor a range of VLANs.',
  asn: 'The value is not an AS number, nor a range of AS numbers.',
  cidr: 'The value is not an address block.',
  'host-bits': 'The address block has bits set beyond its prefix length, so its extent is not clear.',
  'unreturned-field': 'The provider never returns this field, so no request can match it.',
  'unlisted-routes': 'The provider does not list what an owner advertises, so nothing could check this.',
  instant: 'The value is not a time with `Z` or an offset.',
  'empty-interval': 'The grant ends before it starts.',
  'no-predicate': 'A hold rule needs at least one field.',
  'hold-bgp-key': 'A hold rule cannot select requests by their BGP key.',
  'grants-overlap':
    'One request could match two grants that name different gateways. Such a request would always be held.',
  'grants-undecided': 'The grants of one owner are too complex to compare, so overlaps cannot be excluded.',
  // policy tests
  'no-target': 'The policy tests are for a target that has no policy in the folder above.',
  'case-twice': 'Two policy tests have the same name, and a failure is reported by name.',
  expectation: 'A policy test expects either `accept` or `hold`.',
  'reason-code': 'The value is not the code of a reason to hold.',
  'undecidable-reason': 'No policy test can be held for this reason, because only a run can check it.',
  address: 'The value is not an address with a prefix length.',
  // warnings and notices
  'unknown-region': 'The provider is not known to have this region, so no request may ever be found there.',
  'unreachable-grant': 'No request can be accepted by the grant.',
  'suspicious-pattern': 'The value looks like a pattern of another language, but matches only itself.',
  'usual-key': 'Others can guess the agreed key, so it does not identify a party.',
  'generated-key':
    'The provider makes a BGP key where the requester gives none, so `required` demands nothing.',
  'pin-of-two': 'Two owners have the same pin, so on a shared connection it identifies neither of them.',
  'maybe-shared':
    'The connection may be one of a carrier, on which every customer of the carrier could make requests as this owner.',
  'no-policy-tests': 'The policy has no policy tests, so no change of its meaning is noticed.',
  'untested-entry':
    'No policy test covers the grant or the hold rule, so no change of its meaning is noticed.',
};
