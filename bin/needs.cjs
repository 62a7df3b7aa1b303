'use strict';

/**
 * Which Node is needed here, and what is said to one that is older. CommonJS, in syntax that Node 14 reads: an older Node
 * must be able to say that it is too old.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');

/** A checkout has TypeScript; an installed package has JavaScript only. */
const IS_CHECKOUT = existsSync(join(ROOT, 'cli', 'main.ts'));

/** A checkout runs TypeScript as it is: from this version on Node does that without a warning. */
const CHECKOUT_NEEDS = '24.3.0';

/**
 * The Node that the package needs: what `engines` in package.json says.
 * @returns {string}
 */
function packageNeeds() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return engines.node.replace('>=', '');
}

/**
 * @param {string} version such as `24.21.0`, or `25.0.0-nightly`
 * @param {string} floor
 * @returns {boolean} whether the version is this one or a later one
 */
function isAtLeast(version, floor) {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [i, want] of floor.split('.').map(Number).entries()) {
    const have = parts[i] || 0;
    if (have !== want) return have > want;
  }
  return true;
}

/**
 * @param {string} needed a version
 * @param {string} more what is to be said of this Node besides its version
 * @param {string} fix
 * @returns {string} one line for people
 */
function refusal(needed, more, fix) {
  const floor = needed.replace(/(\.0)+$/, '');
  const here = `Node ${process.versions.node} (${process.execPath})${more}`;
  return `vif-acceptor needs Node ${floor} or newer, and this is ${here}; ${fix}`;
}

/** @returns {string | null} why this Node cannot run the installed package */
function packageRefusal() {
  const needed = packageNeeds();
  if (isAtLeast(process.versions.node, needed)) return null;
  return refusal(needed, '', 'install a newer one');
}

module.exports = { ROOT, IS_CHECKOUT, CHECKOUT_NEEDS, isAtLeast, packageRefusal, refusal };
