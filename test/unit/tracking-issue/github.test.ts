import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ARCHIVED,
  FORBIDDEN,
  type GitHubFault,
  GitHubSandbox,
  type GitHubSandboxOptions,
  IP_REFUSED,
  ISSUES_DISABLED,
  rateLimit,
  SAML_REFUSED,
  SERVER_ERROR,
  secondaryRateLimit,
} from '../../../sandbox/github.ts';
import { readGitHubContext } from '../../../src/inputs/environment.ts';
import { problemLine } from '../../../src/problems/problem.ts';
import { type GitHubAccess, GitHubIssues, type Issue, TrackerError } from '../../../src/tracking-issue/github.ts';
import { VERSION } from '../../../src/version.ts';

const TOKEN = 'ghs_fake-token-for-the-issues';
const JSON_HEADERS = { 'content-type': 'application/json' };

async function open(fault?: GitHubFault['effect'], options: Partial<GitHubSandboxOptions> = {}) {
  const github = await GitHubSandbox.open({ token: TOKEN, ...options });
  if (fault !== undefined) github.addFault({ effect: fault });
  return github;
}

function connect(
  github: GitHubSandbox,
  options: Partial<GitHubAccess> = {},
  { signal } = new AbortController(),
): GitHubIssues {
  const redact = (text: string): string => text.replaceAll(TOKEN, '***');
  return new GitHubIssues(
    { ...readGitHubContext(github.environment), token: TOKEN, fetch, redact, ...options },
    signal,
  );
}

async function list(issues: GitHubIssues): Promise<Issue[]> {
  const listed: Issue[] = [];
  for await (const page of issues.listOpenIssues()) listed.push(...page);
  return listed;
}

/** Why the work failed, and what to do about it. */
async function failureOf(work: () => Promise<unknown>): Promise<string> {
  const error: unknown = await work().catch((reason: unknown) => reason);
  if (!(error instanceof TrackerError)) expect.fail(`the work ended with ${error}`);
  return `${problemLine(error.problem)} | ${error.problem.hint}`;
}

// The runner reads both streams, and looks for commands in them.
const writers = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
const consoles = (['debug', 'info', 'log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));

beforeEach(() => {
  for (const spy of [...writers, ...consoles]) spy.mockClear();
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const spy of [...writers, ...consoles]) expect(spy).not.toHaveBeenCalled();
});

test('a list has the open issues with their authors, the last one that changed first', async () => {
  await using github = await open(undefined, { roles: { alice: 'read' } });
  const alice = { login: 'alice', type: 'User' } as const;
  github.addIssue({ title: 'Nobody’s', user: null });
  github.addIssue({ title: 'Alice’s', body: 'text', user: alice });
  github.addIssue({ title: 'Closed', state: 'closed' });
  github.addIssue({ title: 'A pull request', isPullRequest: true });
  github.addIssue({ title: 'The app’s' });
  const page = `${new URL(github.url).origin}/acme/invites/issues`;
  const app = { login: 'github-actions[bot]', isBot: true, isOutsider: true };
  expect(await list(connect(github))).toEqual([
    { number: 5, title: 'The app’s', body: '', author: app, url: `${page}/5` },
    {
      number: 2,
      title: 'Alice’s',
      body: 'text',
      author: { login: 'alice', isBot: false, isOutsider: false },
      url: `${page}/2`,
    },
    { number: 1, title: 'Nobody’s', body: '', author: undefined, url: `${page}/1` },
  ]);
  const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: '100', page: '1' };
  expect(github.requests[0]?.query).toEqual(query);
});

test.each([
  [0, 1, 0],
  [99, 1, 99],
  [100, 1, 100],
  [101, 2, 101],
  [250, 3, 250],
  [1_000, 10, 1_000],
  [1_050, 10, 1_000],
])('a list of %d issues takes %d requests and has %d', async (count, requests, expected) => {
  await using github = await open();
  for (let number = 1; number <= count; number++) github.addIssue({ title: `Issue ${number}` });
  const issues = await list(connect(github));
  expect(new Set(issues.map(({ number }) => number)).size).toBe(expected);
  expect(github.requests).toHaveLength(requests);
});

