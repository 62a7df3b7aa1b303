'use strict';

/**
 * Refuses a Node that is older than `engines` allows, before any other part of the package is imported. In syntax that Node 12 reads, so
 * that an old Node can print the message.
 */
const { engines } = require('../package.json');

const floor = engines.node.replace('>=', '');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [wantedMajor = 0, wantedMinor = 0] = floor.split('.').map(Number);

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  process.stderr.write(
    `error: hosted-vif-emulator needs Node ${wantedMajor}.${wantedMinor} or newer, and this is Node ${process.versions.node} ` +
      `(${process.execPath}); install a newer one\n`,
  );
  // An error would be shown with a stack trace.
  process.exit(1);
}
