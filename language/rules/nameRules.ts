import { quote } from '../../core/printableText.ts';
import { isName } from '../../core/resourceIds.ts';
import type { Finding, Path, Problem } from '../diagnostic.ts';
import { looksLikeId, NAME_RULE } from '../idSchemas.ts';
import { type PartialPolicy, readableMatches, readableOwners } from '../partialPolicy.ts';
import { EMPTY_TEXT } from '../scalarSchemas.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';

/** The names of owners, grants and gateways are valid. */
export function requireValidNames(draft: PartialPolicy): Finding[] {
  const grants = readableOwners(draft).flatMap(({ value, path }) =>
    judgeKeys(value.grants, [...path, 'grants'], nameFault),
  );
  return [
    ...judgeKeys(draft.gateways, ['gateways'], gatewayNameFault),
    ...judgeKeys(draft.owners, ['owners'], nameFault),
    ...grants,
  ];
}

/** The keys of tags are not empty and have visible characters only. */
export function requireValidTagKeys(draft: PartialPolicy): Finding[] {
  return readableMatches(draft).flatMap(({ value, path }) =>
    judgeKeys(value.tags, [...path, 'tags'], (key) =>
      key === '' ? EMPTY_TEXT : findInvisibleCharacter(key),
    ),
  );
}

function judgeKeys(map: object | undefined, path: Path, judge: (key: string) => Problem | null): Finding[] {
  return Object.keys(map ?? {}).flatMap((key): Finding[] => {
    const complaint = judge(key);
    return complaint === null ? [] : [{ path: [...path, key], at: 'key', ...complaint }];
  });
}

function nameFault(name: string): Problem | null {
  if (isName(name)) return null;
  return {
    code: 'name',
    message: `${quote(name)} is not a valid name`,
    fix: `${suggestion(name)}${NAME_RULE}`,
  };
}

function suggestion(name: string): string {
  const plain = name.toLowerCase().replace(/[ _.]/g, '-');
  return isName(plain) ? `write \`${plain}\`: ` : 'write ';
}

function gatewayNameFault(name: string): Problem | null {
  if (!looksLikeId(name)) return nameFault(name);
  return {
    code: 'gateway-name',
    message: `gateway name ${quote(name)} looks like an ID`,
    fix: 'choose a name that does not look like an ID',
  };
}
