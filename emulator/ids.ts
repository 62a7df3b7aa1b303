import { createHash } from 'node:crypto';

/** Generates IDs that look like real ones. The same seed gives the same IDs in the same order. */
export interface Ids {
  connection(): string;
  lag(): string;
  virtualInterface(): string;
  bgpPeer(): string;
  virtualGateway(digits: number): string;
  routeTable(digits: number): string;
  transitGateway(): string;
  vpc(digits: number): string;
  directConnectGateway(): string;
  gatewayAssociation(): string;
  associationProposal(): string;
  sessionToken(): string;
}

export function createIds(seed: number): Ids {
  const made = new Map<string, number>();
  // Each kind has its own counter, so that one more gateway does not change the ID of every interface.
  const hex = (kind: string) => {
    const count = (made.get(kind) ?? 0) + 1;
    made.set(kind, count);
    return createHash('sha256').update(`${seed} ${kind} ${count}`).digest('hex');
  };
  const letters = (kind: string) =>
    BigInt(`0x${hex(kind)}`)
      .toString(36)
      .slice(-8);
  const uuid = (kind: string) => hex(kind).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return {
    connection: () => `dxcon-${letters('dxcon')}`,
    lag: () => `dxlag-${letters('dxlag')}`,
    virtualInterface: () => `dxvif-${letters('dxvif')}`,
    bgpPeer: () => `dxpeer-${letters('dxpeer')}`,
    virtualGateway: (digits) => `vgw-${hex('vgw').slice(0, digits)}`,
    routeTable: (digits) => `rtb-${hex('rtb').slice(0, digits)}`,
    vpc: (digits) => `vpc-${hex('vpc').slice(0, digits)}`,
    transitGateway: () => `tgw-${hex('tgw').slice(0, 17)}`,
    directConnectGateway: () => uuid('dxgw'),
    gatewayAssociation: () => uuid('dxgw association'),
    associationProposal: () => uuid('dxgw association proposal'),
    sessionToken: () => hex('session'),
  };
}
