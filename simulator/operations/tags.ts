import { ApiError } from '../errors.ts';
import { exactly, list, optional, type Reader, text } from '../read.ts';
import type { Tag } from '../world.ts';

const MOST = 50;

const LIST = list(exactly<Tag>({ key: text, value: optional(text, '') }));

const sound: Reader<readonly Tag[]> = (value, path) => {
  const tags = LIST(value, path);
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new ApiError('DuplicateTagKeysException', 'A tag key was specified more than once.');
  }
  if (tags.length > MOST) throw new ApiError('TooManyTagsException', `At most ${MOST} tags are allowed.`);
  return tags;
};

/** The `tags` member of an input. */
export const TAGS = optional(sound, []);

/** To be spread into an output: `tags` is missing where there are none, which clients must bear. */
export function presentTags(tags: readonly Tag[]): { readonly tags?: readonly Tag[] } {
  return tags.length === 0 ? {} : { tags };
}
