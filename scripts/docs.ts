import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatJsonSchema } from '../language/reference/policyJsonSchema.ts';
import { updateGeneratedTables } from '../language/reference/referenceTables.ts';
import { updateEmulatorPage } from './emulatorReference.ts';
import { commandReference, diagnosticReference } from './generatedPages.ts';
import { updateMetricsPage } from './metricsReference.ts';

/** Writes the generated parts of docs/: the JSON schema of policy files, the tables of their reference page, the command reference, the codes of errors, the tables of the emulator, and that of metrics. */
const docs = join(import.meta.dirname, '..', 'docs');
writeFileSync(join(docs, 'policy.schema.json'), formatJsonSchema());
const page = join(docs, 'policy.md');
writeFileSync(page, updateGeneratedTables(readFileSync(page, 'utf8')));
writeFileSync(join(docs, 'cli.md'), commandReference());
writeFileSync(join(docs, 'diagnostics.md'), diagnosticReference());
const emulator = join(docs, 'emulator.md');
writeFileSync(emulator, updateEmulatorPage(readFileSync(emulator, 'utf8')));
const prometheus = join(docs, 'prometheus.md');
writeFileSync(prometheus, updateMetricsPage(readFileSync(prometheus, 'utf8')));
