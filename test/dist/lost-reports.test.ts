import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitHubSandbox } from '../../sandbox/github.ts';
import type { StepResult } from '../../sandbox/runner.ts';
import { DistHarness, type DistStepOptions, ID } from './step.ts';

// Steps that cannot write a part of their reports. One invite of two is accepted, and the other does not exist.

const UNKNOWN = 'nobody-has-this';
const FAILED = { level: 'error', title: expect.stringContaining(UNKNOWN) };
const OUTPUTS_LOST = { level: 'error', title: 'The outputs could not be written' };
const SUMMARY_LOST = { level: 'warning', title: 'The job summary could not be written' };

interface Places {
  readonly outputs: boolean;
  readonly summary: boolean;
  readonly log: boolean;
}

const EVERYWHERE: Places = { outputs: true, summary: true, log: true };

/** Checks that these places report the two invites, and no other place does. */
function expectReported({ outputs, summary, log }: StepResult, places: Places): void {
  expect({
    outputs: outputs.changed_count === '1' && outputs.invites?.includes('"outcome":"changed"') === true,
    summary: summary.includes(ID) && summary.includes(UNKNOWN),
    log: log.some((line) => line.includes(`${ID}): accepted.`)) && log.some((line) => line.includes(UNKNOWN)),
  }).toEqual(places);
}

async function runTwo(options: DistStepOptions): Promise<StepResult> {
  await using harness = await DistHarness.open();
  return await harness.step({ ...options, with: { 'invite-id': `${ID} ${UNKNOWN}`, ...options.with } });
}

/** A step that has nothing else to report. */
async function runOne(options: DistStepOptions): Promise<StepResult> {
  await using harness = await DistHarness.open();
  return await harness.step(options);
}

const FILES: readonly (readonly [string, string, RegExp])[] = [
  ['missing', join(tmpdir(), 'no-such-folder', 'file'), /Missing file|Unable to access/],
  ['a directory', tmpdir(), /EISDIR/],
  ['full', '/dev/full', /ENOSPC/],
  ['closed', '/dev/fd/99', /Missing file|Unable to access/],
];

describe.concurrent('files of the runner', { timeout: 30_000 }, () => {
  test.for(FILES)('only the outputs are lost when the file of GITHUB_OUTPUT is %s', async ([, path, reason]) => {
    const env = { GITHUB_OUTPUT: path };
    const two = await runTwo({ env });
    expect(two).toMatchObject({ exitCode: 1, stderr: '', annotations: [OUTPUTS_LOST, FAILED] });
    expect(two.annotations[0]?.message).toMatch(reason);
    expect(two.annotations[0]?.message).toContain(`1 accepted, 1 failed. Changed: Acme, Inc. (${ID}).`);
    expectReported(two, { ...EVERYWHERE, outputs: false });
    expect(await runOne({ env })).toMatchObject({ exitCode: 1, annotations: [OUTPUTS_LOST] });
  });

  test.for(FILES)('only the summary is lost when the file of GITHUB_STEP_SUMMARY is %s', async ([, path, reason]) => {
    const env = { GITHUB_STEP_SUMMARY: path };
    const two = await runTwo({ env });
    expect(two).toMatchObject({ exitCode: 1, stderr: '', annotations: [FAILED, SUMMARY_LOST] });
    expect(two.annotations[1]?.message).toMatch(reason);
    expectReported(two, { ...EVERYWHERE, summary: false });
    expect(await runOne({ env })).toMatchObject({ exitCode: 0, annotations: [SUMMARY_LOST] });
  });

  test('outputs that fit are kept whole when the output file is full', async () => {
    // A limit on the size of files ends a write in the middle, as a full disk does.
    const node = 'prlimit';
    const nodeArguments = ['--fsize=2500', process.execPath];
    const { outputs, annotations, exitCode } = await runTwo({ node, nodeArguments });
    expect(exitCode).toBe(1);
    expect(outputs).toMatchObject({ changed: 'true', changed_count: '1' });
    expect(annotations[0]).toMatchObject(OUTPUTS_LOST);
    expect(annotations[0]?.message).toContain('Missing: invites.');
  });
});

/** What a stream writes to, and whether it drops the text without an error. */
const STREAMS: readonly (readonly [string, () => number | 'closed', boolean])[] = [
  ['a directory', () => openSync(tmpdir(), 'r'), true],
  ['full', () => openSync('/dev/full', 'w'), false],
  ['not open for writing', () => openSync('/dev/null', 'r'), false],
  ['closed', () => 'closed', false],
];

