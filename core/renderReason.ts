import type { Deadline } from './deadline.ts';
import type { FieldVerdict } from './fields/evaluateMatch.ts';
import { KINDS } from './kinds.ts';
import { compareByCodePoint, escapeInvisible, formatFirst, formatList, quote } from './printableText.ts';
import {
  type AddressPair,
  compareReasonCodes,
  type GrantedGateway,
  type NearestGrant,
  type Reason,
  type ReasonCode,
  type ReasonParameters,
  type SkippedCheck,
} from './reasons.ts';
import { ACCOUNT } from './resourceIds.ts';

/** A reason as reports, events and the ledger have it. Consumers rely on the names of its keys. */
export interface ReportedReason {
  readonly code: ReasonCode;
  /** a sentence for people, safe to print */
  readonly message: string;
  /** with `no-grant`: the nearest grant, and the fields that did not match */
  readonly nearest?: NearestGrant;
  /** with `frozen`: what the policy would assign without the freeze; absent if it would hold the request too */
  readonly withoutFreeze?: GrantedGateway;
}

/** Renders the reasons of a decision, sorted by code and message. */
export function reportReasons(reasons: readonly Reason[]): ReportedReason[] {
  return reasons
    .map(reportReason)
    .sort((a, b) => compareReasonCodes(a, b) || compareByCodePoint(a.message, b.message));
}

export function reportReason(reason: Reason): ReportedReason {
  const { code } = reason;
  const message = renderReason(reason);
  if (reason.code === 'no-grant') {
    const { nearest } = reason.parameters;
    return nearest === null ? { code, message } : { code, message, nearest };
  }
  if (reason.code === 'frozen' && reason.parameters.unfrozen.verdict === 'accept') {
    const { owner, grant, gateway } = reason.parameters.unfrozen;
    return { code, message, withoutFreeze: { owner, grant, gateway } };
  }
  return { code, message };
}

/** The sentence of a reason, safe to print: the only place that makes one. It quotes or escapes every text of the API. */
export function renderReason(reason: Reason): string {
  switch (reason.code) {
    case 'type-not-supported': {
      const { type, supported } = reason.parameters;
      return `the interface is ${type === null ? 'of an unknown type' : quote(type)}: a policy can allow only ${supported.join(' and ')} interfaces`;
    }
    case 'unreadable':
      return renderUnreadable(reason.parameters);
    case 'other-region': {
      const { region, ownRegion } = reason.parameters;
      return `the API returned region ${quote(region)}, but this target is in \`${ownRegion}\`; write a policy for that region, or ask the provider`;
    }
    case 'unknown-requester':
      return renderUnknownRequester(reason.parameters);
    case 'owner-mismatch':
      return renderOwnerMismatch(reason.parameters);
    case 'frozen':
      return `the policy is frozen (\`freeze: true\`); without the freeze: ${renderUnfrozen(reason.parameters)}${renderExpiry(reason.parameters.deadline)}`;
    case 'held-by-policy':
      return renderHoldRule(reason.parameters);
    case 'no-grant':
      return renderNoGrant(reason.parameters);
    case 'grant-not-started':
      return `grant \`${nameGrant(reason.parameters)}\` begins at ${reason.parameters.from}`;
    case 'grant-ended':
      return `grant \`${nameGrant(reason.parameters)}\` ended at ${reason.parameters.until}`;
    case 'ambiguous': {
      const { owner, grants } = reason.parameters;
      const gateways = grants.map(({ grant, gateway }) => `\`${owner}.${grant}\` to \`${gateway}\``);
      return `matching grants give different gateways: ${formatList(gateways)}; narrow one of them`;
    }
    case 'owner-limit':
      return `owner \`${reason.parameters.owner}\` ${renderLimit(reason.parameters)}`;
    case 'grant-limit':
      return `grant \`${nameGrant(reason.parameters)}\` ${renderLimit(reason.parameters)}`;
    case 'run-limit':
      return `this run has already accepted ${reason.parameters.acceptsPerRun} requests (\`limits.acceptsPerRun\`); the next run continues`;
    case 'gateway-missing':
      return `gateway \`${reason.parameters.gateway}\` does not exist in this account and region`;
    case 'gateway-other-account': {
      const { gateway, gatewayAccount, ownAccount } = reason.parameters;
      return `gateway \`${gateway}\` belongs to account ${quote(gatewayAccount)}, not to \`${ownAccount}\`; use a gateway of your own`;
    }
    case 'gateway-other-type':
      return renderOtherType(reason.parameters);
    case 'gateway-not-available': {
      const { gateway, state } = reason.parameters;
      return `gateway \`${gateway}\` must be \`available\`, is ${state === null ? 'unknown' : quote(state)}`;
    }
    case 'gateway-not-attached':
      return `gateway \`${reason.parameters.gateway}\` is not attached to a VPC; attach it first`;
    case 'vlan-in-use':
      return renderVlanInUse(reason.parameters);
    case 'peers-invalid':
      return renderInvalidPeers(reason.parameters);
    case 'peers-overlap':
      return `peer addresses ${renderOverlap(reason.parameters)}`;
    case 'asn-conflict':
      return `the customer's ASN ${reason.parameters.asn} is also that of gateway \`${reason.parameters.gateway}\``;
    default:
      return reason satisfies never;
  }
}

