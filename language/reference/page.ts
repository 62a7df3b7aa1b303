import { tables } from './referenceTables.ts';

/** The page with its tables made anew; all between them is written by hand and stays. @throws when it lacks one */
export function renewed(page: string): string {
  let text = page;
  for (const [name, table] of tables()) {
    const [begin, end] = [`<!-- table ${name}: npm run docs -->\n\n`, `\n\n<!-- end -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from === -1 || to === -1) throw new Error(`no place for table \`${name}\`: write ${begin}${end}`);
    text = text.slice(0, from + begin.length) + table + text.slice(to);
  }
  return text;
}
