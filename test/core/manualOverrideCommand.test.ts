import { describe, expect, it } from 'vitest';
import {
  ManualOverrideCommand,
  manualOverrideCommand,
  manualOverrideFor,
  type OscCliProfile,
} from '../../core/manualOverrideCommand.ts';
import { adviceWithCommand, VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { REASON_CODES } from '../../core/reasons.ts';
import { AWS, aRecipient, aVif, DX_GATEWAY, VGW } from '../support/builders.ts';
import { AN_ACCEPT, aHold } from '../support/eventFixtures.ts';

const ENDPOINT = 'https://directlink.eu-west-2.outscale.com';
const HELD = ['no-grant'];
const ID = '--virtual-interface-id dxvif-aaaaaaaa';

describe('the manual override command', () => {
  it.each([
    [
      'on OUTSCALE, with the endpoint that the AWS CLI does not know',
      manualOverrideCommand(aVif(), HELD, VGW.prod, aRecipient(), ENDPOINT),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} ` +
        `--region eu-west-2 --endpoint-url ${ENDPOINT}`,
    ],
    [
      'with an endpoint that a shell would take for a pattern',
      manualOverrideCommand(aVif(), HELD, VGW.prod, AWS, 'http://[::1]:4599'),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} ` +
        "--region eu-west-1 --endpoint-url 'http://[::1]:4599'",
    ],
    [
      'on AWS',
      manualOverrideCommand(aVif(), HELD, VGW.prod, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id ${VGW.prod} --region eu-west-1`,
    ],
    [
      'with a Direct Connect gateway',
      manualOverrideCommand(aVif(), HELD, DX_GATEWAY, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --direct-connect-gateway-id ${DX_GATEWAY} --region eu-west-1`,
    ],
    [
      'for a transit interface',
      manualOverrideCommand(aVif({ type: 'transit' }), HELD, DX_GATEWAY, AWS, null),
      `aws directconnect confirm-transit-virtual-interface ${ID} --direct-connect-gateway-id ${DX_GATEWAY} --region eu-west-1`,
    ],
    [
      'for a transit interface without a gateway of the policy',
      manualOverrideCommand(aVif({ type: 'transit' }), HELD, null, AWS, null),
      `aws directconnect confirm-transit-virtual-interface ${ID} --direct-connect-gateway-id DXGW_ID --region eu-west-1`,
    ],
    [
      'without a gateway of the policy',
      manualOverrideCommand(aVif(), HELD, null, AWS, null),
      `aws directconnect confirm-private-virtual-interface ${ID} --virtual-gateway-id VGW_ID --region eu-west-1`,
    ],
  ])('%s', (_, command, expected) => {
    expect(command?.text).toBe(expected);
    expect(JSON.parse(JSON.stringify({ command }))).toEqual({ command: expected });
  });

  it.each<[string, OscCliProfile, string | null, string, string]>([
    ['with the profile', { name: 'lab-1', file: null }, VGW.prod, '--profile lab-1', VGW.prod],
    ['with a placeholder for the gateway', { name: 'lab', file: null }, null, '--profile lab', 'VGW_ID'],
    [
      'with the file of the profile',
      { name: 'default', file: '/srv/osc/config.json' },
      VGW.prod,
      '--profile default --config_path /srv/osc/config.json',
      VGW.prod,
    ],
    ['with a name of digits as a text', { name: '123', file: null }, VGW.prod, `--profile '"123"'`, VGW.prod],
    [
      'with a name that is a value of Python as a text',
      { name: 'None', file: null },
      VGW.prod,
      `--profile '"None"'`,
      VGW.prod,
    ],
    [
      'with a name that looks like an option as a text',
      { name: '-x', file: null },
      VGW.prod,
      `--profile '"-x"'`,
      VGW.prod,
    ],
    [
      'with a name that a shell would run',
      { name: 'a $(reboot);', file: null },
      VGW.prod,
      `--profile '"a $(reboot);"'`,
      VGW.prod,
    ],
  ])('for osc-cli %s', (_, oscCli, gateway, options, written) => {
    const command = manualOverrideCommand(aVif(), HELD, gateway, aRecipient(), ENDPOINT, oscCli);
    expect(command?.text).toBe(
      `osc-cli directlink ConfirmPrivateVirtualInterface ${options} --endpoint ${ENDPOINT} ` +
        `--virtualInterfaceId dxvif-aaaaaaaa --virtualGatewayId ${written}`,
    );
    expect(command?.gatewayPlaceholder).toBe(gateway === null ? 'VGW_ID' : null);
  });

  it.each([`it's`, 'a"b', 'a\\b', 'a\nb', 'a\u202eb', ''])(
    'is for the AWS CLI where the profile `%s` cannot be typed for osc-cli',
    (name) => {
      for (const oscCli of [
        { name, file: null },
        ...(name === '' ? [] : [{ name: 'lab', file: `/${name}` }]),
      ])
        expect(manualOverrideCommand(aVif(), HELD, VGW.prod, aRecipient(), ENDPOINT, oscCli)?.argv[0]).toBe(
          'aws',
        );
    },
  );

  it.each([
    ['the policy gives one gateway', 'private', VGW.prod, null],
    ['the policy gives a Direct Connect gateway', 'private', DX_GATEWAY, null],
    ['the policy gives none', 'private', null, 'VGW_ID'],
    ['the ID of the gateway is not well-formed', 'private', 'VGW_ID', 'VGW_ID'],
    ['the policy gives a Direct Connect gateway', 'transit', DX_GATEWAY, null],
    ['the policy gives none', 'transit', null, 'DXGW_ID'],
    ['an interface of the type cannot be attached to the gateway', 'transit', VGW.prod, 'DXGW_ID'],
  ])('says whether a person must choose the gateway: %s (%s)', (_, type, gateway, gatewayPlaceholder) => {
    const command = manualOverrideCommand(aVif({ type }), HELD, gateway, AWS, null);
    expect(command).toMatchObject({ gatewayPlaceholder });
  });
});

describe('a text that is not a well-formed ID never becomes part of a command', () => {
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
  ])('the interface ID `%s` is replaced by a placeholder', (id) => {
    expect(manualOverrideCommand(aVif({ id }), HELD, VGW.prod, AWS, null)?.text).toBe(
      `aws directconnect confirm-private-virtual-interface --virtual-interface-id VIRTUAL_INTERFACE_ID ` +
        `--virtual-gateway-id ${VGW.prod} --region eu-west-1`,
    );
  });

  it('the interface ID is replaced by a placeholder for osc-cli too', () => {
    const oscCli = { name: 'lab', file: null };
    const command = manualOverrideCommand(
      aVif({ id: '$(reboot)' }),
      HELD,
      '$(reboot)',
      aRecipient(),
      ENDPOINT,
      oscCli,
    );
    expect(command?.argv.slice(-4)).toEqual([
      '--virtualInterfaceId',
      'VIRTUAL_INTERFACE_ID',
      '--virtualGatewayId',
      'VGW_ID',
    ]);
  });

  it.each(['vgw-12345678; reboot', '$(reboot)', '', 'vgw-1234567'])(
    'the gateway ID `%s` is replaced by a placeholder',
    (gateway) => {
      expect(manualOverrideCommand(aVif(), HELD, gateway, AWS, null)?.text).toContain(
        '--virtual-gateway-id VGW_ID --region',
      );
    },
  );
});

