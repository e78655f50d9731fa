import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  parseCommand,
  parseEnvironmentFile,
  type RunOptions,
  type RunResult,
  runAction,
} from '../../../sandbox/runner.ts';

let actionDirectory = '';

beforeAll(async () => {
  actionDirectory = await mkdtemp(join(tmpdir(), 'fixture-'));
  await writeFile(
    join(actionDirectory, 'action.yml'),
    `name: Fixture
description: Runs the script it is given.
inputs:
  script:
    description: What to run.
    required: true
  retries:
    description: A number.
    default: 4
  dry run:
    description: With a space.
    default: false
  github-token:
    description: An expression.
    default: \${{ github.token }}
  nothing:
    description: No default.
  old:
    description: Old.
    deprecationMessage: use another
runs:
  using: node24
  main: main.mjs
`,
  );
  await writeFile(
    join(actionDirectory, 'main.mjs'),
    `import { appendFileSync } from 'node:fs';
const out = (text) => process.stdout.write(text);
const err = (text) => process.stderr.write(text);
const file = (name, text) => appendFileSync(process.env[name], text);
await new (Object.getPrototypeOf(async () => {}).constructor)('out', 'err', 'file', process.env.INPUT_SCRIPT)(out, err, file);
`,
  );
});

afterAll(() => rm(actionDirectory, { recursive: true, force: true }));

function run(script: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  return runAction({ actionDirectory, ...options, with: { script, ...options.with } });
}

