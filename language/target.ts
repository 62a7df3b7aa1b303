import { basename } from 'node:path';
import { quote } from '../core/printableText.ts';
import { isName } from '../core/resourceIds.ts';
import type { Complaint } from './diagnostic.ts';
import { A_NAME } from './name.ts';

/** The target that a policy file is for: its base name without `.yaml`. Or why there is none. */
export function targetOf(file: string): string | Complaint {
  const name = basename(file);
  if (!name.endsWith('.yaml')) {
    const stem = name.replace(/\..*$/, '');
    return {
      code: 'file-extension',
      message: `${quote(name)} does not end in \`.yaml\``,
      mend: `rename it, as in \`${isName(stem) ? stem : 'acme'}.yaml\``,
    };
  }
  const target = name.slice(0, -'.yaml'.length);
  if (isName(target)) return target;
  return {
    code: 'target-name',
    message: `the file's name is the target's, and ${quote(target)} is no name`,
    mend: `rename it: ${A_NAME}`,
  };
}
