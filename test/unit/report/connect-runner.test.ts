import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectRunner } from '../../../src/report/workflow.ts';

/** A stream that takes what is written, or fails. */
function fakeStream(error: Error | null = null) {
  const written: string[] = [];
  const events: string[] = [];
  const stream = {
    on: (event: 'error', listener: () => void) => {
      events.push(event);
      listener();
    },
    write: (text: string, callback?: (error?: Error | null) => void) => {
      if (error === null) written.push(text);
      callback?.(error);
      return error === null;
    },
  };
  return { stream, written, events };
}

const FULL = new Error('ENOSPC');
const { GITHUB_OUTPUT, GITHUB_STEP_SUMMARY } = process.env;
const { write } = process.stdout;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const [name, value] of Object.entries({ GITHUB_OUTPUT, GITHUB_STEP_SUMMARY })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  process.stdout.write = write;
});

/** Connects the runner, with `stdout` in place of this process's stdout. */
function connect(stdout = fakeStream(), stderr = fakeStream()) {
  const commands = connectRunner({ stdout: stdout.stream, stderr: stderr.stream });
  process.stdout.write = (text: unknown): boolean => stdout.stream.write(String(text));
  return { commands, stdout, stderr };
}

test('text that stdout cannot write goes to stderr', () => {
  const { stdout, stderr } = connect(fakeStream(FULL));
  const errors: unknown[] = [];
  stdout.stream.write('a line\n', (error) => errors.push(error));
  stdout.stream.write('another\n');
  expect(stderr.written).toEqual(['a line\n', 'another\n']);
  expect(errors).toEqual([FULL]);
});

test('text that stdout writes goes to stdout alone', () => {
  const { stdout, stderr } = connect();
  const errors: unknown[] = [];
  stdout.stream.write('a line\n', (error) => errors.push(error));
  expect(stdout.written).toEqual(['a line\n']);
  expect(stderr.written).toEqual([]);
  expect(errors).toEqual([null]);
});

test('errors of both streams are caught', () => {
  const { stdout, stderr } = connect();
  expect([stdout.events, stderr.events]).toEqual([['error'], ['error']]);
});

test('an output is appended to the file of the runner', async () => {
  const file = join(folder, 'output');
  await writeFile(file, 'before=1\n');
  process.env.GITHUB_OUTPUT = file;
  const { commands, stdout } = connect(fakeStream(FULL));
  await commands.setOutput('id', 'a1');
  expect(await readFile(file, 'utf8')).toMatch(/^before=1\nid<<(\S+)\na1\n\1\n$/);
  expect(stdout.written).toEqual([]);
});

test('an output rejects where the file cannot be written', async () => {
  const { commands } = connect();
  for (const file of [join(folder, 'missing'), folder]) {
    process.env.GITHUB_OUTPUT = file;
    await expect(commands.setOutput('id', 'a1')).rejects.toThrow();
  }
});

test('an output without a file is a command on stdout', async () => {
  process.env.GITHUB_OUTPUT = '';
  const { commands, stdout } = connect();
  await commands.setOutput('id', 'a1');
  expect(stdout.written.join('')).toMatch(/^\s*::set-output name=id::a1\n$/);
});

test('an output without a file rejects where stdout cannot be written', async () => {
  process.env.GITHUB_OUTPUT = '';
  await expect(connect(fakeStream(FULL)).commands.setOutput('id', 'a1')).rejects.toBe(FULL);
});

test('a summary is appended to its file, and left out without one', async () => {
  const file = join(folder, 'summary');
  await writeFile(file, 'before\n');
  const { commands } = connect();
  process.env.GITHUB_STEP_SUMMARY = '';
  await commands.appendSummary('<h3>None</h3>');
  process.env.GITHUB_STEP_SUMMARY = file;
  await commands.appendSummary('<h3>One</h3>');
  expect(await readFile(file, 'utf8')).toBe('before\n<h3>One</h3>\n');
});
