// Stands in for packages that @actions/github imports and src/tracking-issue/github.ts does not use: see tsconfig.json
// beside it.
// A file of its own, so that it is no part of index.js.

/** Of undici. */
export function fetch() {
  throw new Error('This package is not part of the bundle: see bundle/tsconfig.json.');
}

/** Plug-ins of octokit, which calls them when it is made: they add nothing to it. */
export function restEndpointMethods() {}

export function paginateRest() {}
