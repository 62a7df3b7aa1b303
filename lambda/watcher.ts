/** A placeholder until the watcher exists. */
export const handler = async (): Promise<void> => {};
