import { isInterfaceKind, KINDS } from './kinds.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import type { ReasonCode } from './reasons.ts';
import { type GatewayKind, gatewayKind, isVirtualInterfaceId } from './resourceIds.ts';

/** Whether a manual override command may be shown for a request that is held for reasons of these codes. */
export type ManualOverride =
  /** it may be shown, labelled as a command that bypasses the policy */
  | 'shown'
  /** the owner or the requested interface is not certain: a complete command could accept an unknown requester's interface */
  | 'verifyFirst'
  /** the command would fail before something else is fixed */
  | 'wouldFail';

const OVERRIDES: Readonly<Record<ReasonCode, ManualOverride>> = {
  'type-not-supported': 'verifyFirst',
  unreadable: 'verifyFirst',
  'other-region': 'verifyFirst',
  'unknown-requester': 'verifyFirst',
  'owner-mismatch': 'verifyFirst',
  // A frozen request also has its other reasons (see `decide`), so the codes of an unknown requester are present too.
  frozen: 'shown',
  'held-by-policy': 'verifyFirst',
  'no-grant': 'shown',
  'grant-not-started': 'shown',
  'grant-ended': 'shown',
  ambiguous: 'shown',
  'owner-limit': 'shown',
  'grant-limit': 'shown',
  'run-limit': 'shown',
  'gateway-missing': 'wouldFail',
  'gateway-other-account': 'wouldFail',
  'gateway-other-type': 'wouldFail',
  'gateway-not-available': 'wouldFail',
  'gateway-not-attached': 'wouldFail',
  'vlan-in-use': 'shown',
  'peers-invalid': 'shown',
  'peers-overlap': 'shown',
  'asn-conflict': 'shown',
};

/** The strictest rule of all codes: one code that forbids the command is enough. */
export function manualOverrideFor(codes: readonly string[]): ManualOverride {
  const overrides = codes.map(overrideForCode);
  return (
    overrides.find((one) => one === 'verifyFirst') ?? overrides.find((one) => one !== 'shown') ?? 'shown'
  );
}

function overrideForCode(code: string): ManualOverride {
  // Fail closed: a code that this release does not know may be about the owner.
  return isReasonCode(code) ? OVERRIDES[code] : 'verifyFirst';
}

function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(OVERRIDES, code);
}

/** A command of the AWS CLI or of osc-cli for a person. Reports as JSON, events and terminals show its text. */
export class ManualOverrideCommand {
  readonly argv: readonly string[];
  /** the placeholder in `argv` for the gateway, which a person must choose; `null`: `argv` has the gateway */
  readonly gatewayPlaceholder: string | null;

  constructor(argv: readonly string[], gatewayPlaceholder: string | null) {
    this.argv = argv;
    this.gatewayPlaceholder = gatewayPlaceholder;
  }

  get text(): string {
    return formatCommand(this.argv);
  }

  /** `JSON.stringify` calls this: documents for programs have the text. */
  toJSON(): string {
    return this.text;
  }
}

/** How osc-cli, OUTSCALE's own tool, finds the keys of the user. */
export interface OscCliProfile {
  readonly name: string;
  /** the file of the profile; `null`: the usual one */
  readonly file: string | null;
}

/**
 * The command by which a person can accept a pending request of a supported type.
 * @param codes of every reason for holding the request; empty if the policy allows it
 * @param gateway the gateway that the policy would assign; `null`: the command has a placeholder
 * @param endpoint `null`: the AWS CLI finds it itself
 * @param oscCli `null`: the command is for the AWS CLI, which reads no profile of OUTSCALE
 * @returns `null` if no command may be shown
 */
