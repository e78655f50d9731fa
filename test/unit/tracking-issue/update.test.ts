import { expect, test } from 'vitest';
import {
  FORBIDDEN,
  type GitHubFault,
  GitHubSandbox,
  type GitHubSandboxOptions,
  ISSUES_DISABLED,
  SERVER_ERROR,
} from '../../../sandbox/github.ts';
import type { Clock } from '../../../src/clock.ts';
import { readGitHubContext } from '../../../src/inputs/environment.ts';
import type { RunResult } from '../../../src/invites/run-result.ts';
import { createReport } from '../../../src/report/report.ts';
import { MARKER } from '../../../src/tracking-issue/body.ts';
import { type TrackingOptions, updateTrackingIssue } from '../../../src/tracking-issue/update.ts';
import { textOf } from '../hostile-text.ts';
import { failed } from '../report/fixture.ts';
import { CONTEXT, EXPIRING, FAILURE, handled, INVITE } from './fixture.ts';

const TITLE = 'Cloudflare invites need a person';
const TOKEN = 'ghs_fake-token-for-the-tracking-issue';
const FAILURE_TEXT = 'Invite Acme, Inc. (4f5f0000000000000000000000000001) cannot be accepted';
const WELL = handled();

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  readonly #sleepers = new Map<() => void, number>();

  /** The lengths of the sleeps that have not ended, in milliseconds. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers.values()];
  }

  nowMs(): number {
    return Date.parse('2026-11-23T09:00:00Z');
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.set(resolve, ms);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(resolve);
        reject(signal.reason);
      });
    });
  }

  wakeAll(): void {
    for (const wake of this.#sleepers.keys()) wake();
    this.#sleepers.clear();
  }
}

/** GitHub, and the steps that report to it. */
class TrackingHarness implements AsyncDisposable {
  readonly github: GitHubSandbox;
  readonly clock = new ManualClock();
  readonly job = new AbortController();
  readonly log: string[] = [];
  readonly warnings: string[] = [];

  constructor(github: GitHubSandbox) {
    this.github = github;
  }

  static async open(options: Partial<GitHubSandboxOptions> = {}, fault?: GitHubFault): Promise<TrackingHarness> {
    const github = await GitHubSandbox.open({ token: TOKEN, ...options });
    if (fault !== undefined) github.addFault(fault);
    return new TrackingHarness(github);
  }

  async report(result: RunResult, options: Partial<TrackingOptions> = {}): Promise<void> {
    const { clock, log, warnings, job, github } = this;
    await updateTrackingIssue({
      ...readGitHubContext(github.environment),
      ...{ title: TITLE, result, report: createReport(result), clock, token: TOKEN, fetch, cancelled: job.signal },
      redact: (text) => text.replaceAll(TOKEN, '***'),
      workflow: {
        info: (line) => void log.push(line),
        annotate: (level, { title, lines }) => {
          expect([level, title]).toEqual(['warning', 'The tracking issue could not be updated']);
          warnings.push(lines.join('\n'));
        },
      },
      ...options,
    });
    // A timer that is left behind would hold the process.
    expect(clock.sleeping).toEqual([]);
  }

  /** The numbers of the open issues. */
  get open(): readonly number[] {
    return this.github.issues.filter(({ state }) => state === 'open').map(({ number }) => number);
  }

  /** The numbers of the issues that show the failure of `FAILURE`. */
  get reporting(): readonly number[] {
    const isReporting = ({ body }: { readonly body: string | null }) => textOf(body ?? '').includes(FAILURE_TEXT);
    return this.github.issues.filter(isReporting).map(({ number }) => number);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.github[Symbol.asyncDispose]();
  }
}

