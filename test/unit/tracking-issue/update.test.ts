import { describe, expect, test } from 'vitest';
import { FORBIDDEN, GitHubSandbox, type GitHubSandboxOptions, ISSUES_DISABLED } from '../../../sandbox/github.ts';
import { parseCommand } from '../../../sandbox/runner.ts';
import type { Clock } from '../../../src/clock.ts';
import { readGitHubContext } from '../../../src/inputs/inputs.ts';
import type { InviteSearch } from '../../../src/invites/find.ts';
import type { Outcome, Problem } from '../../../src/invites/outcome.ts';
import type { ListedInvite } from '../../../src/invites/select.ts';
import { annotateList } from '../../../src/report/list-annotations.ts';
import { createSafeText } from '../../../src/report/text.ts';
import { runTrackingIssue } from '../../../src/tracking-issue/github.ts';
import { decide, type Run, updateTrackingIssue } from '../../../src/tracking-issue/update.ts';

const TITLE = 'Cloudflare invites need a person';
const TOKEN = 'ghs_fake-token-for-the-tracking-issue';
const KEY = 'cfk_fake-key-of-the-invited-user';
const SAFE = createSafeText([TOKEN, KEY]);
const NOW = '2026-11-23T09:00:00Z';
const MARKER = '<!-- cloudflare-invite-action: tracking issue -->';

const PROBLEM: Problem = {
  title: 'Acme was not accepted',
  message: 'PATCH failed: HTTP 403.',
  details: ['Cloudflare: code 1002: Internal error.', 'cf-ray: 8f3a5c0000000001-FRA.'],
  hint: 'Ask for a new one.',
};
const INVITE: ListedInvite = {
  id: '4f5f0000000000000000000000000001',
  status: 'pending',
  organization_name: 'Acme, Inc.',
  invited_by: 'it@acme.example',
  expires_on: '2026-11-23T19:00:00Z',
};

function done(kind: 'changed' | 'unchanged' | 'planned'): Outcome {
  return { kind, id: INVITE.id, invite: { ...INVITE, status: 'accepted' } };
}

function failed(kind: 'failed' | 'not_attempted' = 'failed', problem = PROBLEM): Outcome {
  return { kind, id: INVITE.id, invite: INVITE, problem, causedByStop: false };
}

function found(changes: Partial<InviteSearch> = {}): InviteSearch {
  return { chosen: [], ignored: [], expiringSoon: [], alreadyDone: [], skipped: [], ...changes };
}

/** A complete run in list mode that went well, changed. */
function runOf(changes: Partial<Run> = {}): Run {
  const run = {
    title: 'Cloudflare invites: 1 accepted',
    outcomes: [done('changed')],
    stop: undefined,
    found: found(),
    dryRun: false,
    isCancelled: false,
    ...changes,
  };
  return { remarks: run.found === undefined ? { warnings: [], notices: [] } : annotateList(run.found), ...run };
}

const EXPIRING = found({ ignored: [INVITE], expiringSoon: [INVITE] });
const FAILURE = runOf({ title: 'Cloudflare invites: 1 failed', outcomes: [failed()] });

/** Time that passes when it is told to. */
class ManualClock implements Clock {
  readonly #sleepers = new Map<() => void, number>();

