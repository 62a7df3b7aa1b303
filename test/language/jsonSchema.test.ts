import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../language/index.ts';
import { schemaErrorsOf } from '../support/editorSchema.ts';
import type { Row } from './errors/errorRow.ts';
import { GATEWAYS } from './errors/gatewayErrors.ts';
import { MATCHES } from './errors/matchErrors.ts';
import { OWNERS } from './errors/ownerErrors.ts';
import { RECIPIENT } from './errors/recipientErrors.ts';
import { SCHEMA } from './errors/schemaErrors.ts';

/** Kinds of faults that no JSON schema can see, and why. */
const UNSEEN: { readonly [Code in FaultCode]?: string } = {
  'same-gateway': 'it joins two places',
  'undefined-gateway': 'it joins two places',
  'unused-gateway': 'it joins two places',
  'connection-of-two': 'it joins two places',
  'connection-of-other': 'it joins two places',
  'role-partition': 'it joins two places',
  'empty-interval': 'it compares two values',
  'grants-overlap': 'it compares grants',
  'grants-undecided': 'it compares grants',
  'host-bits': 'it needs arithmetic',
};

/** Single faults of other kinds: two ends, a calendar, a sum; and how a number is spelt, which YAML does not tell. */
const UNSEEN_HERE = [
  ...['[199-100]', '[65534-64512]', 'from: 2026-02-29T00:00:00Z', 'expiry: P99999D'],
  ...['version: 1.0', 'limit: 1e3', 'limit: 010', 'vlan: [1e3]', 'vlan: [0x10]', 'asn: [65010.0]'],
];

const ROWS = [SCHEMA, RECIPIENT, GATEWAYS, OWNERS, MATCHES].flat().filter(([text]) => text.includes(':'));
const isUnseen = ([text, code]: Row): boolean =>
  UNSEEN[code] !== undefined || UNSEEN_HERE.some((slip) => text.includes(slip));

describe('the JSON schema, alone', () => {
  it.each(ROWS.filter((row) => !isUnseen(row)).map((row) => [row[1], row[2], row] as const))(
    'sees %s at %s',
    (_, __, [text]) => {
      expect(schemaErrorsOf(text)).not.toEqual([]);
    },
  );

  it('sees, among others, what people get wrong most', () => {
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
          'name',
        ],
        ...[
          'connection-id',
          'connection-twice',
          'gateway-and-grants',
          'no-gateway',
          'instant',
          'no-predicate',
        ],
        ...['hold-bgp-key', 'number-spelling', 'vlan', 'asn', 'cidr', 'unreturned-field'],
      ].sort(),
    );
  });

  it.each(ROWS.filter(isUnseen).map((row) => [row[1], row[2], row] as const))(
    'says nothing of %s at %s, which only the checker can see',
    (_, __, [text]) => {
      expect(schemaErrorsOf(text)).toEqual([]);
    },
  );
});
