/** Shapes of identifiers. No provider publishes a pattern, so these are loose: prefix, then letters and digits. */

export const ACCOUNT = /^[0-9]{12}$/;
const VIRTUAL_INTERFACE = /^dxvif-[0-9a-z]+$/;
export const CONNECTION = /^dx(con|lag)-[0-9a-z]+$/;
export const VIRTUAL_GATEWAY = /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/;
export const DIRECT_CONNECT_GATEWAY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function isVirtualInterfaceId(text: string): boolean {
  return VIRTUAL_INTERFACE.test(text);
}

/** A connection or a link aggregation group. */
export function isConnectionId(text: string): boolean {
  return CONNECTION.test(text);
}

/** Targets, owners, grants and gateway names share one shape: `[a-z][a-z0-9-]{0,62}`. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

export type GatewayKind = 'virtual' | 'directConnect';

/** Which kind of gateway an ID names, or `null` when it is no gateway ID. */
export function gatewayKind(text: string): GatewayKind | null {
  if (VIRTUAL_GATEWAY.test(text)) return 'virtual';
  if (DIRECT_CONNECT_GATEWAY.test(text)) return 'directConnect';
  return null;
}
