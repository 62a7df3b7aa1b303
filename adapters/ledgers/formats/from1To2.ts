import type { ItemKind } from './format1.ts';

/**
 * Format 2 adds what the request looked like to observations and ends (`request`), why the last confirm failed
 * (`lastFailure`), the region that the API names for an interface, and the account that owns a gateway. Release 0.1.0
 * did not record them, so they are unknown: `null`.
 *
 * A value of format 1 may have them all the same, when 0.1.0 is not what wrote it last: what is there wins.
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

/** What is no object becomes an empty one, which the reader then refuses for its missing keys. */
function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
