import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { describeRun } from '../cli/output/runText.ts';
import { paintFor } from '../cli/output/terminal.ts';
import { formatList } from '../core/printableText.ts';
import { type DemoEnvironment, POLICY_FILE, startDemoEnvironment } from './demoEnvironment.ts';

const paint = paintFor(process.stdout);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What happened between two passes. */
function scene(stage: DemoEnvironment, what: string): void {
  const at = stage.simulator.clock.now().toISOString().replace('T', ' ').slice(0, 16);
  say(`\n${styleText('bold', `── ${at} UTC ── ${what}`, { stream: process.stdout })}\n`);
}

/** One invocation of the function, and what it found. */
async function pass(stage: DemoEnvironment): Promise<void> {
  const { report, announced } = await stage.run();
  say(describeRun(report, paint));
  if (announced.length > 0) say(paint.faint(`\nannounced: ${formatList(announced.map(({ type }) => type))}`));
}

async function story(stage: DemoEnvironment): Promise<void> {
  const { clock } = stage.simulator;
  say(
    'Everything below is real but the cloud: an emulator of DirectLink on loopback, the function that Lambda runs, and',
  );
  say('this policy:\n');
  say(paint.faint(readFileSync(POLICY_FILE, 'utf8').replaceAll(/^/gm, '  ').trimEnd()));

  scene(stage, 'the function runs every 5 minutes; nothing is pending');
  await pass(stage);

  clock.advance('PT3M');
  const acme = { from: '210987654321', connection: 'dxcon-1a2b3c4d', asn: 65010 };
  const globex = { from: '321098765432', connection: 'dxcon-5e6f7a8b', asn: 65020 };
  const stranger = { from: '999999999999', connection: 'dxcon-9f9f9f9f', asn: 65010 };
  await stage.offer({ ...acme, name: 'acme-prod-1', vlan: 101, subnet: [10, 0] });
  await stage.offer({ ...globex, name: 'globex-lab-1', vlan: 300, subnet: [20, 0] });
  await stage.offer({ ...stranger, name: 'acme-prod-2', vlan: 102, subnet: [10, 4] });
  await stage.offer({ ...acme, name: 'acme-prod-3', vlan: 2500, subnet: [10, 8] });
  clock.advance('PT2M');
  scene(
    stage,
    'four requests came: two allowed, a stranger who copies a name, and a VLAN that nobody granted',
  );
  await pass(stage);

  clock.advance('P5D');
  scene(stage, 'five days later; what was held is still waiting');
  await pass(stage);

  clock.advance('P2D');
  scene(stage, 'two more days; OUTSCALE lets requests expire after seven');
  await pass(stage);

  say(`
Next, with your own account:

  export OSC_ACCESS_KEY=… OSC_SECRET_KEY=…                       (on AWS: the usual credentials)
  npm run -s vif-acceptor -- policy init --provider outscale --region eu-west-2 --account 012345678901 --output policy/hub.yaml
  \${EDITOR:-vi} policy/hub.yaml                                  (its owners are comments until you have verified them)
  npm run -s vif-acceptor -- policy check && npm run -s vif-acceptor -- plan      (changes nothing)

README.md goes on from there.`);
}

const stage = await startDemoEnvironment();
try {
  await story(stage);
} finally {
  await stage.close();
}
