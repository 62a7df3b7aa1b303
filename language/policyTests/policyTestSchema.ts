import * as z from 'zod';
import { interfaceShape } from '../cases/interface.ts';
import { reasonCode } from '../cases/reasonCode.ts';
import { gatewayReference } from '../idSchemas.ts';
import { instantFault } from '../isoTime.ts';
import { filledList, judgedText, plainText } from '../scalarSchemas.ts';

/** A file of cases as it is written. What joins several places is checked by rules.ts and against.ts. */

/** States of an interface past its request. Whatever else the API may say counts as live, as these do. */
const STATES = [
  ...[
    'verifying',
    'pending',
    'available',
    'down',
    'testing',
    'deleting',
    'unknown',
    'confirming',
    'approving',
  ],
  ...['deleted', 'rejected', 'expired'],
] as const;

const request = z.strictObject(interfaceShape).describe('The request, in the fields that the API gives.');

const liveInterface = z
  .strictObject({
    ...interfaceShape,
    gateway: gatewayReference
      .describe('The gateway that it is on: a name of the policy, or an ID.')
      .optional(),
    state: z.enum(STATES).describe('Its state. When absent: `available`.').optional(),
  })
  .describe('Another virtual interface of the recipient, where limits or the network matter.');

const expectation = z
  .strictObject({
    accept: z
      .strictObject({
        owner: plainText('The owner that it is taken for.'),
        grant: plainText('The first grant by name that it fits; `default` where the owner has a `gateway`.'),
        gateway: gatewayReference.describe('The gateway that it gets: a name of the policy, or an ID.'),
      })
      .describe('It is accepted, for this reason.')
      .optional(),
    hold: filledList(reasonCode, 'It is held, for exactly these reasons.').optional(),
  })
  .describe('What must become of it, and why: `accept` or `hold`.');

const oneCase = z
  .strictObject({
    name: plainText('What the case shows, in a sentence.'),
    at: judgedText('When it is decided, such as `2026-11-01T00:00:00Z`.', instantFault),
    request,
    live: filledList(liveInterface, 'Interfaces that are there already.').optional(),
    expect: expectation,
  })
  .describe('One request, and what must become of it.');

export const casesSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the language of cases.'),
    target: plainText('The target whose policy is tried: the name of its file without `.yaml`.'),
    cases: filledList(oneCase, 'The cases.'),
  })
  .describe('Cases of one target: what its policy must do.');

export type WrittenCases = z.output<typeof casesSchema>;
export type WrittenCase = WrittenCases['cases'][number];
export type WrittenInterface = WrittenCase['request'];
export type Expectation = WrittenCase['expect'];
