import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { CloudflareSandbox, echoCredentials, type SandboxOptions } from '../../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../../sandbox/demo-account.ts';
import { type SandboxServer, serve } from '../../../sandbox/server.ts';
import { systemClock } from '../../../src/clock.ts';
import { SCENARIOS } from '../../../tools/scenarios.ts';

const PROGRAM = join(import.meta.dirname, '../../../tools/start.ts');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

describe('scenarios', { timeout: 30_000 }, () => {
  test.concurrent.each(Object.entries(SCENARIOS))(
    'the scenario %s ends as expected',
    async (name, { story, expected }) => {
      const { code, stdout, stderr } = await start([name]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout.replaceAll('\n', ' ')).toContain(story);
      expect(stdout).toContain(expected.exitCode === 0 ? '✔ The step succeeded' : '✔ The step failed (exit code 1)');
      for (const secret of Object.values(demoAccount(0).credentials)) {
        if (!secret.includes('@')) expect(stdout).not.toContain(secret);
      }
    },
  );

  test.concurrent('npm start counts many invites and requests instead of listing them', async ({ expect }) => {
    const { stdout } = await start(['rate-limited']);
    expect(stdout).toContain('60 × PATCH /client/v4/user/invites/{id} {"status":"accepted"} → 200');
    expect(stdout).toContain('60 × pending → accepted');
    expect(stdout).toMatch(/… \d+ more lines …/);
    expect(stdout).toContain('… 48 more rows');
  });

  test.concurrent('a reader that closes early ends nothing with a stack trace', async ({ expect }) => {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.concurrent('a full disk is one line and exit code 1', async ({ expect }) => {
    const full = openSync('/dev/full', 'w');
    try {
      const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', full, 'pipe'] });
      const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'close')]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The output could not be written: ENOSPC[^\n]*\n$/);
    } finally {
      closeSync(full);
    }
  });

  test('npm start shows the step, its reports and the requests of the first scenario', async () => {
    const { stdout } = await start([]);
    expect(stdout).toContain('Scenario: accept\n');
    expect(stdout).toContain(`
  - uses: OWNER/cloudflare-invite-action@v1
    with:
      status: accepted
      invite-id: ${DEMO_IDS.acmeDns}
      api-token: \${{ secrets.CLOUDFLARE_API_TOKEN }}
      api-base-url: http://127.0.0.1:`);
    expect(stdout).toContain(`
  ▼ Trying to accept 1 invitation
    [1/1] Acme, Inc. (${DEMO_IDS.acmeDns}): accepted.
`);
    expect(stdout).toMatch(/ Annotations ─+\n {2}none\n/);
    expect(stdout).toMatch(/│ changed +│ true +│/);
    expect(stdout).toMatch(/│ organization_name +│ Acme, Inc\. +│/);
    expect(stdout).toMatch(/ Job summary ─+\n {2}Cloudflare invites: 1 accepted\n {2}┌/);
    expect(stdout).toContain(`PATCH /client/v4/user/invites/${DEMO_IDS.acmeDns} {"status":"accepted"} → 200`);
    expect(stdout).toMatch(/│ 4f5f0c14… │ Acme, Inc\..*│ pending → accepted │/);
  });

  test('npm start shows annotations and failures', async () => {
    const { stdout } = await start(['already-accepted']);
    expect(stdout).toContain('is already accepted. An invitation can be responded to once.');
    expect(stdout).toContain('\n  ✖ error: Invite Acme, Inc.');
    expect(stdout).toContain('\n  • Invite Acme, Inc.');
  });

  test('npm start shows the expression of an input instead of its value', async () => {
    const { stdout } = await start(['bad-input']);
    expect(stdout).toMatch(/api-token: \$\{\{ secrets\.MISSPELT \}\} # there is no such secret/);
  });

  test('npm start prints colours only to a terminal', async () => {
    expect((await start(['reject'])).stdout).not.toContain('\u001b');
    expect((await start(['reject'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
  });

  test('--json prints the result alone, without the credentials', async () => {
    const { code, stdout } = await start(['wrong-key', '--json']);
    const result = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(result).toMatchObject({ exitCode: 1, masks: ['***'], outputs: { failed_count: '2' } });
    expect(result.annotations).toHaveLength(1);
    expect(stdout).not.toContain(SCENARIOS['wrong-key']?.with['api-key']);
  });
});

describe('the command line', { timeout: 30_000 }, () => {
  test('--help names every scenario and every option', async () => {
    const { code, stdout } = await start(['--help']);
    expect(code).toBe(0);
    for (const [name, { summary }] of Object.entries(SCENARIOS)) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +${RegExp.escape(summary)}$`, 'm'));
    }
    for (const option of ['--live', '--invite-id', '--status', '--no-dry-run', '--with', '--json']) {
      expect(stdout).toContain(option);
    }
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  const token = { CLOUDFLARE_API_TOKEN: 'a-token-that-nobody-may-see' };
  test.each([
    [['nope'], 'There is no scenario "nope". The scenarios are accept, '],
    [['constructor'], 'There is no scenario "constructor".'],
    [['--nope'], "Unknown option '--nope'."],
    [['--api-token=a-secret'], "Unknown option '--api-token'."],
    [['accept', 'reject'], 'Only one scenario can run at a time.'],
    [['--status', 'rejected'], '--status needs --live.'],
    [['--with', 'retries=0'], '--with needs --live.'],
    [['--live', 'accept'], '--live and a scenario cannot be combined.'],
    [['--live', '--with', 'retries'], '--with needs NAME=VALUE'],
    [['--live', '--with', 'nope=1'], 'The action has no input "nope". --with takes kind, api-email, '],
    [['--live', '--with', 'constructor=1'], 'The action has no input "constructor".'],
    [['--live', '--with', 'api-token=a-secret'], '--with api-token is not possible: other users can read'],
    [['--live', '--with', 'api-key=a-secret'], '--with api-key is not possible: other users can read'],
    [['--live', '--with', 'dry-run=false'], '--with dry-run is not possible'],
    [['--live', '--no-dry-run'], '--no-dry-run needs the invites to respond to'],
  ])('npm start refuses the arguments %j', async (args, message) => {
    const { code, stdout, stderr } = await start(args, token);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm start -- --help');
    expect(stderr).not.toContain('a-secret');
  });
});

describe('--live', { timeout: 30_000 }, () => {
  const { credentials, invites } = demoAccount(Date.now());
  const byToken = { CLOUDFLARE_API_TOKEN: credentials.token };
  let server: SandboxServer | undefined;

  afterEach(async () => {
    await server?.close();
  });

  async function openSandbox(
    options: Partial<SandboxOptions> = {},
  ): Promise<{ sandbox: CloudflareSandbox; base: string[] }> {
    const sandbox = new CloudflareSandbox({ clock: systemClock, credentials, invites, ...options });
    server = await serve(sandbox);
    return { sandbox, base: ['--live', '--with', `api-base-url=${server.url}`] };
  }

  test('--live is a dry run, and shows where the credential comes from', async () => {
    const { sandbox, base } = await openSandbox();
    const { code, stdout } = await start([...base, '--invite-id', DEMO_IDS.acmeDns], byToken);
    expect(code).toBe(0);
    expect(sandbox.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(stdout).toContain('Live dry run: nothing is changed\n');
    expect(stdout).toContain(`
    env:
      CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}
    with:
      status: accepted
      invite-id: ${DEMO_IDS.acmeDns}
`);
    expect(stdout).toContain('would be accepted');
    expect(stdout).toContain(`GET /user/invites/${DEMO_IDS.acmeDns}: HTTP 200`);
    expect(stdout).toContain('To respond for real: the same command with --no-dry-run');
    expect(stdout).not.toContain(credentials.token);
  });

  test('--live without an id shows every pending invite', async () => {
    const { sandbox, base } = await openSandbox();
    const { code, stdout } = await start(base, byToken);
    expect(code).toBe(0);
    expect(new Set(sandbox.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(stdout).toContain("organization-name: '*'");
    expect(stdout).toContain('Totally Legit Ltd');
    expect(stdout).toMatch(/│ matched_count +│ 5 +│/);
    expect(stdout).toContain('To respond for real: npm start -- --live --invite-id ID --no-dry-run');
  });

  test('--live shows every invite of many', async () => {
    const [first = {}] = invites;
    const many = Array.from({ length: 30 }, (_, index) => ({ ...first, id: `invite-${index}-of-many` }));
    const { base } = await openSandbox({ invites: many });
    const { stdout } = await start(base, byToken);
    for (const { id } of many) {
      expect(stdout).toContain(`(${id}): would be accepted`);
      expect(stdout).toMatch(new RegExp(`│ ${id} +│`));
    }
  });

  test('--live --no-dry-run responds with e-mail and key', async () => {
    const { sandbox, base } = await openSandbox();
    const { code, stdout } = await start(
      [...base, '--invite-id', DEMO_IDS.unexpected, '--status', 'rejected', '--no-dry-run', '--with', 'retries=0'],
      { CLOUDFLARE_EMAIL: credentials.email, CLOUDFLARE_API_KEY: credentials.key },
    );
    expect(code).toBe(0);
    expect(sandbox.invite(DEMO_IDS.unexpected)?.status).toBe('rejected');
    expect(stdout).toContain('Live: the step responds for real\n');
    expect(stdout).toContain(`CLOUDFLARE_API_KEY: \${{ secrets.CLOUDFLARE_API_KEY }}`);
    expect(stdout).not.toContain(credentials.key);
  });

  test('--live --no-dry-run responds to the invites that a filter selects', async () => {
    const { sandbox, base } = await openSandbox();
    const { code } = await start([...base, '--no-dry-run', '--with', 'invited-by=*@globex.example'], byToken);
    expect(code).toBe(0);
    const accepted = sandbox.invites().filter(({ status }) => status === 'accepted');
    expect(accepted.map(({ id }) => id)).toEqual([DEMO_IDS.expiresSoon, DEMO_IDS.accepted]);
  });

  test.each([
    ['nothing', {}],
    ['an empty token', { CLOUDFLARE_API_TOKEN: ' ' }],
    ['an e-mail address alone', { CLOUDFLARE_EMAIL: 'bot@example.net' }],
  ])('--live says what to set when the environment has %s', async (_what, env) => {
    const { code, stdout, stderr } = await start(['--live', '--invite-id', 'x'], env);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const name of ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_EMAIL', 'CLOUDFLARE_API_KEY']) {
      expect(stderr).toContain(name);
    }
  });

  test.each([[[]], [['--json']]])('--live never shows a credential that the server repeats %j', async (more) => {
    const { base } = await openSandbox({ faults: [{ ...echoCredentials(), times: Number.POSITIVE_INFINITY }] });
    const { code, stdout, stderr } = await start([...base, '--invite-id', DEMO_IDS.acmeDns, ...more], byToken);
    expect(code).toBe(1);
    expect(stdout).toContain('headers were');
    expect(stdout + stderr).not.toContain(credentials.token);
  });

  test('--live prints no control characters of a name', async () => {
    const name = 'Evil\u001b[2J\u009b2J\u202e Corp';
    const [first = {}] = invites;
    const { base } = await openSandbox({ invites: [{ ...first, organization_name: name }] });
    const { code, stdout } = await start([...base, '--invite-id', DEMO_IDS.acmeDns], byToken);
    expect(code).toBe(0);
    expect(stdout).toContain('Corp');
    for (const character of ['\u001b', '\u009b', '\u202e']) expect(stdout).not.toContain(character);
  });

  test('--live passes the proxy to the step and hides its password', async () => {
    const requests: string[] = [];
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        requests.push(String(data).split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const args = ['--live', '--with', 'api-base-url=https://api.invalid/client/v4', '--with', 'retries=0'];
    try {
      for (const more of [[], ['--json']]) {
        const { code, stdout } = await start([...args, ...more], {
          ...byToken,
          https_proxy: `http://user:pa%2512%2534ss@127.0.0.1:${port}`,
          NODE_DEBUG: 'net',
        });
        expect(code).toBe(1);
        expect(stdout).not.toMatch(/pa(%|%25)*12|34ss/);
        // What Node writes for NODE_DEBUG would stand in the step's log.
        expect(stdout).not.toMatch(/NET \d+:/);
        if (more.length === 0) expect(stdout).toContain('It also gets https_proxy.');
      }
    } finally {
      proxy.close();
    }
    expect(requests).toEqual(Array(2).fill('CONNECT api.invalid:443 HTTP/1.1'));
  });

  test.skipIf(process.platform === 'win32')('--live still shows the reports after a cancellation', async () => {
    const { sandbox, base } = await openSandbox({ faults: [{ hang: true, times: Number.POSITIVE_INFINITY }] });
    const child = spawn(process.execPath, [PROGRAM, ...base, '--invite-id', DEMO_IDS.acmeDns], {
      env: { PATH: process.env.PATH, ...byToken },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = text(child.stdout);
    while (sandbox.requests.length === 0) await systemClock.sleep(20);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(await output).toMatch(/cancel/i);
    expect(await output).toContain('✖ The step failed (exit code 1)');
  });
});
