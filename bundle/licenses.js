// The text of dist/licenses.txt: the licence of every package that has code in the bundle. Their licences ask for it.
//
// The packages are those in ncc's list of modules. `ncc --license` misses modules that were merged into others, and
// lists this project as a third party.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RULE = '-'.repeat(80);

/** The folder of the package that a file belongs to; undefined for a file of this project. */
function packageFolder(file) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file.replaceAll('\\', '/'))?.[0];
}

/** The files of a list of modules and of the modules that were merged into them. */
function filesOf(modules = []) {
  return modules.flatMap(({ nameForCondition, modules: merged }) => [nameForCondition ?? '', ...filesOf(merged)]);
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // Notices come after the licence that asks for them.
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  if (typeof license !== 'string' || texts.length === 0) {
    throw new Error(`${name} ${version} comes without a licence or its text: look for it before you ship the package.`);
  }
  return { title: `${name} ${version}`, text: [`${name} ${version} (${license})`, ...texts].join('\n\n') };
}

/** The licences of all packages in a list of modules, as ncc's statistics hold it. */
export function licensesOf(modules) {
  const folders = new Set(filesOf(modules).flatMap((file) => packageFolder(file) ?? []));
  const packages = [...folders].map(describe).sort((a, b) => (a.title < b.title ? -1 : 1));
  if (packages.length === 0) throw new Error('The statistics of the build name no package.');
  const head = 'The files in this folder hold code of these packages, under these licences.';
  return `${[head, ...packages.map(({ text }) => text)].join(`\n\n${RULE}\n`)}\n`;
}
