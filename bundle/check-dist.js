// Fails if dist is not byte for byte what src builds: what runs must be what was reviewed.
import { execSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

function readDist() {
  return new Map(readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]));
}

const committed = readDist();
execSync('npm run -s build', { cwd: root, stdio: 'inherit' });
const built = readDist();

const changed = [...new Set([...committed.keys(), ...built.keys()])].filter((name) => {
  const [before, after] = [committed.get(name), built.get(name)];
  return before === undefined || after === undefined || !before.equals(after);
});
if (changed.length > 0) {
  console.error(`dist was not what src builds: ${changed.join(', ')}. It has been rebuilt: commit it.`);
  process.exitCode = 1;
} else {
  console.log(`dist is what src builds (${built.size} files).`);
}