  /** How long everything that still sleeps wanted to, in milliseconds. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers.values()];
  }

  nowMs(): number {
    return Date.parse(NOW);
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

  static async open(options: Partial<GitHubSandboxOptions> = {}): Promise<TrackingHarness> {
    return new TrackingHarness(await GitHubSandbox.open({ token: TOKEN, ...options }));
  }

  async report(run: Run, { token = TOKEN, title = TITLE, env = {} } = {}): Promise<void> {
    const { clock, log, warnings, job, github } = this;
    await runTrackingIssue({
      ...{ title, run, clock, token, fetch, safe: SAFE, cancelled: job.signal },
      ...readGitHubContext({ ...github.environment, ...env }),
      workflow: {
        info: (line) => void log.push(line),
        annotate: (level, annotation) => {
          expect([level, annotation.title]).toEqual(['warning', 'The tracking issue could not be updated']);
          warnings.push(annotation.lines.join('\n'));
        },
      },
    });
    // A timer that is left behind would hold the process.
    expect(clock.sleeping).toEqual([]);
  }

  get open(): readonly number[] {
    return this.github.issues.filter(({ state }) => state === 'open').map(({ number }) => number);
  }

  body(number = 1): string {
    return this.github.issues.find((issue) => issue.number === number)?.body ?? '';
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.github[Symbol.asyncDispose]();
  }
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** What a browser shows of a piece of HTML. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|(\w+));/g, (_entity, code: string | undefined, name: string) =>
      code === undefined ? (NAMED_ENTITIES[name] ?? '') : String.fromCodePoint(Number(code)),
    );
}

describe('a decision', () => {
  const stop = { ...PROBLEM, title: 'Cloudflare refused the credentials' };

  test.each<[string, Partial<Run>, ReturnType<typeof decide>]>([
    ['a failed invite', { outcomes: [done('changed'), failed()] }, 'open'],
    ['an invite not attempted', { outcomes: [failed('not_attempted')] }, 'open'],
    ['a failed invite, answered by id', { outcomes: [failed()], found: undefined }, 'open'],
    ['a failed invite in a dry run', { outcomes: [failed()], dryRun: true }, 'open'],
    ['refused credentials', { outcomes: [], stop, found: undefined }, 'open'],
    ['a step that was stopped after its list', { stop }, 'open'],
    ['an unmatched invite that expires soon', { found: EXPIRING }, 'open'],
    ['an unmatched invite that expires soon, in a dry run', { found: EXPIRING, dryRun: true }, 'open'],
    ['one that expires soon, and no match', { outcomes: [], stop, isNoMatch: true, found: EXPIRING }, 'open'],
    ['answered invites', {}, 'close'],
    ['nothing to do', { outcomes: [] }, 'close'],
    ['invites that were answered before', { outcomes: [done('unchanged')] }, 'close'],
    ['invites left alone that live on', { found: found({ ignored: [INVITE] }) }, 'close'],
    ['entries of the list that were skipped', { found: found({ skipped: ['an entry without an id'] }) }, 'close'],
    ['an invite answered by id', { found: undefined }, 'leave'],
    ['a dry run', { outcomes: [done('planned')], dryRun: true }, 'leave'],
    ['no match where there must be one', { outcomes: [], stop, isNoMatch: true }, 'leave'],
    ['a cancelled job', { isCancelled: true }, 'leave'],
    ['a cancelled job with a failed invite', { outcomes: [failed()], isCancelled: true }, 'leave'],
    ['a cancelled job that stopped', { outcomes: [failed('not_attempted')], stop, isCancelled: true }, 'leave'],
  ])('%s', (_what, changes, decision) => {
    expect(decide(runOf(changes))).toBe(decision);
  });
});

describe('the tracking issue', () => {
  test('is opened with the failures, their hints and the run', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    const [issue] = world.github.issues;
    expect(issue).toMatchObject({ number: 1, title: TITLE, state: 'open', comments: [] });
    const text = textOf(world.body());
    expect(text).toContain('Cloudflare invites: 1 failed');
    for (const part of [PROBLEM.title, PROBLEM.message, ...PROBLEM.details, PROBLEM.hint]) expect(text).toContain(part);
    expect(text).toContain(`Last run: the run of ${NOW}.`);
    const [, address = ''] = /<a href="([^"]*)">/.exec(world.body()) ?? [];
    expect(textOf(address)).toBe(`${new URL(world.github.url).origin}/acme/invites/actions/runs/4711`);
    expect(world.log).toEqual([expect.stringMatching(/^Tracking issue #1 opened: http.*\/issues\/1$/)]);
    expect(world.warnings).toEqual([]);
  });

  test('says when the run was where there is no page of it', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE, { env: { GITHUB_RUN_ID: '' } });
    expect(textOf(world.body())).toContain(`Last run: a run of ${NOW}.`);
    expect(world.body()).not.toContain('<a');
  });

  test('tells the invites about to expire, with what to do, and no mere notice', async () => {
    await using world = await TrackingHarness.open();
    const other = { ...INVITE, id: 'b2', organization_name: 'Other' };
    await world.report(runOf({ found: { ...EXPIRING, ignored: [INVITE, other] } }));
    const text = textOf(world.body());
    expect(text).toContain(
      `Invite Acme, Inc. (${INVITE.id}) matches no filter and was left alone: expires at ${INVITE.expires_on}`,
    );
    expect(text).toContain('answer it by its id');
    expect(text).not.toContain('1 other pending invite was left alone');
  });

  test('is updated rather than repeated, without a comment', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    const stop = { ...PROBLEM, title: 'Cloudflare refused the credentials' };
    await world.report(runOf({ outcomes: [], stop, found: undefined }));
    expect(world.github.issues).toHaveLength(1);
    expect(textOf(world.body())).toContain(stop.title);
    expect(textOf(world.body())).not.toContain(PROBLEM.title);
    expect(world.github.issues[0]?.comments).toEqual([]);
    expect(world.log.at(-1)).toMatch(/^Tracking issue #1 is up to date: http/);
  });

  test('is closed with a comment that names the run, and opened anew when it is needed again', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    await world.report(runOf());
    const [issue] = world.github.issues;
    expect(issue?.state).toBe('closed');
    expect(issue?.comments.map(textOf)).toEqual([`Nothing needs a person any more, says the run of ${NOW}.`]);
    expect(textOf(issue?.comments[0]?.replace(/.*href="([^"]*)".*/, '$1') ?? '')).toMatch(/\/actions\/runs\/4711$/);
    expect(world.log.at(-1)).toMatch(/^Tracking issue #1 closed: http/);
    await world.report(FAILURE);
    expect(world.open).toEqual([2]);
  });

  test.each<[string, Partial<Run>]>([
    ['by id', { found: undefined }],
    ['a dry run', { dryRun: true }],
    ['no match', { stop: PROBLEM, isNoMatch: true }],
    ['a cancelled job', { isCancelled: true, outcomes: [failed()] }],
  ])('stays as it is, and GitHub is not even asked: %s', async (_what, changes) => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    const before = structuredClone(world.github.issues);
    const count = world.github.requests.length;
    await world.report(runOf(changes));
    expect(world.github.issues).toEqual(before);
    expect(world.github.requests).toHaveLength(count);
  });

  test('that is not there is not closed', async () => {
    await using world = await TrackingHarness.open();
    await world.report(runOf());
    expect(world.github.sent).toEqual(['GET /repos/acme/invites/issues']);
    expect(world.log).toEqual([]);
    expect(world.warnings).toEqual([]);
  });

  test('is the one with the lowest number if several match', async () => {
    await using world = await TrackingHarness.open();
    world.github.addIssue({ title: TITLE, body: 'no marker' });
    world.github.addIssue({ title: TITLE, body: MARKER });
    world.github.addIssue({ title: TITLE, body: MARKER });
    await world.report(FAILURE);
    expect([1, 2, 3].filter((number) => textOf(world.body(number)).includes(PROBLEM.title))).toEqual([2]);
  });

  test.each([
    ['another title', { title: `${TITLE}!`, body: MARKER }],
    ['a title in another case', { title: TITLE.toUpperCase(), body: MARKER }],
    ['no marker', { title: TITLE, body: 'Please help' }],
    ['no body', { title: TITLE, body: null }],
    ['a closed one', { title: TITLE, body: MARKER, state: 'closed' as const }],
    ['a pull request', { title: TITLE, body: MARKER, isPullRequest: true }],
    ['one of an account that is gone', { title: TITLE, body: MARKER, user: null }],
  ])('is not taken from %s', async (_what, issue) => {
    await using world = await TrackingHarness.open();
    world.github.addIssue(issue);
    const before = structuredClone(world.github.issues[0]);
    await world.report(FAILURE);
    expect(world.github.issues[0]).toEqual(before);
    expect(world.open).toContain(2);
  });

  test('of one title is not that of another', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    await world.report(FAILURE, { title: 'Invites of the second user' });
    await world.report(runOf());
    expect(world.open).toEqual([2]);
  });

  test('has a title without a credential and without white space around it, by which it is found', async () => {
    await using world = await TrackingHarness.open();
    for (let runs = 0; runs < 2; runs++) await world.report(FAILURE, { title: ` ${KEY} ` });
    expect(world.github.issues.map(({ title }) => title)).toEqual(['***']);
  });
});

