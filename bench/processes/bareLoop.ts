import { type PlannedCall, readPlan, runPlan, sendSigned } from '../calls/replayPlan.ts';

/** The lower bound: makes the calls of a plan with node:http, parses every answer, and keeps the listed interfaces. */
export async function handler({ plan: file }: { readonly plan: string }): Promise<{ interfaces: number }> {
  const { plan, bodyOf } = readPlan(file);
  const { BENCH_PROVIDER: provider = '', BENCH_LEDGER: ledger = '', BENCH_BUS: bus = '' } = process.env;
  const interfaces: unknown[] = [];
  await runPlan<PlannedCall>(plan, async (call) => {
    const text = await sendSigned({ provider, ledger, bus }, { ...call, body: bodyOf(call) });
    // The query protocol answers in XML, which is not parsed here.
    const answer: { virtualInterfaces?: unknown[] } = call.target === '' ? {} : JSON.parse(text);
    for (const item of answer.virtualInterfaces ?? []) interfaces.push(item);
  });
  return { interfaces: interfaces.length };
}
