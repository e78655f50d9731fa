import { expect, test } from 'vitest';
import type { RunResult } from '../../../src/invites/run-result.ts';
import type { InviteSearch } from '../../../src/invites/search.ts';
import { publishReport, reportRun } from '../../../src/report/report.ts';
import type { Workflow } from '../../../src/report/workflow.ts';
import { failed, searchOf, succeeded } from './fixture.ts';

const context = { desiredStatus: 'accepted', dryRun: false, scheme: 'api-token' } as const;
const redact = (text: string): string => text.replaceAll('hunter2', '***');

/** What throws wherever anybody looks at it. */
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

test('a run that cannot be put into words keeps its outcomes, and says why', () => {
  const report = reportRun(handled({ ...searchOf(), ignored: broken<[]>() }), redact);
  expect(report).toMatchObject({ exitCode: 1, outcomes: [{ kind: 'changed' }, { kind: 'failed' }] });
  expect(report.stop?.message).toBe('This action has a defect: *** is broken.');
});

test.each([
  ['ignored', 'warning: The job summary could not be written: *** is broken.'],
  ['notices', 'warning: The notices could not be written: *** is broken.'],
] as const)('a defect in the report of %s leaves the other reports', async (part, reported) => {
  const { workflow, written } = recorder();
  await publishReport({ ...reportRun(handled(), redact), [part]: broken() }, workflow, redact);
  expect(written).toContain(reported);
  expect(written).toEqual(expect.arrayContaining(['invites', 'error: Invite f1 cannot be accepted. It has expired.']));
});