test('a list never follows an address in a response', async () => {
  await using elsewhere = await open();
  const headers = { link: `<${elsewhere.url}/repos/acme/invites/issues?page=2>; rel="next"` };
  await using github = await open({ status: 200, headers, body: [] });
  expect(await list(connect(github))).toEqual([]);
  expect(github.requests).toHaveLength(2);
  expect(elsewhere.requests).toEqual([]);
});

test('a list leaves out entries that are not issues', async () => {
  const entries = [null, 7, 'x', {}, { number: '1', title: 'x' }, { number: 1 }];
  const issues = [
    { number: 2, title: 'y', user: {} },
    { number: 3, title: 'z', user: { login: 'm', type: 'Mannequin' } },
  ];
  await using github = await open({ status: 200, body: [...entries, ...issues] });
  expect(await list(connect(github))).toMatchObject([
    { number: 2, title: 'y', author: undefined },
    { number: 3, title: 'z', author: { login: 'm', isBot: false, isOutsider: false } },
  ]);
});

test.each([
  ['OWNER', false],
  ['MEMBER', false],
  ['COLLABORATOR', false],
  ['NONE', true],
  ['CONTRIBUTOR', true],
  ['FIRST_TIME_CONTRIBUTOR', true],
  ['ANYTHING', false],
  [undefined, false],
])('an author with the association %j is an outsider: %s', async (author_association, isOutsider) => {
  const issue = { number: 1, title: 'x', user: { login: 'a', type: 'User' }, author_association };
  await using github = await open({ status: 200, headers: JSON_HEADERS, body: [issue] });
  expect(await list(connect(github))).toMatchObject([{ author: { isOutsider } }]);
});

test('a response without end is a failure', async () => {
  const part = new TextEncoder().encode(' '.repeat(1_000_000));
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(part) });
  const send = async (): Promise<Response> => new Response(body, { headers: JSON_HEADERS });
  await using github = await open();
  const failure = await failureOf(() => list(connect(github, { fetch: send })));
  expect(failure).toContain('failed: the response is longer than 50000000 bytes');
});

test('a page of the longest issues that GitHub can send is read', async () => {
  const body = '\u0001'.repeat(65_536);
  const page = Array.from({ length: 100 }, (_, index) => ({ number: index + 1, title: 'x', body }));
  await using github = await open({ status: 200, headers: JSON_HEADERS, body: page });
  expect(await list(connect(github))).toHaveLength(100);
});

test.each([{}, '"text"', '<html>', '[{'])('the response %j is not a list of issues', async (body) => {
  await using github = await open({ status: 200, headers: JSON_HEADERS, body });
  expect(await failureOf(() => list(connect(github)))).toContain('does not hold the list of issues');
});

test.each([
  ['admin', true],
  ['maintain', true],
  ['write', true],
  ['triage', false],
  ['read', false],
  ['none', false],
] as const)('the role "%s" gives write access: %s', async (role, expected) => {
  await using github = await open(undefined, { roles: { alice: role } });
  expect(await connect(github).canWrite('alice')).toBe(expected);
});

test('a user who does not exist has no write access', async () => {
  await using github = await open();
  expect(await connect(github).canWrite('ghost/../x?y')).toBe(false);
  expect(github.sent).toEqual(['GET /repos/acme/invites/collaborators/ghost%2F..%2Fx%3Fy/permission']);
});

test.each([['"write"'], ['null'], [{ permission: 'writer' }], [{ permission: 'read', role_name: 'write' }]])(
  'the response %j gives no write access',
  async (body) => {
    await using github = await open({ status: 200, headers: JSON_HEADERS, body });
    expect(await connect(github).canWrite('alice')).toBe(false);
  },
);

test('write access that cannot be read is an error', async () => {
  await using github = await open(FORBIDDEN, { roles: { alice: 'admin' } });
  expect(await failureOf(() => connect(github).canWrite('alice'))).toContain('HTTP 403');
});

