import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES, type DialectName } from '../../emulator/dialects.ts';
import type { Members } from '../../emulator/sources/source.ts';
import { flattenMembers, OPERATION_ROWS, SHAPES } from '../../emulator/sources/sourceTable.ts';
import { observeMembers } from './wire/observedMembers.ts';

/** The paths of the members that a dialect has, according to their rows. */
function pathsIn(dialect: DialectName, members: Members | string): string[] {
  const rows = flattenMembers(members);
  const missing = rows.filter(([, { sources }]) => sources[dialect] === null).map(([path]) => `${path}.`);
  return rows
    .filter(([path]) => !missing.some((parent) => `${path}.`.startsWith(parent)))
    .map(([path]) => path)
    .sort();
}

describe.each(DIALECT_NAMES)('the table of sources for %s', (dialect) => {
  const observed = observeMembers(dialect);

  it('has a row for every operation, and none for an operation that the dialect lacks', () => {
    const listed = Object.entries(OPERATION_ROWS).filter(([, { effect }]) => effect[dialect] !== null);
    expect(listed.map(([name]) => name).sort()).toEqual([...observed.keys()].sort());
  });

  it('lists exactly the members that each operation takes', () => {
    const listed = [...observed.keys()].map((name) => [
      name,
      pathsIn(dialect, OPERATION_ROWS[name]?.input ?? {}),
    ]);
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries([...observed].map(([name, { input }]) => [name, input])),
    );
  });

  it('lists every member that an operation answers', () => {
    const unlisted = [...observed].flatMap(([name, { output }]) => {
      const listed = pathsIn(dialect, OPERATION_ROWS[name]?.output ?? {});
      return output.filter((path) => !listed.includes(path)).map((path) => `${name}: ${path}`);
    });
    expect(unlisted).toEqual([]);
  });

  it('lists no member of a shape that no operation takes or answers', () => {
    const parts = [...observed].flatMap(([name, { input, output }]) => {
      const row = OPERATION_ROWS[name] ?? { input: {}, output: {} };
      return [
        { members: row.input, paths: input },
        { members: row.output, paths: output },
      ];
    });
    const listed = parts.flatMap(({ members }) => shapeMembersAt(members, pathsIn(dialect, members)));
    const seen = new Set(parts.flatMap(({ members, paths }) => shapeMembersAt(members, paths)));
    expect(listed.filter((one) => !seen.has(one))).toEqual([]);
    expect(seen.size).toBeGreaterThan(20);
  });
});

it('the table of sources has no shape that no operation uses', () => {
  const used = Object.values(OPERATION_ROWS).flatMap(({ input, output }) => [
    typeof output === 'string' ? output : null,
    ...[...flattenMembers(input), ...flattenMembers(output)].map(([, { shape }]) => shape),
  ]);
  expect(Object.keys(SHAPES).filter((name) => !used.includes(name))).toEqual([]);
});

/** The members of shapes that are at some of the paths: `tag.key`. */
function shapeMembersAt(members: Members | string, paths: readonly string[], at = ''): string[] {
  const own = typeof members === 'string' ? (SHAPES[members] ?? {}) : members;
  return Object.entries(own).flatMap(([name, { shape }]) => {
    if (!paths.includes(`${at}${name}`)) return [];
    const nested = shape === null ? [] : shapeMembersAt(shape, paths, `${at}${name}.`);
    return typeof members === 'string' ? [`${members}.${name}`, ...nested] : nested;
  });
}
