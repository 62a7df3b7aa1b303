import { sendSigned } from '../baseline/signedClient.ts';
import { type PlannedCall, readPlan, runPlan } from '../calls/replayPlan.ts';

/** The lower bound: the calls of a plan over node:http, every answer parsed, the interfaces of the listing kept. */
export async function handler({ plan: file }: { readonly plan: string }): Promise<{ interfaces: number }> {
  const { plan, bodyOf } = readPlan(file);
  const { BENCH_PROVIDER: provider = '', BENCH_LEDGER: ledger = '', BENCH_BUS: bus = '' } = process.env;
  const interfaces: unknown[] = [];
  await runPlan<PlannedCall>(plan, async (call) => {
    const text = await sendSigned({ provider, ledger, bus }, { ...call, body: bodyOf(call) });
    // The query protocol answers in XML, which is left as text here.
    const answer: { virtualInterfaces?: unknown[] } = call.target === '' ? {} : JSON.parse(text);
    for (const item of answer.virtualInterfaces ?? []) interfaces.push(item);
  });
  return { interfaces: interfaces.length };
}
