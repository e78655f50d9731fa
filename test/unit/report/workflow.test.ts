import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runStep, type StepOptions, type StepResult } from '../../../sandbox/runner.ts';
import { problemAnnotation } from '../../../src/report/annotations.ts';
import { type Workflow, withoutFailures } from '../../../src/report/workflow.ts';

/** Names from outside that look like commands. */
const HOSTILE = [
  '::error::forged',
  ' \t::warning title=x::forged',
  '\u00a0\u3000::set-output name=id::forged',
  'Acme ##[error]forged',
  '####[stop-commands]forged',
  'a\n::add-mask::a',
  'a\r::add-mask::a',
  'a\r\n##[error]forged',
  '\u0085::error::forged',
  '\u2028::error::forged',
  '\ufeff::error::forged',
  '%0A::error::forged',
  '::stop-commands::forged',
  '#\ufe0f#[error]forged',
  '::',
  '',
];

let actionDirectory = '';

beforeAll(async () => {
  actionDirectory = await mkdtemp(join(tmpdir(), 'workflow-'));
  await writeFile(
    join(actionDirectory, 'action.yml'),
    'name: Fixture\ndescription: Runs a script.\ninputs:\n  script:\n    default: ""\nruns:\n  using: node24\n  main: main.mjs\n',
  );
  const source = new URL('../../../src/report/workflow.ts', import.meta.url).href;
  await writeFile(
    join(actionDirectory, 'main.mjs'),
    `import { connectRunner, createWorkflow } from ${JSON.stringify(source)};
const AsyncFunction = (async () => {}).constructor;
const workflow = createWorkflow(connectRunner(process));
await new AsyncFunction('workflow', process.env.INPUT_SCRIPT)(workflow);
`,
  );
});

afterAll(() => rm(actionDirectory, { recursive: true, force: true }));

/** Runs `script`, which has a `workflow`, as a step of a job. */
async function run(script: string, options: Partial<StepOptions> = {}): Promise<StepResult> {
  const result = await runStep({ actionDirectory, with: { script }, ...options });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result;
}

/** `values` as a piece of a script. */
function literal(values: unknown): string {
  return JSON.stringify(values);
}

test('a log line is a line of the log and nothing else', async () => {
  const { log, commands } = await run('workflow.info("Hello, Müller & Søn"); workflow.info("100 % :: done")');
  expect(log).toEqual(['Hello, Müller & Søn', '100 % :: done']);
  expect(commands).toEqual([]);
});

test('log lines of text from outside start no command and are one line each', async () => {
  const texts = [...HOSTILE, ...fc.sample(fc.string({ unit: 'binary', maxLength: 20 }), 100)];
  const { log, commands } = await run(`for (const text of ${literal(texts)}) workflow.info(text)`);
  expect(commands).toEqual([]);
  expect(log).toHaveLength(texts.length);
  expect(log.slice(0, 4)).toEqual([
    ': :error::forged',
    '  : :warning title=x::forged',
    '\u00a0\u3000: :set-output name=id::forged',
    'Acme # #[error]forged',
  ]);
});

test('debug lines are one command each', async () => {
  const texts = HOSTILE.filter((text) => text !== '');
  const { debug, log, commands } = await run(`for (const text of ${literal(texts)}) workflow.debug(text)`);
  expect(commands.map(({ command }) => command)).toEqual(texts.map(() => 'debug'));
  expect(debug).toHaveLength(texts.length);
  expect(debug.join('\n').split('\n')).toHaveLength(texts.length);
  expect(log).toEqual([]);
});

test('a masked value is hidden from then on', async () => {
  const script = `workflow.mask(["fake-one", "fake,two:100%"]); console.log("fake-one, fake,two:100%")`;
  const { masks, log } = await run(script);
  expect(masks).toEqual(['fake-one', 'fake,two:100%']);
  expect(log).toEqual(['***, ***']);
});

test('every line of a masked value is hidden', async () => {
  const { masks, log } = await run('workflow.mask(["fake-one\\nfake-two"]); console.log("fake-two, fake-one")');
  expect(masks).toEqual(['fake-one\nfake-two']);
  expect(log).toEqual(['***, ***']);
});

test('an annotation has a level, a title and lines', async () => {
  const { annotations } = await run(`
    for (const level of ['error', 'warning', 'notice']) {
      workflow.annotate(level, { title: level + ', a: b', lines: ['One, 100 %.', 'Two: "x".'] });
    }`);
  expect(annotations).toEqual(
    ['error', 'warning', 'notice'].map((level) => ({
      level,
      title: `${level}, a: b`,
      message: 'One, 100 %.\nTwo: "x".',
    })),
  );
});

test('annotations of text from outside are one command each, without forged lines and properties', async () => {
  for (const part of [HOSTILE.slice(0, 8), HOSTILE.slice(8)]) {
    const { commands, annotations } = await run(`
      for (const text of ${literal(part)}) workflow.annotate('error', { title: 'T' + text, lines: [text, 'a ' + text] })`);
    expect(commands.map(({ command }) => command)).toEqual(part.map(() => 'error'));
    for (const { properties } of commands) expect(Object.keys(properties)).toEqual(['title']);
    for (const { title, message } of annotations) {
      expect(title).not.toMatch(/[\r\n]/);
      expect(message.split(/[\r\n\u0085\u2028]/)).toHaveLength(2);
    }
  }
});