test('an issue is created, updated, commented and closed', async () => {
  await using github = await open();
  const issues = connect(github);
  const url = expect.stringMatching(/\/issues\/1$/);
  const created = { number: 1, title: 'T', body: 'B', author: { isBot: true }, url };
  expect(await issues.create({ title: 'T', body: 'B' })).toMatchObject(created);
  await issues.update(1, { body: 'C' });
  expect(github.issues).toMatchObject([{ title: 'T', body: 'C', state: 'open' }]);
  await issues.comment(1, 'D');
  await issues.update(1, { state: 'closed' });
  expect(github.issues).toMatchObject([{ body: 'C', state: 'closed', comments: ['D'] }]);
  expect(github.sent).toEqual([
    'POST /repos/acme/invites/issues',
    'PATCH /repos/acme/invites/issues/1',
    'POST /repos/acme/invites/issues/1/comments',
    'PATCH /repos/acme/invites/issues/1',
  ]);
});

test('a response without the new issue is an error', async () => {
  await using github = await open({ status: 201, body: {} });
  expect(await failureOf(() => connect(github).create({ title: 'T', body: '' }))).toContain('the new issue');
});

test.each(['title', 'body'] as const)('an error names what GitHub refuses in a %s', async (field) => {
  await using github = await open();
  const issue = { title: 'T', body: 'B', [field]: 'x'.repeat(70_000) };
  expect(await failureOf(() => connect(github).create(issue))).toContain(
    `HTTP 422, "Validation Failed: {"resource":"Issue","code":"custom","message":"${field} is`,
  );
});

test('a request names the action, carries the token and goes to the GitHub of the job alone', async () => {
  await using github = await open(undefined, { basePath: '/api/v3', repository: 'Acme-1/my.repo_2' });
  await using other = await open();
  vi.stubEnv('GITHUB_API_URL', other.url);
  github.addIssue({ title: 'T' });
  const env = { ...github.environment, GITHUB_API_URL: `${github.url}/` };
  expect(await list(connect(github, readGitHubContext(env)))).toHaveLength(1);
  expect(other.requests).toEqual([]);
  expect(github.sent).toEqual(['GET /repos/Acme-1/my.repo_2/issues']);
  expect(github.requests[0]?.headers).toMatchObject({
    authorization: `token ${TOKEN}`,
    'user-agent': expect.stringContaining(`cloudflare-invite-action/${VERSION} `),
  });
});

test('a request goes to github.com by default, through the fetch that it is given', async () => {
  await using github = await open();
  const send = vi.fn<typeof fetch>(() => Promise.resolve(Response.json([])));
  await list(connect(github, { ...readGitHubContext({ GITHUB_REPOSITORY: 'acme/invites' }), fetch: send }));
  expect(send.mock.calls.map(([url]) => url)).toEqual([
    expect.stringMatching(/^https:\/\/api\.github\.com\/repos\/acme\/invites\/issues\?/),
  ]);
});

test.each([300, 301, 302, 303, 307, 308])('a redirect with HTTP %d is refused', async (status) => {
  await using elsewhere = await open();
  const headers = { location: `${elsewhere.url}/repos/acme/invites/issues` };
  await using github = await open({ status, headers, body: {} });
  const failure = await failureOf(() => connect(github).create({ title: 'T', body: 'B' }));
  expect(failure).toContain(`POST /repos/acme/invites/issues met a redirect (HTTP ${status}), which is refused.`);
  expect(elsewhere.requests).toEqual([]);
  expect(github.requests).toHaveLength(1);
});

test('the signal ends a request', async () => {
  await using github = await open('hang');
  const controller = new AbortController();
  const failure = failureOf(() => list(connect(github, {}, controller)));
  await github.saw(1);
  controller.abort(new Error('late'));
  expect(await failure).toContain('late');
});

test('a request that GitHub calls deprecated prints nothing', async () => {
  const headers = { deprecation: '::error::x', sunset: '::error::x', link: '<x>; rel="deprecation"' };
  await using github = await open({ status: 200, headers, body: [] });
  expect(await list(connect(github))).toEqual([]);
});

