import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { edit, findGoProgram, INSTALL_ACT, listFiles, ROOT, readRepositoryFile as read } from './act.ts';
import { snippetsOf, wholeWorkflow } from './lint.ts';

const VERSION = 'v1.7.12';
const INSTALL = `go install github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`;

interface ActionlintError {
  readonly filepath: string;
  readonly line: number;
  readonly message: string;
}

const folder = mkdtempSync(join(tmpdir(), 'actionlint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const findActionlint = (): string => findGoProgram('actionlint', 'ACTIONLINT', INSTALL);

/** Runs actionlint in this repository, so that it knows the action and the workflows here. */
function actionlint(files: readonly string[]): string[] {
  // Without the programs that it starts where they are installed: the result is the same on every machine.
  const options = ['-shellcheck=', '-pyflakes=', '-no-color', '-format', '{{json .}}'];
  const { status, stdout, stderr, error } = spawnSync(findActionlint(), [...options, ...files], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (error !== undefined || (status !== 0 && status !== 1))
    throw new Error(`actionlint failed: ${stderr}`, { cause: error });
  return (JSON.parse(stdout) as ActionlintError[]).map(
    ({ filepath, line, message }) => `${filepath}:${line}: ${message}`,
  );
}

function lintText(name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, text);
  return actionlint([file]);
}

test('the installed actionlint is the version that the tests expect', () => {
  const { stdout } = spawnSync(findActionlint(), ['-version'], { encoding: 'utf8' });
  expect(stdout.split('\n')[0]).toBe(VERSION);
});

test.each(['.ci/run', '.github/workflows/ci.yml', 'CONTRIBUTING.md'])(
  '%s installs one version of act and of actionlint',
  (path) => {
    for (const command of [INSTALL, INSTALL_ACT]) {
      const program = command.split('@')[0] ?? '';
      const versions = read(path).split(program).slice(1);
      expect(versions.map((rest) => /^@v[\d.]*\d/.exec(rest)?.[0])).toEqual([command.replace(program, '')]);
    }
  },
);

test('actionlint accepts every workflow and every example', () => {
  const files = [...listFiles('.github/workflows', /\.ya?ml$/), ...listFiles('examples', /\.ya?ml$/)];
  expect(actionlint(files)).toEqual([]);
});

test('actionlint accepts every YAML snippet of the README and docs, completed to a workflow', () => {
  const files: string[] = [];
  for (const path of ['README.md', ...listFiles('docs', /\.md$/)]) {
    for (const { line, text } of snippetsOf(read(path))) {
      const file = join(folder, `${path.replaceAll('/', '-')}-line-${line}.yml`);
      writeFileSync(file, wholeWorkflow(text).text);
      files.push(file);
    }
  }
  expect(actionlint(files)).toEqual([]);
});

test.each([
  ['concurrency.queue, which GitHub Enterprise Server does not have', '  cancel-in-progress: false', '  queue: max'],
  ['a misspelt key', 'timeout-minutes', 'timeout-minute'],
  ['an unknown context', 'inputs.dry-run ||', 'input.dry-run ||'],
])('actionlint finds %s', (_what, from, to) => {
  expect(lintText('bad.yml', edit(read('examples/auto-accept.yml'), from, to))).toHaveLength(1);
});

test('a missing actionlint is an error that names the command that installs it', () => {
  const { PATH, ACTIONLINT } = process.env;
  try {
    process.env.PATH = '';
    delete process.env.ACTIONLINT;
    expect(() => findActionlint()).toThrow(INSTALL);
  } finally {
    process.env.PATH = PATH;
    if (ACTIONLINT !== undefined) process.env.ACTIONLINT = ACTIONLINT;
  }
});