test('the tracking issue is opened for a failure', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  expect(world.github.issues).toMatchObject([{ number: 1, title: TITLE, state: 'open', comments: [] }]);
  expect(world.reporting).toEqual([1]);
  expect(world.log).toEqual([expect.stringMatching(/^Tracking issue #1 opened: http.*\/issues\/1$/)]);
  expect(world.warnings).toEqual([]);
});

test('the tracking issue is updated without a comment by the next failure', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  await world.report({ kind: 'defect', description: 'A new one' });
  expect(world.github.issues).toMatchObject([{ state: 'open', comments: [] }]);
  expect(textOf(world.github.issues[0]?.body ?? '')).toContain('This action has a defect: A new one.');
  expect(world.reporting).toEqual([]);
  expect(world.log.at(-1)).toMatch(/^Tracking issue #1 is up to date: http/);
});

test('the tracking issue is closed with a comment that names the run, and a new one is opened when needed', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  await world.report(WELL);
  const [issue] = world.github.issues;
  expect(issue?.state).toBe('closed');
  expect(issue?.comments).toEqual([expect.stringContaining('Nothing needs a person any more: see <a href="')]);
  expect(textOf(issue?.comments[0]?.match(/href="([^"]*)"/)?.[1] ?? '')).toMatch(/\/actions\/runs\/4711$/);
  expect(world.log.at(-1)).toMatch(/^Tracking issue #1 closed: http/);
  await world.report(FAILURE);
  expect(world.open).toEqual([2]);
});

test.each([
  ['a complete run in id mode', handled({ search: undefined }), false],
  ['a cancelled job', FAILURE, true],
])('GitHub gets no request about %s', async (_title, result, isCancelled) => {
  await using world = await TrackingHarness.open();
  if (isCancelled) world.job.abort();
  await world.report(result);
  expect(world.github.requests).toEqual([]);
});

test('a run without failures does nothing but look for an issue to close', async () => {
  await using world = await TrackingHarness.open();
  await world.report(WELL);
  expect(world.github.sent).toEqual(['GET /repos/acme/invites/issues']);
  expect([...world.log, ...world.warnings]).toEqual([]);
});

test('of several issues that match, the one with the lowest number is the tracking issue', async () => {
  await using world = await TrackingHarness.open();
  for (const body of ['no marker', MARKER, MARKER]) world.github.addIssue({ title: TITLE, body });
  await world.report(FAILURE);
  expect(world.reporting).toEqual([2]);
});

test.each([
  ['with another title', { title: `${TITLE}!`, body: MARKER }],
  ['with the title in another case', { title: TITLE.toUpperCase(), body: MARKER }],
  ['without the marker', { title: TITLE, body: 'Please help' }],
  ['without a body', { title: TITLE, body: null }],
  ['that is closed', { title: TITLE, body: MARKER, state: 'closed' as const }],
  ['that is a pull request', { title: TITLE, body: MARKER, isPullRequest: true }],
  ['of an account that does not exist any more', { title: TITLE, body: MARKER, user: null }],
])('an issue %s is not the tracking issue', async (_title, issue) => {
  await using world = await TrackingHarness.open();
  world.github.addIssue(issue);
  const before = structuredClone(world.github.issues[0]);
  await world.report(FAILURE);
  expect(world.github.issues[0]).toEqual(before);
  expect(world.open).toContain(2);
});

test('each title has a tracking issue of its own', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  await world.report(FAILURE, { title: 'Invites of the second user' });
  await world.report(WELL);
  expect(world.open).toEqual([2]);
});

test('the tracking issue is found by its title without white space at both ends', async () => {
  await using world = await TrackingHarness.open();
  for (let runs = 0; runs < 2; runs++) await world.report(FAILURE, { title: ` ${TITLE} ` });
  expect(world.github.issues.map(({ title }) => title)).toEqual([TITLE]);
  await world.report(WELL, { title: ` ${TITLE} ` });
  expect(world.open).toEqual([]);
});

const MALLORY = { login: 'mallory', type: 'User' } as const;
const COPY = { title: TITLE, body: MARKER, user: MALLORY };

test.each(['read', 'triage', 'none'] as const)('a copy by somebody with the role "%s" is left alone', async (role) => {
  await using world = await TrackingHarness.open({ roles: { mallory: role } });
  const copy = world.github.addIssue(COPY);
  await world.report(FAILURE);
  await world.report(FAILURE);
  expect(world.open).toEqual([1, 2]);
  await world.report(WELL);
  expect(world.open).toEqual([1]);
  expect(copy).toMatchObject({ body: MARKER, comments: [] });
});

test('a copy by a user who does not exist any more is left alone', async () => {
  await using world = await TrackingHarness.open();
  world.github.addIssue(COPY);
  await world.report(WELL);
  expect(world.open).toEqual([1]);
  expect(world.warnings).toEqual([]);
});

test.each(['write', 'maintain', 'admin'] as const)('an issue by somebody with the role "%s" is taken', async (role) => {
  await using world = await TrackingHarness.open({ roles: { alice: role } });
  world.github.addIssue({ ...COPY, user: { login: 'alice', type: 'User' } });
  await world.report(FAILURE);
  expect(world.open).toEqual([1]);
  expect(world.reporting).toEqual([1]);
});

test('an issue is found behind copies by a stranger and by a user who does not exist any more', async () => {
  await using world = await TrackingHarness.open({ strangers: ['mallory', 'alice'], roles: { alice: 'write' } });
  world.github.addIssue({ ...COPY, user: null });
  world.github.addIssue(COPY);
  world.github.addIssue({ ...COPY, user: { login: 'alice', type: 'User' } });
  await world.report(WELL);
  expect(world.open).toEqual([1, 2]);
});

test('the access of each author is read once, however many issues there are', async () => {
  await using world = await TrackingHarness.open({ strangers: ['mallory'] });
  for (let count = 0; count < 5; count++) world.github.addIssue(COPY);
  await world.report(WELL);
  expect(world.github.sent.filter((request) => request.includes('/collaborators/'))).toHaveLength(1);
});

test('an issue is neither taken nor repeated where the access of its author cannot be read', async () => {
  await using world = await TrackingHarness.open(
    { roles: { mallory: 'read' } },
    { on: { path: '/permission' }, effect: FORBIDDEN },
  );
  world.github.addIssue(COPY);
  await world.report(FAILURE);
  expect(world.github.issues).toMatchObject([{ body: MARKER }]);
  expect(world.warnings).toHaveLength(1);
});

test.each([FORBIDDEN, SERVER_ERROR, 'drop'] as const)(
  'a copy by a stranger whose access cannot be read (%j) does not suppress the report',
  async (effect) => {
    await using world = await TrackingHarness.open({}, { on: { path: '/permission' }, effect });
    world.github.addIssue(COPY);
    await world.report(FAILURE);
    expect(world.reporting).toEqual([2]);
    expect(world.warnings).toEqual([]);
  },
);

/** Adds so many copies of the tracking issue, each by another author. */
function addCopies({ github }: TrackingHarness, count: number, name = 'stranger'): void {
  for (let index = 0; index < count; index++) {
    github.addIssue({ ...COPY, user: { login: `${name}${index}`, type: 'User' } });
  }
}

const ALICE = { login: 'alice', type: 'User' } as const;

test.each<[string, Partial<GitHubSandboxOptions>]>([
  ['an app', {}],
  ['a person', { owner: ALICE, roles: { alice: 'write' } }],
])(
  'the tracking issue of %s is found among hundreds of copies by strangers, in few requests',
  async (_title, options) => {
    await using world = await TrackingHarness.open(options);
    addCopies(world, 250, 'early');
    await world.report(FAILURE);
    expect(world.reporting).toEqual([251]);
    addCopies(world, 250, 'late');
    const before = world.github.sent.length;
    await world.report(FAILURE);
    expect(world.reporting).toEqual([251]);
    expect(world.github.sent.length - before).toBeLessThan(10);
    await world.report(WELL);
    expect(world.github.issues.filter(({ state }) => state === 'closed').map(({ number }) => number)).toEqual([251]);
    expect(world.warnings).toEqual([]);
  },
);

test('copies by more members without write access than can be asked about do not suppress the report', async () => {
  const roles = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`reader${index}`, 'read'] as const));
  await using world = await TrackingHarness.open({ roles });
  addCopies(world, 60, 'reader');
  await world.report(FAILURE);
  expect(world.reporting).toEqual([61]);
  expect(world.github.requests.length).toBeLessThanOrEqual(12);
});

