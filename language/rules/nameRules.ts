import { quote } from '../../core/printableText.ts';
import { isName } from '../../core/resourceIds.ts';
import type { Complaint, Finding, Path } from '../diagnostic.ts';
import { looksLikeId } from '../idSchemas.ts';
import { matchesOf, ownersOf, type PolicyDraft } from '../partialPolicy.ts';
import { A_NAME, EMPTY_TEXT, invisible } from '../scalarSchemas.ts';

/** Owners, grants and gateways share one shape of name. */
export function names(draft: PolicyDraft): Finding[] {
  const grants = ownersOf(draft).flatMap(({ value, path }) =>
    judgeKeys(value.grants, [...path, 'grants'], nameFault),
  );
  return [
    ...judgeKeys(draft.gateways, ['gateways'], gatewayNameFault),
    ...judgeKeys(draft.owners, ['owners'], nameFault),
    ...grants,
  ];
}

/** Keys of tags are texts that someone must be able to read. */
export function tagKeys(draft: PolicyDraft): Finding[] {
  return matchesOf(draft).flatMap(({ value, path }) =>
    judgeKeys(value.tags, [...path, 'tags'], (key) => (key === '' ? EMPTY_TEXT : invisible(key))),
  );
}

function judgeKeys(map: object | undefined, path: Path, judge: (key: string) => Complaint | null): Finding[] {
  return Object.keys(map ?? {}).flatMap((key): Finding[] => {
    const complaint = judge(key);
    return complaint === null ? [] : [{ path: [...path, key], at: 'key', ...complaint }];
  });
}

function nameFault(name: string): Complaint | null {
  if (isName(name)) return null;
  return {
    code: 'name',
    message: `${quote(name)} is no name`,
    mend: `${suggestion(name)}${A_NAME}`,
  };
}

function suggestion(name: string): string {
  const plain = name.toLowerCase().replace(/[ _.]/g, '-');
  return isName(plain) ? `write \`${plain}\`: ` : 'write ';
}

function gatewayNameFault(name: string): Complaint | null {
  if (!looksLikeId(name)) return nameFault(name);
  return {
    code: 'gateway-name',
    message: `gateway name ${quote(name)} looks like an ID`,
    mend: 'choose a name that nobody takes for an ID',
  };
}
