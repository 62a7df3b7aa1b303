import { list, members, optional, text } from '../read.ts';
import type { Tag } from '../world.ts';

/** The `tags` member of an input. */
export const TAGS = optional(list(members<Tag>({ key: text, value: optional(text, '') })), []);

/** To be spread into an output: `tags` is missing where there are none, which clients must bear. */
export function presentTags(tags: readonly Tag[]): { readonly tags?: readonly Tag[] } {
  return tags.length === 0 ? {} : { tags };
}
