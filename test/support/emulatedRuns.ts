import { createRunner, SIMPLE_POLICY, startTestCloud } from './cloud.ts';
import { recordingPublisher } from './eventPublishers.ts';

/** Starts an emulator with a runner whose published events are recorded. */
export async function startEmulatedRuns(...options: Parameters<typeof startTestCloud>) {
  const cloud = await startTestCloud(...options);
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
  return {
    cloud,
    publisher: eventPublisher,
    runner,
    /** Advances the clock, executes a run, and returns the events that it published. */
    after: async (time: string | null, overrides: Parameters<typeof runner.run>[0] = {}) => {
      if (time !== null) cloud.clock.advance(time);
      await runner.run(overrides);
      return eventPublisher.takePublished();
    },
  };
}
