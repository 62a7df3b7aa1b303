#!/usr/bin/env node
'use strict';

/**
 * Starts a script of the checkout, or a command of node_modules, with a Node that can run the project:
 *
 *     node bin/launch.cjs scripts/build.ts
 *     node bin/launch.cjs vitest run test/core
 *
 * It is this Node if it is new enough, else the one that `npm ci` installed (tools/node/). The link in node_modules/.bin is not used,
 * because many versions of npm delete it (npm/cli#4362).
 */
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const { delimiter, dirname, join, resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { CHECKOUT_NEEDS, isIn, refusal, ROOT } = require('./nodeVersions.cjs');

/** Signals that are forwarded to the started program. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** How often the parent is compared, in milliseconds. */
const PARENT_CHECK_MS = 250;

/** Exit code of a shell for a command that cannot be run. */
const CANNOT_RUN = 126;

/** @returns {string | null} path of the Node that `npm ci` installs for this platform */
function installedNode() {
  try {
    const name = `node-${process.platform}-${process.arch}/bin/node`;
    return require.resolve(name, { paths: [join(ROOT, 'tools', 'node')] });
  } catch {
    return null;
  }
}

/** @returns {boolean} */
function isThisNodeEnough() {
  // A Node can be built without TypeScript support, or NODE_OPTIONS can disable it.
  return isIn(process.versions.node, CHECKOUT_NEEDS) && Boolean(process.features.typescript);
}

/** @returns {string} one line: why this Node cannot run a checkout, and how to get another */
function checkoutRefusal() {
  const isBrought = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  const fix = isBrought ? `run \`npm ci\` in ${ROOT}, which installs one, or install one` : 'install one';
  if (!isIn(process.versions.node, CHECKOUT_NEEDS)) return refusal(CHECKOUT_NEEDS, '', fix);
  return refusal(CHECKOUT_NEEDS, ', which does not run TypeScript because of its build or its options', fix);
}

/** @param {string} line */
function refuse(line) {
  process.stderr.write(`error: ${line}\n`);
  process.exitCode = CANNOT_RUN;
}

/**
 * @param {string} what a script (a path from the root of the checkout), or the name of a command of node_modules
 * @param {readonly string[]} args
 */
function launch(what, args) {
  const isScript = /\.[cm]?[jt]s$/.test(what);
  const isEnough = isThisNodeEnough();
  const node = isEnough ? process.execPath : installedNode();
  if (node === null) return refuse(checkoutRefusal());
  const program = isScript ? resolve(ROOT, what) : join(ROOT, 'node_modules', '.bin', what);
  if (!existsSync(program))
    return refuse(`there is no \`${what}\` in ${ROOT}; if it is a command, run \`npm ci\` there`);
  // The started program must find the same Node as `node`.
  process.env.PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  if (!isScript) return follow(program, args, false);
  if (!isEnough) return follow(node, [program, ...args], isEmulator(what, args));
  process.argv.splice(1, process.argv.length, program, ...args);
  return void import(pathToFileURL(program).href);
}

/**
 * Whether a script runs the emulator, which has no task to finish and ends with npm. Every other program continues when its parent ends.
 * @param {string} script
 * @param {readonly string[]} args
 */
function isEmulator(script, [command]) {
  return script === 'emulator/main.ts' || (script === 'cli/main.ts' && command === 'simulate');
}

/**
 * Runs a child process in place of this one: it shares input and output, receives every signal, and its exit code or signal becomes
 * that of this process.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {boolean} endsWithNpm whether it is ended when npm's shell ends
 */
function follow(program, args, endsWithNpm) {
  const child = spawn(program, args, { stdio: 'inherit' });
  // Ctrl-C and systemd signal every process, so the child may receive a signal twice: `run` counts two in quick succession as one.
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  // npm sends a signal to its shell only, and the shell ends without sending it here.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (!endsWithNpm || process.env.npm_lifecycle_event === undefined || process.ppid === parent) return;
    clearInterval(watch);
    forward('SIGTERM');
  }, PARENT_CHECK_MS);
  child.on('error', (error) => {
    clearInterval(watch);
    refuse(`${program} cannot be started (${error.message})`);
  });
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    for (const one of SIGNALS) process.removeListener(one, forward);
    if (signal === null) {
      process.exitCode = code === null ? CANNOT_RUN : code;
      return;
    }
    process.exitCode = 128 + constants.signals[signal];
    process.kill(process.pid, signal);
  });
}

module.exports = { launch };

if (require.main === module) {
  const [what, ...args] = process.argv.slice(2);
  if (what === undefined) refuse('name what to start: `node bin/launch.cjs SCRIPT|COMMAND [ARGUMENT…]`');
  else launch(what, args);
}
