import type { GatewayKind } from './resourceIds.ts';

/** The kinds of virtual interface that a grant can allow: the values of `type` in the API. All others are held. */
export const INTERFACE_KINDS = ['private', 'transit'] as const;

export type InterfaceKind = (typeof INTERFACE_KINDS)[number];

export function isInterfaceKind(type: string | null): type is InterfaceKind {
  return INTERFACE_KINDS.some((kind) => kind === type);
}

/** The types of what a Direct Connect gateway can be associated with. */
export const ASSOCIATION_TYPES = ['virtualPrivateGateway', 'transitGateway', 'coreNetwork'] as const;

export type AssociationType = (typeof ASSOCIATION_TYPES)[number];

/** Everything in which the kinds of interface differ. */
export interface KindTraits {
  /** the kinds of gateway that it can be attached to, the usual one first */
  readonly gatewayKinds: ReadonlySet<GatewayKind>;
  /** the operation of the API that accepts it, and the IAM action of that name */
  readonly confirmOperation: 'ConfirmPrivateVirtualInterface' | 'ConfirmTransitVirtualInterface';
  /** the same operation in the AWS CLI */
  readonly confirmCommand: string;
  /** what a Direct Connect gateway is associated with if it serves this kind */
  readonly associationTypes: ReadonlySet<AssociationType>;
  /** the usual one of these in text, and as a placeholder in commands */
  readonly associated: { readonly title: string; readonly placeholder: string };
}

/** The traits of every kind. The type demands each trait of each kind: a new kind has no defaults. */
export const KINDS: Readonly<Record<InterfaceKind, KindTraits>> = {
  private: {
    gatewayKinds: new Set(['virtual', 'directConnect']),
    confirmOperation: 'ConfirmPrivateVirtualInterface',
    confirmCommand: 'confirm-private-virtual-interface',
    associationTypes: new Set(['virtualPrivateGateway']),
    associated: { title: 'a virtual private gateway', placeholder: 'VGW_ID' },
  },
  transit: {
    gatewayKinds: new Set(['directConnect']),
    confirmOperation: 'ConfirmTransitVirtualInterface',
    confirmCommand: 'confirm-transit-virtual-interface',
    associationTypes: new Set(['transitGateway', 'coreNetwork']),
    associated: { title: 'a transit gateway or a core network', placeholder: 'TGW_ID' },
  },
};

/** An association of a Direct Connect gateway. `null`: the API did not return it, or this release does not know the word. */
export interface GatewayAssociation {
  readonly state: string | null;
  readonly type: AssociationType | null;
}

/** A kind of interface that a Direct Connect gateway serves; `unknown`: a kind that this release does not know. */
export type ServedKind = InterfaceKind | 'unknown';

/**
 * The kinds of interface that a Direct Connect gateway serves, according to its associations, each once. Fail closed: an association
 * counts in every state but `disassociated`, because one that begins or ends also excludes the other kind.
 */
export function servedKindsOf(associations: readonly GatewayAssociation[]): readonly ServedKind[] {
  const counted = associations.filter(({ state }) => state !== 'disassociated');
  return [...new Set(counted.map(({ type }) => servedKindOf(type)))].sort();
}

function servedKindOf(type: AssociationType | null): ServedKind {
  return INTERFACE_KINDS.find((kind) => type !== null && KINDS[kind].associationTypes.has(type)) ?? 'unknown';
}
