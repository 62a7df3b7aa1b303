import { describe, expect, it } from 'vitest';
import type { DiagnosticCode } from '../../language/index.ts';
import { schemaErrorsOf } from '../support/editorSchema.ts';
import type { Row } from './errors/errorRow.ts';
import { GATEWAYS } from './errors/gatewayErrors.ts';
import { MATCHES } from './errors/matchErrors.ts';
import { OWNERS } from './errors/ownerErrors.ts';
import { RECIPIENT } from './errors/recipientErrors.ts';
import { SCHEMA } from './errors/schemaErrors.ts';

/** The codes of errors that no JSON schema can detect, and why. */
const UNSEEN: { readonly [Code in DiagnosticCode]?: string } = {
  'same-gateway': 'it relates two parts of the file',
  'undefined-gateway': 'it relates two parts of the file',
  'unused-gateway': 'it relates two parts of the file',
  'connection-exclusive-and-shared': 'it relates two parts of the file',
  'connection-of-two': 'it relates two parts of the file',
  'connection-of-other': 'it relates two parts of the file',
  'role-partition': 'it relates two parts of the file',
  'empty-interval': 'it compares two values',
  'grants-overlap': 'it compares grants',
  'grants-undecided': 'it compares grants',
  'host-bits': 'it needs arithmetic',
};

/** Single mistakes that it cannot detect although it knows the code: reversed ends, the calendar, a sum, the kind of a named gateway, the spelling of a number. */
const UNSEEN_HERE = [
  ...['[199-100]', '[65534-64512]', 'from: 2026-02-29T00:00:00Z', 'expiry: P99999D'],
  // The gateway has a name.
  'type: transit, gateway: lab',
  ...['version: 1.0', 'limit: 1e3', 'limit: 010', 'vlan: [1e3]', 'vlan: [0x10]', 'asn: [65010.0]'],
  'connection: [dxcon-2, dxcon-1]',
];

const ROWS = [SCHEMA, RECIPIENT, GATEWAYS, OWNERS, MATCHES].flat().filter(([text]) => text.includes(':'));
const isUnseen = ([text, code]: Row): boolean =>
  UNSEEN[code] !== undefined || UNSEEN_HERE.some((slip) => text.includes(slip));

describe('the JSON schema by itself', () => {
  it.each(ROWS.filter((row) => !isUnseen(row)).map((row) => [row[1], row[2], row] as const))(
    'detects %s at %s',
    (_, __, [text]) => {
      expect(schemaErrorsOf(text)).not.toEqual([]);
    },
  );

  it('detects the most frequent mistakes', () => {
    const seen = new Set(ROWS.filter((row) => !isUnseen(row)).map(([, code]) => code));
    expect([...seen].sort()).toEqual(
      [
        ...[
          'account',
          'unquoted-account',
          'region',
          'role',
          'foreign-credentials',
          'missing-key',
          'duration',
        ],
        ...[
          'unknown-key',
          'wrong-type',
          'wrong-value',
          'number-range',
          'empty-list',
          'empty-map',
          'empty-text',
        ],
        ...[
          'invisible-character',
          'gateway-id',
          'gateway-name',
          'gateway-reference',
          'foreign-gateway',
          'foreign-type',
          'type-gateway',
          'name',
        ],
        ...[
          'connection-id',
          'interface-id',
          'bgp-key',
          'connection-twice',
          'no-connections',
          'unpinned-grant',
          'gateway-and-grants',
          'no-gateway',
          'instant',
          'no-predicate',
        ],
        ...['hold-bgp-key', 'number-spelling', 'duplicate-key', 'vlan', 'asn', 'cidr'],
        ...['unreturned-field', 'unlisted-routes'],
      ].sort(),
    );
  });

  it.each(ROWS.filter(isUnseen).map((row) => [row[1], row[2], row] as const))(
    'does not detect %s at %s, which only the checker can',
    (_, __, [text]) => {
      expect(schemaErrorsOf(text)).toEqual([]);
    },
  );
});
