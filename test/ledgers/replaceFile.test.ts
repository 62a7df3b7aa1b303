import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile } from '../../adapters/fileSystem.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

function planted(): string {
  return join(writeTempFiles({ 'ledger.json': 'old' }), 'ledger.json');
}

describe('replacing a file', () => {
  it('replaces the old text atomically after the new text is synced to disk', async () => {
    const path = planted();
    await replaceFile(path, 'new', () => {
      expect(readFileSync(path, 'utf8')).toBe('old');
      const beside = readdirSync(dirname(path)).filter((name) => name !== 'ledger.json');
      expect(beside.map((name) => readFileSync(join(dirname(path), name), 'utf8'))).toEqual(['new']);
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that is cancelled at the last moment keeps the old text and leaves no other file', async () => {
    const path = planted();
    const cancelled = replaceFile(path, 'new', () => {
      throw new Error('cancelled');
    });
    expect(String(await rejectionOf(cancelled))).toBe('Error: cancelled');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });
});
