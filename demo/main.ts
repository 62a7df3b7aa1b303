import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { describeRun } from '../cli/output/runText.ts';
import { paintFor } from '../cli/output/terminal.ts';
import { formatList } from '../core/printableText.ts';
import { type DemoEnvironment, POLICY_FILE, startDemoEnvironment } from './demoEnvironment.ts';

const paint = paintFor(process.stdout);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints what happened between two runs. */
function printScene(demo: DemoEnvironment, event: string): void {
  const at = demo.emulator.clock.now().toISOString().replace('T', ' ').slice(0, 16);
  print(`\n${styleText('bold', `── ${at} UTC ── ${event}`, { stream: process.stdout })}\n`);
}

/** Invokes the function once and prints its report. */
async function runAndPrint(demo: DemoEnvironment): Promise<void> {
  const { report, events } = await demo.run();
  print(describeRun(report, paint));
  if (events.length > 0) print(paint.faint(`\npublished: ${formatList(events.map(({ type }) => type))}`));
}

async function runDemo(demo: DemoEnvironment): Promise<void> {
  const { clock } = demo.emulator;
  print(
    'Everything below is real except the cloud: an emulator of DirectLink on loopback, the function that Lambda runs, and',
  );
  print('this policy:\n');
  print(paint.faint(readFileSync(POLICY_FILE, 'utf8').replaceAll(/^/gm, '  ').trimEnd()));

  printScene(demo, 'the function runs every 5 minutes; nothing is pending');
  await runAndPrint(demo);

  clock.advance('PT3M');
  const acme = { from: '210987654321', connection: 'dxcon-1a2b3c4d', asn: 65010 };
  const globex = { from: '321098765432', connection: 'dxcon-5e6f7a8b', asn: 65020 };
  const unknown = { from: '999999999999', connection: 'dxcon-9f9f9f9f', asn: 65010 };
  await demo.offer({ ...acme, name: 'acme-prod-1', vlan: 101, subnet: [10, 0] });
  await demo.offer({ ...globex, name: 'globex-lab-1', vlan: 300, subnet: [20, 0] });
  await demo.offer({ ...unknown, name: 'acme-prod-2', vlan: 102, subnet: [10, 4] });
  await demo.offer({ ...acme, name: 'acme-prod-3', vlan: 2500, subnet: [10, 8] });
  clock.advance('PT2M');
  printScene(
    demo,
    'four new requests: two allowed, one of an unknown requester with a copied name, one with a VLAN without a grant',
  );
  await runAndPrint(demo);

  clock.advance('P5D');
  printScene(demo, 'five days later; the held requests are still pending');
  await runAndPrint(demo);

  clock.advance('P2D');
  printScene(demo, 'two more days; requests expire after seven days at OUTSCALE');
  await runAndPrint(demo);

  print(`
Next, with your own account:

  npm pack                                                       (builds the package)
  export OSC_ACCESS_KEY=… OSC_SECRET_KEY=…                       (on AWS: the usual credentials)
  bin/vif-acceptor init ../network-policy --package vif-acceptor-*.tgz --from-account \\
    --provider outscale --region eu-west-2 --account 012345678901 --notify noc@example.com
  cd ../network-policy && npm ci && npm test
  npx vif-acceptor plan                                          (changes nothing)

For the next steps see README.md.`);
}

const demo = await startDemoEnvironment();
try {
  await runDemo(demo);
} finally {
  await demo.close();
}