test.each([
  ['list pages', 'issues'],
  ['permissions', 'permission'],
])('slow %s leave time for the report', async (_title, path) => {
  await using world = await TrackingHarness.open();
  addCopies(world, 1_500);
  let nowMs = world.clock.nowMs();
  const slow: typeof fetch = async (input, init) => {
    if (String(input).split('?')[0]?.endsWith(path)) nowMs += 4_000;
    return fetch(input, init);
  };
  const clock = { nowMs: () => nowMs, sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(ms, signal) };
  const startMs = nowMs;
  await world.report(FAILURE, { fetch: slow, clock });
  expect(world.reporting).toEqual([1_501]);
  expect(nowMs - startMs).toBeLessThan(30_000);
});

test('a dry run sends GitHub nothing, whatever it found', async () => {
  await using world = await TrackingHarness.open();
  const context = { ...CONTEXT, dryRun: true };
  for (const changes of [{}, { search: EXPIRING }, { outcomes: [failed()] }])
    await world.report(handled({ context, ...changes }));
  expect(world.github.requests).toEqual([]);
});

const ANONYMOUS = { status: 201, body: { number: 1, title: TITLE } };

test.each<[string, Partial<GitHubSandboxOptions>, GitHubFault | undefined, string]>([
  ['without write access', { owner: MALLORY, strangers: ['mallory'] }, undefined, ', mallory,'],
  ['that is not named', {}, { on: { method: 'POST' }, effect: ANONYMOUS }, ''],
])('an issue that is opened by an author %s is warned about', async (_title, options, fault, author) => {
  await using world = await TrackingHarness.open(options, fault);
  await world.report(FAILURE);
  const warning = `Issue #1 was opened, but its author${author} has no write access`;
  expect(world.warnings).toEqual([expect.stringContaining(warning)]);
});

