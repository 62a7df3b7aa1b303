import { describe, expect, it } from 'vitest';
import { createRenaming } from '../../adapters/ledgers/formats/storedNames.ts';

describe('a renaming', () => {
  const renaming = createRenaming({
    keys: { told: 'published', 'told.marks': 'thresholds', 'parts[].faults': 'errors' },
    words: { 'told.codes[]': { old: 'new' }, type: { 'Old Type': 'New Type' } },
  });
  const OLD = {
    type: 'Old Type',
    told: { holds: 1, codes: ['old', 'other'], marks: ['48'] },
    parts: [{ faults: ['old'] }, null, 'old'],
    other: { told: 1 },
  };
  const NEW = {
    type: 'New Type',
    published: { holds: 1, codes: ['new', 'other'], thresholds: ['48'] },
    parts: [{ errors: ['old'] }, null, 'old'],
    other: { told: 1 },
  };

  it('renames keys and words at their paths, and nothing elsewhere', () => {
    expect(renaming.toNew(OLD)).toEqual(NEW);
  });

  it('is undone by its inverse', () => {
    expect(renaming.toOld(NEW)).toEqual(OLD);
    expect(Object.keys(Object(renaming.toOld(NEW)))).toEqual(Object.keys(OLD));
  });

  it.each([null, 3, 'text', [], { told: null }, { told: [3], parts: {} }, { type: 5 }])(
    'leaves a value of another shape as it is: %j',
    (value) => {
      expect(renaming.toOld(renaming.toNew(value))).toEqual(value);
    },
  );

  it('keeps a key that every object has', () => {
    const text = '{"__proto__":{"a":1},"constructor":2}';
    expect(JSON.stringify(renaming.toNew(JSON.parse(text)))).toBe(text);
  });

  it('prefers a renamed key to another key that already has the new name', () => {
    for (const value of [
      { told: { holds: 1 }, published: 'other' },
      { published: 'other', told: { holds: 1 } },
    ])
      expect(renaming.toNew(value)).toEqual({ published: { holds: 1 } });
  });

  it.each([
    ['published', 'told'],
    ['published.thresholds[0]', 'told.marks[0]'],
    ['parts[3].errors', 'parts[3].faults'],
    ['other.published', 'other.published'],
    ['', ''],
  ])('names the old path of %s: %s', (path, old) => {
    expect(renaming.toOldPath(path)).toBe(old);
  });
});
