import { type Command, Option } from 'commander';

/** Options of every command that talks to a provider. */
export function connecting(command: Command): Command {
  return command
    .option('--endpoint <url>', "Direct Connect endpoint instead of the provider's own (https, or loopback)")
    .option('--gateway-endpoint <url>', 'the same for EC2 or FCU, and STS')
    .option('--profile <name>', 'profile of ~/.osc/config.json (OUTSCALE) or of the AWS configuration');
}

/** `--policy FILE`, as often as there are targets. */
export function policies(): Option {
  return new Option('-p, --policy <file...>', 'policy files, one a target (default: policy/*.yaml)');
}
