import { expect, test } from 'vitest';
import type { RunResult } from '../../../src/invites/run-result.ts';
import type { InviteSearch } from '../../../src/invites/search.ts';
import { createReport, describeThrown, publishReport, reportRun } from '../../../src/report/report.ts';
import type { Workflow } from '../../../src/report/workflow.ts';
import { failed, searchOf, succeeded } from './fixture.ts';

const context = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;
const redact = (text: string): string => text.replaceAll('hunter2', '***');

/** An object whose every property throws. */
const broken = <T extends object>(): T =>
  new Proxy({} as T, {
    get: () => {
      throw new RangeError('hunter2 is broken');
    },
  });

function recorder() {
  const written: string[] = [];
  const workflow: Workflow = {
    mask: () => undefined,
    info: () => undefined,
    debug: () => undefined,
    annotate: (level, { lines }) => void written.push(`${level}: ${lines[0]}`),
    group: (_title, work) => work(),
    setOutput: async (name) => void written.push(name),
    addSummary: async () => void written.push('summary'),
  };
  return { workflow, written };
}

const handled = (search: InviteSearch = searchOf()): RunResult => ({
  kind: 'handled',
  context,
  endMs: 0,
  outcomes: [succeeded('changed', 'a1'), failed('f1')],
  search,
  stop: undefined,
});

test('a run whose report fails keeps its outcomes, and the error says why', () => {
  const report = reportRun(handled({ ...searchOf(), ignored: broken<[]>() }), redact);
  expect(report).toMatchObject({ exitCode: 1, outcomes: [{ kind: 'changed' }, { kind: 'failed' }] });
  expect(report.stop?.message).toBe('This action has a defect: *** is broken.');
  expect(report).toMatchObject({ title: 'Cloudflare invites', warnings: [], notices: [], ignored: [] });
});

test('a thrown value that cannot be converted to text has a description', () => {
  const thrown = {
    toString: () => {
      throw new Error('no');
    },
  };
  expect(describeThrown(thrown, redact)).toBe('a value that cannot be shown');
  expect(describeThrown(new Error('hunter2'), redact)).toBe('***');
});

test('a report has a policy only where there are filters', () => {
  expect(createReport(handled()).policy).toBeUndefined();
  const list = { patterns: [], entries: ['x'], isAnything: false };
  expect(createReport(handled(), { roles: list }).policy).toBe('Policy: roles x');
});

/** The annotations of a report when the outputs, or the first annotation of a level, cannot be written. */
async function writtenWithout(
  lost: 'outputs' | 'error' | 'warning' | undefined,
  result: RunResult,
  outcomes = reportRun(result, redact).outcomes,
): Promise<string[][]> {
  const annotations: string[][] = [];
  let isLost = false;
  const workflow: Workflow = {
    ...recorder().workflow,
    annotate: (level, { title, lines }) => {
      if (level === lost && !isLost) {
        isLost = true;
        throw new Error('no room');
      }
      annotations.push([level, title, ...lines]);
    },
    setOutput: (name) =>
      lost === 'outputs' && name !== 'id' ? Promise.reject(new Error('no room')) : Promise.resolve(),
  };
  await publishReport({ ...reportRun(result, redact), outcomes }, workflow, redact);
  return annotations;
}

const STANDS = 'The invites are not affected. Cloudflare invites: 1 accepted, 1 failed. Changed: a1.';

test('outputs that cannot be written are an error that names them, and what to do', async () => {
  const [first] = await writtenWithout('outputs', handled());
  expect(first).toEqual([
    'error',
    'The outputs could not be written',
    'The outputs could not be written: no room.',
    STANDS,
    'Missing: status, organization_id, organization_name, roles, invited_by, and 13 more.',
    'What to do: check the disk of the runner and the file that GITHUB_OUTPUT names. Do not rely on the outputs of this step.',
  ]);
});

test('outputs that cannot be made are all missing', async () => {
  const outcomes = [failed('f1', { invite: broken() })];
  const annotations = await writtenWithout(undefined, handled(), outcomes);
  expect(annotations[0]).toContain('Missing: all.');
});

test.each([
  ['error', 'errors'],
  ['warning', 'warnings'],
] as const)('a failure to make the %s annotations is one of them', async (level, what) => {
  const search = searchOf({ missingCount: 1 });
  expect(await writtenWithout(level, handled(search))).toContainEqual([
    level,
    `The ${what} could not be written`,
    `The ${what} could not be written: no room.`,
    STANDS,
  ]);
});

test('a report that cannot be written says nothing of changes where there are none', async () => {
  const result = { ...handled(), outcomes: [failed('f1')] } as RunResult;
  const [first] = await writtenWithout('outputs', result);
  expect(first?.[3]).toBe('The invites are not affected. Cloudflare invites: 1 failed.');
});

test.each([
  ['ignored', 'warning: The job summary could not be written: *** is broken.'],
  ['notices', 'warning: The notices could not be written: *** is broken.'],
] as const)('a defect in the report of %s does not stop the other reports', async (part, reported) => {
  const { workflow, written } = recorder();
  await publishReport({ ...reportRun(handled(), redact), [part]: broken() }, workflow, redact);
  expect(written).toContain(reported);
  expect(written).toEqual(expect.arrayContaining(['invites', 'error: Invite f1 cannot be accepted. It has expired.']));
});

test('a summary that cannot be written is one of at most 10 warnings', async () => {
  const { workflow, written } = recorder();
  const warnings = Array.from({ length: 12 }, (_, index) => ({ title: `W${index}`, lines: [`W${index}.`] }));
  const addSummary = () => Promise.reject(new Error('no room'));
  await publishReport({ ...reportRun(handled(), redact), warnings }, { ...workflow, addSummary }, redact, 1);
  const shown = written.filter((line) => line.startsWith('warning'));
  expect(shown[0]).toBe('warning: The job summary could not be written: no room.');
  expect(shown.slice(1)).toEqual([
    ...Array.from({ length: 7 }, (_, index) => `warning: W${index}.`),
    'warning: 5 more warnings.',
  ]);
});
