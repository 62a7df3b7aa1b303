import { Logger } from '@aws-lambda-powertools/logger';
import { printableValue } from '../core/printable.ts';

/** The function's log: JSON lines that may be shown in a terminal, whatever names stand in them. */
export function createLog(serviceName: string): Logger {
  return new Logger({ serviceName, jsonReplacerFn: printableValue });
}
