'use strict';

/** Refuses a Node that is older than `engines` says, before anything else of the package is imported. */
const { packageRefusal } = require('./needs.cjs');

const refused = packageRefusal();
if (refused !== null) throw new Error(refused);
