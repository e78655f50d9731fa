import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  FORBIDDEN,
  type GitHubFault,
  GitHubSandbox,
  type GitHubSandboxOptions,
  ISSUES_DISABLED,
  SERVER_ERROR,
} from '../../../sandbox/github.ts';
import { readGitHubContext } from '../../../src/inputs/inputs.ts';
import { type ConnectOptions, connectToIssues } from '../../../src/tracking-issue/github.ts';
import { type Issue, type IssueTracker, TrackerError } from '../../../src/tracking-issue/update.ts';
import { VERSION } from '../../../src/version.ts';

const TOKEN = 'ghs_fake-token-for-the-issues';

function open(options: Partial<GitHubSandboxOptions> = {}): Promise<GitHubSandbox> {
  return GitHubSandbox.open({ token: TOKEN, ...options });
}

function connect(github: GitHubSandbox, options: Partial<ConnectOptions> = {}): Promise<IssueTracker> {
  return connectToIssues({
    ...readGitHubContext(github.environment),
    ...{ token: TOKEN, fetch, signal: new AbortController().signal },
    ...options,
  });
}

async function listed(tracker: IssueTracker): Promise<Issue[]> {
  const issues: Issue[] = [];
  for await (const issue of tracker.listOpenIssues()) issues.push(issue);
  return issues;
}

