import * as z from 'zod';
import { compareByCodePoint, quote } from '../core/printableText.ts';
import {
  CONNECTION,
  DIRECT_CONNECT_GATEWAY,
  gatewayKind,
  isConnectionId,
  isName,
  isVirtualInterfaceId,
  NAME,
  VIRTUAL_GATEWAY,
  VIRTUAL_INTERFACE,
} from '../core/resourceIds.ts';
import { DIAGNOSTIC_CODES, type Problem } from './diagnostic.ts';
import { findInvisibleCharacter, INVISIBLE_CHARACTERS } from './yaml/hiddenCharacters.ts';

/**
 * Building blocks of schemas. Each has a description, which editors and the reference show, and reports the problem and the fix for an
 * invalid value itself.
 */

const problemSchema = z.object({ code: z.enum(DIAGNOSTIC_CODES), message: z.string(), fix: z.string() });

/** The problem that a building block reported, or `null` when the issue is zod's own. */
export function problemIn(issue: z.core.$ZodIssue): Problem | null {
  return issue.code === 'custom' ? (problemSchema.safeParse(issue.params).data ?? null) : null;
}

/** Turns a function that finds a problem, or none, into a check for `superRefine`. */
export function refineWith<T>(check: (value: T) => Problem | null) {
  return (value: T, context: z.core.$RefinementCtx<T>): void => {
    const problem = check(value);
    if (problem !== null) context.addIssue({ code: 'custom', params: { ...problem } });
  };
}

/** The part of a check that JSON Schema can express, for editors. It never rejects what the check accepts. */
export type SchemaHints = z.core.JSONSchema.BaseSchema;

/** A pattern, with the message that editors show for a text that does not match it: few people read patterns. */
export function patternHint(pattern: string, fix: string): SchemaHints {
  return { pattern, patternErrorMessage: fix };
}

/** A text in which `check` finds no problem. */
export function checkedText(
  description: string,
  check: (value: string) => Problem | null,
  hints: SchemaHints = {},
) {
  return z
    .string()
    .superRefine(refineWith(check))
    .meta({ description, ...hints });
}

/** A text that matches a pattern. */
export function patternText(description: string, pattern: RegExp, describe: (value: string) => Problem) {
  return checkedText(
    description,
    (value) => (pattern.test(value) ? null : describe(value)),
    patternHint(pattern.source, describe('').fix),
  );
}

/** One line of visible characters, of which at least one is not a space. */
export function plainText(description: string) {
  return checkedText(
    description,
    (value) => (value.trim() === '' ? EMPTY_TEXT : findInvisibleCharacter(value)),
    PLAIN,
  );
}

/** Visible characters only, possibly none. */
export const VISIBLE_TEXT_HINT: SchemaHints = patternHint(
  `^[^${INVISIBLE_CHARACTERS}]*$`,
  'write it without control and invisible characters',
);
const PLAIN: SchemaHints = patternHint(
  `^\\p{Zs}*[^\\p{Zs}${INVISIBLE_CHARACTERS}][^${INVISIBLE_CHARACTERS}]*$`,
  'write something, in one line, without control and invisible characters',
);

export const EMPTY_TEXT: Problem = {
  code: 'empty-text',
  message: 'is an empty text',
  fix: 'write something, or remove it',
};

/** A list of at least one item. */
export function nonEmptyList<T extends z.ZodType>(item: T, description: string, hints: SchemaHints = {}) {
  return z
    .array(item)
    .min(1)
    .meta({ description, ...hints });
}

/** A map of at least one key. */
export function nonEmptyMap<T extends z.ZodType<object>>(
  map: T,
  description: string,
  hints: SchemaHints = {},
): T {
  return map.superRefine(requireEntries).meta({ description, minProperties: 1, ...hints });
}

/** A check for `superRefine`: the map has at least one key. */
export const requireEntries = refineWith<object>((value) =>
  Object.keys(value).length > 0 ? null : EMPTY_MAP,
);

const EMPTY_MAP: Problem = {
  code: 'empty-map',
  message: 'is empty',
  fix: 'write at least one key under it, or remove it',
};