test('an annotation is truncated below the length at which the runner cuts it', async () => {
  const { annotations, commands } = await run(
    `workflow.annotate('error', { title: 't'.repeat(300), lines: Array(9).fill('%'.repeat(900)) })`,
  );
  expect(annotations[0]?.message).toHaveLength(4_000);
  expect(annotations[0]?.message).toMatch(/%…\n%{900}$/);
  expect(annotations[0]?.title).toBe(`${'t'.repeat(199)}…`);
  expect(commands[0]?.data).toBe(annotations[0]?.message);
});

test('an annotation is not truncated inside a character', async () => {
  const lines = Array(5).fill('😀'.repeat(499));
  const { annotations } = await run(`
    const lines = ${literal(lines)};
    workflow.annotate('error', { title: 'T', lines });
    workflow.annotate('error', { title: 'T', lines: ['x', ...lines] });`);
  expect(annotations.map(({ message }) => message.includes('\ufffd'))).toEqual([false, false]);
});

test('an annotation with long details still says what to do', async () => {
  const details = Array(9).fill('x'.repeat(900));
  const annotation = problemAnnotation({ title: 'T', message: 'M.', details, hint: 'Ask for a new invite.' });
  const { annotations } = await run(`workflow.annotate('error', ${literal(annotation)})`);
  expect(annotations[0]?.message).toContain('Ask for a new invite.');
});

test('a group folds the lines of its work and resolves with its result', async () => {
  const { log } = await run(`
    const result = await workflow.group('Two invites', async () => { workflow.info('inside'); return 42; });
    workflow.info('outside ' + result);`);
  expect(log).toEqual(['##[group]Two invites', 'inside', '##[endgroup]', 'outside 42']);
});

test('a group ends if its work fails, and rejects with the failure', async () => {
  const { log } = await run(`
    const failure = await workflow.group('G', async () => { throw new Error('no'); }).catch((error) => error);
    workflow.info('caught ' + failure.message);`);
  expect(log).toEqual(['##[group]G', '##[endgroup]', 'caught no']);
});

test('the work of a group is done once, even if the group cannot be written', async () => {
  const never = async (): Promise<never> => {
    throw new Error('broken');
  };
  const nothing = (): undefined => undefined;
  const stored = async (): Promise<void> => undefined;
  const others = { mask: nothing, info: nothing, debug: nothing, annotate: nothing };
  const groups: readonly Workflow['group'][] = [
    never,
    () => {
      throw new Error('broken');
    },
    (_title, work) => work().then(never),
    // Does not call its work.
    async () => undefined as never,
  ];
  for (const group of groups) {
    const safe = withoutFailures({ ...others, setOutput: stored, addSummary: stored, group });
    let count = 0;
    expect(await safe.group('G', async () => ++count)).toBe(1);
    expect(count).toBe(1);
    await expect(safe.group('G', () => Promise.reject(new Error('work')))).rejects.toThrow('work');
  }
});

test('the title of a group is one line', async () => {
  const { log, commands } = await run(`await workflow.group('a\\n::error::b', async () => {})`);
  expect(log).toEqual(['##[group]a ::error::b', '##[endgroup]']);
  expect(commands.map(({ command }) => command)).toEqual(['group', 'endgroup']);
});

test('an output keeps text from outside as it is, without forging another output', async () => {
  const values: Record<string, string> = {
    id: 'plain',
    empty: '',
    organization_name: 'Acme\nstatus=forged\nstatus<<EOF\nforged\nEOF\n',
    roles: '["::error::x","##[error]y"]',
    padded: '  x \n',
    invited_by: '\u202e😀\u200b',
  };
  const { outputs, stdout } = await run(
    `for (const [name, value] of Object.entries(${literal(values)})) workflow.setOutput(name, value)`,
  );
  expect(outputs).toEqual(values);
  expect(stdout).toBe('');
});

test('a summary is appended to what other steps of the job wrote', async () => {
  const { summary, stdout } = await run(`
    await workflow.addSummary('<h3>One</h3>');
    await workflow.addSummary('<h3>Two</h3>');`);
  expect(summary).toBe('<h3>One</h3>\n<h3>Two</h3>\n');
  expect(stdout).toBe('');
});

test('a summary is left out where the runner has no file for it', async () => {
  const { summary, log } = await run(`await workflow.addSummary('<h3>One</h3>'); workflow.info('done')`, {
    env: { GITHUB_STEP_SUMMARY: '' },
  });
  expect(summary).toBe('');
  expect(log).toEqual(['done']);
});

test('a summary that cannot be stored rejects', async () => {
  const { log } = await run(
    `await workflow.addSummary('x').catch((error) => workflow.info('caught ' + (error instanceof Error)))`,
    { env: { GITHUB_STEP_SUMMARY: join(tmpdir(), 'no-such-folder', 'summary') } },
  );
  expect(log).toEqual(['caught true']);
});
