/** An access key of OUTSCALE. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Which part of a key cannot be right, whatever the cloud: copied with a line break, or with a quote of the page it stood on.
 * The API would speak of signatures, or the line break keep the call from being made. No part of it is ever repeated.
 * @returns `null`: none
 */
export function flawIn({ accessKeyId, secretAccessKey }: AccessKey): keyof AccessKey | null {
  if (!/^\w+$/.test(accessKeyId)) return 'accessKeyId';
  return /^[!-~]+$/.test(secretAccessKey) ? null : 'secretAccessKey';
}

/** What is wrong with it, for people. */
export const FLAWED = 'is empty, or holds white space or another character that no key has';
