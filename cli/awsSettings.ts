import type { Command } from 'commander';

/** Before a command that may call AWS: which profile is meant, and which endpoints the AWS configuration names. */
export async function readAwsSettings(command: Command): Promise<void> {
  const { profile, ledger }: { profile?: unknown; ledger?: unknown } = command.opts();
  // The SDK reads the region and the endpoints by itself: they must be those of the profile too.
  if (typeof profile === 'string') process.env.AWS_PROFILE = profile;
  const calls = command.options.some(({ long }) => long === '--endpoint') || isTable(ledger);
  if (!calls) return;
  const { awsEndpoints } = await import('../lambda/adapters/awsEndpoints.ts');
  command.setOptionValue('aws', await awsEndpoints(process.env));
}

function isTable(ledger: unknown): boolean {
  return typeof ledger === 'string' && ledger.startsWith('dynamodb:');
}
