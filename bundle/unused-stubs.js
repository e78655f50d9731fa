// Stands in for packages that others import, but that never run in this action: see tsconfig.json beside it.
function absent() {
  throw new Error('This package is not part of the bundle: see bundle/tsconfig.json.');
}

// @actions/github asks for a proxy's agents when it is loaded. There are none: Node's own fetch obeys the proxy.
export class HttpClient {
  getAgent() {}

  getAgentDispatcher() {}

  getJson() {
    absent();
  }
}

export class BearerCredentialHandler {
  constructor() {
    absent();
  }
}

export const getExecOutput = absent;

export const withBase = absent;

export const withQuery = absent;

export default absent;
