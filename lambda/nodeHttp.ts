/**
 * Replaces `node:http` in the functions' bundles (infra/bundledFunction.ts). An ES module that imports `node:http` makes Node evaluate
 * every export of it, also `WebSocket`, for which Node loads its whole `fetch` implementation. Nothing in the bundles needs that, and it
 * took a tenth of a cold start.
 */
const http = process.getBuiltinModule('node:http');

export default http;
export const { Agent, request, STATUS_CODES } = http;
