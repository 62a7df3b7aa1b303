'use strict';

/**
 * Refuses a Node that is older than `engines` allows, before any other part of the package is imported. It ends the process, because
 * an error would be shown with a stack trace, and an app without this import has nothing to deploy.
 */
const { packageRefusal } = require('./nodeVersions.cjs');

const refused = packageRefusal();
if (refused !== null) {
  process.stderr.write(`error: ${refused}\n`);
  process.exit(1);
}
