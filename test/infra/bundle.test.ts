import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
const file = join(folder, 'index.mjs');
let metafile: Metafile;

beforeAll(async () => {
  metafile = await bundle(file);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Calls the bundled handler in a process of its own, as Lambda would, and tells what it throws. */
function invoke(event: unknown, env: Record<string, string>): string {
  const script = `
    const { handler } = await import(${JSON.stringify(file)});
    const context = { functionName: 'acceptor', getRemainingTimeInMillis: () => 60_000 };
    await handler(${JSON.stringify(event)}, context).catch(({ message }) => console.error('threw ' + message));
  `;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return stderr;
}

describe('the bundled function', () => {
  it('loads less than 500 KB of JavaScript', () => {
    const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(500_000);
  });

  it.each([
    ['a YAML parser', /node_modules\/yaml\//],
    ['a schema library', /node_modules\/zod\//],
    ['the policy language', /^language\//],
    ['the emulator', /^simulator\//],
    ['a tracer', /node_modules\/(@aws-lambda-powertools\/tracer|aws-xray-sdk)/],
    ['what deploys it', /^infra\/|node_modules\/aws-cdk-lib\//],
  ])('holds no part of %s', (_, path) => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('lambda/handler.ts');
    expect(inputs.filter((input) => path.test(input))).toEqual([]);
  });

  it('imports nothing but Node’s own modules', () => {
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.map(({ path }) => path).filter((path) => !isBuiltin(path))).toEqual([]);
  });

  it('starts in a process of its own, and names a target that it does not know', () => {
    const env = { VIF_ACCEPTOR_RECIPIENTS: JSON.stringify({ paris: 'outscale/eu-west-2/012345678901' }) };
    expect(invoke({ target: 'lyon' }, env)).toContain('threw unknown target `lyon`');
  });
});
