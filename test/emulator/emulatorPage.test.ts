import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UnknownMember } from '../../emulator/decoders.ts';
import { readScenario } from '../../emulator/emulator.ts';
import { FLAGS } from '../../emulator/flags.ts';
import { readOptions } from '../../emulator/options.ts';
import { updateEmulatorPage } from '../../scripts/emulatorReference.ts';
import { adminRequest, startTestEmulator } from './emulatorClients.ts';

const PAGE = readFileSync('docs/emulator.md', 'utf8');

/** The keys that a reader of an object knows. */
function keysOf(read: (value: unknown, path: string) => unknown): readonly string[] {
  try {
    read({ region: 'eu-west-2', unknown: 1 }, '');
  } catch (error) {
    if (error instanceof UnknownMember) return error.known;
    throw error;
  }
  return [];
}

describe('docs/emulator.md', () => {
  it('has the generated tables of this code', () => {
    expect(PAGE, 'stale: run `npm run docs`').toBe(updateEmulatorPage(PAGE));
    expect(() => updateEmulatorPage(PAGE.replace('<!-- table members:', '<!-- table member:'))).toThrow(
      'no place for table `members`',
    );
  });

  it('names every control, and no other', async () => {
    const { answer } = await adminRequest(await startTestEmulator(), 'GET', 'nothing');
    const known = JSON.stringify(answer).match(/_simulator\/[\w/]+/g) ?? [];
    const named = PAGE.match(/(?<=^\| `(?:GET|POST) \/)_simulator\/[\w/]+/gm) ?? [];
    expect(known.length).toBeGreaterThan(5);
    expect([...new Set(named)].sort()).toEqual(known.toSorted());
  });

  it('names every flag and every key of a scenario and of its options', () => {
    for (const { name } of FLAGS) expect(PAGE).toContain(`| \`--${name}\` |`);
    const options = keysOf(readOptions);
    const keys = keysOf((value) => readScenario(value));
    expect([keys.length, options.length].every((length) => length > 5)).toBe(true);
    const section = PAGE.slice(PAGE.indexOf('\n## Scenario'), PAGE.indexOf('\n## How sure'));
    for (const key of [...keys, ...options]) expect(section).toContain(`\`${key}\``);
  });

  it.each([
    'AWS CLI',
    'osc-cli',
    'curl',
    'boto3',
    'AWS SDK for JavaScript 3',
    'AWS SDK for Go 2',
    'Terraform',
    'Ansible',
  ])('shows how %s is pointed at the emulator', (client) => {
    const [, after = ''] = PAGE.split(`**${client}`);
    const [, code = ''] = /```\w+\n(.*?)```/s.exec(after) ?? [];
    expect(code).toContain('http://127.0.0.1:4599');
  });
});