function nameGrant({ owner, grant }: { readonly owner: string; readonly grant: string }): string {
  return `${owner}.${grant}`;
}

function renderUnreadable(reason: ReasonParameters['unreadable']): string {
  switch (reason.cause) {
    case 'readErrors':
      return `the API returned inconsistent data: ${formatList(reason.readErrors.map(escapeInvisible))}`;
    case 'tooLong':
      return 'its name, tags and BGP peers are longer than the ledger can record; ask the owner to offer it with shorter ones';
    case 'state':
      return `its state must be \`confirming\`, got ${reason.state === null ? 'none' : quote(reason.state)}`;
    case 'onGateway':
      return `a request must not have a gateway yet, got ${quote(reason.gateway)}; check it with the AWS CLI`;
    case 'ledgerEntry':
      return `its ledger entry cannot be read: ${escapeInvisible(reason.problem)}`;
    default:
      return reason satisfies never;
  }
}

function renderUnknownRequester(reason: ReasonParameters['unknown-requester']): string {
  switch (reason.cause) {
    case 'outbound':
      return 'it is on a connection of the recipient: the recipient offered it to another account, so it is not a request';
    case 'noAccount':
      return 'the API did not return an owner account';
    case 'noConnection':
      return 'the API did not return a connection';
    case 'ownConnectionsUnknown':
      return `the API returned account ${quote(reason.account)}, and the recipient's own connections are unknown (${escapeInvisible(reason.problem)})`;
    case 'severalOwners':
      return `more than one owner in the policy has connection ${quote(reason.connection)}; keep it with one of them`;
    case 'noOwner':
      return `no owner in the policy has connection ${quote(reason.connection)}; verify out of band whose it is, then list it in \`sharedConnections\` of the owner, or in \`connections\` only if this party alone can make requests on it`;
    case 'noPin':
      return renderNoPin(reason);
    case 'severalPins': {
      const pins = reason.pins.map((pin) => `\`${nameGrant(pin)}\` (${formatList(pin.fields.map(quote))})`);
      return `connection ${quote(reason.connection)} is shared, and pins of several owners name the request: ${formatFirst(pins, 10)}; verify out of band whose request it is, then keep its ID with that owner only, and give each party a key of its own`;
    }
    default:
      return reason satisfies never;
  }
}

type NoPin = Extract<ReasonParameters['unknown-requester'], { readonly cause: 'noPin' }>;

