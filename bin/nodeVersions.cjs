'use strict';

/**
 * The required Node versions, and the message for an older Node. CommonJS, in syntax that Node 14 reads, so that an old Node can print
 * the message.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');

/** A checkout has the TypeScript sources; an installed package has only JavaScript. */
const IS_CHECKOUT = existsSync(join(ROOT, 'cli', 'main.ts'));

/**
 * Node versions that can run a checkout. From this version on, Node runs TypeScript without a warning and supports the proxy variables
 * of the environment.
 */
const CHECKOUT_NEEDS = '>=24.5.0';

/**
 * @param {string} version such as `24.21.0`, or `25.0.0-nightly`
 * @param {string} floor
 * @returns {boolean} whether the version is at least `floor`
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
 * @param {string} version
 * @param {string} range in the form of `engines`: `^22.21.0 || >=24.5.0`
 * @returns {boolean} whether the version is in the range
 */
function isIn(version, range) {
  return range.split(' || ').some((part) => {
    const floor = part.replace(/^(\^|>=)/, '');
    const isSameMajor = version.split('.')[0] === floor.split('.')[0];
    return isAtLeast(version, floor) && (isSameMajor || part.startsWith('>='));
  });
}

/**
 * @param {string} range
 * @returns {string} such as `22 from 22.21 on, or 24.5 or newer`
 */
function inWords(range) {
  const words = range.split(' || ').map((part) => {
    const floor = part.replace(/^(\^|>=)/, '').replace(/(\.0)+$/, '');
    return part.startsWith('>=') ? `${floor} or newer` : `${floor.split('.')[0]} from ${floor} on`;
  });
  return words.join(', or ');
}

/**
 * @param {string} needed a range
 * @param {string} more a remark about this Node, besides its version
 * @param {string} fix
 * @returns {string} the message, one line
 */
function refusal(needed, more, fix) {
  const here = `Node ${process.versions.node} (${process.execPath})${more}`;
  return `vif-acceptor needs Node ${inWords(needed)}, and this is ${here}; ${fix}`;
}

/** @returns {string | null} why this Node cannot run the installed package, according to `engines` in package.json; `null` when it can */
function packageRefusal() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (isIn(process.versions.node, engines.node)) return null;
  return refusal(engines.node, '', 'install a newer one');
}

module.exports = { ROOT, IS_CHECKOUT, CHECKOUT_NEEDS, inWords, isAtLeast, isIn, packageRefusal, refusal };