export function manualOverrideCommand(
  { id, type }: Pick<VirtualInterface, 'id' | 'type'>,
  codes: readonly string[],
  gateway: string | null,
  { region }: Recipient,
  endpoint: string | null,
  oscCli: OscCliProfile | null = null,
): ManualOverrideCommand | null {
  if (manualOverrideFor(codes) !== 'shown' || !isInterfaceKind(type)) return null;
  const { confirmCommand, confirmOperation, gatewayKinds } = KINDS[type];
  const known = gateway === null ? null : gatewayKind(gateway);
  // A gateway that an interface of this kind cannot be attached to must be chosen by a person too.
  const isUsable = known !== null && gatewayKinds.has(known);
  const [usual = 'virtual'] = gatewayKinds;
  const { option, member, placeholder } = GATEWAY_ARGUMENTS[isUsable ? known : usual];
  const gatewayArgument = isUsable && gateway !== null ? gateway : placeholder;
  const profileOptions = oscCli === null || endpoint === null ? null : oscCliOptions(oscCli, endpoint);
  const argv =
    profileOptions === null
      ? [
          ...['aws', 'directconnect', confirmCommand],
          ...['--virtual-interface-id', interfaceIdArgument(id)],
          ...[option, gatewayArgument],
          ...endpointOptions(region, endpoint),
        ]
      : [
          ...['osc-cli', 'directlink', confirmOperation, ...profileOptions],
          ...['--virtualInterfaceId', interfaceIdArgument(id)],
          ...[`--${member}`, gatewayArgument],
        ];
  return new ManualOverrideCommand(argv, isUsable ? null : placeholder);
}

/**
 * A command as a person types it in a shell. No argument contains a single quote: each is an option, an ID, a region, an endpoint, a
 * placeholder, or a text of `oscCliText`.
 */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((argument) => (SPECIAL.test(argument) ? `'${argument}'` : argument)).join(' ');
}

/** The characters that mean something to a shell, or may: every one of ASCII that certainly does not is left out. */
const SPECIAL = /[^\w@%+=:,./\-\u{80}-\u{10ffff}]/u;

/** The options of osc-cli for its profile; `null`: a name in them cannot be typed. The endpoint is always given: osc-cli reads no variable. */
function oscCliOptions({ name, file }: OscCliProfile, endpoint: string): string[] | null {
  const [profile, path] = [oscCliText(name), file === null ? '' : oscCliText(file)];
  if (profile === null || path === null) return null;
  return [
    ...['--profile', profile],
    ...(path === '' ? [] : ['--config_path', path]),
    ...['--endpoint', endpoint],
  ];
}

/**
 * A text as an argument of osc-cli, which reads a number, `True`, `None` or a list from an argument that looks like one, unless it is in double
 * quotes. `null`: the text has quotes, backslashes or characters that a keyboard has not.
 */
function oscCliText(text: string): string | null {
  if (!/^[ !#-&(-[\]-~]+$/.test(text)) return null;
  const isPlain = /^[a-z/][\w/.-]*$/i.test(text) && !/^(?:True|False|None)$/.test(text);
  return isPlain ? text : `"${text}"`;
}

/** The options of a command that say where to send it. @param endpoint `null`: the AWS CLI's default */
export function endpointOptions(region: string, endpoint: string | null): string[] {
  return ['--region', region, ...(endpoint === null ? [] : ['--endpoint-url', endpoint])];
}

/** The option of a command for each kind of gateway, and its placeholder when the policy does not give one gateway. */
const GATEWAY_ARGUMENTS: Readonly<
  Record<GatewayKind, { readonly option: string; readonly member: string; readonly placeholder: string }>
> = {
  virtual: { option: '--virtual-gateway-id', member: 'virtualGatewayId', placeholder: 'VGW_ID' },
  directConnect: {
    option: '--direct-connect-gateway-id',
    member: 'directConnectGatewayId',
    placeholder: 'DXGW_ID',
  },
};

/** IDs come from the API: a text that is not a well-formed ID must not become part of a shell command. */
function interfaceIdArgument(id: string): string {
  return isVirtualInterfaceId(id) ? id : 'VIRTUAL_INTERFACE_ID';
}
