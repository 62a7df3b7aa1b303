import { before, type Row } from './errorRow.ts';

/** A policy with this recipient. */
const to = (recipient: string): string => before('version: 1', `recipient: ${recipient}`);
const outscale = (rest: string): string =>
  to(`{ provider: outscale, region: eu-west-2, account: "012345678901", ${rest} }`);
const aws = (rest: string): string =>
  to(`{ provider: aws, region: eu-west-1, account: "012345678901", ${rest} }`);
const account = (written: string): string => to(`{ provider: aws, region: eu-west-1, account: ${written} }`);

/** Errors in the recipient. */
export const RECIPIENT: readonly Row[] = [
  [
    to('{ provider: aws, region: eu-west-1 }'),
    'missing-key',
    'recipient.account',
    '2:1',
    '12 digits in quotes',
  ],
  [
    to('{ provider: azure, region: eu-west-1, account: "012345678901" }'),
    'wrong-value',
    'recipient.provider',
    '2:24',
    'write `outscale` or `aws`',
  ],
  [
    to('{ provider: outscal, region: eu-west-2, account: "012345678901" }'),
    'wrong-value',
    'recipient.provider',
    '2:24',
    'did you mean `outscale`?',
  ],
  [
    to('{ provider: aws, region: EU West, account: "012345678901" }'),
    'region',
    'recipient.region',
    '2:37',
    'such as `eu-west-2`',
  ],
  [
    to('{ provider: aws, region: "--x", account: "012345678901" }'),
    'region',
    'recipient.region',
    '2:37',
    'such as `eu-west-2`',
  ],

  [account('"01234567890"'), 'account', 'recipient.account', '2:57', '12 digits in quotes'],
  [account('"0123 4567 8901"'), 'account', 'recipient.account', '2:57', '12 digits in quotes'],
  [
    account('012345678901'),
    'unquoted-account',
    'recipient.account',
    '2:57',
    'write it in quotes: "012345678901"',
  ],
  [
    account('210987654321'),
    'unquoted-account',
    'recipient.account',
    '2:57',
    'write it in quotes: "210987654321"',
  ],
  [account('2109'), 'unquoted-account', 'recipient.account', '2:57', 'write its 12 digits in quotes'],
  [account('1e11'), 'unquoted-account', 'recipient.account', '2:57', 'write its 12 digits in quotes'],

  [outscale('credentials: {}'), 'empty-map', 'recipient.credentials', '2:91', 'remove it'],
  [
    outscale('credentials: { secret: "" }'),
    'empty-text',
    'recipient.credentials.secret',
    '2:101',
    'write something',
  ],
  [
    outscale('credentials: { role: "arn:aws:iam::012345678901:role/x" }'),
    'foreign-credentials',
    'recipient.credentials.role',
    '2:99',
    '`secret`',
  ],
  [
    outscale('credentials: { secret: s, externalId: x }'),
    'foreign-credentials',
    'recipient.credentials.externalId',
    '2:116',
    '`secret`',
  ],
  [
    aws('credentials: { secret: vif-acceptor/aws }'),
    'foreign-credentials',
    'recipient.credentials.secret',
    '2:96',
    '`role`',
  ],
  [aws('credentials: { externalId: x }'), 'missing-key', 'recipient.credentials.role', '2:73', 'add `role:`'],
  [
    outscale('credentials: { entry: x }'),
    'missing-key',
    'recipient.credentials.secret',
    '2:78',
    'add `secret:`',
  ],
  [aws('credentials: { role: vif-acceptor }'), 'role', 'recipient.credentials.role', '2:94', 'arn:aws:iam::'],
  [
    aws('credentials: { role: "arn:aws:iam::012345678901:role/*" }'),
    'role',
    'recipient.credentials.role',
    '2:94',
    'arn:aws:iam::',
  ],
  ...(
    [
      ['eusc-de-east-1', 'aws', 'arn:aws-eusc:iam::'],
      ['eu-west-1', 'aws-cn', 'arn:aws:iam::'],
      ['us-gov-west-1', 'aws', 'arn:aws-us-gov:iam::'],
    ] as const
  ).map(
    ([region, partition, fix]): Row => [
      to(
        `{ provider: aws, region: ${region}, account: "012345678901", credentials: { role: "arn:${partition}:iam::012345678901:role/x" } }`,
      ),
      'role-partition',
      'recipient.credentials.role',
      `2:${85 + region.length}`,
      fix,
    ],
  ),

  ...[
    '7 days',
    'P1M',
    'P1Y',
    'P7',
    'PT',
    'P',
    'P1DT',
    'P1W1D',
    'P-1D',
    'P1.5D',
    'p7d',
    'PT0S',
    'P99999D',
  ].map((written): Row => [outscale(`expiry: ${written}`), 'duration', 'recipient.expiry', '2:86', '`P7D`']),
  [outscale('expiry: 7'), 'wrong-type', 'recipient.expiry', '2:86', 'in quotes'],
];
