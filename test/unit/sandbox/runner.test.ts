import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  parseCommand,
  parseEnvironmentFile,
  runStep,
  type StepOptions,
  type StepResult,
} from '../../../sandbox/runner.ts';

let actionDirectory = '';

beforeAll(async () => {
  actionDirectory = await mkdtemp(join(tmpdir(), 'fixture-'));
  await writeFile(
    join(actionDirectory, 'action.yml'),
    `name: Fixture
inputs:
  script: { required: true }
  retries: { default: 4 }
  dry run: { default: false }
  github-token: { default: "\${{ github.token }}" }
  nothing:
  old: { deprecationMessage: use another }
runs: { using: node24, main: main.mjs }
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

function run(script: string, options: Partial<StepOptions> = {}): Promise<StepResult> {
  return runStep({ actionDirectory, ...options, with: { script, ...options.with } });
}

test.each([
  ['::error::boom', 'error', {}, 'boom'],
  ['  \t\u00a0::error title=a%3Ab%2Cc,file=x::l1%0Al2%25%3A', 'error', { title: 'a:b,c', file: 'x' }, 'l1\nl2%%3A'],
  ['::ERROR endLine=3::x', 'error', { endline: '3' }, 'x'],
  ['name ##[error title=a%3Bb;line=2]boom%5D', 'error', { title: 'a;b', line: '2' }, 'boom]'],
  ['::unknown::##[warning]x', 'warning', {}, 'x'],
  ['::add-mask::', 'add-mask', {}, ''],
  ['::error =a=,b,==c=d=e,f=::x', 'error', { c: 'd=e' }, 'x'],
])('parseCommand recognizes %j', (line, command, properties, data) => {
  expect(parseCommand(line)).toEqual({ command, properties, data });
});

test.each([
  'x ::error::boom',
  '\u200b::error::boom',
  '::error boom',
  '::frobnicate::x',
  '##[section]x',
  '## [error]x',
  '##[error',
])('parseCommand takes %j as text', (line) => {
  expect(parseCommand(line)).toBeUndefined();
});

test('parseEnvironmentFile reads plain values and blocks', () => {
  const text = 'a=1=2\n\nb<<EOF\nx\n\ny=z\nEOF\nc<<E\nE\nd=\na=3';
  expect(parseEnvironmentFile(text)).toEqual({ a: '3', b: 'x\n\ny=z', c: '', d: '' });
});

test.each(['nonsense\n', '<<EOF\nx\nEOF\n', 'a<<\nx\n', 'a<<EOF\nx\n'])('parseEnvironmentFile refuses %j', (text) => {
  expect(() => parseEnvironmentFile(text)).toThrow(/Invalid/);
});

const dump = 'out(JSON.stringify(process.env) + "\\n" + process.cwd())';
const environmentOf = ({ stdout }: StepResult): Record<string, string> => JSON.parse(stdout.split('\n')[0] ?? '');

test('runStep sets written, empty and default inputs in a clean environment', async () => {
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
  expect(result).toMatchObject({ exitCode: 0, signal: null, timedOut: false, annotations: [] });
});

test('runStep keeps numbers and booleans of defaults as text', async () => {
  expect(environmentOf(await run(dump))).toMatchObject({ INPUT_RETRIES: '4', 'INPUT_GITHUB-TOKEN': '' });
});

test('runStep warns about unknown and deprecated inputs', async () => {
  const { annotations } = await run('', { with: { retrys: '1', old: 'x' } });
  const valid = "['script', 'retries', 'dry run', 'github-token', 'nothing', 'old']";
  expect(annotations).toEqual([
    { level: 'warning', title: '', message: "Input 'old' has been deprecated with message: use another" },
    { level: 'warning', title: '', message: `Unexpected input(s) 'retrys', valid inputs are ${valid}` },
  ]);
});

test('runStep shows debug lines with debug logging only', async () => {
  const script = 'out("::debug::" + process.env.RUNNER_DEBUG + "\\n")';
  expect(await run(script, { debug: true })).toMatchObject({ debug: ['1'], log: ['##[debug]1'] });
  expect(await run(script)).toMatchObject({ debug: ['undefined'], log: [] });
});

test('runStep searches both streams for commands, with every kind of line end', async () => {
  const result = await run('out("a\\r::notice::one\\r\\nb\\n::notice::two"); err("x ##[error]three\\r")');
  expect(result.annotations.map(({ message }) => message).sort()).toEqual(['one', 'three', 'two']);
  const three = { stream: 'stderr', line: 'x ##[error]three' };
  expect(result.commands.find(({ data }) => data === 'three')).toMatchObject(three);
  expect(result.log).toEqual(expect.arrayContaining(['a', 'b', '##[notice]one', '##[error]three']));
  expect(result.stderr).toBe('x ##[error]three\r');
});

test('runStep joins characters and line ends that are split over chunks', async () => {
  const script = `
    const bytes = Buffer.from('::notice::Müller\\r\\nnext\\n');
    for (const byte of bytes) { out(Buffer.of(byte)); await new Promise((resolve) => setTimeout(resolve, 1)); }`;
  const result = await run(script);
  expect(result.annotations).toEqual([{ level: 'notice', title: '', message: 'Müller' }]);
  expect(result.log).toEqual(['##[notice]Müller', 'next']);
});

test('runStep masks every line of a secret in later output', async () => {
  const result = await run(`out("early fake-1\\n::add-mask::fake-1%0Afake-2\\nfake-1 xfake-2y fake-1fake-2\\n");
    out("::error title=fake-1::fake-2 failed\\n::debug::fake-1\\n::add-mask::\\n")`);
  expect(result.masks).toEqual(['fake-1\nfake-2']);
  expect(result.log.slice(0, 3)).toEqual(['early fake-1', '*** x***y ***', '##[error]*** failed']);
  expect(result.annotations[0]).toEqual({ level: 'error', title: '***', message: '*** failed' });
  expect(result.annotations[1]).toMatchObject({ level: 'warning', message: expect.stringContaining('empty string') });
  expect(result.debug).toEqual(['***']);
  expect(result.stdout).toContain('fake-1');
});

test('runStep keeps ten annotations of a level, with at most 4,096 characters', async () => {
  const script = 'for (let i = 0; i < 12; i++) out("::error::" + "x".repeat(5000) + "\\n"); out("::warning::w\\n")';
  const result = await run(script);
  expect(result.annotations).toHaveLength(11);
  expect(result.annotations[0]?.message).toHaveLength(4096);
  expect(result.droppedAnnotations).toBe(2);
});

test('runStep shows groups, and ignores commands between stop-commands and its token', async () => {
  const lines = [
    '::group::G',
    'in',
    '::endgroup::',
    '::stop-commands::t0ken',
    '::error::x',
    '::t0ken::',
    '::notice::y',
  ];
  const result = await run(`out(${JSON.stringify(`${lines.join('\n')}\n`)})`);
  expect(result.log).toEqual(['##[group]G', 'in', '##[endgroup]', ...lines.slice(3, 6), '##[notice]y']);
  expect(result.annotations).toHaveLength(1);
});

test('runStep reports a disabled command as an error', async () => {
  const { annotations } = await run('out("::set-env name=PATH::/evil\\n")');
  expect(annotations[0]).toMatchObject({ level: 'error', message: expect.stringContaining('Unable to process') });
});

test('runStep returns outputs, the summary and the other files', async () => {
  const result = await run(`
    file('GITHUB_OUTPUT', 'id=1\\ninvites<<E\\n[\\n]\\nE\\n'); file('GITHUB_STEP_SUMMARY', '# Hi');
    file('GITHUB_ENV', 'A=b\\n'); file('GITHUB_STATE', 'c=d\\n'); out('::set-output name=old::style\\n')`);
  expect(result.outputs).toEqual({ id: '1', invites: '[\n]', old: 'style' });
  expect(result.summary).toBe('# Hi');
  expect(result.environmentFiles).toEqual({ env: 'A=b\n', path: '', state: 'c=d\n' });
});

test('runStep throws for malformed outputs', async () => {
  await expect(run("file('GITHUB_OUTPUT', 'nonsense\\n')")).rejects.toThrow("Invalid format 'nonsense'");
});

test('runStep returns the exit code', async () => {
  expect(await run('process.exitCode = 1')).toMatchObject({ exitCode: 1, signal: null });
});

const waitFor = (name: string): string =>
  `process.on('${name}', () => { out('got ${name}\\n'); process.exitCode = 3; clearTimeout(timer); });
   const timer = setTimeout(() => {}, 20000); out('ready\\n')`;
const hang = 'await new Promise((resolve) => setTimeout(resolve, 20000))';

test('runStep sends a signal at a line of output', async () => {
  const seen: string[] = [];
  const result = await run(waitFor('SIGINT'), {
    signal: { name: 'SIGINT', when: (line) => line === 'ready' },
    onOutput: (line) => seen.push(line),
  });
  expect(result).toMatchObject({ exitCode: 3, log: ['ready', 'got SIGINT'] });
  expect(seen).toEqual(['ready', 'got SIGINT']);
});

test('runStep sends a signal when a promise resolves', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = await run(waitFor('SIGTERM'), {
    signal: { name: 'SIGTERM', when: promise },
    onOutput: (line) => line === 'ready' && resolve(),
  });
  expect(result.log).toEqual(['ready', 'got SIGTERM']);
});

test.each([
  ['a signal after some milliseconds', { signal: { name: 'SIGTERM', when: 150 } as const }, 'SIGTERM'],
  ['the time-out', { timeoutMs: 150 }, 'SIGKILL'],
])('runStep ends a process that hangs with %s', async (_what, options, signal) => {
  expect(await run(hang, options)).toMatchObject({ exitCode: null, signal, timedOut: signal === 'SIGKILL' });
});