describe('an issue with the same title and marker', () => {
  const mallory = { login: 'mallory', type: 'User' } as const;

  test.each(['read', 'triage', 'none'] as const)(
    'by somebody whose role is "%s" is left alone, whatever the run',
    async (role) => {
      await using world = await TrackingHarness.open({ roles: { mallory: role } });
      const fake = world.github.addIssue({ title: TITLE, body: MARKER, user: mallory });
      await world.report(FAILURE);
      await world.report(FAILURE);
      expect(world.open).toEqual([1, 2]);
      expect(fake).toMatchObject({ body: MARKER, comments: [] });
      await world.report(runOf());
      expect(world.open).toEqual([1]);
      expect(fake.comments).toEqual([]);
    },
  );

  test('by somebody who is no user any more is left alone', async () => {
    await using world = await TrackingHarness.open();
    world.github.addIssue({ title: TITLE, body: MARKER, user: mallory });
    await world.report(runOf());
    expect(world.open).toEqual([1]);
    expect(world.warnings).toEqual([]);
  });

  test.each(['write', 'maintain', 'admin'] as const)('by somebody whose role is "%s" is taken', async (role) => {
    await using world = await TrackingHarness.open({ roles: { alice: role } });
    world.github.addIssue({ title: TITLE, body: MARKER, user: { login: 'alice', type: 'User' } });
    await world.report(FAILURE);
    expect(world.open).toEqual([1]);
    expect(textOf(world.body())).toContain(PROBLEM.title);
  });

  test('is judged once for each author, however many there are', async () => {
    await using world = await TrackingHarness.open({ strangers: ['mallory'] });
    for (let count = 0; count < 5; count++) world.github.addIssue({ title: TITLE, body: MARKER, user: mallory });
    await world.report(runOf());
    expect(world.github.sent.filter((request) => request.includes('/collaborators/'))).toHaveLength(1);
  });

  test('is neither taken nor repeated where its author cannot be judged', async () => {
    await using world = await TrackingHarness.open();
    world.github.addIssue({ title: TITLE, body: MARKER, user: mallory });
    world.github.addFault({ on: { path: '/permission' }, effect: FORBIDDEN });
    await world.report(FAILURE);
    expect(world.github.issues).toHaveLength(1);
    expect(world.body()).toBe(MARKER);
    expect(world.warnings).toHaveLength(1);
  });

  test('that a token without write access opens is warned about', async () => {
    await using world = await TrackingHarness.open({ owner: mallory, strangers: ['mallory'] });
    await world.report(FAILURE);
    expect(world.open).toEqual([1]);
    expect(world.warnings).toEqual([expect.stringContaining('Issue #1 was opened, but its author, mallory,')]);
  });
});

