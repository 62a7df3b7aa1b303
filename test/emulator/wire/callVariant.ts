import type { DialectName } from '../../../emulator/emulator.ts';

/** A variant of a call, for the SDK and for the AWS CLI. */
export interface Variant {
  /** describes the variant; with the operation and the client it identifies a recording */
  readonly says: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** AWS CLI options for the input; default: JSON */
  readonly flags?: readonly string[];
  /** error codes of the emulator */
  readonly refused?: Readonly<Partial<Record<DialectName, string>>>;
  /** with the keys of an assumed role */
  readonly assumed?: true;
}

export type Variants = Readonly<Record<string, readonly Variant[]>>;

/** IDs of the resources in the emulator that recordings are replayed to; see `replayRecording.ts`. */
export const IDS = {
  account: '012345678901',
  connection: 'dxcon-1a2b3c4d',
  /** another connection, without interfaces */
  other: 'dxcon-5e6f7a8b',
  lag: 'dxlag-1a2b3c4d',
  /** a connection in the LAG */
  member: 'dxcon-9c0d1e2f',
  request: 'dxvif-1a2b3c4d',
  /** on AWS: a request for a transit interface */
  transitRequest: 'dxvif-5e6f7a8b',
  /** on AWS: a request for a public interface */
  publicRequest: 'dxvif-9c0d1e2f',
  /** on AWS: hosted connections that wait for a confirm, and that do not */
  ordered: 'dxcon-aaaa1111',
  hosted: 'dxcon-bbbb2222',
  /** a proposal for the associated gateways, which changes their prefixes */
  proposal: '77777777-8888-4999-aaaa-bbbbbbbbbbbb',
  /** the second session of the request */
  peer: 'dxpeer-1a2b3c4d',
  /** attached and associated */
  gateway: 'vgw-87654321',
  vpc: 'vpc-5e6f7a8b',
  /** a VPC without a gateway */
  emptyVpc: 'vpc-9c0d1e2f',
  /** neither attached nor associated */
  spare: 'vgw-12345678',
  table: 'rtb-1a2b3c4d',
  hub: '11111111-2222-4333-8444-555555555555',
  /** a Direct Connect gateway without associations */
  spareHub: '22222222-3333-4444-8555-666666666666',
  association: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  session: 'session-of-a-role',
} as const;

/** A token of the emulator: opaque to clients, but constant, so that recordings can contain it. */
export const SECOND_PAGE = Buffer.from('page from 1').toString('base64url');

export const onBothProviders = (code: string): Readonly<Record<DialectName, string>> => ({
  outscale: code,
  aws: code,
});
