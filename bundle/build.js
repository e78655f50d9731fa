// Builds the action: `node bundle/build.js [--out FOLDER]`, by default into dist. `npm run build`, `npm run check-dist`
// and the test of dist all start this file.
//
// It works in a temporary folder, so that builds can run side by side, and a build that fails changes nothing. The
// folder is laid out like this repository: the ids and names of modules in the bundle are made from relative paths.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { licensesOf } from './licenses.js';

const ROOT = join(import.meta.dirname, '..');
const TSC = 'node_modules/typescript/bin/tsc';
const NCC = 'node_modules/@vercel/ncc';

function readJson(...path) {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

function run(cwd, script, ...args) {
  execFileSync(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });
}

/** Copies ncc and the packages of the action. No links: ncc follows them, which changes the relative paths. */
function copyPackages(target) {
  const { packages } = readJson(ROOT, 'package-lock.json');
  const ofAction = Object.keys(packages).filter(
    (path) => path !== '' && !packages[path].dev && !packages[path].optional,
  );
  const isNeeded = (path) => !/\.(d\.[cm]?ts|map)$/.test(path);
  for (const path of [...ofAction, NCC]) {
    cpSync(join(ROOT, path), join(target, path), { recursive: true, filter: isNeeded });
  }
}

function build(out) {
  const work = mkdtempSync(join(tmpdir(), 'build-'));
  try {
    run(ROOT, TSC, '-p', 'tsconfig.build.json', '--outDir', join(work, 'build'));
    copyPackages(work);
    for (const path of ['package.json', 'bundle']) cpSync(join(ROOT, path), join(work, path), { recursive: true });
    // ncc reads the tsconfig.json of its current folder.
    const options = ['--out', '../dist', '--no-cache', '--quiet', '--stats-out', '../stats.json'];
    run(join(work, 'bundle'), join('..', NCC, 'dist/ncc/cli.js'), 'build', '../build/index.js', ...options);
    writeFileSync(join(work, 'dist/licenses.txt'), licensesOf(readJson(work, 'stats.json').modules));
    rmSync(out, { recursive: true, force: true });
    cpSync(join(work, 'dist'), out, { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') } } });
try {
  build(resolve(values.out));
} catch (error) {
  // tsc and ncc have written what is wrong.
  console.error(error.message);
  process.exitCode = 1;
}
