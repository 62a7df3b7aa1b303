import { createRunner, SIMPLE_POLICY, startTestCloud } from './cloud.ts';
import { recordingPublisher } from './eventPublishers.ts';

/** A cloud, and the events of runs over it. */
export async function startEmulatedRuns(...options: Parameters<typeof startTestCloud>) {
  const cloud = await startTestCloud(...options);
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
  return {
    cloud,
    publisher: eventPublisher,
    runner,
    /** Advances the time, executes a run, and returns its events. */
    after: async (time: string | null, overrides: Parameters<typeof runner.run>[0] = {}) => {
      if (time !== null) cloud.clock.advance(time);
      await runner.run(overrides);
      return eventPublisher.takePublished();
    },
  };
}
