import type { Finding } from '../diagnostic.ts';
import type { PolicyDraft } from '../partialPolicy.ts';

/** Something that joins several places of one file. It judges what can be read and is silent on the rest. */
export type Rule = (draft: PolicyDraft) => readonly Finding[];