/** The texts sorted by code point, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareByCodePoint);
}

/** The entries of a map, sorted by key. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => compareByCodePoint(a, b));
}

const WRITE_CONNECTION_ID =
  'write it as the provider shows it: `dxcon-` or `dxlag-`, then lower-case letters and digits';

export const connectionId = checkedText(
  'ID of a connection (`dxcon-…`) or of a link aggregation group (`dxlag-…`).',
  (value) =>
    isConnectionId(value)
      ? null
      : {
          code: 'connection-id',
          message: `${quote(value)} is not a connection ID`,
          fix: isConnectionId(value.toLowerCase().trim())
            ? `write \`${value.toLowerCase().trim()}\``
            : WRITE_CONNECTION_ID,
        },
  patternHint(CONNECTION.source, WRITE_CONNECTION_ID),
);

/** A list of connections. A rule checks that each occurs once. */
export function connectionList(description: string) {
  return nonEmptyList(connectionId, description, { uniqueItems: true });
}

const WRITE_INTERFACE_ID = 'write it as the provider shows it: `dxvif-`, then lower-case letters and digits';

export const interfaceId = checkedText(
  'ID of a virtual interface (`dxvif-…`).',
  (value) =>
    isVirtualInterfaceId(value)
      ? null
      : {
          code: 'interface-id',
          message: `${quote(value)} is not the ID of a virtual interface`,
          fix: isVirtualInterfaceId(value.toLowerCase().trim())
            ? `write \`${value.toLowerCase().trim()}\``
            : WRITE_INTERFACE_ID,
        },
  patternHint(VIRTUAL_INTERFACE.source, WRITE_INTERFACE_ID),
);

/** The form of names of owners, grants, gateways and targets, for messages. */
export const NAME_RULE = 'a lower-case letter, then at most 62 lower-case letters, digits and hyphens';

export const NAME_HINTS: SchemaHints = patternHint(NAME.source, `write a name: ${NAME_RULE}`);

const ID_PREFIX = /^(vgw|dxcon|dxlag|dxvif|dxgw)-/;

/** Whether a text looks like an ID, and so must not be a name. */
export function looksLikeId(text: string): boolean {
  return ID_PREFIX.test(text) || gatewayKind(text) !== null;
}

const WRITE_ID =
  'write it as the provider shows it: `vgw-` and 8 or 17 hexadecimal digits or, on AWS, the UUID of a Direct Connect gateway';

const ID = `${VIRTUAL_GATEWAY.source}|${DIRECT_CONNECT_GATEWAY.source}`;
const WRITE_REFERENCE = `write a name from \`gateways\`, or an ID; ${WRITE_ID}`;

/** A name that does not look like an ID. */
export const GATEWAY_NAME_HINTS: SchemaHints = {
  ...NAME_HINTS,
  not: { pattern: `${ID_PREFIX.source}|${DIRECT_CONNECT_GATEWAY.source}` },
};

export const gatewayId = checkedText(
  'ID of a virtual private gateway (`vgw-…`) or, on AWS, of a Direct Connect gateway (a UUID).',
  (value) => (gatewayKind(value) === null ? describeInvalidGateway('gateway-id', value, WRITE_ID) : null),
  patternHint(ID, WRITE_ID),
);

export const gatewayReference = checkedText(
  'The gateway to attach to: a name from `gateways`, or an ID.',
  (value) => {
    if (gatewayKind(value) !== null || (isName(value) && !looksLikeId(value))) return null;
    return describeInvalidGateway('gateway-reference', value, WRITE_REFERENCE);
  },
  { anyOf: [patternHint(ID, WRITE_REFERENCE), GATEWAY_NAME_HINTS] },
);

function describeInvalidGateway(
  code: 'gateway-id' | 'gateway-reference',
  value: string,
  fix: string,
): Problem {
  const what = code === 'gateway-id' ? 'a gateway ID' : 'a gateway ID or the name of a gateway';
  const lower = value.toLowerCase().trim();
  return {
    code,
    message: `${quote(value)} is not ${what}`,
    fix: lower !== value && gatewayKind(lower) !== null ? `write \`${lower}\`` : fix,
  };
}
