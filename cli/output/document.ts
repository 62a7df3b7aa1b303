import { printableJson } from '../../lambda/core/printable.ts';

/** Of every document that a command prints. Within a format, keys are only added; docs/*.schema.json describe those of reports. */
const FORMAT = 1;

/** Prints what `--json` asks for: one document, alone on standard output. */
export function printDocument(document: object): void {
  process.stdout.write(`${printableJson({ format: FORMAT, ...document }, 2)}\n`);
}