const PERMISSION = /issues: write.*github-token/;
const RESET = Date.parse('2026-11-23T10:00:00Z') / 1_000;
const LIMIT = /The limit counts every request/;
const BURST = /fewer workflows/;

const refusal = (status: number, message: string, headers = {}): GitHubFault['effect'] => ({
  status,
  headers,
  body: { message },
});

type FailureRow = [title: string, effect: GitHubFault['effect'], message: string, hint: RegExp];

test.each<FailureRow>([
  ['a missing permission', FORBIDDEN, 'HTTP 403, "Resource not accessible by integration - https://docs', PERMISSION],
  ['a token that may not', refusal(403, 'Resource not accessible by personal access token'), 'HTTP 403', PERMISSION],
  [
    'a permission with no request left',
    refusal(403, 'Must have admin rights', { 'x-ratelimit-remaining': '0' }),
    'HTTP 403',
    PERMISSION,
  ],
  ['a missing repository', { status: 404, body: { message: 'Not Found' } }, 'HTTP 404, "Not Found"', PERMISSION],
  ['a primary rate limit', rateLimit(RESET), 'again at 2026-11-23T10:00:00Z.', LIMIT],
  ['a primary rate limit as 429', rateLimit(RESET, 429), 'again at 2026-11-23T10:00:00Z.', LIMIT],
  [
    'a primary rate limit of other words',
    refusal(403, 'Slow', { 'x-ratelimit-remaining': '0' }),
    'HTTP 403, "Slow"',
    LIMIT,
  ],
  ['a primary rate limit without headers', refusal(403, 'API rate limit exceeded for user.'), 'HTTP 403', LIMIT],
  ['a rate limit until no date', rateLimit(Number.NaN), 'HTTP 403', LIMIT],
  ...['x60', '60x', '1234567'].map(
    (seconds): FailureRow => [
      `a rate limit with a date and the delay ${seconds}`,
      refusal(403, 'rate limit exceeded', { 'retry-after': seconds, 'x-ratelimit-reset': String(RESET) }),
      'again at 2026-11-23T10:00:00Z.',
      LIMIT,
    ],
  ),
  ...['x1', '1x', '123456789012'].map(
    (reset): FailureRow => [
      `a rate limit until ${reset}`,
      refusal(403, 'rate limit exceeded', { 'x-ratelimit-reset': reset }),
      '"rate limit exceeded". The invites are not affected.',
      LIMIT,
    ],
  ),
  ['a rate limit until the end of days', rateLimit(99_999_999_999), 'again at 5138-', LIMIT],
  ['a secondary rate limit', secondaryRateLimit(60), 'GitHub accepts requests again in 60 s.', BURST],
  ['a secondary rate limit as 429', secondaryRateLimit(7, 429), 'GitHub accepts requests again in 7 s.', BURST],
  ['a secondary rate limit of other words', refusal(403, 'Wait', { 'retry-after': '5' }), 'again in 5 s.', BURST],
  ['too many issues', refusal(422, 'Validation Failed: was submitted too quickly'), 'HTTP 422', BURST],
  ['429 alone', { status: 429, body: '' }, 'HTTP 429', BURST],
  ['an IP allow list', IP_REFUSED, 'IP allow list enabled', /address of the runner/],
  ['an organization’s single sign-on', SAML_REFUSED, 'SAML enforcement', /Authorize the token/],
  [
    'a kind of token that is not allowed',
    refusal(403, '`acme` forbids access via a personal access token (classic).'),
    'HTTP 403',
    /this kind of token/,
  ],
  ['an archived repository', ARCHIVED, 'HTTP 403, "Repository was archived', /Unarchive it/],
  ['an issue that is locked', refusal(403, 'Unable to create comment because issue is locked.'), 'HTTP 403', /Unlock/],
  ['an issue that was deleted', refusal(410, 'This issue was deleted'), 'HTTP 410', /opens a new one/],
  ['issues disabled in other words', refusal(410, 'Issues are disabled for this repo'), 'HTTP 410', /Switch them on/],
  [
    'an account that is suspended',
    refusal(403, 'Sorry. Your account was suspended.'),
    'HTTP 403',
    /restricted the account/,
  ],
  ['a firewall', { status: 403, body: '<title>SAML IP allow list archived</title>' }, 'HTTP 403', /firewall before it/],
  [
    'a page whose name misleads',
    { status: 403, body: { message: 'No', documentation_url: 'https://x/SAML' } },
    'HTTP 403',
    /firewall before it/,
  ],
  ['a body that GitHub refuses', refusal(422, 'Validation Failed'), 'HTTP 422', /title or body/],
  ['a message that is no text', { status: 403, body: { message: { a: 1 } } }, 'HTTP 403', /firewall before it/],
  ['a message of any length', refusal(403, 'needs '.repeat(500_000)), 'HTTP 403, "needs', /firewall before it/],
  ['disabled issues', ISSUES_DISABLED, 'HTTP 410, "Issues has been disabled', /Switch them on/],
  ['a server error', SERVER_ERROR, 'HTTP 500, "Server Error', /next run .* tries again.*status page/],
  ['an HTML page', { status: 502, body: `<html>${'x'.repeat(9_999)}` }, 'HTTP 502, "<html>xxx', /next run/],
  ['an empty response', { status: 503, body: '' }, 'HTTP 503, ""', /next run/],
  ['a broken connection', 'drop', 'failed: other side closed', /next run/],
  ['an echo of the token', { status: 500, body: { message: `a ${TOKEN}` } }, 'HTTP 500, "a ***"', /next run/],
])('%s is a failure that says what to do', async (_title, effect, message, hint) => {
  await using github = await open(effect);
  const failure = await failureOf(() => list(connect(github)));
  expect(failure).toContain('GET /repos/acme/invites/issues failed');
  expect(failure).toContain(message);
  expect(failure).toMatch(hint);
  expect(failure.length).toBeLessThan(900);
  expect(failure).not.toContain(TOKEN);
});