async function withStream(
  name: 'stdout' | 'stderr',
  open: () => number | 'closed',
  run: (streams: NonNullable<DistStepOptions['streams']>) => Promise<void>,
): Promise<void> {
  const stream = open();
  try {
    await run({ [name]: stream });
  } finally {
    if (stream !== 'closed') closeSync(stream);
  }
}

describe.concurrent('streams of the runner', { timeout: 30_000 }, () => {
  test.for(STREAMS)('outputs and summary are written when stdout is %s', async ([, open, isSilent]) => {
    await withStream('stdout', open, async (streams) => {
      const two = await runTwo({ streams });
      expect(two).toMatchObject({ exitCode: 1, signal: null });
      // Node drops what is written to a stream of an unknown type, without an error.
      expect(two.annotations).toMatchObject(isSilent ? [] : [FAILED]);
      expectReported(two, { ...EVERYWHERE, log: !isSilent });
      expect(await runOne({ streams })).toMatchObject({ exitCode: 0, annotations: [] });
    });
  });

  test.for(STREAMS)('nothing is lost when stderr is %s', async ([, open]) => {
    await withStream('stderr', open, async (streams) => {
      const two = await runTwo({ streams });
      expect(two).toMatchObject({ exitCode: 1, signal: null, annotations: [FAILED] });
      expectReported(two, EVERYWHERE);
      expect(await runOne({ streams })).toMatchObject({ exitCode: 0, annotations: [] });
    });
  });

  test.for(STREAMS.filter(([, , isSilent]) => !isSilent))(
    'outputs without a file fail the step when stdout is %s',
    async ([, open]) => {
      await withStream('stdout', open, async (streams) => {
        const env = { GITHUB_OUTPUT: '' };
        const two = await runTwo({ streams, env });
        expect(two).toMatchObject({ exitCode: 1, annotations: [OUTPUTS_LOST, FAILED] });
        // Each command that stdout does not take goes to stderr, which the runner reads too.
        expectReported(two, EVERYWHERE);
        expect(await runOne({ streams, env })).toMatchObject({ exitCode: 1, annotations: [OUTPUTS_LOST] });
      });
    },
  );

  test.for(STREAMS)('outputs and summary are written when both streams are %s', async ([, open]) => {
    await withStream('stdout', open, async ({ stdout = 'closed' }) => {
      const streams = { stdout, stderr: stdout };
      const two = await runTwo({ streams });
      expect(two).toMatchObject({ exitCode: 1, signal: null, annotations: [] });
      expectReported(two, { ...EVERYWHERE, log: false });
      expect((await runOne({ streams })).exitCode).toBe(0);
    });
  });
});

describe.concurrent('the tracking issue', { timeout: 30_000 }, () => {
  const token = 'ghs_fake-token-for-dist';
  const context = { 'github.token': token };
  const tracked = { 'report-issue': 'Invites need a person' };
  const ISSUE_LOST = { level: 'warning', title: 'The tracking issue could not be updated' };

  test.for([
    ['missing', { GITHUB_REPOSITORY: '' }],
    ['unreachable', { GITHUB_API_URL: 'http://127.0.0.1:9' }],
    ['unknown', { GITHUB_REPOSITORY: 'nobody/nothing' }],
  ] as const)('a repository for the tracking issue that is %s is a warning', async ([, changes]) => {
    await using github = await GitHubSandbox.open({ token });
    const two = await runTwo({ env: { ...github.environment, ...changes }, context, with: tracked });
    expect(two).toMatchObject({ exitCode: 1, annotations: [FAILED, ISSUE_LOST] });
    expectReported(two, EVERYWHERE);
  });

  test('the tracking issue is written when no other report can be', async () => {
    await using github = await GitHubSandbox.open({ token });
    await withStream(
      'stdout',
      () => openSync('/dev/full', 'w'),
      async ({ stdout = 'closed' }) => {
        const streams = { stdout, stderr: stdout };
        const files = { GITHUB_OUTPUT: '/dev/full', GITHUB_STEP_SUMMARY: '/dev/full' };
        const two = await runTwo({ env: { ...github.environment, ...files }, context, with: tracked, streams });
        expect(two).toMatchObject({ exitCode: 1, signal: null });
        expect(github.issues).toMatchObject([{ state: 'open', body: expect.stringContaining(ID) }]);
      },
    );
  });
});
