import type { ItemKind } from './format1.ts';

/**
 * Converts format 1 to format 2. Format 2 adds the details of the request to observations and ended requests (`request`), why
 * the last confirm failed (`lastFailure`), the region of an interface and the account that owns a gateway. Release 0.1.0
 * did not record these keys, so they are unknown: `null`.
 *
 * A value of format 1 may have these keys, if 0.1.0 did not write it last. They are kept.
 */
export function from1To2(kind: ItemKind, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  switch (kind) {
    case 'sighting':
    case 'ended':
      return { request: null, lastFailure: null, ...value };
    case 'intent':
      return { ...value, grounds: withEvidence(value.grounds) };
    case 'receipt':
      return { ...value, ...withEvidence(value) };
    case 'acceptance':
    case 'announcement':
      return { ...value };
    default:
      return kind satisfies never;
  }
}

function withEvidence(grounds: unknown): Record<string, unknown> {
  const { request, gatewaySeen, ...rest } = asRecord(grounds);
  return {
    ...rest,
    ...(request === undefined ? {} : { request: { region: null, ...asRecord(request) } }),
    ...(gatewaySeen === undefined
      ? {}
      : { gatewaySeen: gatewaySeen === null ? null : { ownerAccount: null, ...asRecord(gatewaySeen) } }),
  };
}

/** Replaces a value that is not an object by an empty object, which the decoder then rejects because of its missing keys. */
function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
