import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunOptions, type RunResult, runAction } from '../../../sandbox/runner.ts';
import { problemAnnotation } from '../../../src/report/annotations.ts';

const TOKEN = 'fake-token-0123456789';

/** What a stranger may write into a name in the hope that a log obeys. */
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
  const source = (file: string): string => JSON.stringify(new URL(`../../../src/report/${file}`, import.meta.url).href);
  await writeFile(
    join(actionDirectory, 'main.mjs'),
    `import { createSafeText } from ${source('text.ts')};
import { createWorkflow } from ${source('workflow.ts')};
const AsyncFunction = (async () => {}).constructor;
const workflow = createWorkflow(createSafeText([${JSON.stringify(TOKEN)}]));
await new AsyncFunction('workflow', process.env.INPUT_SCRIPT)(workflow);
`,
  );
});

afterAll(() => rm(actionDirectory, { recursive: true, force: true }));

/** Runs `script`, which has a `workflow` whose secret is the token, as a step of a job. */
async function run(script: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const result = await runAction({ actionDirectory, with: { script }, ...options });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result;
}

/** `values` as a piece of a script. */
function literal(values: unknown): string {
  return JSON.stringify(values);
}

describe('log lines', () => {
  test('are lines of the log and nothing else', async () => {
    const { log, commands } = await run('workflow.info("Hello, Müller & Søn"); workflow.info("100 % :: done")');
    expect(log).toEqual(['Hello, Müller & Søn', '100 % :: done']);
    expect(commands).toEqual([]);
  });

  test('of foreign text start no command and are one line each', async () => {
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

  test('show no credential', async () => {
    const { stdout } = await run(`workflow.info("a ${TOKEN} b"); workflow.info("half ${TOKEN.slice(4, 14)}")`);
    expect(stdout).toBe('a *** b\nhalf ***\n');
  });

  test('for debugging are for debug logging, each a single command', async () => {
    const texts = [...HOSTILE.filter((text) => text !== ''), TOKEN];
    const { debug, log, commands, stdout } = await run(`for (const text of ${literal(texts)}) workflow.debug(text)`);
    expect(commands.map(({ command }) => command)).toEqual(texts.map(() => 'debug'));
    expect(debug).toHaveLength(texts.length);
    expect(debug.join('\n').split('\n')).toHaveLength(texts.length);
    expect(debug.at(-1)).toBe('***');
    expect(log).toEqual([]);
    expect(stdout).not.toContain(TOKEN);
  });
});

describe('mask', () => {
  test('hides each value from then on', async () => {
    const script = `workflow.mask(["fake-one", "fake,two:100%"]); console.log("fake-one, fake,two:100%")`;
    const { masks, log } = await run(script);
    expect(masks).toEqual(['fake-one', 'fake,two:100%']);
    expect(log).toEqual(['***, ***']);
  });

  test('hides every line of a value of several', async () => {
    const { masks, log } = await run('workflow.mask(["fake-one\\nfake-two"]); console.log("fake-two, fake-one")');
    expect(masks).toEqual(['fake-one\nfake-two']);
    expect(log).toEqual(['***, ***']);
  });
});

describe('annotations', () => {
  test('have a level, a title and lines', async () => {
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

  test('of foreign text are one command each, and forge no line and no property', async () => {
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

  test('show no credential', async () => {
    const { stdout, annotations } = await run(
      `workflow.annotate('error', { title: 'T ${TOKEN}', lines: ['a ${TOKEN}', '${TOKEN.slice(6)} b'] })`,
    );
    expect(annotations).toEqual([{ level: 'error', title: 'T ***', message: 'a ***\n*** b' }]);
    expect(stdout).not.toContain(TOKEN.slice(6));
  });

  test('stay below the length at which the runner cuts, and show that they were cut', async () => {
    const { annotations, commands } = await run(
      `workflow.annotate('error', { title: 't'.repeat(300), lines: Array(9).fill('%'.repeat(900)) })`,
    );
    expect(annotations[0]?.message).toHaveLength(4_000);
    expect(annotations[0]?.message).toMatch(/%…\n%{900}$/);
    expect(annotations[0]?.title).toBe(`${'t'.repeat(199)}…`);
    expect(commands[0]?.data).toBe(annotations[0]?.message);
  });

  test('are not cut through a character', async () => {
    const lines = Array(5).fill('😀'.repeat(499));
    const { annotations } = await run(`
      const lines = ${literal(lines)};
      workflow.annotate('error', { title: 'T', lines });
      workflow.annotate('error', { title: 'T', lines: ['x', ...lines] });`);
    expect(annotations.map(({ message }) => message.includes('\ufffd'))).toEqual([false, false]);
  });

  test('of a problem with long details still say what to do about it', async () => {
    const details = Array(9).fill('x'.repeat(900));
    const annotation = problemAnnotation({ title: 'T', message: 'M.', details, hint: 'Ask for a new invite.' });
    const { annotations } = await run(`workflow.annotate('error', ${literal(annotation)})`);
    expect(annotations[0]?.message).toContain('Ask for a new invite.');
  });
});

describe('groups', () => {
  test('fold the lines of the work and give its result', async () => {
    const { log } = await run(`
      const result = await workflow.group('Two invites', async () => { workflow.info('inside'); return 42; });
      workflow.info('outside ' + result);`);
    expect(log).toEqual(['##[group]Two invites', 'inside', '##[endgroup]', 'outside 42']);
  });

  test('end where the work fails, and pass the failure on', async () => {
    const { log } = await run(`
      const failure = await workflow.group('G', async () => { throw new Error('no'); }).catch((error) => error);
      workflow.info('caught ' + failure.message);`);
    expect(log).toEqual(['##[group]G', '##[endgroup]', 'caught no']);
  });

  test('have a title that is one line without a credential', async () => {
    const { log, commands, stdout } = await run(`await workflow.group('a\\n::error::b ${TOKEN}', async () => {})`);
    expect(log).toEqual(['##[group]a ::error::b ***', '##[endgroup]']);
    expect(commands.map(({ command }) => command)).toEqual(['group', 'endgroup']);
    expect(stdout).not.toContain(TOKEN);
  });
});

describe('outputs', () => {
  test('keep foreign text as it is, and forge no other output', async () => {
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

  test('lose a credential alone', async () => {
    const { outputs } = await run(`workflow.setOutput('invites', '["a","${TOKEN}","::b::"]')`);
    expect(outputs).toEqual({ invites: '["a","***","::b::"]' });
  });
});

describe('the summary', () => {
  test('is appended to what other steps of the job wrote, one time each', async () => {
    const { summary, stdout } = await run(`
      await workflow.addSummary('<h3>One</h3>');
      await workflow.addSummary('<h3>Two</h3>');`);
    expect(summary).toBe('<h3>One</h3>\n<h3>Two</h3>\n');
    expect(stdout).toBe('');
  });

  test('is left out where there is none to write to', async () => {
    const { summary, log } = await run(`await workflow.addSummary('<h3>One</h3>'); workflow.info('done')`, {
      env: { GITHUB_STEP_SUMMARY: '' },
    });
    expect(summary).toBe('');
    expect(log).toEqual(['done']);
  });

  test('that cannot be stored is a failure that the caller sees', async () => {
    const { log } = await run(
      `await workflow.addSummary('x').catch((error) => workflow.info('caught ' + (error instanceof Error)))`,
      { env: { GITHUB_STEP_SUMMARY: join(tmpdir(), 'no-such-folder', 'summary') } },
    );
    expect(log).toEqual(['caught true']);
  });
});
