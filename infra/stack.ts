import { CfnOutput, type Duration, Stack, type StackProps, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PROVIDERS } from '../lambda/core/model.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { Acceptor } from './acceptor.ts';
import { unfit } from './fit.ts';
import { ledgerTable } from './ledger.ts';
import { DeploymentRefused } from './refused.ts';

export interface VifAcceptorStackProps extends StackProps {
  readonly policies: readonly CompiledPolicy[];
  /** of the policies, as git calls it */
  readonly revision: string;
  /** from one pass over a target to the next */
  readonly interval: Duration;
  /** how long what was accepted may take to become `available` before that is told */
  readonly availableWithin: Duration;
}

const ACCEPTOR_IDS = { outscale: 'Outscale', aws: 'Aws' } as const;

/** Everything that is deployed: an acceptor for each provider that has targets. */
export class VifAcceptorStack extends Stack {
  /** @throws DeploymentRefused when a target could not work where the stack goes */
  constructor(
    scope: Construct,
    id: string,
    { policies, revision, interval, availableWithin, ...props }: VifAcceptorStackProps,
  ) {
    super(scope, id, { description: 'vif-acceptor: accepts hosted private virtual interfaces', ...props });
    const account = Token.isUnresolved(this.account) ? null : this.account;
    const reasons = policies.flatMap((policy) => unfit(policy, account));
    if (reasons.length > 0) throw new DeploymentRefused(reasons);

    const ledger = ledgerTable(this, 'Ledger');
    const common = { revision, interval, availableWithin, ledger };
    for (const provider of PROVIDERS) {
      const own = policies.filter(({ policy }) => policy.recipient.provider === provider);
      if (own.length > 0) new Acceptor(this, ACCEPTOR_IDS[provider], { ...common, policies: own });
    }
    new CfnOutput(this, 'LedgerTable', { description: 'memory of all targets', value: ledger.tableName });
    new CfnOutput(this, 'Revision', { description: 'revision of the policies', value: revision });
  }
}
