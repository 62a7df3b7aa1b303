import type { Plan } from '../calls/plan.ts';

/** Makes the calls of a plan in its order. */
export async function runPlan<Call>(plan: Plan<Call>, make: (call: Call) => Promise<void>): Promise<void> {
  for (const stage of plan) {
    await Promise.all(
      stage.map(async (lane) => {
        for (const step of lane)
          await (step[0] && step.length === 1 ? make(step[0]) : Promise.all(step.map(make)));
      }),
    );
  }
}
