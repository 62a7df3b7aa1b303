'use strict';

/** Starts the command line. A checkout is run by a suitable Node, which may be another one; an installed package by this Node. */
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { IS_CHECKOUT, ROOT } = require('./nodeVersions.cjs');

if (IS_CHECKOUT) {
  require('./launch.cjs').launch('cli/main.ts', process.argv.slice(2));
} else {
  require('./refuseOldNode.cjs');
  void import(pathToFileURL(join(ROOT, 'dist', 'cli', 'main.js')).href);
}
