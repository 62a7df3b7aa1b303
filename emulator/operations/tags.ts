import { exactObject, list, optional, type Reader, text } from '../decoders.ts';
import { ApiError } from '../wire.ts';
import type { Tag } from '../world.ts';

/** A member of an input that lists CIDR blocks. */
export const PREFIXES = list(exactObject({ cidr: text }));

const MOST = 50;

/** Letters, white space, digits and few marks. */
const wording = (from: number, to: number) =>
  new RegExp(`^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{${from},${to}}$`, 'u');
const KEY = wording(1, 128);
const VALUE = wording(0, 256);

const LIST = list(exactObject<Tag>({ key: text, value: optional(text, '') }));

const sound: Reader<readonly Tag[]> = (value, path) => {
  const tags = LIST(value, path);
  if (tags.length === 0) throw unsound(path, 'have length greater than or equal to 1');
  if (!tags.every((tag) => KEY.test(tag.key))) throw unsound(`${path}.key`, `match ${KEY.source}`);
  if (!tags.every((tag) => VALUE.test(tag.value))) throw unsound(`${path}.value`, `match ${VALUE.source}`);
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new ApiError('DuplicateTagKeysException', 'A tag key was specified more than once.');
  }
  if (tags.length > MOST) throw new ApiError('TooManyTagsException', `At most ${MOST} tags are allowed.`);
  return tags;
};

function unsound(path: string, must: string): ApiError {
  const message = `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must ${must}`;
  return new ApiError('ValidationException', message);
}

/** The `tags` member of an input. */
export const TAGS = optional(sound, []);

/** To be spread into an output: `tags` is missing where there are none, which clients must bear. */
export function serializeTags(tags: readonly Tag[]): { readonly tags?: readonly Tag[] } {
  return tags.length === 0 ? {} : { tags };
}
