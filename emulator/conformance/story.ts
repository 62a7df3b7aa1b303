import {
  anyObject,
  exactObject,
  InvalidInput,
  list,
  oneOf,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from '../decoders.ts';
import { DIALECT_NAMES, type DialectName } from '../dialects.ts';
import { isoDuration } from '../options.ts';
import hostedInterfaces from './hostedInterfaces.json' with { type: 'json' };

/** The accounts of a story: the owner of connections, the recipient of requests, and one that has nothing to do with either. */
export const ROLES = ['owner', 'recipient', 'unrelated'] as const;
export type Role = (typeof ROLES)[number];

/** The services that stories call. */
const STORY_SERVICES = ['directconnect', 'ec2', 'sts'] as const;
export type StoryService = (typeof STORY_SERVICES)[number];

/** One call of an API, and the answer that the service gives. */
export interface CallStep {
  readonly step: string;
  readonly dialects: readonly DialectName[];
  readonly as: Role;
  readonly service: StoryService;
  readonly operation: string;
  /** may contain `${name}`: the ID of an account, or an output that an earlier step kept */
  readonly input: Readonly<Record<string, unknown>>;
  /** members that the answer must have, or the codes of which the error must have one */
  readonly expected: { readonly members: unknown } | { readonly errorCodes: readonly string[] };
  /** outputs for later steps: a path in the answer, by name */
  readonly keep: Readonly<Record<string, string>>;
  /** the call is repeated until its answer is as expected, at most for so many milliseconds of the service's time; 0: once */
  readonly within: number;
}

/** The clock of the service is moved ahead. */
export interface ClockStep {
  readonly step: string;
  readonly dialects: readonly DialectName[];
  readonly advance: string;
}

export type Step = CallStep | ClockStep;

/** A sequence of steps that any implementation of the services can be run against. */
export interface Story {
  readonly title: string;
  /** what references mean until a step keeps another value, so that one operation that is missing does not end the story */
  readonly values: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const COMMON = { step: text, dialects: optional(list(oneOf(DIALECT_NAMES)), DIALECT_NAMES) };

const readClockStep = writtenObject({ ...COMMON, advance: text });

const readWrittenCall = writtenObject({
  ...COMMON,
  as: oneOf(ROLES),
  service: oneOf(STORY_SERVICES),
  operation: text,
  input: optional(anyObject, {}),
  expect: optional(anyObject, {}),
  error: optional(list(text), null),
  keep: optional(anyObject, {}),
  within: optional(isoDuration, 0),
});

const readPath = textMatching('a path such as `vpnGateway.vpnGatewayId`', /^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$/);

const readCallStep: Reader<CallStep> = (value, path) => {
  const { expect: members, error: errorCodes, keep, ...call } = readWrittenCall(value, path);
  const paths = Object.entries(keep).map(([name, from]) => [name, readPath(from, `${path}.keep.${name}`)]);
  return {
    ...call,
    expected: errorCodes === null ? { members } : { errorCodes },
    keep: Object.fromEntries(paths),
  };
};

const readStep: Reader<Step> = (value, path) =>
  Object.hasOwn(Object(value), 'advance') ? readClockStep(value, path) : readCallStep(value, path);

const FORMAT = 1;

const readFormat: Reader<number> = (value, path) => {
  if (value !== FORMAT) throw new InvalidInput(path, `${FORMAT}, the format that this version reads`, value);
  return FORMAT;
};

const readWrittenStory = exactObject({
  format: readFormat,
  title: text,
  values: optional(anyObject, {}),
  steps: list(readStep),
});

/** Throws `InvalidInput`. */
export const readStory: Reader<Story> = (value, path) => {
  const { title, values, steps } = readWrittenStory(value, path);
  const read = Object.entries(values).map(([name, each]) => [name, text(each, `${path}.values.${name}`)]);
  return { title, values: Object.fromEntries(read), steps };
};

/** The story that is built in. */
export const HOSTED_INTERFACES: Story = readStory(hostedInterfaces, '');
