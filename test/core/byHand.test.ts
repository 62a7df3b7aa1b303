import { describe, expect, it } from 'vitest';
import { acceptByHand } from '../../lambda/core/byHand.ts';
import { AWS, aRecipient, aVif, DX_GATEWAY, VGW } from '../support/builders.ts';

const ENDPOINT = 'https://directlink.eu-west-2.outscale.com';
const ID = '--virtual-interface-id dxvif-aaaaaaaa';

describe('the command by which a person could accept', () => {
  it.each([
    [
      'on OUTSCALE, with the endpoint that the AWS CLI does not know',
      acceptByHand(aVif(), VGW.prod, aRecipient(), ENDPOINT),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} ` +
        `--region eu-west-2 --endpoint-url ${ENDPOINT}`,
    ],
    [
      'on AWS',
      acceptByHand(aVif(), VGW.prod, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} --region eu-west-1`,
    ],
    [
      'with a Direct Connect gateway',
      acceptByHand(aVif(), DX_GATEWAY, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --direct-connect-gateway-id ${DX_GATEWAY} --region eu-west-1`,
    ],
    [
      'where the policy names no gateway',
      acceptByHand(aVif(), null, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id VGW_ID --region eu-west-1`,
    ],
    [
      'of a public interface, which takes no gateway',
      acceptByHand(aVif({ type: 'public' }), VGW.prod, AWS, null),
      `aws directconnect confirm-public-virtual-interface ${ID} --region eu-west-1`,
    ],
    [
      'of a transit interface',
      acceptByHand(aVif({ type: 'transit' }), DX_GATEWAY, AWS, null),
      `aws directconnect confirm-transit-virtual-interface ${ID} --direct-connect-gateway-id ${DX_GATEWAY} --region eu-west-1`,
    ],
    [
      'of a transit interface, for which a virtual gateway would not do',
      acceptByHand(aVif({ type: 'transit' }), VGW.prod, AWS, null),
      `aws directconnect confirm-transit-virtual-interface ${ID} --direct-connect-gateway-id DIRECT_CONNECT_GATEWAY_ID --region eu-west-1`,
    ],
    [
      'of an interface of unknown type',
      acceptByHand(aVif({ type: null }), VGW.prod, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} --region eu-west-1`,
    ],
  ])('%s', (_, command, expected) => {
    expect(command).toBe(expected);
  });
});

describe('what is not plainly an ID never becomes shell', () => {
  it.each([
    'dxvif-1; rm -rf ~',
    'dxvif-1 --endpoint-url https://evil.example',
    '$(reboot)',
    '`reboot`',
    "'",
    'dxvif-1\nreboot',
    'dxvif-1|sh',
    '--cli-input-json',
    '-x',
    '(item 1 of the listing)',
    '',
  ])('an interface `%s`', (id) => {
    expect(acceptByHand(aVif({ id }), VGW.prod, AWS, null)).toBe(
      `aws directconnect confirm-private-virtual-interface --virtual-interface-id VIRTUAL_INTERFACE_ID ` +
        `--virtual-gateway-id ${VGW.prod} --region eu-west-1`,
    );
  });

  it.each(['vgw-12345678; reboot', '$(reboot)', '', 'vgw-1234567'])('a gateway `%s`', (gateway) => {
    expect(acceptByHand(aVif(), gateway, AWS, null)).toContain('--virtual-gateway-id VGW_ID --region');
  });

  it.each(['public; reboot', '$(reboot)', 'PUBLIC'])('a type `%s`', (type) => {
    expect(acceptByHand(aVif({ type }), VGW.prod, AWS, null)).toMatch(
      /^aws directconnect confirm-private-virtual-interface [a-z0-9 -]+$/,
    );
  });
});