test('an issue that nobody is named the author of is warned about', async () => {
  await using world = await TrackingHarness.open();
  world.github.addFault({ on: { method: 'POST' }, effect: { status: 201, body: { number: 9, title: TITLE } } });
  await world.report(FAILURE);
  expect(world.warnings).toEqual([expect.stringContaining('Issue #9 was opened, but its author has no write access')]);
});

describe('a report that fails', () => {
  test('for want of a permission says which, once', async () => {
    await using world = await TrackingHarness.open();
    world.github.addFault({ on: { method: 'POST' }, effect: FORBIDDEN });
    await world.report(FAILURE);
    const [warning = ''] = world.warnings;
    expect(world.warnings).toHaveLength(1);
    expect(warning).toContain(
      'POST /repos/acme/invites/issues failed: HTTP 403, "Resource not accessible by integration',
    );
    expect(warning).toContain('What became of the invites stands.');
    expect(warning).toMatch(/What to do: .*issues: write.*github-token/);
    expect(world.log).toEqual([]);
  });

  test('for want of a token says so and asks nobody', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE, { token: '' });
    expect(world.warnings).toEqual([expect.stringMatching(/github-token is empty[\s\S]*issues: write/)]);
    expect(world.github.requests).toEqual([]);
  });

  test('where issues are switched off says how to get rid of the warning', async () => {
    await using world = await TrackingHarness.open();
    world.github.addFault({ effect: ISSUES_DISABLED });
    await world.report(FAILURE);
    expect(world.warnings).toEqual([expect.stringMatching(/What to do: .*leave report-issue out/)]);
  });

  test('after the issue was closed does not close it again', async () => {
    await using world = await TrackingHarness.open();
    await world.report(FAILURE);
    world.github.addFault({ on: { path: '/comments' }, effect: 'drop' });
    await world.report(runOf());
    expect(world.open).toEqual([]);
    expect(world.warnings).toEqual([expect.stringContaining('The next run of the workflow tries again.')]);
  });

  test.each(['GET', 'POST'])('ends after 30 s, whatever hangs: %s', async (method) => {
    await using world = await TrackingHarness.open();
    world.github.addFault({ on: { method }, effect: 'hang' });
    const report = world.report(FAILURE);
    await world.github.saw(method === 'GET' ? 1 : 2);
    expect(world.clock.sleeping).toEqual([30_000]);
    world.clock.wakeAll();
    await report;
    expect(world.warnings).toEqual([expect.stringContaining('GitHub did not take the report within 30 s.')]);
  });

  test('ends with the job', async () => {
    await using world = await TrackingHarness.open();
    world.github.addFault({ effect: 'hang' });
    const report = world.report(FAILURE);
    await world.github.saw(1);
    world.job.abort();
    await report;
    expect(world.warnings).toEqual([expect.stringContaining('The job was cancelled before the report was finished.')]);
  });

  test('ends even where no signal is heeded', async () => {
    const clock = new ManualClock();
    const warnings: string[] = [];
    const report = updateTrackingIssue({
      ...{ title: TITLE, run: FAILURE, runUrl: undefined, clock, safe: SAFE, cancelled: new AbortController().signal },
      connect: () => new Promise(() => undefined),
      workflow: { info: () => undefined, annotate: (_level, { lines }) => void warnings.push(...lines) },
    });
    clock.wakeAll();
    await report;
    expect(warnings[0]).toBe('GitHub did not take the report within 30 s.');
  });

  test('for an unknown reason is called a defect', async () => {
    const warnings: string[] = [];
    await updateTrackingIssue({
      ...{ title: TITLE, run: FAILURE, runUrl: undefined, clock: new ManualClock(), safe: SAFE },
      cancelled: new AbortController().signal,
      connect: () => Promise.reject(new TypeError('x is no function')),
      workflow: { info: () => undefined, annotate: (_level, { lines }) => void warnings.push(...lines) },
    });
    expect(warnings[0]).toBe('This action has a defect: TypeError: x is no function.');
  });
});

