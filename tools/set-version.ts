// `npm version` runs this after it has changed package.json: writes its version into the other files that have it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The place of the version in each file. It must be there once. */
const PLACES: Readonly<Record<string, RegExp>> = {
  'src/version.ts': /(?<=\bVERSION = ')[^']*/g,
  '.github/workflows/auto-accept.yml': /(?<=uses: [\w-]+\/cloudflare-invite-action@v)\S+/g,
};

function setVersion(): void {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  for (const [path, place] of Object.entries(PLACES)) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const count = text.match(place)?.length ?? 0;
    if (count !== 1) throw new Error(`${path} must have the version once, and has it ${count} times.`);
    writeFileSync(join(ROOT, path), text.replace(place, version));
    console.log(`${path}: ${version}`);
  }
}

try {
  const [wanted] = process.argv.slice(2);
  if (wanted !== undefined) throw new Error(`To set the version: npm version ${wanted} --no-git-tag-version`);
  setVersion();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
