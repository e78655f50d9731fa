import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../../tools/installed.ts');
const HERE = { os: [process.platform], cpu: [process.arch] };
const ELSEWHERE = { os: ['aix'], cpu: ['ppc64'] };

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'installed é '));
  cpSync(PROGRAM, join(root, 'tools/installed.ts'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function install(name: string, metadata: object = {}): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(metadata));
}

function check(...packages: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/installed.ts'), ...packages], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

const NATIVE = { optionalDependencies: { '@tool/here': '1.0.0', '@tool/elsewhere': '1.0.0' } };
const NOT_HERE = {
  status: 1,
  stderr:
    `The package tool is not installed for ${process.platform} ${process.arch}: ` +
    'run "npm ci" on this system, without --omit=optional.\n',
};

test('a package that is not installed ends the script in one line that names npm ci', () => {
  install('yaml');
  expect(check('yaml', 'vitest', 'rolldown')).toEqual({
    status: 1,
    stderr: 'The package vitest is not installed: run "npm ci", without --omit=dev and NODE_ENV=production.\n',
  });
});

test('installed packages pass, with and without native code', () => {
  install('yaml');
  install('tool', NATIVE);
  install('@tool/here', HERE);
  expect(check('yaml', 'tool')).toEqual({ status: 0, stderr: '' });
});

test('native code may name its one system without a list', () => {
  install('tool', NATIVE);
  install('@tool/here', { os: process.platform, cpu: process.arch });
  expect(check('tool')).toEqual({ status: 0, stderr: '' });
});

test('a package without its native code ends the script in one line, as after npm ci --omit=optional', () => {
  install('tool', NATIVE);
  expect(check('tool')).toEqual(NOT_HERE);
});

test.each([
  ['system', { ...ELSEWHERE, cpu: HERE.cpu }],
  ['processor', { ...HERE, cpu: ELSEWHERE.cpu }],
])('native code of another %s ends the script in one line', (_, metadata) => {
  install('tool', NATIVE);
  install('@tool/elsewhere', metadata);
  expect(check('tool')).toEqual(NOT_HERE);
});