/** Reasons for which the requester or the requested interface is uncertain. */
const UNCERTAIN = [
  'type-not-supported',
  'unreadable',
  'other-region',
  'unknown-requester',
  'owner-mismatch',
  'held-by-policy',
] as const;
const GATEWAY = [
  'gateway-missing',
  'gateway-other-account',
  'gateway-other-type',
  'gateway-not-available',
  'gateway-not-attached',
] as const;

describe('no manual override command is shown', () => {
  const command = (codes: readonly string[]) => manualOverrideCommand(aVif(), codes, VGW.prod, AWS, null);

  it.each(UNCERTAIN)('for %s, alone and with any other reason, in any order', (code) => {
    for (const other of REASON_CODES) {
      expect(manualOverrideFor([code, other])).toBe('verifyFirst');
      expect(manualOverrideFor([other, code])).toBe('verifyFirst');
      expect(command([code, other])).toBeNull();
      expect(command([other, code])).toBeNull();
    }
  });

  it.each(GATEWAY)('for %s, because it would fail', (code) => {
    expect(manualOverrideFor(['frozen', code])).toBe('wouldFail');
    expect(command([code])).toBeNull();
  });

  it.each(['not-private', 'a code of a newer release', 'constructor', ''])(
    'for a code that this release does not know: `%s`',
    (code) => {
      expect(command(['no-grant', code])).toBeNull();
    },
  );

  it.each(['public', 'a type of a newer release', null])('for an interface of the type %s', (type) => {
    expect(manualOverrideCommand(aVif({ type }), HELD, VGW.prod, AWS, null)).toBeNull();
  });

  it('for exactly these codes', () => {
    const none = REASON_CODES.filter((code) => command([code]) === null);
    expect(none.toSorted()).toEqual([...UNCERTAIN, ...GATEWAY].toSorted());
  });
});

describe('the advice to the operator', () => {
  const toDo = (
    decision: Parameters<typeof adviceWithCommand>[0]['decision'],
    command: ManualOverrideCommand | null,
  ) => adviceWithCommand({ decision, manualOverrideCommand: command });
  const AWS_X = new ManualOverrideCommand(['aws', 'x'], null);

  it.each(UNCERTAIN)('about %s is to verify the owner out of band, and then to change the policy', (code) => {
    const words = toDo(aHold('frozen', code), null);
    expect(words).toContain(VERIFY_OWNER);
    expect(words).toContain('policy');
    expect(words).not.toContain('aws ');
  });

  it('about any other hold has the command, labelled as one that bypasses the policy', () => {
    expect(toDo(aHold('no-grant'), AWS_X)).toMatch(/manual override, which bypasses the policy: aws x$/);
  });

  it('about an allowed request has the command without that label', () => {
    expect(toDo(AN_ACCEPT, AWS_X)).toMatch(/: aws x$/);
    expect(toDo(AN_ACCEPT, AWS_X)).not.toContain('bypass');
  });

  it('without a gateway of the policy says that one must be inserted', () => {
    const command = manualOverrideCommand(aVif(), ['ambiguous'], null, AWS, null);
    expect(toDo(aHold('ambiguous'), command)).toContain('replace VGW_ID');
    expect(toDo(aHold('ambiguous'), AWS_X)).not.toContain('replace VGW_ID');
  });
});
