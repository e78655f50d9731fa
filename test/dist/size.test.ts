import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

// Every run downloads the repository's archive and parses dist/index.js before anything happens.

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_ENTRY = 245_000;
const MAX_DIST = 450_000;
const MAX_ARCHIVE = 200_000;

function sizeOf(...path: readonly string[]): number {
  return statSync(join(ROOT, 'dist', ...path)).size;
}

function git(...args: readonly string[]): Buffer {
  return execFileSync('git', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 100 * 1024 * 1024 });
}

/**
 * The last commit as a runner downloads it: without what `export-ignore` of .gitattributes leaves out.
 * @throws where the sources are no checkout of git
 */
function archive(): Buffer {
  try {
    return git('archive', '--format=tar', 'HEAD');
  } catch (error) {
    throw new Error('The size of the archive can be measured in a git checkout alone: git archive HEAD failed.', {
      cause: error,
    });
  }
}

test(`dist/index.js has at most ${MAX_ENTRY} bytes`, () => {
  expect(sizeOf('index.js')).toBeLessThanOrEqual(MAX_ENTRY);
});

test(`dist has at most ${MAX_DIST} bytes`, () => {
  const files = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' });
  const sizes = files.filter((name) => statSync(join(ROOT, 'dist', name)).isFile()).map((name) => sizeOf(name));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_DIST);
});

test(`the archive of the last commit has at most ${MAX_ARCHIVE} bytes`, () => {
  expect(gzipSync(archive()).byteLength).toBeLessThanOrEqual(MAX_ARCHIVE);
});
