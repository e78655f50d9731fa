import { expect, test } from 'vitest';
import { FORBIDDEN, GitHubSandbox, type GitHubSandboxOptions } from '../../../sandbox/github.ts';

const TOKEN = 'ghs_fake-token-for-the-sandbox';
const ISSUES = '/repos/acme/invites/issues';

const open = (options: Partial<GitHubSandboxOptions> = {}) => GitHubSandbox.open({ token: TOKEN, ...options });

interface RequestOptions {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(github: GitHubSandbox, method: string, path: string, { body, headers }: RequestOptions = {}) {
  const response = await fetch(`${github.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, link: response.headers.get('link') ?? '', body: JSON.parse(await response.text()) };
}

const get = (github: GitHubSandbox, path: string) => send(github, 'GET', path);
const post = (github: GitHubSandbox, path: string, body: object) => send(github, 'POST', path, { body });
const patch = (github: GitHubSandbox, path: string, body: object) => send(github, 'PATCH', path, { body });

test.each([
  [200, `Bearer ${TOKEN}`],
  [200, `token ${TOKEN}`],
  [200, `bearer ${TOKEN}`],
  [401, ''],
  [401, 'Bearer x'],
  [401, TOKEN],
  [401, `Bearer ${TOKEN}x`],
  [401, `Basic ${TOKEN}`],
])('GitHub responds with HTTP %d to the Authorization header %j', async (expected, authorization) => {
  await using github = await open();
  const { status, body } = await send(github, 'GET', ISSUES, { headers: { authorization } });
  expect(status).toBe(expected);
  if (status !== 200) expect(body.message).toBe('Bad credentials');
});

test('GitHub creates, lists, changes, comments on and closes an issue', async () => {
  await using github = await open();
  const created = await post(github, ISSUES, { title: 'T', body: 'B' });
  const user = { login: 'github-actions[bot]', type: 'Bot' };
  expect(created).toMatchObject({ status: 201, body: { number: 1, title: 'T', body: 'B', state: 'open', user } });
  expect((await get(github, ISSUES)).body).toEqual([created.body]);
  expect((await patch(github, `${ISSUES}/1`, { body: 'C' })).status).toBe(200);
  const comment = await post(github, `${ISSUES}/1/comments`, { body: 'D' });
  expect(comment).toMatchObject({ status: 201, body: { body: 'D' } });
  await patch(github, `${ISSUES}/1`, { state: 'closed', title: 'U' });
  expect(github.issues).toMatchObject([{ title: 'U', body: 'C', state: 'closed', comments: ['D'] }]);
  const counts = [];
  for (const query of ['', '?state=closed', '?state=all']) counts.push((await get(github, ISSUES + query)).body.length);
  expect(counts).toEqual([0, 1, 1]);
});

test('GitHub pages the issues, with links to the other pages', async () => {
  await using github = await open();
  for (let number = 1; number <= 70; number++) github.addIssue({ title: `Issue ${number}` });
  const link = (page: number, rel: string): string => `<${github.url}${ISSUES}?page=${page}>; rel="${rel}"`;
  const first = await get(github, ISSUES);
  expect([first.body.length, first.link]).toEqual([30, `${link(2, 'next')}, ${link(3, 'last')}`]);
  const last = await get(github, `${ISSUES}?page=3`);
  expect([last.body.length, last.link]).toEqual([10, `${link(2, 'prev')}, ${link(1, 'first')}`]);
  const all = await get(github, `${ISSUES}?per_page=500`);
  expect([all.body.length, all.link]).toEqual([70, '']);
});

test('GitHub sorts the issues by creation or by update', async () => {
  await using github = await open();
  for (let number = 1; number <= 3; number++) github.addIssue({ title: `Issue ${number}` });
  await patch(github, `${ISSUES}/1`, { body: 'new' });
  const order = async (query: string): Promise<number[]> =>
    (await get(github, `${ISSUES}?${query}`)).body.map(({ number }: { number: number }) => number);
  expect(await order('')).toEqual([3, 2, 1]);
  expect(await order('direction=asc')).toEqual([1, 2, 3]);
  expect(await order('sort=updated')).toEqual([1, 3, 2]);
});

test('GitHub lists pull requests and issues of deleted accounts', async () => {
  await using github = await open();
  github.addIssue({ title: 'P', isPullRequest: true, user: null });
  expect((await get(github, ISSUES)).body).toMatchObject([{ user: null, pull_request: {}, body: null }]);
});

test.each([
  ['POST', ISSUES, { body: 'B' }, 'title is missing'],
  ['POST', ISSUES, { title: ' ' }, "title can't be blank"],
  ['POST', ISSUES, { title: 'x'.repeat(257) }, 'title is too long (maximum is 256 characters)'],
  ['POST', ISSUES, { title: 'T', body: 'x'.repeat(65_537) }, 'body is too long (maximum is 65536 characters)'],
  ['PATCH', `${ISSUES}/1`, { body: 'x'.repeat(65_537) }, 'body is too long (maximum is 65536 characters)'],
  ['POST', `${ISSUES}/1/comments`, { body: 'x'.repeat(65_537) }, 'body is too long (maximum is 65536 characters)'],
  ['POST', `${ISSUES}/1/comments`, {}, 'body is missing'],
])('GitHub refuses invalid fields: %s %s', async (method, path, body, message) => {
  await using github = await open();
  github.addIssue({ title: 'T' });
  const refused = await send(github, method, path, { body });
  expect(refused).toMatchObject({ status: 422, body: { message: 'Validation Failed', errors: [{ message }] } });
  expect(github.issues).toMatchObject([{ title: 'T', body: null, comments: [] }]);
});

test.each([
  ['owner', { permission: 'admin', role_name: 'admin' }],
  ['keeper', { permission: 'write', role_name: 'maintain' }],
  ['helper', { permission: 'read', role_name: 'triage' }],
  ['stranger', { permission: 'read', role_name: 'read' }],
])('GitHub returns the permission and the role of the %s', async (login, expected) => {
  const roles = { owner: 'admin', keeper: 'maintain', helper: 'triage' } as const;
  await using github = await open({ roles, strangers: ['stranger'] });
  const path = `/repos/acme/invites/collaborators/${login}/permission`;
  expect(await get(github, path)).toMatchObject({ status: 200, body: expected });
});

test.each([
  ['GET', '/repos/acme/invites/collaborators/ghost/permission', 'ghost is not a user'],
  ['GET', '/repos/acme/other/issues', 'Not Found'],
  ['GET', '/user', 'Not Found'],
  ['PATCH', `${ISSUES}/1`, 'Not Found'],
  ['POST', `${ISSUES}/1/comments`, 'Not Found'],
  ['DELETE', ISSUES, 'Not Found'],
])('GitHub responds with HTTP 404 to %s %s', async (method, path, message) => {
  await using github = await open();
  expect(await send(github, method, path)).toMatchObject({ status: 404, body: { message } });
});

test('GitHub Enterprise Server responds below its base path only', async () => {
  await using github = await open({ basePath: '/api/v3', repository: 'a/b' });
  expect(github.url).toMatch(/\/api\/v3$/);
  expect((await get(github, '/repos/a/b/issues')).status).toBe(200);
  // fetch removes the base path: `/api/v3/../../repos` is `/repos`.
  expect((await get(github, '/../../repos/a/b/issues')).status).toBe(404);
  expect(github.environment).toMatchObject({ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'a/b' });
});

test('a GitHub fault affects the selected requests, `times` times, and changes nothing', async () => {
  await using github = await open();
  github.addFault({ on: { method: 'POST', path: '/issues' }, times: 2, effect: FORBIDDEN });
  const create = () => post(github, ISSUES, { title: 'T' });
  expect((await get(github, ISSUES)).status).toBe(200);
  expect((await create()).body.message).toBe('Resource not accessible by integration');
  expect((await create()).status).toBe(403);
  expect(github.issues).toEqual([]);
  expect((await create()).status).toBe(201);
});

test('a GitHub fault can set the headers and a body of text', async () => {
  await using github = await open();
  const headers = { location: '/x', 'content-type': 'text/plain' };
  github.addFault({ effect: { status: 302, headers, body: 'moved' } });
  const response = await fetch(github.url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location'), await response.text()]).toEqual([302, '/x', 'moved']);
});

test('a GitHub fault can drop a request or let it hang', async () => {
  await using github = await open();
  github.addFault({ effect: 'drop' });
  await expect(get(github, ISSUES)).rejects.toThrow('fetch failed');
  github.addFault({ effect: 'hang' });
  const controller = new AbortController();
  const hanging = fetch(`${github.url}${ISSUES}`, { signal: controller.signal });
  await github.saw(2);
  controller.abort();
  await expect(hanging).rejects.toThrow('aborted');
});

test('GitHub records every request, including a refused one', async () => {
  await using github = await open();
  const headers = { 'X-Test': 'a', authorization: 'Bearer x' };
  await send(github, 'POST', `${ISSUES}?a=b`, { body: { title: 'T' }, headers });
  expect(github.requests).toMatchObject([
    { method: 'POST', path: ISSUES, query: { a: 'b' }, body: { title: 'T' }, headers: { 'x-test': 'a' } },
  ]);
  expect(github.sent).toEqual([`POST ${ISSUES}`]);
});
