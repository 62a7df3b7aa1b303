#!/usr/bin/env node
'use strict';

/** `npm create vif-acceptor FOLDER -- OPTIONS`: the command `vif-acceptor init` of the same version. */
const { dirname, join } = require('node:path');

const root = join(dirname(require.resolve('vif-acceptor')), '..');
process.argv.splice(2, 0, 'init');
require(join(root, 'bin', 'commandLine.cjs'));
