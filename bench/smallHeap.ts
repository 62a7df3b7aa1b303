/**
 * Flags of Node for what is to show how much memory it needs: with a heap that has no room to spare. Left alone, V8 takes
 * several times of that before it collects its garbage.
 */
export const SMALL_HEAP: readonly string[] = ['--max-semi-space-size=2', '--max-old-space-size=48'];
