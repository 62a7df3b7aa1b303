import { exactObject, list, optional, type Reader, text } from '../decoders.ts';
import { ApiError, clientException } from '../wire.ts';
import type { Tag } from '../world.ts';
import { isCidr } from './addresses.ts';

const cidr: Reader<string> = (value, path) => {
  const block = text(value, path);
  if (isCidr(block)) return block;
  throw clientException(`The ${path} ${block} is not a CIDR block such as 10.0.0.0/16.`);
};

/** A member of an input with a list of CIDR blocks, of IPv4 or IPv6. */
export const PREFIXES = list(exactObject({ cidr }));

export const MAX_TAGS = 50;

/** Letters, white space, digits and some punctuation. */
const tagText = (from: number, to: number) =>
  new RegExp(`^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{${from},${to}}$`, 'u');
const KEY = tagText(1, 128);
const VALUE = tagText(0, 256);

const LIST = list(exactObject<Tag>({ key: text, value: optional(text, '') }));

/** Tags that an input must have. */
export const REQUIRED_TAGS: Reader<readonly Tag[]> = (value, path) => {
  const tags = LIST(value, path);
  if (tags.length === 0) throw constraintError(path, 'have length greater than or equal to 1');
  if (!tags.every((tag) => KEY.test(tag.key))) throw constraintError(`${path}.key`, `match ${KEY.source}`);
  if (!tags.every((tag) => VALUE.test(tag.value)))
    throw constraintError(`${path}.value`, `match ${VALUE.source}`);
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new ApiError('DuplicateTagKeysException', 'A tag key was specified more than once.');
  }
  if (tags.length > MAX_TAGS)
    throw new ApiError('TooManyTagsException', `At most ${MAX_TAGS} tags are allowed.`);
  return tags;
};

function constraintError(path: string, must: string): ApiError {
  const message = `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${must}`;
  return new ApiError('ValidationException', message);
}

/** The `tags` member of an input. */
export const TAGS = optional(REQUIRED_TAGS, []);

/** Spread into an output. `tags` is absent if there are none, which clients must handle. */
export function serializeTags(tags: readonly Tag[]): { readonly tags?: readonly Tag[] } {
  return tags.length === 0 ? {} : { tags };
}