test('a wrong token is a failure that says what to do', async () => {
  await using github = await open();
  const failure = await failureOf(() => list(connect(github, { token: 'ghp_another' })));
  expect(failure).toMatch(/HTTP 401, "Bad credentials.*not a valid token/);
});

test('a server that does not listen is a failure', async () => {
  await using github = await open();
  const env = { ...github.environment, GITHUB_API_URL: 'http://127.0.0.1:1' };
  expect(await failureOf(() => list(connect(github, readGitHubContext(env))))).toMatch(/ECONNREFUSED|bad port/);
});

const ofRepository = (repository?: string): Partial<GitHubAccess> =>
  readGitHubContext(repository === undefined ? {} : { GITHUB_REPOSITORY: repository });

test.each<[string, Partial<GitHubAccess>, RegExp]>([
  ['no token', { token: undefined }, /There is no token.*issues: write/],
  ['an empty token', { token: '' }, /holds a space, a line break/],
  ['a token with a line break', { token: 'ghp_a\nb' }, /holds a space, a line break/],
  ['a token outside ASCII', { token: 'ghp_ä' }, /outside ASCII/],
  ['no repository', ofRepository(), /GITHUB_REPOSITORY names no repository.*in GitHub Actions only/],
  ['half a repository', ofRepository('acme'), /GITHUB_REPOSITORY names no repository/],
  ['a path for a repository', ofRepository('acme/x/../../y'), /GITHUB_REPOSITORY names no/],
])('%s is a failure before any request', async (_title, options, expected) => {
  await using github = await open();
  const failure = await failureOf(async () => connect(github, options));
  expect(failure).toMatch(expected);
  expect(failure).not.toContain('ghp_');
  expect(github.requests).toEqual([]);
});

const RUN = { GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' };

test.each([
  [RUN, 'https://github.com/a/b/actions/runs/7'],
  [{ ...RUN, GITHUB_SERVER_URL: 'https://ghe.example' }, 'https://ghe.example/a/b/actions/runs/7'],
  [{ GITHUB_REPOSITORY: 'a/b' }, undefined],
  [{ GITHUB_RUN_ID: '7' }, undefined],
])('the page of the run of %j is %s', (env, url) => {
  expect(readGitHubContext(env).runUrl).toBe(url);
});
