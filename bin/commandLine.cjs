'use strict';

/** The command line: of a checkout, by a Node that can run it; of an installed package, by this Node if it is new enough. */
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { IS_CHECKOUT, ROOT } = require('./needs.cjs');

if (IS_CHECKOUT) {
  require('./launch.cjs').launch('cli/main.ts', process.argv.slice(2));
} else {
  require('./refuseOldNode.cjs');
  void import(pathToFileURL(join(ROOT, 'dist', 'cli', 'main.js')).href);
}
