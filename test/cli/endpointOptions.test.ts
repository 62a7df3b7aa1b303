import { expect, it } from 'vitest';
import { type ConnectOptions, readEndpoints } from '../../cli/connectTarget.ts';

const OUTSCALE = { provider: 'outscale', region: 'eu-west-2' } as const;
const [HERE, EC2, STS] = ['http://127.0.0.1:4599', 'https://ec2.example.com', 'https://sts.example.com'];

it.each<[string, ConnectOptions, readonly (string | null)[]]>([
  ['of an emulator are all there', { endpoint: HERE }, [HERE, HERE, HERE]],
  ['of the provider are not named', {}, [null, null, null]],
  ['of EC2 is not that of STS', { gatewayEndpoint: EC2 }, [null, EC2, null]],
  ['of EC2 on this machine is that of STS too', { gatewayEndpoint: HERE }, [null, HERE, HERE]],
  ['of STS is its own', { gatewayEndpoint: HERE, stsEndpoint: STS }, [null, HERE, STS]],
  [
    'never selects the real STS together with an emulator',
    { endpoint: HERE, gatewayEndpoint: EC2 },
    [HERE, EC2, HERE],
  ],
])('the endpoint %s', (_, options, [directConnect, gateways, identity]) => {
  expect(readEndpoints(options, OUTSCALE)).toMatchObject({ directConnect, gateways, identity });
});

it('an STS endpoint to which keys may not be sent is refused with the name of its option', () => {
  expect(() => readEndpoints({ stsEndpoint: 'http://sts.example.com' }, OUTSCALE)).toThrow(
    /^--sts-endpoint must be https/,
  );
});
