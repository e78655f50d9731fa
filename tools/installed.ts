// Stops npm scripts whose packages are not installed, in one clear line: node tools/installed.ts PACKAGE...
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

interface PackageFile {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
}

function readPackage(name: string): PackageFile | undefined {
  const path = join(ROOT, 'node_modules', name, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PackageFile) : undefined;
}

/** Whether a package is installed that holds the native code of this system and processor. */
function hasNativeCode(names: readonly string[]): boolean {
  return names.some((name) => {
    const { os = [], cpu = [] } = readPackage(name) ?? {};
    return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
  });
}

/** Packages with native code name it in `optionalDependencies`, one package for each system. */
function problemOf(name: string): string | undefined {
  const found = readPackage(name);
  if (found === undefined)
    return `The package ${name} is not installed: run "npm ci", without --omit=dev and NODE_ENV=production.`;
  const natives = Object.keys(found.optionalDependencies ?? {});
  if (natives.length === 0 || hasNativeCode(natives)) return undefined;
  const system = `${process.platform} ${process.arch}`;
  return `The package ${name} is not installed for ${system}: run "npm ci" on this system, without --omit=optional.`;
}

const problem = process.argv
  .slice(2)
  .map(problemOf)
  .find((found) => found !== undefined);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
