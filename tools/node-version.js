// Stops npm scripts on a Node that is too old, in one clear line. Old Nodes have to read this file, so it is plain
// JavaScript without imports. `npm ci` brings a Node 24 on the systems that optionalDependencies of package.json name.
const needed = [24, 14];
const found = process.versions.node.split('.').map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    `Node ${needed.join('.')} or later is needed, and this is ${process.versions.node}: install it from https://nodejs.org. ` +
      '(On Linux with glibc, x64 or arm64, and on Windows x64, "npm ci" without --omit=optional installs it.)',
  );
  process.exit(1);
}
