// Stands for `node:http` in the bundle. An `import` of that module reads all its exports, and some of them load undici when they are read: 25 ms and
// 10 MB of each start, for nothing that we use.
const http = process.getBuiltinModule('node:http');

export default http;
export const {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  createServer,
  get,
  globalAgent,
  request,
} = http;
