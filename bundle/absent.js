// Stands in for packages that @actions/core imports, but this action never uses: see tsconfig.json beside it.
function absent() {
  throw new Error('This package is not part of the bundle: see bundle/tsconfig.json.');
}

export class HttpClient {
  constructor() {
    absent();
  }
}

export class BearerCredentialHandler {
  constructor() {
    absent();
  }
}

export const getExecOutput = absent;
