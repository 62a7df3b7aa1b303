import type { DialectName } from '../../../emulator/emulator.ts';

/** One way to make a call, for the SDK and the AWS CLI alike. */
export interface Variant {
  /** what is special about it; with the operation and the client it names a recording */
  readonly says: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** what one types to the AWS CLI for that input; left out, it is given as JSON */
  readonly flags?: readonly string[];
  /** codes with which the emulator refuses it */
  readonly refused?: Readonly<Partial<Record<DialectName, string>>>;
  /** with the keys of an assumed role */
  readonly assumed?: true;
}

export type Variants = Readonly<Record<string, readonly Variant[]>>;

/** What stands in the world that recordings are played to; see `replay.ts`. */
export const IDS = {
  account: '012345678901',
  connection: 'dxcon-1a2b3c4d',
  /** another, that carries nothing */
  other: 'dxcon-5e6f7a8b',
  lag: 'dxlag-1a2b3c4d',
  /** in the LAG */
  member: 'dxcon-9c0d1e2f',
  request: 'dxvif-1a2b3c4d',
  /** the second session of the request */
  peer: 'dxpeer-1a2b3c4d',
  /** attached and associated */
  gateway: 'vgw-87654321',
  vpc: 'vpc-5e6f7a8b',
  /** neither */
  spare: 'vgw-12345678',
  table: 'rtb-1a2b3c4d',
  hub: '11111111-2222-4333-8444-555555555555',
  association: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  session: 'session-of-a-role',
} as const;

/** A token that the emulator gives out: opaque to clients, but one that every recording can carry. */
export const SECOND_PAGE = Buffer.from('page from 1').toString('base64url');

export const onBothProviders = (code: string): Readonly<Record<DialectName, string>> => ({
  outscale: code,
  aws: code,
});
