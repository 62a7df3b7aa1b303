import { describe, expect, it } from 'vitest';
import { explainUnknownRegion } from '../../language/index.ts';

describe('a region', () => {
  it.each([
    ['outscale', 'eu-west-2'],
    ['outscale', 'us-east-2'],
    ['outscale', 'cloudgouv-eu-west-1'],
    ['aws', 'eu-west-3'],
    ['aws', 'ap-southeast-7'],
    ['aws', 'mx-central-1'],
    ['aws', 'cn-north-1'],
    ['aws', 'us-gov-east-1'],
    ['aws', 'eusc-de-east-1'],
    ['aws', 'us-isob-east-1'],
    ['aws', 'eu-isoe-west-1'],
  ] as const)('of %s can be %s', (provider, region) => {
    expect(explainUnknownRegion({ provider, region })).toBeNull();
  });

  it.each([
    ['outscale', 'eu-west-9'],
    ['outscale', 'eu-west-1'],
    ['outscale', 'cloudgouv'],
    ['aws', 'cloudgouv-eu-west-1'],
    ['aws', 'euwest-3'],
    ['aws', 'eu-west-3a'],
    ['aws', 'eu-west'],
  ] as const)('of %s that is %s gives a warning', (provider, region) => {
    expect(explainUnknownRegion({ provider, region })).toContain(`\`${region}\``);
  });
});
