import type { DiagnosticCode } from '../../../language/index.ts';

/** A file, and the one error in it. */
export type Row = readonly [
  yaml: string,
  code: DiagnosticCode,
  path: string,
  lineAndColumn: string,
  fix: string,
];

/** Lines 1 and 2 of a policy. */
const OUTSCALE = 'recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }';
const AWS = 'recipient: { provider: aws, region: eu-west-1, account: "012345678901" }';
const ACME = 'owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }';

/** A policy whose lines begin with the third. */
export function outscale(...lines: readonly string[]): string {
  return ['version: 1', OUTSCALE, ...lines].join('\n');
}

export function aws(...lines: readonly string[]): string {
  return ['version: 1', AWS, ...lines].join('\n');
}

/** An OUTSCALE policy with one valid owner, and these lines from the fourth on. */
export function besideAcme(...lines: readonly string[]): string {
  return outscale(ACME, ...lines);
}

/** A policy that begins with these lines and has one valid owner. */
export function before(...lines: readonly string[]): string {
  return [...lines, ACME].join('\n');
}

/** One grant whose `match` is in line 8. */
export function matching(match: string, policy = outscale): string {
  return policy(
    'owners:',
    '  acme:',
    '    connections: [dxcon-1, dxcon-2]',
    '    grants:',
    '      prod:',
    `        match: ${match}`,
    '        gateway: vgw-12345678',
  );
}

/** One grant with a line 8 of its own. */
export function granting(...lines: readonly string[]): string {
  return outscale(
    'owners:',
    '  acme:',
    '    connections: [dxcon-1]',
    '    grants:',
    '      prod:',
    ...lines.map((line) => `        ${line}`),
    '        gateway: vgw-12345678',
  );
}

/** One owner with lines of its own from the fifth on. */
export function owning(...lines: readonly string[]): string {
  return outscale('owners:', '  acme:', ...lines.map((line) => `    ${line}`));
}
