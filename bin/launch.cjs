#!/usr/bin/env node
'use strict';

/**
 * Starts a script of the checkout, or a command of node_modules, by a Node that can run the project, also when this Node cannot:
 *
 *     node bin/launch.cjs scripts/build.ts
 *     node bin/launch.cjs vitest run test/core
 *
 * The Node is this one if it is new enough, else the one that `npm ci` brought (tools/node/). Nothing looks for it in
 * node_modules/.bin: many versions of npm delete that link (npm/cli#4362).
 */
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const { delimiter, dirname, join, resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { CHECKOUT_NEEDS, isIn, refusal, ROOT } = require('./needs.cjs');

/** A signal to the launcher is meant for the program that it started. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Of a shell, when a command cannot be run. */
const CANNOT_RUN = 126;

/** @returns {string | null} the Node that `npm ci` brings for this platform */
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
  // A Node can be built without it, or NODE_OPTIONS can turn it off.
  return isIn(process.versions.node, CHECKOUT_NEEDS) && Boolean(process.features.typescript);
}

/** @returns {string} what is wrong with this Node, and how to get another, in one line */
function checkoutRefusal() {
  const isBrought = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  const fix = isBrought ? `type \`npm ci\` in ${ROOT}, which brings one, or install one` : 'install one';
  if (!isIn(process.versions.node, CHECKOUT_NEEDS)) return refusal(CHECKOUT_NEEDS, '', fix);
  return refusal(CHECKOUT_NEEDS, ', which runs no TypeScript as it was built or by its options', fix);
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
    return refuse(`there is no \`${what}\` in ${ROOT}; type \`npm ci\` there if it is a command`);
  // What is started must start the same Node when it says `node`.
  process.env.PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
  if (!isScript) return follow(program, args);
  if (!isEnough) return follow(node, [program, ...args]);
  process.argv.splice(1, process.argv.length, program, ...args);
  return void import(pathToFileURL(program).href);
}

/**
 * Starts a process in place of this one: it has the same input and output, gets every signal, and this process ends as it does.
 * @param {string} program
 * @param {readonly string[]} args
 */
function follow(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  // Ctrl-C and systemd reach every process, so the child may get a signal twice: `run` takes two in quick succession for one.
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, pass);
  child.on('error', (error) => refuse(`${program} cannot be started (${error.message})`));
  child.on('exit', (code, signal) => {
    for (const one of SIGNALS) process.removeListener(one, pass);
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
  if (what === undefined) refuse('say what to start: `node bin/launch.cjs SCRIPT|COMMAND [ARGUMENT…]`');
  else launch(what, args);
}