function renderNoPin({ connection, owners, nearest }: NoPin): string {
  const shared = `connection ${quote(connection)} is shared by ${formatFirst(owners.map(quote), 10)}, and no pin of a grant matches the request`;
  if (nearest !== null) {
    return `${shared} in every field; nearest is \`${nameGrant(nearest)}\`: ${formatList(nearest.failed.map(renderMismatch))}`;
  }
  return `${shared}: name, VLAN, ASN and addresses prove nothing there; ask the owner out of band for the ID of its interface and add it as \`id\`, or agree on a BGP key`;
}

function renderOwnerMismatch(reason: ReasonParameters['owner-mismatch']): string {
  const { account } = reason;
  const returned = `the API returned account ${quote(account)}`;
  switch (reason.cause) {
    case 'otherRecipient':
      return `${returned} as the recipient, not \`${reason.ownAccount}\``;
    case 'otherAccount':
      return `${returned}, but owner \`${reason.owner}\` has account \`${reason.ownerAccount}\``;
    case 'ownerWithoutAccount':
      return (
        `${returned}, and owner \`${reason.owner}\` has no account to compare; if it is the owner's, ` +
        `add \`account: "${ACCOUNT.test(account) ? account : '…'}"\` under \`owners.${reason.owner}\` (if it is your own, \`recipient.account\` is wrong)`
      );
    default:
      return reason satisfies never;
  }
}

/** What would happen without the freeze, so that a person knows before removing it. */
function renderUnfrozen({ unfrozen }: ReasonParameters['frozen']): string {
  switch (unfrozen.verdict) {
    case 'hold':
      return `also held, for ${formatList(unfrozen.codes)}`;
    case 'unknown':
      return `not known (${unfrozen.problem})`;
    case 'accept': {
      const accepted = `accepted by \`${nameGrant(unfrozen)}\` → \`${unfrozen.gateway}\``;
      return unfrozen.checked
        ? accepted
        : `${accepted}, if its gateway can be used, and the other pending requests leave room in the limits`;
    }
    default:
      return unfrozen satisfies never;
  }
}

function renderExpiry({ earliest, latest }: Deadline): string {
  if (latest === null) return '';
  return earliest === null
    ? `; the request may expire at any time, at the latest ${latest}`
    : `; the request may expire at the earliest ${earliest}`;
}

function renderHoldRule({ fields, reason }: ReasonParameters['held-by-policy']): string {
  const demands = fields.map(
    ({ field, expected, verdict }) => `${field} ${expected}${verdict === 'unknown' ? ' (unknown)' : ''}`,
  );
  return `a hold rule matches ${formatList(demands)}${reason === null ? '' : `: ${reason}`}`;
}

function renderNoGrant({ owner, nearest }: ReasonParameters['no-grant']): string {
  return nearest === null
    ? `owner \`${owner}\` has no grant`
    : `no grant of owner \`${owner}\` matches; nearest is \`${nearest.grant}\`: ${formatList(nearest.failed.map(renderMismatch))}`;
}

function renderMismatch({ field, expected, actual, verdict }: FieldVerdict): string {
  if (actual === null) return `${field} must be ${expected}, but the API does not return it`;
  const gap = verdict === 'unknown' ? ', and the API does not return all of it' : '';
  return `${field} must be ${expected}, is ${actual}${gap}`;
}

function renderLimit({ limit, taken, first }: ReasonParameters['owner-limit']): string {
  const ids = first.map(({ id, otherConnection, isUnattributed }) => {
    if (isUnattributed) return `${id} (which cannot be attributed to one owner of its shared connection)`;
    return otherConnection === null ? id : `${id} (now on ${quote(otherConnection)})`;
  });
  const more = taken - first.length;
  return `may have ${limit} live ${limit === 1 ? 'interface' : 'interfaces'} and has ${taken}: ${formatList(more > 0 ? [...ids, `${more} more`] : ids)}`;
}

function renderOtherType(reason: ReasonParameters['gateway-other-type']): string {
  const { gateway, type, served } = reason;
  const why =
    reason.cause === 'association'
      ? `is associated with ${KINDS[served].associated.title}`
      : `has the ${served} interface ${quote(reason.id)}`;
  return `gateway \`${gateway}\` ${why}, so it does not serve ${type} interfaces; use another Direct Connect gateway for this grant`;
}

