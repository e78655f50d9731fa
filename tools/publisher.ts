import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const USAGE = `Writes the name of the account that publishes this action into every file that names it.

  npm run publisher -- NAME    the name of a GitHub account`;

/** Stands for the name until it is set; a whole word. With the brackets, this line does not match itself. */
const PLACEHOLDER = /\bOWNE[R]\b/g;

/** Source: GitHub's sign-up form. Letters and digits, with single hyphens between them, at most 39 characters. */
const GITHUB_NAME = /^(?=.{1,39}$)[a-z\d]+(?:-[a-z\d]+)*$/i;

/** Every place of the name `owner`: the repository, the sentence in front of examples, and the code owner. */
function placesOf(owner: string): RegExp {
  return new RegExp(
    `(?<![\\w.-])${owner}(?=/cloudflare-invite-action\\b)|\\b${owner}(?=\`? is the account that publishes)|(?<=^\\* @)${owner}(?=$|/)`,
    'gm',
  );
}

/** Files of the working tree that git does not ignore, without links and what was deleted. */
function listFiles(): readonly string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return paths.filter((path) => lstatSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile());
}

/** @throws Error if the repository in package.json is not one on GitHub */
function currentOwner(): string {
  const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    repository: { url: string };
  };
  const owner = /^git\+https:\/\/github\.com\/([\w-]+)\//.exec(repository.url)?.[1];
  if (owner === undefined)
    throw new Error(`The repository in package.json is ${repository.url}, which is not a repository on GitHub.`);
  return owner;
}

/** Renames the publisher in all files. Returns how many places each changed file had. */
function setPublisher(name: string): ReadonlyMap<string, number> {
  const patterns = [PLACEHOLDER, placesOf(currentOwner())];
  const changes = new Map<string, number>();
  for (const path of listFiles()) {
    const before = readFileSync(join(ROOT, path), 'utf8');
    // Skip binary files.
    if (before.includes('\0')) continue;
    let places = 0;
    const replaceOne = (found: string): string => {
      if (found !== name) places += 1;
      return name;
    };
    const after = patterns.reduce((text, pattern) => text.replace(pattern, replaceOne), before);
    if (places === 0) continue;
    writeFileSync(join(ROOT, path), after);
    changes.set(path, places);
  }
  return changes;
}

function main([name = '', ...more]: readonly string[]): number {
  if (name === '--help' || name === '-h') {
    console.log(USAGE);
    return 0;
  }
  if (more.length > 0 || !GITHUB_NAME.test(name) || name.search(PLACEHOLDER) !== -1) {
    const rule = 'A GitHub name has 1 to 39 letters and digits, with single hyphens between them.';
    console.error(`"${[name, ...more].join(' ')}" is not the name of a GitHub account. ${rule}\n\n${USAGE}`);
    return 2;
  }
  const changes = setPublisher(name);
  for (const [path, places] of changes) console.log(`${path}: ${places} ${places === 1 ? 'place' : 'places'}`);
  console.log(changes.size > 0 ? `The publisher is ${name} now.` : `The publisher is ${name} already.`);
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  // Git is missing, this is not a repository, or a file cannot be written.
  console.error((error as Error).message);
  process.exitCode = 1;
}
