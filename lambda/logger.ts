import { Logger } from '@aws-lambda-powertools/logger';
import { printableValue } from '../core/json.ts';

/** Creates the logger of a function. Its JSON lines are safe to print in a terminal, whatever names they contain. */
export function createLogger(serviceName: string): Logger {
  return new Logger({ serviceName, jsonReplacerFn: printableValue });
}
