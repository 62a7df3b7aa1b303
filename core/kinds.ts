/** The kinds of virtual interface that a grant can allow: the values of `type` in the API. All others are held. */
export const INTERFACE_KINDS = ['private', 'transit'] as const;

export type InterfaceKind = (typeof INTERFACE_KINDS)[number];
