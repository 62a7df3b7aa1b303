import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { schemaErrorsOf } from '../support/editorSchema.ts';
import { toYaml, writtenPolicies } from '../support/policies.ts';

describe('the JSON schema is never stricter than the checker', () => {
  /** Whether the checker accepts the text. If it does, the schema must accept it too. */
  function agrees(text: string): boolean {
    const { ok } = compilePolicy({ file: 'policy/acme.yaml', text });
    if (ok) expect({ text, said: schemaErrorsOf(text) }).toEqual({ text, said: [] });
    return ok;
  }

  it('for any policy', () => {
    fc.assert(
      fc.property(writtenPolicies.map(toYaml), (text) => {
        expect(agrees(text)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('for any policy with a piece removed or inserted that is still a policy', () => {
    const pieces = fc.constantFrom('', ' ', '0', '1', '9', '-', '*', ':', '.', 'a', 'Z', '"', '#', '\u00a0');
    let accepted = 0;
    fc.assert(
      fc.property(writtenPolicies.map(toYaml), fc.nat(), fc.nat(2), pieces, (text, at, length, piece) => {
        const from = at % text.length;
        if (agrees(text.slice(0, from) + piece + text.slice(from + length))) accepted += 1;
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  const around = (value: string, of: (value: string) => string): string =>
    `version: 1\nrecipient: { provider: aws, region: eu-west-1, account: "012345678901"${of(value)}`;
  const inRecipient = (value: string): string =>
    `, ${value} }\nowners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }`;
  const inGrant = (value: string): string =>
    ` }\nowners: { acme: { connections: [dxcon-1], grants: { a: { gateway: vgw-12345678, ${value} } } } }`;
  const two = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'));
  const number = (most: number) =>
    fc.oneof(fc.nat(most), fc.constantFrom(0, 1, 9, 10, most - 1, most, most + 1));

  it.each<[string, fc.Arbitrary<string>]>([
    [
      'instants',
      fc
        .tuple(
          fc.nat(9999).map((year) => String(year).padStart(4, '0')),
          two(13),
          two(32),
          two(24),
          two(60),
          fc.oneof(
            fc.constant(''),
            two(60).map((seconds) => `:${seconds}`),
          ),
          fc.constantFrom('', '.5', '.123', '.1234'),
          fc.constantFrom('Z', '', '+02:00', '-23:59', '+24:00', '+1:00'),
        )
        .map(([y, m, d, h, min, s, f, o]) =>
          around(`from: "${y}-${m}-${d}T${h}:${min}${s}${f}${o}"`, inGrant),
        ),
    ],
    [
      'durations',
      fc
        .tuple(...['W', 'D', 'T', 'H', 'M', 'S'].map((unit) => fc.option(fc.nat(30).map((n) => n + unit))))
        .map((parts) =>
          parts
            .map((part) => part ?? '')
            .join('')
            .replace(/\d+T/, 'T'),
        )
        .map((text) => around(`expiry: P${text}`, inRecipient)),
    ],
    ...([4094, 4294967295] as const).map((most): [string, fc.Arbitrary<string>] => [
      `ranges up to ${most}`,
      fc
        .tuple(number(most), number(most))
        .map(([from, to]) =>
          around(`match: { ${most === 4094 ? 'vlan' : 'asn'}: ["${from}-${to}"] }`, inGrant),
        ),
    ]),
    [
      'blocks of addresses',
      fc
        .oneof(
          fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom('', '/32', '/128', '/0', '/129', '/033')),
          fc.tuple(
            fc.constantFrom('::', '::1', '1::', 'FE80::', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8'),
            fc.constant(''),
          ),
          fc.tuple(
            fc.constantFrom('0.0.0.0', '10.0.0.0', '::', 'fd00::', '::ffff:10.0.0.0'),
            fc.nat(140).map((n) => `/${n}`),
          ),
        )
        .map(([address, prefix]) => around(`match: { peers: ["${address}${prefix}"] }`, inGrant)),
    ],
    [
      'gateways',
      fc
        .oneof(
          fc.uuid(),
          fc.stringMatching(/^[a-z][a-z0-9-]{0,64}$/),
          fc.stringMatching(/^vgw-[0-9a-f]{7,18}$/),
          fc.constantFrom('dxcon-1', 'dxlag', 'vgw', 'dxgw-a'),
        )
        .map((id) =>
          around(
            '',
            () =>
              ` }\ngateways: { "${id}": vgw-12345678 }\nowners: { a: { connections: [dxcon-1], gateway: "${id}" } }`,
          ),
        ),
    ],
    [
      'texts',
      fc
        .string({
          unit: fc.constantFrom(
            ' ',
            '\u00a0',
            '\u3000',
            '\ufeff',
            '\u200b',
            '\u2028',
            '\t',
            'a',
            '*',
            '漢',
            '😀',
            '\ud800',
          ),
        })
        .map((text) =>
          around(
            `ticket: ${JSON.stringify(text)}, match: { tags: { ${JSON.stringify(text)}: [${JSON.stringify(text)}] } }`,
            inGrant,
          ),
        ),
    ],
  ])('on %s', (_, texts) => {
    let accepted = 0;
    fc.assert(
      fc.property(texts, (text) => {
        if (agrees(text)) accepted += 1;
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(10);
  });
});
