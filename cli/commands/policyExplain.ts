import { EXIT, type ExitCode } from '../exitCodes.ts';
import { explain } from '../explain/explanation.ts';
import { describeExplanation } from '../explain/explanationText.ts';
import { instantOf } from '../instant.ts';
import { onePolicy } from '../loadPolicies.ts';
import { printDocument } from '../output/jsonDocument.ts';
import { paintFor } from '../output/paint.ts';
import { requestFile } from '../requests/file.ts';
import { readRequest } from '../requests/readRequests.ts';

export interface ExplainOptions {
  readonly request: string;
  readonly id?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `policy explain`: why one request out of a file is accepted or held, field by field. Asks nobody. */
export async function policyExplain(named: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  const at = instantOf(options.at);
  const { policy, digest } = onePolicy(named);
  const { text, file } = await requestFile(options.request);
  const explanation = explain(policy, readRequest(text, file, policy, options.id ?? null), at);
  if (options.json) printDocument({ ...explanation, policy: { digest } });
  else process.stdout.write(`${describeExplanation(explanation, paintFor(process.stdout))}\n`);
  return EXIT.done;
}
