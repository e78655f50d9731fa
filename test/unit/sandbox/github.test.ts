import { describe, expect, test } from 'vitest';
import { FORBIDDEN, GitHubSandbox, type GitHubSandboxOptions } from '../../../sandbox/github.ts';

const TOKEN = 'ghs_fake-token-for-the-sandbox';

function open(options: Partial<GitHubSandboxOptions> = {}): Promise<GitHubSandbox> {
  return GitHubSandbox.open({ token: TOKEN, ...options });
}

interface Asked {
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answered {
  readonly status: number;
  readonly link: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into JSON of every shape.
  readonly body: any;
}

async function ask(
  github: GitHubSandbox,
  path: string,
  { method = 'GET', body, headers }: Asked = {},
): Promise<Answered> {
  const response = await fetch(`${github.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    link: response.headers.get('link') ?? '',
    body: response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text,
  };
}

const ISSUES = '/repos/acme/invites/issues';

describe('credentials', () => {
  test.each([`Bearer ${TOKEN}`, `token ${TOKEN}`, `bearer ${TOKEN}`])('are taken as %j', async (authorization) => {
    await using github = await open();
    expect((await ask(github, ISSUES, { headers: { authorization } })).status).toBe(200);
  });

  test.each(['', 'Bearer x', TOKEN, `Bearer ${TOKEN}x`, `Basic ${TOKEN}`])(
    'are refused as %j',
    async (authorization) => {
      await using github = await open();
      const { status, body } = await ask(github, ISSUES, { headers: { authorization } });
      expect([status, body.message]).toEqual([401, 'Bad credentials']);
    },
  );
});

describe('issues', () => {
  test('that are created are listed, changed, commented on and closed', async () => {
    await using github = await open();
    const created = await ask(github, ISSUES, { method: 'POST', body: { title: 'T', body: 'B' } });
    const user = { login: 'github-actions[bot]', type: 'Bot' };
    expect(created).toMatchObject({ status: 201, body: { number: 1, title: 'T', body: 'B', state: 'open', user } });
    expect((await ask(github, ISSUES)).body).toEqual([created.body]);
    expect(await ask(github, `${ISSUES}/1`, { method: 'PATCH', body: { body: 'C' } })).toMatchObject({ status: 200 });
    const comment = await ask(github, `${ISSUES}/1/comments`, { method: 'POST', body: { body: 'D' } });
    expect(comment).toMatchObject({ status: 201, body: { body: 'D' } });
    await ask(github, `${ISSUES}/1`, { method: 'PATCH', body: { state: 'closed', title: 'U' } });
    expect(github.issues).toMatchObject([{ title: 'U', body: 'C', state: 'closed', comments: ['D'] }]);
    expect((await ask(github, ISSUES)).body).toEqual([]);
    expect((await ask(github, `${ISSUES}?state=closed`)).body).toHaveLength(1);
    expect((await ask(github, `${ISSUES}?state=all`)).body).toHaveLength(1);
  });

  test('are paged, with links to the other pages', async () => {
    await using github = await open();
    for (let number = 1; number <= 70; number++) github.addIssue({ title: `Issue ${number}` });
    const first = await ask(github, ISSUES);
    expect(first.body).toHaveLength(30);
    expect(first.link).toBe(`<${github.url}${ISSUES}?page=2>; rel="next", <${github.url}${ISSUES}?page=3>; rel="last"`);
    const last = await ask(github, `${ISSUES}?page=3`);
    expect(last.body).toHaveLength(10);
    expect(last.link).toBe(`<${github.url}${ISSUES}?page=2>; rel="prev", <${github.url}${ISSUES}?page=1>; rel="first"`);
    const all = await ask(github, `${ISSUES}?per_page=500`);
    expect([all.body.length, all.link]).toEqual([70, '']);
  });

  test('are sorted by when they were made or changed', async () => {
    await using github = await open();
    for (let number = 1; number <= 3; number++) github.addIssue({ title: `Issue ${number}` });
    await ask(github, `${ISSUES}/1`, { method: 'PATCH', body: { body: 'new' } });
    const order = async (query: string): Promise<number[]> =>
      (await ask(github, `${ISSUES}?${query}`)).body.map(({ number }: { number: number }) => number);
    expect(await order('')).toEqual([3, 2, 1]);
    expect(await order('direction=asc')).toEqual([1, 2, 3]);
    expect(await order('sort=updated')).toEqual([1, 3, 2]);
  });

  test('and pull requests are listed together', async () => {
    await using github = await open();
    github.addIssue({ title: 'P', isPullRequest: true, user: null });
    expect((await ask(github, ISSUES)).body).toMatchObject([{ user: null, pull_request: {}, body: null }]);
  });

  test.each([
    [{ body: 'B' }, 'title is missing'],
    [{ title: ' ' }, "title can't be blank"],
    [{ title: 'x'.repeat(257) }, 'title is too long (maximum is 256 characters)'],
    [{ title: 'T', body: 'x'.repeat(65_537) }, 'body is too long (maximum is 65536 characters)'],
  ])('are refused as GitHub refuses them', async (issue, message) => {
    await using github = await open();
    const refused = await ask(github, ISSUES, { method: 'POST', body: issue });
    expect(refused).toMatchObject({ status: 422, body: { message: 'Validation Failed', errors: [{ message }] } });
    expect(github.issues).toEqual([]);
  });

  test('keep to the limits when they are changed and commented on', async () => {
    await using github = await open();
    github.addIssue({ title: 'T' });
    const body = 'x'.repeat(65_537);
    expect((await ask(github, `${ISSUES}/1`, { method: 'PATCH', body: { body } })).status).toBe(422);
    expect((await ask(github, `${ISSUES}/1/comments`, { method: 'POST', body: { body } })).status).toBe(422);
    expect((await ask(github, `${ISSUES}/1/comments`, { method: 'POST', body: {} })).status).toBe(422);
    expect(github.issues).toMatchObject([{ body: null, comments: [] }]);
  });
});

test.each([
  ['owner', { permission: 'admin', role_name: 'admin' }],
  ['keeper', { permission: 'write', role_name: 'maintain' }],
  ['helper', { permission: 'read', role_name: 'triage' }],
  ['stranger', { permission: 'read', role_name: 'read' }],
])('the permission of the %s is told as GitHub tells it', async (login, expected) => {
  await using github = await open({
    roles: { owner: 'admin', keeper: 'maintain', helper: 'triage' },
    strangers: ['stranger'],
  });
  const path = `/repos/acme/invites/collaborators/${login}/permission`;
  expect(await ask(github, path)).toMatchObject({ status: 200, body: expected });
});

test.each([
  ['GET', '/repos/acme/invites/collaborators/ghost/permission'],
  ['GET', '/repos/acme/other/issues'],
  ['GET', '/user'],
  ['PATCH', `${ISSUES}/1`],
  ['POST', `${ISSUES}/1/comments`],
  ['DELETE', ISSUES],
])('%s %s is not found', async (method, path) => {
  await using github = await open();
  expect((await ask(github, path, { method })).status).toBe(404);
});

test('GitHub Enterprise Server has a base path, and nothing beside it', async () => {
  await using github = await open({ basePath: '/api/v3', repository: 'a/b' });
  expect(github.url).toMatch(/\/api\/v3$/);
  expect((await ask(github, '/repos/a/b/issues')).status).toBe(200);
  const beside = await fetch(`${new URL(github.url).origin}/repos/a/b/issues`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(beside.status).toBe(404);
  expect(github.environment).toMatchObject({ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'a/b' });
});

test('faults strike the requests they are meant for, as often as told, and leave no trace', async () => {
  await using github = await open();
  github.addFault({ on: { method: 'POST', path: '/issues' }, times: 2, effect: FORBIDDEN });
  const create = (): Promise<Answered> => ask(github, ISSUES, { method: 'POST', body: { title: 'T' } });
  expect((await ask(github, ISSUES)).status).toBe(200);
  expect((await create()).body.message).toBe('Resource not accessible by integration');
  expect((await create()).status).toBe(403);
  expect(github.issues).toEqual([]);
  expect((await create()).status).toBe(201);
  github.addFault({
    effect: { status: 302, headers: { location: '/x', 'content-type': 'text/plain' }, body: 'moved' },
  });
  const response = await fetch(github.url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location'), await response.text()]).toEqual([302, '/x', 'moved']);
});

test('a request can be left hanging or be dropped', async () => {
  await using github = await open();
  github.addFault({ effect: 'drop' });
  await expect(ask(github, ISSUES)).rejects.toThrow('fetch failed');
  github.addFault({ effect: 'hang' });
  const controller = new AbortController();
  const hanging = fetch(`${github.url}${ISSUES}`, { signal: controller.signal });
  await github.saw(2);
  controller.abort();
  await expect(hanging).rejects.toThrow('aborted');
});

test('requests are recorded as they came, whatever became of them', async () => {
  await using github = await open();
  const headers = { 'X-Test': 'a', authorization: 'Bearer x' };
  await ask(github, `${ISSUES}?a=b`, { method: 'POST', body: { title: 'T' }, headers });
  expect(github.requests).toMatchObject([
    { method: 'POST', path: ISSUES, query: { a: 'b' }, body: { title: 'T' }, headers: { 'x-test': 'a' } },
  ]);
  expect(github.sent).toEqual([`POST ${ISSUES}`]);
});
