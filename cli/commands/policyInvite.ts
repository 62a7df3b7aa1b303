import { randomInt } from 'node:crypto';
import { digestOf } from '../../core/json.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { paintFor, printDocument, wrapLines } from '../output/terminal.ts';

/** Letters and digits that both providers take, without those that people confuse: `0`, `O` and `o`, and `1`, `I`, `L` and `l`. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz';
const CHARACTERS = `${LETTERS}23456789`;
const LENGTH = 32;

/**
 * `policy invite`: makes an agreed BGP key, and prints it with the line for the policy, which has only its digest. It writes no file and
 * reads no policy, so that the key is in no file of the recipient.
 */
export function policyInvite(options: { readonly json?: boolean }): ExitCode {
  const key = createKey();
  const bgpKey = digestOf(key);
  if (options.json) {
    printDocument({ key, bgpKey });
    return EXIT.done;
  }
  process.stdout.write(`key: ${key}\nline for match: bgpKey: "${bgpKey}"\n`);
  process.stderr.write(`\n${wrapLines(ADVICE, paintFor(process.stderr).columns)}\n`);
  return EXIT.done;
}

const ADVICE = `The key is shown only once. Make one key for each party, and send it to this party alone, over a contact that you have verified.
The party sets it on every BGP peer of the virtual interface, when it offers the interface.
Write the line below \`match\` of the party's grant.`;

/** A random key of 184 bits. It begins with a letter, because some routers read a leading digit as the encryption type of the key. */
function createKey(): string {
  return Array.from({ length: LENGTH }, (_, i) => randomCharacter(i === 0 ? LETTERS : CHARACTERS)).join('');
}

function randomCharacter(from: string): string {
  return from.charAt(randomInt(from.length));
}
