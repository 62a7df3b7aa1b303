import { synthesize, VifAcceptorStack } from 'vif-acceptor';

synthesize((app) => {
  new VifAcceptorStack(app, 'VifAcceptor', { policyDir: 'policy', notify: '{{NOTIFY}}' });
});
