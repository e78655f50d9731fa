// Fails if dist is not byte for byte what src builds: what runs must be what was reviewed. Changes no file of the
// repository.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of a folder by their names. */
function read(folder) {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function check(fresh) {
  const build = [join(import.meta.dirname, 'build.js'), '--out', fresh];
  if (spawnSync(process.execPath, build, { stdio: 'inherit' }).status !== 0) return false;
  const committed = read(join(import.meta.dirname, '..', 'dist'));
  const built = read(fresh);
  const different = [...new Set([...committed.keys(), ...built.keys()])].filter((name) => {
    const [before, after] = [committed.get(name), built.get(name)];
    return before === undefined || after === undefined || !before.equals(after);
  });
  if (different.length > 0) {
    console.error(`dist is not what src builds: ${different.join(', ')}. Run "npm run build" and commit dist.`);
    return false;
  }
  console.log(`dist is what src builds (${built.size} files).`);
  return true;
}

const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
try {
  process.exitCode = check(fresh) ? 0 : 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
