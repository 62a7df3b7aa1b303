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
  it('puts the new text in place of the old at once, when it is already safe beside it', async () => {
    const path = planted();
    await replaceFile(path, 'new', () => {
      expect(readFileSync(path, 'utf8')).toBe('old');
      const beside = readdirSync(dirname(path)).filter((name) => name !== 'ledger.json');
      expect(beside.map((name) => readFileSync(join(dirname(path), name), 'utf8'))).toEqual(['new']);
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('called off at the last moment leaves the old text and nothing else', async () => {
    const path = planted();
    const calledOff = replaceFile(path, 'new', () => {
      throw new Error('called off');
    });
    expect(String(await rejectionOf(calledOff))).toBe('Error: called off');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });
});
