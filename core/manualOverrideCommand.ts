import type { Recipient, VirtualInterface } from './model.ts';
import type { ReasonCode } from './reasons.ts';
import { gatewayKind, isVirtualInterfaceId } from './resourceIds.ts';

/** Whether a manual override command may be shown for a request that is held for reasons of these codes. */
export type ManualOverride =
  /** it may, where it is labelled as one that bypasses the policy */
  | 'shown'
  /** the owner, or what is asked for, is not certain: a ready command would let in anybody */
  | 'verifyFirst'
  /** the command would fail before something else is fixed */
  | 'wouldFail';

const OVERRIDES: Readonly<Record<ReasonCode, ManualOverride>> = {
  'not-private': 'verifyFirst',
  unreadable: 'verifyFirst',
  'other-region': 'verifyFirst',
  'unknown-requester': 'verifyFirst',
  'owner-mismatch': 'verifyFirst',
  // A frozen request has its other reasons beside it (decide), so those of a stranger are among the codes too.
  frozen: 'shown',
  'held-by-policy': 'verifyFirst',
  'no-grant': 'shown',
  'grant-not-started': 'shown',
  'grant-ended': 'shown',
  ambiguous: 'shown',
  'owner-limit': 'shown',
  'grant-limit': 'shown',
  'pass-limit': 'shown',
  'gateway-missing': 'wouldFail',
  'gateway-not-available': 'wouldFail',
  'gateway-not-attached': 'wouldFail',
  'vlan-in-use': 'shown',
  'peers-invalid': 'shown',
  'peers-overlap': 'shown',
  'asn-conflict': 'shown',
};

/** One code that forbids the command is enough, whatever the others are. */
export function manualOverrideFor(codes: readonly string[]): ManualOverride {
  const overrides = codes.map(overrideOf);
  return (
    overrides.find((one) => one === 'verifyFirst') ?? overrides.find((one) => one !== 'shown') ?? 'shown'
  );
}

function overrideOf(code: string): ManualOverride {
  // Fail closed: a code that this version does not know may be about the owner.
  return isKnown(code) ? OVERRIDES[code] : 'verifyFirst';
}

function isKnown(code: string): code is ReasonCode {
  return Object.hasOwn(OVERRIDES, code);
}

/**
 * The AWS CLI command by which a person could accept a private request that is still pending.
 * @param codes of every reason for which it is held; empty where the policy allows it
 * @param gateway what the policy would give it; without one the command says where to put it
 * @param endpoint `null`: the provider's own
 * @returns `null` where none may be shown
 */
export function manualOverrideCommand(
  vif: Pick<VirtualInterface, 'id'>,
  codes: readonly string[],
  gateway: string | null,
  { region }: Recipient,
  endpoint: string | null,
): string | null {
  if (manualOverrideFor(codes) !== 'shown') return null;
  const id = `--virtual-interface-id ${shellWord(vif.id)}`;
  return `aws directconnect confirm-private-virtual-interface ${id} ${gatewayOption(gateway)} ${endpointOptions(region, endpoint)}`;
}

/** The end of a command. @param endpoint `null`: where the AWS CLI finds it by itself */
export function endpointOptions(region: string, endpoint: string | null): string {
  return `--region ${region}${endpoint === null ? '' : ` --endpoint-url ${endpoint}`}`;
}

function gatewayOption(gateway: string | null): string {
  const kind = gateway === null ? null : gatewayKind(gateway);
  return kind === 'directConnect'
    ? `--direct-connect-gateway-id ${gateway}`
    : `--virtual-gateway-id ${kind === null ? GATEWAY_TO_CHOOSE : gateway}`;
}

/** The placeholder in a command where the policy does not say which gateway. */
const GATEWAY_TO_CHOOSE = 'VGW_ID';

/** Whether a command needs a gateway that a person chooses. */
export function needsGatewayChoice(command: string): boolean {
  return command.includes(` ${GATEWAY_TO_CHOOSE} `);
}

/** IDs come from the API: what is not plainly one must become neither a command nor an option. */
function shellWord(id: string): string {
  return isVirtualInterfaceId(id) ? id : 'VIRTUAL_INTERFACE_ID';
}