describe('parseCommand', () => {
  test.each([
    ['::error::boom', { command: 'error', properties: {}, data: 'boom' }],
    [
      '  \t\u00a0::error title=a%3Ab%2Cc,file=x::l1%0Al2%25%3A',
      {
        command: 'error',
        properties: { title: 'a:b,c', file: 'x' },
        data: 'l1\nl2%%3A',
      },
    ],
    ['::ERROR endLine=3::x', { command: 'error', properties: { endline: '3' }, data: 'x' }],
    [
      'name ##[error title=a%3Bb;line=2]boom%5D',
      {
        command: 'error',
        properties: { title: 'a;b', line: '2' },
        data: 'boom]',
      },
    ],
    ['::unknown::##[warning]x', { command: 'warning', properties: {}, data: 'x' }],
    ['::add-mask::', { command: 'add-mask', properties: {}, data: '' }],
  ])('recognizes %j', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  test.each([
    'x ::error::boom',
    '\u200b::error::boom',
    '::error boom',
    '::frobnicate::x',
    '##[section]x',
    '## [error]x',
    '##[error',
  ])('takes %j for text', (line) => {
    expect(parseCommand(line)).toBeUndefined();
  });
});

describe('parseEnvironmentFile', () => {
  test('reads plain values and blocks', () => {
    const text = 'a=1=2\n\nb<<EOF\nx\n\ny=z\nEOF\nc<<E\nE\nd=\na=3';
    expect(parseEnvironmentFile(text)).toEqual({ a: '3', b: 'x\n\ny=z', c: '', d: '' });
  });

  test.each(['nonsense\n', '<<EOF\nx\nEOF\n', 'a<<\nx\n', 'a<<EOF\nx\n'])('refuses %j', (text) => {
    expect(() => parseEnvironmentFile(text)).toThrow(/Invalid/);
  });
});

describe('inputs and environment', () => {
  const dump = 'out(JSON.stringify(process.env) + "\\n" + process.cwd())';
  const environmentOf = ({ stdout }: RunResult): Record<string, string> => JSON.parse(stdout.split('\n')[0] ?? '');

  test('defaults, written and empty inputs, in a clean environment', async () => {
    const result = await run(dump, {
      with: { nothing: '', RETRIES: '7' },
      env: { CLOUDFLARE_EMAIL: 'bot@example.net' },
      context: { 'github.token': 'ghs_fake' },
    });
    const environment = environmentOf(result);
    expect(environment).toMatchObject({
      INPUT_RETRIES: '7',
      INPUT_DRY_RUN: 'false',
      'INPUT_GITHUB-TOKEN': 'ghs_fake',
      INPUT_NOTHING: '',
      INPUT_OLD: '',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      CLOUDFLARE_EMAIL: 'bot@example.net',
    });
    expect(environment).not.toHaveProperty('VITEST');
    expect(environment).not.toHaveProperty('RUNNER_DEBUG');
    expect(environment.HOME).not.toBe(process.env.HOME);
    expect(result.stdout.split('\n')[1]).toBe(environment.GITHUB_WORKSPACE);
    expect(result.log.join('\n')).not.toContain('ghs_fake');
    expect(result.annotations).toEqual([]);
    expect(result).toMatchObject({ exitCode: 0, signal: null, timedOut: false });
  });

  test('numbers and booleans in defaults stay text', async () => {
    expect(environmentOf(await run(dump))).toMatchObject({ INPUT_RETRIES: '4', 'INPUT_GITHUB-TOKEN': '' });
  });

  test('warns of unknown and of deprecated inputs', async () => {
    const { annotations } = await run('', { with: { retrys: '1', old: 'x' } });
    expect(annotations.map(({ level, message }) => [level, message])).toEqual([
      ['warning', "Input 'old' has been deprecated with message: use another"],
      [
        'warning',
        "Unexpected input(s) 'retrys', valid inputs are ['script', 'retries', 'dry run', 'github-token', 'nothing', 'old']",
      ],
    ]);
  });

  test('debug logging', async () => {
    const loud = await run('out("::debug::" + process.env.RUNNER_DEBUG + "\\n")', { debug: true });
    expect(loud).toMatchObject({ debug: ['1'], log: ['##[debug]1'] });
    expect(await run('out("::debug::x\\n")')).toMatchObject({ debug: ['x'], log: [] });
  });
});

describe('output', () => {
  test('both streams are searched, lines end at every kind of line end, the last needs none', async () => {
    const result = await run('out("a\\r::notice::one\\r\\nb\\n::notice::two"); err("x ##[error]three\\r")');
    expect(result.annotations.map(({ message }) => message).sort()).toEqual(['one', 'three', 'two']);
    expect(result.commands.find(({ data }) => data === 'three')).toMatchObject({
      stream: 'stderr',
      line: 'x ##[error]three',
    });
    expect(result.log).toEqual(expect.arrayContaining(['a', 'b', '##[notice]one', '##[error]three']));
    expect(result.stderr).toBe('x ##[error]three\r');
  });

  test('characters and line ends split over chunks stay whole', async () => {
    const script = `
      const bytes = Buffer.from('::notice::Müller\\r\\nnext\\n');
      for (const byte of bytes) { out(Buffer.of(byte)); await new Promise((resolve) => setTimeout(resolve, 1)); }`;
    const result = await run(script);
    expect(result.annotations).toEqual([{ level: 'notice', title: '', message: 'Müller' }]);
    expect(result.log).toEqual(['##[notice]Müller', 'next']);
  });

  test('masks what comes later, every line of a secret', async () => {
    const result = await run(`out("early fake-1\\n::add-mask::fake-1%0Afake-2\\nfake-1 xfake-2y fake-1fake-2\\n");
      out("::error title=fake-1::fake-2 failed\\n::debug::fake-1\\n::add-mask::\\n")`);
    expect(result.masks).toEqual(['fake-1\nfake-2']);
    expect(result.log.slice(0, 3)).toEqual(['early fake-1', '*** x***y ***', '##[error]*** failed']);
    expect(result.annotations[0]).toEqual({ level: 'error', title: '***', message: '*** failed' });
    expect(result.annotations[1]).toMatchObject({ level: 'warning', message: expect.stringContaining('empty string') });
    expect(result.debug).toEqual(['***']);
    expect(result.stdout).toContain('fake-1');
  });

  test('ten annotations a level, cut at 4,096 characters', async () => {
    const result = await run(
      'for (let i = 0; i < 12; i += 1) out("::error::" + "x".repeat(5000) + "\\n"); out("::warning::w\\n")',
    );
    expect(result.annotations).toHaveLength(11);
    expect(result.annotations[0]?.message).toHaveLength(4096);
    expect(result.droppedAnnotations).toBe(2);
  });

  test('groups and paused commands', async () => {
    const result = await run(
      'out("::group::G\\nin\\n::endgroup::\\n::stop-commands::t0ken\\n::error::x\\n::t0ken::\\n::notice::y\\n")',
    );
    expect(result.log).toEqual([
      '##[group]G',
      'in',
      '##[endgroup]',
      '::stop-commands::t0ken',
      '::error::x',
      '::t0ken::',
      '##[notice]y',
    ]);
    expect(result.annotations).toHaveLength(1);
  });

  test('disabled commands are errors', async () => {
    const { annotations } = await run('out("::set-env name=PATH::/evil\\n")');
    expect(annotations[0]).toMatchObject({ level: 'error', message: expect.stringContaining('Unable to process') });
  });
});

describe('files', () => {
  test('outputs, summary and the others come back', async () => {
    const result = await run(`
      file('GITHUB_OUTPUT', 'id=1\\ninvites<<E\\n[\\n]\\nE\\n'); file('GITHUB_STEP_SUMMARY', '# Hi');
      file('GITHUB_ENV', 'A=b\\n'); file('GITHUB_STATE', 'c=d\\n'); out('::set-output name=old::style\\n')`);
    expect(result.outputs).toEqual({ id: '1', invites: '[\n]', old: 'style' });
    expect(result.summary).toBe('# Hi');
    expect(result.environmentFiles).toEqual({ env: 'A=b\n', path: '', state: 'c=d\n' });
  });

  test('malformed outputs are an error', async () => {
    await expect(run("file('GITHUB_OUTPUT', 'nonsense\\n')")).rejects.toThrow("Invalid format 'nonsense'");
  });
});

describe('the end', () => {
  const wait = (name: string): string =>
    `process.on('${name}', () => { out('got ${name}\\n'); process.exitCode = 3; clearTimeout(timer); });
     const timer = setTimeout(() => {}, 20000); out('ready\\n')`;

  test('exit code', async () => {
    expect(await run('process.exitCode = 1')).toMatchObject({ exitCode: 1, signal: null });
  });

  test('a signal at a line of output', async () => {
    const seen: string[] = [];
    const result = await run(wait('SIGINT'), {
      signal: { name: 'SIGINT', when: (line) => line === 'ready' },
      onOutput: (line) => seen.push(line),
    });
    expect(result).toMatchObject({ exitCode: 3, log: ['ready', 'got SIGINT'] });
    expect(seen).toEqual(['ready', 'got SIGINT']);
  });

  test('a signal after a promise', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const result = await run(wait('SIGTERM'), {
      signal: { name: 'SIGTERM', when: promise },
      onOutput: (line) => line === 'ready' && resolve(),
    });
    expect(result.log).toEqual(['ready', 'got SIGTERM']);
  });

  test('a signal after a time ends a process that does not listen', async () => {
    const result = await run('await new Promise((resolve) => setTimeout(resolve, 20000))', {
      signal: { name: 'SIGTERM', when: 150 },
    });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false });
  });

  test('a time-out kills', async () => {
    const result = await run('await new Promise((resolve) => setTimeout(resolve, 20000))', { timeoutMs: 150 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
  });
});
