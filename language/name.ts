import { NAME } from '../core/resourceIds.ts';
import { patterned, type Shape } from './scalarSchemas.ts';

/** What names of owners, grants, gateways and targets are, for people. */
export const A_NAME = 'a lower-case letter, then at most 62 lower-case letters, digits and hyphens';

export const NAME_SHAPE: Shape = patterned(NAME.source, `write a name: ${A_NAME}`);
