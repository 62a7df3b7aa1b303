let text = '';

function keep(chunk: string | Uint8Array): boolean {
  text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return true;
}

/** Captures standard output and standard error, to which the function logs. */
export function installVirtualOutput(): void {
  process.stdout.write = keep;
  process.stderr.write = keep;
}

/** The output since the last call. */
export function takeOutput(): string {
  const all = text;
  text = '';
  return all;
}