const WITHOUT_PERMISSION =
  /POST \/repos\/acme\/invites\/issues failed: HTTP 403, "Resource not accessible by integration[\s\S]*The invites are not affected\.[\s\S]*What to do: .*issues: write.*github-token/;

test.each<[string, GitHubFault, RegExp]>([
  ['a missing permission', { on: { method: 'POST' }, effect: FORBIDDEN }, WITHOUT_PERMISSION],
  ['issues that are switched off', { effect: ISSUES_DISABLED }, /What to do: .*leave report-issue out/],
])('%s is one warning that says what to do', async (_title, fault, warning) => {
  await using world = await TrackingHarness.open({}, fault);
  await world.report(FAILURE);
  expect(world.warnings).toEqual([expect.stringMatching(warning)]);
  expect(world.log).toEqual([]);
});

test('a missing token is a warning, and GitHub gets no request', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE, { token: undefined });
  expect(world.warnings).toEqual([expect.stringMatching(/github-token is empty[\s\S]*issues: write/)]);
  expect(world.github.requests).toEqual([]);
});

test('an issue stays closed where its comment fails', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  world.github.addFault({ on: { path: '/comments' }, effect: 'drop' });
  await world.report(WELL);
  expect(world.open).toEqual([]);
  expect(world.warnings).toEqual([expect.stringContaining('The next run of the workflow tries again.')]);
});

test.each(['GET', 'POST'])('a %s that hangs ends after 30 s', async (method) => {
  await using world = await TrackingHarness.open({}, { on: { method }, effect: 'hang' });
  const report = world.report(FAILURE);
  await world.github.saw(method === 'GET' ? 1 : 2);
  expect(world.clock.sleeping).toEqual([30_000]);
  world.clock.wakeAll();
  await report;
  expect(world.warnings).toEqual([expect.stringContaining('GitHub did not take the report within 30 s.')]);
});

test('a request that hangs and ignores its signal ends after 30 s', async () => {
  await using world = await TrackingHarness.open();
  const report = world.report(FAILURE, { fetch: () => new Promise(() => undefined) });
  world.clock.wakeAll();
  await report;
  expect(world.warnings).toEqual([expect.stringContaining('GitHub did not take the report within 30 s.')]);
});

test('a request that hangs ends with the job', async () => {
  await using world = await TrackingHarness.open({}, { effect: 'hang' });
  const report = world.report(FAILURE);
  await world.github.saw(1);
  world.job.abort();
  await report;
  expect(world.warnings).toEqual([expect.stringContaining('The job was cancelled before the report was finished.')]);
});

test('an unexpected error is a warning about a defect', async () => {
  await using world = await TrackingHarness.open();
  const nowMs = (): number => {
    throw new TypeError(`${TOKEN} is not a function`);
  };
  await world.report(FAILURE, { clock: { nowMs, sleep: () => new Promise(() => undefined) } });
  expect(world.warnings).toEqual([
    expect.stringContaining('This action has a defect: TypeError: *** is not a function.'),
  ]);
});

test('the token goes to GitHub alone: not into the issue, the log or a warning', async () => {
  await using world = await TrackingHarness.open();
  await world.report(FAILURE);
  world.github.addFault({ effect: { status: 422, body: { message: `Bad token ${TOKEN}` } } });
  await world.report(handled({ outcomes: [failed(INVITE.id)] }));
  for (const { headers } of world.github.requests) expect(headers.authorization).toBe(`token ${TOKEN}`);
  expect(world.warnings).toEqual([expect.stringContaining('Bad token ***')]);
  const written = [world.log, world.warnings, world.github.issues, world.github.requests.map(({ body }) => body)];
  expect(JSON.stringify(written)).not.toContain(TOKEN);
});
