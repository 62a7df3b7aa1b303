import { createRunner, SIMPLE_POLICY, startTestCloud } from './cloud.ts';
import { recordingPublisher } from './eventPublishers.ts';

/** A cloud, and what passes over it announce. */
export async function startEmulatedRuns(...options: Parameters<typeof startTestCloud>) {
  const cloud = await startTestCloud(...options);
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
  return {
    cloud,
    announcer: eventPublisher,
    runner,
    /** Lets time go by, runs a pass, and tells what it announced. */
    after: async (time: string | null, overrides: Parameters<typeof runner.run>[0] = {}) => {
      if (time !== null) cloud.clock.advance(time);
      await runner.run(overrides);
      return eventPublisher.takePublished();
    },
  };
}