describe('foreign text in the issue', () => {
  const HOSTILE = [
    '@octocat and @acme/owners',
    'fixes #1, GH-2, acme/invites#3',
    '[link](https://evil.example) ![](https://evil.example/x.png) https://evil.example www.evil.example',
    '</code></td></table><script>alert(1)</script><img src=x onerror=alert(1)>',
    '<!-- --> --> <![CDATA[ ]]>',
    `${MARKER}`,
    'a\n\n# Heading\n\n- [ ] task\n\n@octocat',
    '\r\n/close\r\n@dependabot merge',
    '```\n@octocat\n```',
    '`@octocat` **bold** _it_ ~~x~~ | a | b |',
    '::error::x ##[error]x',
    '&#64;octocat &commat;octocat &lt;b&gt;',
    'a\u2028@octocat\u202e\u0000',
    'a5c3785ed8d6a35868bc169f07e40e889087fd2e :tada:',
    `key ${KEY}, ${KEY.slice(4, 20)}, token ${TOKEN}`,
  ];

  /** A run whose every text is the stranger's. */
  function hostileRun(text: string): Run {
    const invite: ListedInvite = {
      ...{ id: text, status: text, organization_name: text, organization_id: text, roles: [text, text] },
      ...{ invited_by: text, expires_on: text },
    };
    const problem = { title: text, message: text, details: [text] };
    return runOf({
      outcomes: [
        { kind: 'failed', id: text, invite, problem, causedByStop: false },
        { kind: 'changed', id: text, invite },
      ],
      stop: problem,
      found: found({ ignored: [invite], expiringSoon: [invite], skipped: [text] }),
    });
  }

  test.each(HOSTILE)('means nothing: %j', async (text) => {
    await using world = await TrackingHarness.open();
    await world.report(hostileRun(text));
    expect(world.warnings).toEqual([]);
    const body = world.body();
    const [marker, ...blocks] = body.split('\n\n');
    expect(marker).toBe(MARKER);
    // Every block is one line of HTML, which Markdown leaves alone up to the next blank line.
    for (const block of blocks) expect(block).toMatch(/^<(p|h3|table|ul)>[^\n\r]*<\/\1>$/);
    // Outside of code, where GitHub looks for mentions and references, the same is written whatever the stranger wrote.
    await using plain = await TrackingHarness.open();
    await plain.report(hostileRun('plain'));
    const withoutCode = (html: string): string => html.replace(/<code>[^<]*<\/code>/g, '<code></code>');
    const port = /127&#46;0&#46;0&#46;1&#58;\d+/g;
    expect(withoutCode(body).replace(port, '')).toBe(withoutCode(plain.body()).replace(port, ''));
    // In the source, no text holds anything but letters, digits, white space and character references.
    const texts = blocks.join('').replace(/<[^<>]*>/g, '');
    expect(texts.replace(/&#\d+;/g, '').replace(/[\p{L}\p{N}\p{S} …’]/gu, '')).not.toMatch(/[@#`[\]<>*_~|\\/]/);
    expect(body).not.toContain('evil.example');
    for (const line of body.split('\n')) expect(parseCommand(line)).toBeUndefined();
    for (const shown of [body, textOf(body)]) {
      expect(shown).not.toContain(TOKEN);
      expect(shown).not.toContain(KEY.slice(4, 20));
    }
  });

  test('is shown as it is', async () => {
    await using world = await TrackingHarness.open();
    await world.report(hostileRun('Acme & Söhne <b>@x</b> 😀'));
    expect(textOf(world.body())).toContain('Acme & Söhne <b>@x</b> 😀');
  });

  test('fits into an issue, however much of it there is', async () => {
    await using world = await TrackingHarness.open();
    const text = '&'.repeat(5_000);
    const { outcomes, stop, found: one, ...run } = hostileRun(text);
    const expiringSoon = Array.from({ length: 30 }, () => one?.expiringSoon ?? []).flat();
    await world.report({
      ...run,
      stop,
      outcomes: Array.from({ length: 1_000 }, () => outcomes).flat(),
      found: found({ ignored: expiringSoon, expiringSoon }),
      remarks: annotateList(found({ ignored: expiringSoon, expiringSoon })),
    });
    expect(world.warnings).toEqual([]);
    expect(world.body().length).toBeLessThanOrEqual(65_536);
    expect(world.body().length).toBeGreaterThan(40_000);
    const shown = textOf(world.body());
    for (const what of ['rows', 'failures', 'remarks'])
      expect(shown).toMatch(new RegExp(`\\d+ more ${what} did not fit`));
    expect(shown).toContain('Last run:');
  });
});

test('the token goes to GitHub alone: not into the issue, the log or a warning', async () => {
  await using world = await TrackingHarness.open();
  const echo = { status: 422, body: { message: `Bad token ${TOKEN}` } };
  await world.report(FAILURE);
  world.github.addFault({ effect: echo });
  await world.report(FAILURE);
  for (const { headers } of world.github.requests) expect(headers.authorization).toBe(`token ${TOKEN}`);
  const said = [...world.log, ...world.warnings.map((warning) => SAFE.line(warning))];
  expect(world.warnings).toHaveLength(1);
  expect(JSON.stringify([said, world.github.issues, world.github.requests.map(({ body }) => body)])).not.toContain(
    TOKEN,
  );
});
