import type { Gateway, Provider } from '../../core/model.ts';
import { partitionOf } from '../../core/partition.ts';

/** Everything in which the two providers of one API differ. */
export interface Dialect {
  readonly directConnectEndpoint: (region: string) => string;
  /** EC2, or FCU at OUTSCALE */
  readonly gatewayEndpoint: (region: string) => string;
  /** `null`: nobody can be asked who the caller is */
  readonly identityEndpoint: ((region: string) => string) | null;
  /** page size to ask for; `null`: do not ask, the parameter is not documented there */
  readonly pageSize: number | null;
  readonly gatewayKinds: ReadonlySet<Gateway['kind']>;
  /** whether the credentials that the SDK finds by itself, which are AWS ones, may be of use */
  readonly takesAwsCredentials: boolean;
  /** whether the AWS CLI finds the endpoint by itself */
  readonly knownToAwsCli: boolean;
}

export const DIALECTS: Readonly<Record<Provider, Dialect>> = {
  outscale: {
    directConnectEndpoint: (region) => `https://directlink.${region}.outscale.com`,
    gatewayEndpoint: (region) => `https://fcu.${region}.outscale.com`,
    identityEndpoint: null,
    pageSize: null,
    gatewayKinds: new Set(['virtual']),
    takesAwsCredentials: false,
    knownToAwsCli: false,
  },
  aws: {
    directConnectEndpoint: (region) => `https://directconnect.${region}.${partitionOf(region).domain}`,
    gatewayEndpoint: (region) => `https://ec2.${region}.${partitionOf(region).domain}`,
    identityEndpoint: (region) => `https://sts.${region}.${partitionOf(region).domain}`,
    pageSize: 100,
    gatewayKinds: new Set(['virtual', 'directConnect']),
    takesAwsCredentials: true,
    knownToAwsCli: true,
  },
};
