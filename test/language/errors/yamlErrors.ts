import { aws, besideAcme, matching, outscale, owning, type Row } from './errorRow.ts';

/** Errors of YAML, and syntax of YAML that a policy must not use. */
export const YAML: readonly Row[] = [
  ['', 'empty-file', '', '1:1', 'start from a file in examples/'],
  ['# nothing but this\n', 'empty-file', '', '1:1', 'examples/'],
  ['---\n', 'empty-file', '', '1:1', 'examples/'],
  [`# ${'x'.repeat(2_000_000)}`, 'too-large', '', '1:1', 'right file'],
  [`a: ${'['.repeat(51)}`, 'too-deep', '', '1:54', 'brackets'],
  [`${'['.repeat(100_000)}`, 'too-deep', '', '1:52', 'brackets'],
  [`[${'x: y: '.repeat(60)}`, 'too-deep', '', '1:152', 'brackets'],
  [besideAcme('---', 'version: 1'), 'several-documents', '', '4:1', 'a file of its own'],
  [besideAcme('...', 'version: 1'), 'several-documents', '', '5:1', 'a file of its own'],
  ['%YAML 1.1\n---\nversion: 1\n'.concat(besideAcme().slice(11)), 'directive', '', '1:1', 'remove the line'],

  [besideAcme('freeze: "true'), 'yaml-syntax', '', '4:14', 'quotes'],
  [besideAcme('limits: { acceptsPerRun: 3'), 'yaml-syntax', '', '4:27', 'a bracket may be open'],
  [besideAcme('limits:', '\tacceptsPerRun: 3'), 'yaml-syntax', '', '5:1', 'indent with spaces'],
  [besideAcme('freeze: @true'), 'yaml-syntax', '', '4:9', 'in quotes'],
  [besideAcme('limits: acceptsPerRun: 3'), 'yaml-syntax', '', '4:9', 'a line of its own'],

  [
    besideAcme('freeze: false # \u202e seen otherwise'),
    'invisible-character',
    '',
    '4:15',
    'without the characters',
  ],
  ['# ac\u200bme\n'.concat(besideAcme()), 'invisible-character', '', '1:1', 'without the characters'],

  [besideAcme('limits: &few { acceptsPerRun: 3 }'), 'anchor', 'limits', '4:9', 'write the value out'],
  [
    owning('connections: [&one dxcon-1]', 'gateway: vgw-12345678'),
    'anchor',
    'owners.acme.connections[0]',
    '5:19',
    'remove it',
  ],
  [besideAcme('limits: *few'), 'alias', 'limits', '4:9', 'write the value out here'],
  [besideAcme('limits: { acceptsPerRun: !!int 3 }'), 'tag', 'limits.acceptsPerRun', '4:26', 'in quotes'],
  [besideAcme('freeze: !secret true'), 'tag', 'freeze', '4:9', 'remove it'],
  [
    besideAcme('hold: [{ vlan: [7], <<: { vlan: [8] } }]'),
    'merge-key',
    'hold[0].<<',
    '4:21',
    'write the keys out',
  ],

  [besideAcme('freeze: true', 'freeze: true'), 'duplicate-key', 'freeze', '5:1', 'merge the two'],
  [besideAcme('freeze: true', '"freeze": true'), 'duplicate-key', 'freeze', '5:1', 'merge the two'],
  [
    owning('connections: [dxcon-1]', 'gateway: vgw-12345678', 'limit: 1', 'limit: 1'),
    'duplicate-key',
    'owners.acme.limit',
    '8:5',
    'merge',
  ],
  [
    outscale('owners:', '  a: { connections: [dxcon-1] }', '  a: { gateway: vgw-12345678 }'),
    'duplicate-key',
    'owners.a',
    '5:3',
    'rename one',
  ],

  [besideAcme('1: x'), 'key-not-text', '1', '4:1', 'write it in quotes: "1"'],
  [
    matching('{ tags: { 1: [x] } }', aws),
    'key-not-text',
    'owners.acme.grants.prod.match.tags.1',
    '8:26',
    'quotes: "1"',
  ],
  [besideAcme('true: x'), 'key-not-text', 'true', '4:1', '"true"'],
  [besideAcme('~: x'), 'key-not-text', '["~"]', '4:1', '"~"'],
  [besideAcme(': x'), 'key-not-text', '[""]', '4:1', 'write a name'],
  [besideAcme('? { a: b }', ': x'), 'key-not-text', '["?"]', '4:3', 'write a name'],
  [
    outscale('owners: { __proto__: { connections: [dxcon-1], gateway: vgw-12345678 } }'),
    'unknown-key',
    'owners.__proto__',
    '3:11',
    'remove it',
  ],
  [besideAcme('__proto__: { freeze: true }'), 'unknown-key', '__proto__', '4:1', 'remove it'],
  [
    matching('{ vlan: [7], __proto__: { vlan: [8] } }'),
    'unknown-key',
    'owners.acme.grants.prod.match.__proto__',
    '8:29',
    'remove it',
  ],
];
