import { quote } from '../../core/printableText.ts';
import { isName } from '../../core/resourceIds.ts';
import type { Finding, Path, Problem } from '../diagnostic.ts';
import { looksLikeId, NAME_RULE } from '../idSchemas.ts';
import { type PartialPolicy, readableMatches, readableOwners } from '../partialPolicy.ts';
import { EMPTY_TEXT } from '../scalarSchemas.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';

/** The names of owners, grants and gateways are valid. */
export function requireValidNames(policy: PartialPolicy): Finding[] {
  const grants = readableOwners(policy).flatMap(({ value, path }) =>
    checkKeys(value.grants, [...path, 'grants'], checkName),
  );
  return [
    ...checkKeys(policy.gateways, ['gateways'], checkGatewayName),
    ...checkKeys(policy.owners, ['owners'], checkName),
    ...grants,
  ];
}

/** The keys of tags are not empty and have visible characters only. */
export function requireValidTagKeys(policy: PartialPolicy): Finding[] {
  return readableMatches(policy).flatMap(({ value, path }) =>
    checkKeys(value.tags, [...path, 'tags'], (key) =>
      key === '' ? EMPTY_TEXT : findInvisibleCharacter(key),
    ),
  );
}

function checkKeys(map: object | undefined, path: Path, check: (key: string) => Problem | null): Finding[] {
  return Object.keys(map ?? {}).flatMap((key): Finding[] => {
    const problem = check(key);
    return problem === null ? [] : [{ path: [...path, key], at: 'key', ...problem }];
  });
}

function checkName(name: string): Problem | null {
  if (isName(name)) return null;
  return {
    code: 'name',
    message: `${quote(name)} is not a valid name`,
    fix: `${suggestName(name)}${NAME_RULE}`,
  };
}

function suggestName(name: string): string {
  const plain = name.toLowerCase().replace(/[ _.]/g, '-');
  return isName(plain) ? `write \`${plain}\`: ` : 'write ';
}

function checkGatewayName(name: string): Problem | null {
  if (!looksLikeId(name)) return checkName(name);
  return {
    code: 'gateway-name',
    message: `gateway name ${quote(name)} looks like an ID`,
    fix: 'choose a name that does not look like an ID',
  };
}
