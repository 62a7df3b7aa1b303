let text = '';

function keep(chunk: string | Uint8Array): boolean {
  text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return true;
}

/** Keeps what the function logs, in the place of standard output and standard error. */
export function installVirtualOutput(): void {
  process.stdout.write = keep;
  process.stderr.write = keep;
}

/** What was logged since it was asked last. */
export function takeOutput(): string {
  const all = text;
  text = '';
  return all;
}