function renderVlanInUse({ cause, vlan, connection, id }: ReasonParameters['vlan-in-use']): string {
  const other = quote(id);
  const uses = {
    certain: `is in use by ${other}`,
    unreadable: `may be in use by ${other}, which is unreadable`,
    unknownConnection: `may be in use by ${other}, whose connection the API does not return`,
  };
  return `VLAN ${vlan} on ${quote(connection)} ${uses[cause]}`;
}

function renderInvalidPeers(reason: ReasonParameters['peers-invalid']): string {
  if (reason.cause === 'notAnAddress') return `${quote(reason.address)} is not an address`;
  const pair = renderPair(reason.pair);
  if (reason.cause === 'broadcast')
    return `${pair}: ${quote(reason.address)} is the broadcast address of its subnet`;
  const problems = {
    notBothAddresses: 'are not both addresses',
    sameAddress: 'are the same address',
    differentSubnets: 'are not in one subnet',
  };
  return `${pair} ${problems[reason.cause]}`;
}

function renderPair([amazonAddress, customerAddress]: AddressPair): string {
  return `${quote(amazonAddress)} and ${quote(customerAddress)}`;
}

function renderOverlap(reason: ReasonParameters['peers-overlap']): string {
  if (reason.cause === 'more') return `overlap or may overlap those of ${reason.count} more interfaces`;
  const id = quote(reason.id);
  const conflicts = {
    overlap: `overlap those of ${id} on the same gateway`,
    unreadable: `may overlap those of ${id}, which is unreadable`,
    unknownGateway: `may overlap those of ${id}, whose gateway the API does not return`,
    unlisted: `may overlap those of ${id}, which the ledger has on this gateway and which the listing lacks`,
  };
  return conflicts[reason.cause];
}

/** The name of each check in a report. */
const CHECK_NAMES: Readonly<Record<SkippedCheck['check'], string>> = {
  'vlan-in-use': 'VLAN in use',
  'peers-invalid': 'peer addresses',
  'peers-overlap': 'peers overlap',
  'asn-conflict': 'ASN conflict',
  'gateway-other-type': 'gateway of another type',
};

/** The sentence about a preflight check that was skipped, safe to print. */
export function renderSkippedCheck(skipped: SkippedCheck): string {
  return `${CHECK_NAMES[skipped.check]}: ${renderMissing(skipped)}`;
}

function renderMissing(skipped: SkippedCheck): string {
  switch (skipped.missing) {
    case 'vlanOrConnection':
      return 'the API does not return the VLAN or the connection';
    case 'ofOthers':
      return `the API does not return ${skipped.check === 'vlan-in-use' ? 'both connection and VLAN' : 'every address, or not the gateway,'} of ${renderIds(skipped.ids)}`;
    case 'addresses':
      return 'the API does not return an address';
    case 'prefixLengths':
      return skipped.check === 'peers-overlap'
        ? 'the API does not return every address with its prefix length'
        : `the API returns ${renderPair(skipped.pair)} without a prefix length`;
    case 'sessions':
      return 'the API does not return a BGP peer';
    case 'secondAddress':
      return 'the API does not return both';
    case 'gatewayAsn':
      return `the API does not return the ASN of gateway \`${skipped.gateway}\``;
    case 'customerAsn':
      return "the API does not return the customer's ASN";
    case 'notAllowed':
      return `the permission \`directconnect:DescribeDirectConnectGatewayAssociations\`, to read the associations of gateway \`${skipped.gateway}\`, is missing`;
    case 'unknownType':
      return `gateway \`${skipped.gateway}\` has an association of a type that this release does not know`;
    default:
      return skipped satisfies never;
  }
}

/** The most IDs that a skipped check lists. */
const MAX_LISTED_IDS = 5;

function renderIds(ids: readonly string[]): string {
  return formatFirst(ids.map(quote).sort(), MAX_LISTED_IDS);
}
