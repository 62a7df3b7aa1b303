#!/usr/bin/env node
'use strict';

/** Starts the command line: of the package, or of a checkout, which has its TypeScript. */
require('./refuseOldNode.cjs');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { version } = require('../package.json');

const source = join(__dirname, '..', 'main.ts');
const file = existsSync(source) ? source : join(__dirname, '..', 'dist', 'main.js');

void import(pathToFileURL(file).href)
  .then(({ main }) => main(process.argv.slice(2), version))
  .then((code) => {
    process.exitCode = code;
  });
