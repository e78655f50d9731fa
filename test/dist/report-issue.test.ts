import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { envelopeFailure } from '../../sandbox/cloudflare.ts';
import { GitHubSandbox, type GitHubSandboxOptions } from '../../sandbox/github.ts';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import type { StepResult } from '../../sandbox/runner.ts';
import { DistHarness, type DistStepOptions, ID } from './step.ts';

const TOKEN = 'ghs_fake-token-for-dist';
const TITLE = 'Cloudflare invites need a person';

function openGitHub(options: Partial<GitHubSandboxOptions> = {}): Promise<GitHubSandbox> {
  return GitHubSandbox.open({ token: TOKEN, ...options });
}

/** A step that updates the tracking issue with the token of the job. */
function step(harness: DistHarness, github: GitHubSandbox, options: DistStepOptions = {}): Promise<StepResult> {
  return harness.step({
    ...options,
    with: { 'report-issue': TITLE, ...options.with },
    env: { ...github.environment, ...options.env },
    context: { 'github.token': TOKEN, ...options.context },
  });
}

const LIST = { 'invite-id': undefined, 'organization-name': '*' };

describe.concurrent('the tracking issue', { timeout: 30_000 }, () => {
  test('the tracking issue is opened by a failure, updated by the next one, and closed by a success', async () => {
    await using harness = await DistHarness.open();
    await using github = await openGitHub();
    harness.sandbox.addFault(envelopeFailure(403, { code: 1002, message: '@octocat' }));
    const first = await step(harness, github);
    expect(first).toMatchObject({ exitCode: 1, stderr: '' });
    expect(github.issues).toMatchObject([{ number: 1, title: TITLE, state: 'open' }]);
    expect(github.issues[0]?.body).toContain(ID);
    expect(first.log.at(-2)).toMatch(/^Tracking issue #1 opened: /);
    harness.sandbox.addFault(envelopeFailure(403, { code: 1002, message: 'no' }));
    expect((await step(harness, github)).log.at(-2)).toMatch(/^Tracking issue #1 is up to date: /);
    const last = await step(harness, github, { with: LIST });
    expect(last).toMatchObject({ exitCode: 0, stderr: '', annotations: [] });
    expect(github.issues).toMatchObject([{ state: 'closed', comments: [expect.stringContaining('Nothing needs')] }]);
    for (const { stdout, summary, outputs } of [first, last]) {
      expect(stdout.replace(`::add-mask::${TOKEN}`, '') + summary + JSON.stringify(outputs)).not.toContain(TOKEN);
    }
  });

  test('GitHub Enterprise Server is reached through the proxy', async () => {
    await using harness = await DistHarness.open();
    await using github = await openGitHub({ basePath: '/api/v3' });
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client) => {
      tunnels.push(request.url ?? '');
      const server = connect(Number(new URL(github.url).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        server.pipe(client).pipe(server);
      });
      for (const socket of [server, client]) socket.on('error', () => undefined);
    });
    const port = await openOnLoopback(proxy);
    const result = await step(harness, github, {
      with: LIST,
      env: {
        GITHUB_API_URL: 'http://github.invalid/api/v3',
        HTTP_PROXY: `http://127.0.0.1:${port}`,
      },
    });
    await closeServer(proxy);
    expect(result).toMatchObject({ exitCode: 0, annotations: [] });
    expect(tunnels).toEqual(['github.invalid:80']);
    expect(github.sent).toEqual(['GET /repos/acme/invites/issues']);
  });

  test.each([
    ['a folder', import.meta.dirname],
    ['a file that is not JSON', import.meta.filename],
    ['no file, and a forged command', '/missing\n::error::forged'],
  ])('the tracking issue does not need the event of the workflow: %s', async (_title, path) => {
    await using harness = await DistHarness.open();
    await using github = await openGitHub();
    const result = await step(harness, github, { with: LIST, env: { GITHUB_EVENT_PATH: path } });
    expect(result).toMatchObject({ exitCode: 0, stderr: '', annotations: [] });
    expect(result.stdout).not.toContain('missing');
    expect(github.sent).toEqual(['GET /repos/acme/invites/issues']);
  });

  test('GitHub on a loopback address is reached without the proxy', async () => {
    await using harness = await DistHarness.open();
    await using github = await openGitHub();
    const env = { HTTP_PROXY: 'http://127.0.0.1:1' };
    expect(await step(harness, github, { with: LIST, env })).toMatchObject({ exitCode: 0, annotations: [] });
    expect(github.sent).toEqual(['GET /repos/acme/invites/issues']);
  });
});
