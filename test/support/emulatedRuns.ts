import { runnerOf, SIMPLE, startCloud } from './cloud.ts';
import { recordingAnnouncer } from './eventPublishers.ts';

/** A cloud, and what passes over it announce. */
export async function stage(...options: Parameters<typeof startCloud>) {
  const cloud = await startCloud(...options);
  const announcer = recordingAnnouncer();
  const runner = runnerOf(cloud, SIMPLE, { announcer });
  return {
    cloud,
    announcer,
    runner,
    /** Lets time go by, runs a pass, and tells what it announced. */
    after: async (time: string | null, overrides: Parameters<typeof runner.pass>[0] = {}) => {
      if (time !== null) cloud.clock.advance(time);
      await runner.pass(overrides);
      return announcer.news();
    },
  };
}