/** Why the work failed, and what to do about it. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TrackerError);
  return error instanceof TrackerError ? `${error.message} | ${error.hint}` : '';
}

// Either stream is read by the runner, which looks for commands in it.
const write = { stdout: vi.spyOn(process.stdout, 'write'), stderr: vi.spyOn(process.stderr, 'write') };
const consoles = (['debug', 'info', 'log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));

beforeEach(() => {
  for (const spy of [...Object.values(write), ...consoles]) spy.mockClear();
});

afterEach(() => {
  for (const spy of [...Object.values(write), ...consoles]) expect(spy).not.toHaveBeenCalled();
});

describe('listing', () => {
  test('brings open issues with what they are told apart by, the last one that changed first', async () => {
    await using github = await open();
    const alice = { login: 'alice', type: 'User' } as const;
    github.addIssue({ title: 'Nobody’s', user: null });
    github.addIssue({ title: 'Alice’s', body: 'text', user: alice });
    github.addIssue({ title: 'Closed', state: 'closed' });
    github.addIssue({ title: 'A pull request', isPullRequest: true });
    github.addIssue({ title: 'The app’s' });
    const page = `${new URL(github.url).origin}/acme/invites/issues`;
    expect(await listed(await connect(github))).toEqual([
      {
        number: 5,
        title: 'The app’s',
        body: '',
        author: { login: 'github-actions[bot]', isBot: true },
        url: `${page}/5`,
      },
      { number: 2, title: 'Alice’s', body: 'text', author: { login: 'alice', isBot: false }, url: `${page}/2` },
      { number: 1, title: 'Nobody’s', body: '', author: undefined, url: `${page}/1` },
    ]);
    expect(github.requests[0]?.query).toEqual({
      ...{ state: 'open', sort: 'updated', direction: 'desc', per_page: '100', page: '1' },
    });
  });

  test.each([
    [0, 1, 0],
    [99, 1, 99],
    [100, 1, 100],
    [101, 2, 101],
    [250, 3, 250],
    [1_000, 10, 1_000],
    [1_050, 10, 1_000],
  ])('of %d issues takes %d requests and brings %d', async (count, requests, expected) => {
    await using github = await open();
    for (let number = 1; number <= count; number++) github.addIssue({ title: `Issue ${number}` });
    const issues = await listed(await connect(github));
    expect(new Set(issues.map(({ number }) => number)).size).toBe(expected);
    expect(github.requests).toHaveLength(requests);
  });

  test('never follows an address that an answer names', async () => {
    await using github = await open();
    await using elsewhere = await open();
    const headers = { link: `<${elsewhere.url}/repos/acme/invites/issues?page=2>; rel="next"` };
    github.addFault({ effect: { status: 200, headers, body: [] } });
    expect(await listed(await connect(github))).toEqual([]);
    expect(github.requests).toHaveLength(2);
    expect(elsewhere.requests).toEqual([]);
  });

  test('passes over entries that are no issues', async () => {
    await using github = await open();
    const body = [null, 7, 'x', {}, { number: '1', title: 'x' }, { number: 1 }, { number: 2, title: 'y', user: {} }];
    const mannequin = { number: 3, title: 'z', user: { login: 'm', type: 'Mannequin' } };
    github.addFault({ effect: { status: 200, body: [...body, mannequin] } });
    expect(await listed(await connect(github))).toMatchObject([
      { number: 2, title: 'y', author: undefined },
      { number: 3, title: 'z', author: { login: 'm', isBot: false } },
    ]);
  });

  test.each([{}, 'text', '<html>', '[{'])('fails for an answer that is no list: %j', async (body) => {
    await using github = await open();
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    github.addFault({ effect: { status: 200, headers, body } });
    expect(await failureOf(listed(await connect(github)))).toContain('does not hold the list of issues');
  });
});

describe('write access', () => {
  test.each([
    ['admin', true],
    ['maintain', true],
    ['write', true],
    ['triage', false],
    ['read', false],
    ['none', false],
  ] as const)('of somebody whose role is "%s": %s', async (role, expected) => {
    await using github = await open({ roles: { alice: role } });
    expect(await (await connect(github)).canWrite('alice')).toBe(expected);
  });

  test('is nobody’s who does not exist', async () => {
    await using github = await open();
    expect(await (await connect(github)).canWrite('ghost/../x?y')).toBe(false);
    expect(github.sent).toEqual(['GET /repos/acme/invites/collaborators/ghost%2F..%2Fx%3Fy/permission']);
  });

  test.each([
    ['no object', 'write'],
    ['null', null],
    ['another word', { permission: 'writer' }],
    ['a role of that name that gives less', { permission: 'read', role_name: 'write' }],
  ])('is not taken from %s', async (_what, body) => {
    await using github = await open();
    const headers = { 'content-type': 'application/json' };
    github.addFault({ effect: { status: 200, headers, body: typeof body === 'string' ? `"${body}"` : body } });
    expect(await (await connect(github)).canWrite('alice')).toBe(false);
  });

  test('that cannot be asked for is an error, not a no', async () => {
    await using github = await open({ roles: { alice: 'admin' } });
    github.addFault({ effect: FORBIDDEN });
    expect(await failureOf((await connect(github)).canWrite('alice'))).toContain('HTTP 403');
  });
});

describe('writing', () => {
  test('creates, updates, comments and closes', async () => {
    await using github = await open();
    const tracker = await connect(github);
    expect(await tracker.create({ title: 'T', body: 'B' })).toMatchObject({
      ...{ number: 1, title: 'T', body: 'B', author: { isBot: true }, url: expect.stringMatching(/\/issues\/1$/) },
    });
    await tracker.update(1, { body: 'C' });
    expect(github.issues).toMatchObject([{ title: 'T', body: 'C', state: 'open' }]);
    await tracker.comment(1, 'D');
    await tracker.close(1);
    expect(github.issues).toMatchObject([{ body: 'C', state: 'closed', comments: ['D'] }]);
    expect(github.sent).toEqual([
      'POST /repos/acme/invites/issues',
      'PATCH /repos/acme/invites/issues/1',
      'POST /repos/acme/invites/issues/1/comments',
      'PATCH /repos/acme/invites/issues/1',
    ]);
  });

  test('fails for an answer without the issue', async () => {
    await using github = await open();
    github.addFault({ effect: { status: 201, body: {} } });
    expect(await failureOf((await connect(github)).create({ title: 'T', body: '' }))).toContain('the new issue');
  });

  test.each(['title', 'body'] as const)('says what GitHub finds wrong with a %s', async (field) => {
    await using github = await open();
    const issue = { title: 'T', body: 'B', [field]: 'x'.repeat(70_000) };
    const failure = await failureOf((await connect(github)).create(issue));
    expect(failure).toContain(
      `HTTP 422, "Validation Failed: {"resource":"Issue","code":"custom","message":"${field} is`,
    );
  });
});

describe('every request', () => {
  test('names the action and carries the token, and nothing goes to another GitHub', async () => {
    await using github = await open({ basePath: '/api/v3', repository: 'Acme-1/my.repo_2' });
    await using other = await open();
    process.env.GITHUB_API_URL = other.url;
    try {
      github.addIssue({ title: 'T' });
      const env = { ...github.environment, GITHUB_API_URL: `${github.url}/` };
      expect(await listed(await connect(github, readGitHubContext(env)))).toHaveLength(1);
    } finally {
      delete process.env.GITHUB_API_URL;
    }
    expect(other.requests).toEqual([]);
    expect(github.sent).toEqual(['GET /repos/Acme-1/my.repo_2/issues']);
    expect(github.requests[0]?.headers).toMatchObject({
      authorization: `token ${TOKEN}`,
      'user-agent': expect.stringContaining(`cloudflare-invite-action/${VERSION} `),
    });
  });

  test('goes to github.com unless the environment says otherwise, by the fetch it is given', async () => {
    await using github = await open();
    const asked: string[] = [];
    const spy = (url: unknown): Promise<Response> => {
      asked.push(String(url));
      return Promise.resolve(Response.json([]));
    };
    await listed(
      await connect(github, {
        ...readGitHubContext({ GITHUB_REPOSITORY: 'acme/invites' }),
        fetch: spy as typeof fetch,
      }),
    );
    expect(asked).toEqual([expect.stringMatching(/^https:\/\/api\.github\.com\/repos\/acme\/invites\/issues\?/)]);
  });

  test.each([301, 302, 303, 307, 308])(
    'refuses a redirect (%d), so that the token stays where it is',
    async (status) => {
      await using github = await open();
      await using elsewhere = await open();
      github.addFault({
        effect: { status, headers: { location: `${elsewhere.url}/repos/acme/invites/issues` }, body: {} },
      });
      const failure = await failureOf((await connect(github)).create({ title: 'T', body: 'B' }));
      expect(failure).toContain(`POST /repos/acme/invites/issues met a redirect (HTTP ${status}), which is refused.`);
      expect(elsewhere.requests).toEqual([]);
      expect(github.requests).toHaveLength(1);
    },
  );

  test('ends with the signal', async () => {
    await using github = await open();
    github.addFault({ effect: 'hang' });
    const controller = new AbortController();
    const failure = failureOf(listed(await connect(github, { signal: controller.signal })));
    await github.saw(1);
    controller.abort(new Error('late'));
    expect(await failure).toContain('late');
  });

  test('that GitHub calls outdated prints nothing', async () => {
    await using github = await open();
    const headers = { deprecation: '::error::x', sunset: '::error::x', link: '<x>; rel="deprecation"' };
    github.addFault({ effect: { status: 200, headers, body: [] } });
    expect(await listed(await connect(github))).toEqual([]);
  });
});

describe('a failure is told with what to do about it', () => {
  const PERMISSION = /issues: write.*github-token/;

  test.each<[string, GitHubFault['effect'], string, RegExp]>([
    ['no permission', FORBIDDEN, 'HTTP 403, "Resource not accessible by integration - https://docs', PERMISSION],
    [
      'no repository',
      { status: 404, body: { message: 'Not InviteSearch' } },
      'HTTP 404, "Not InviteSearch"',
      PERMISSION,
    ],
    ['no issues', ISSUES_DISABLED, 'HTTP 410, "Issues has been disabled', /Switch them on/],
    ['trouble', SERVER_ERROR, 'HTTP 500, "Server Error', /next run .* tries again/],
    ['a page of HTML', { status: 502, body: `<html>${'x'.repeat(9_999)}` }, 'HTTP 502, "<html>xxx', /next run/],
    ['nothing', { status: 503, body: '' }, 'HTTP 503, ""', /next run/],
    ['a broken connection', 'drop', 'failed: other side closed', /next run/],
  ])('%s', async (_what, effect, message, hint) => {
    await using github = await open();
    github.addFault({ effect });
    const failure = await failureOf(listed(await connect(github)));
    expect(failure).toContain('GET /repos/acme/invites/issues failed');
    expect(failure).toContain(message);
    expect(failure).toMatch(hint);
    expect(failure.length).toBeLessThan(700);
    expect(failure).not.toContain(TOKEN);
  });

  test('a wrong token', async () => {
    await using github = await open();
    const failure = await failureOf(listed(await connect(github, { token: 'ghp_another' })));
    expect(failure).toMatch(/HTTP 401, "Bad credentials.*no valid token/);
  });

  test('a server that is not there', async () => {
    await using github = await open();
    const env = { ...github.environment, GITHUB_API_URL: 'http://127.0.0.1:1' };
    expect(await failureOf(listed(await connect(github, readGitHubContext(env))))).toMatch(/ECONNREFUSED|bad port/);
  });

  test.each([
    ['no token', { token: '' }, /There is no token.*issues: write/],
    ['a token with a line break', { token: 'ghp_a\nb' }, /holds a space, a line break/],
    ['a token outside ASCII', { token: 'ghp_ä' }, /outside ASCII/],
    ['no repository', readGitHubContext({}), /GITHUB_REPOSITORY names no repository.*in GitHub Actions only/],
    ['half a repository', readGitHubContext({ GITHUB_REPOSITORY: 'acme' }), /GITHUB_REPOSITORY names no repository/],
    [
      'a path for a repository',
      readGitHubContext({ GITHUB_REPOSITORY: 'acme/x/../../y' }),
      /GITHUB_REPOSITORY names no/,
    ],
  ])('before a request: %s', async (_what, options, expected) => {
    await using github = await open();
    const failure = await failureOf(connect(github, options));
    expect(failure).toMatch(expected);
    expect(failure).not.toContain('ghp_');
    expect(github.requests).toEqual([]);
  });
});

test.each([
  [{ GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' }, 'https://github.com/a/b/actions/runs/7'],
  [
    { GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' },
    'https://ghe.example/a/b/actions/runs/7',
  ],
  [{ GITHUB_REPOSITORY: 'a/b' }, undefined],
  [{ GITHUB_RUN_ID: '7' }, undefined],
])('the run of %j is at %s', (env, url) => {
  expect(readGitHubContext(env).runUrl).toBe(url);
});
