import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { changedResult, echoCredentials, type Fault, redirectTo } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS } from '../../sandbox/demo-account.ts';
import { closeServer, openOnLoopback } from '../../sandbox/loopback.ts';
import type { RunResult } from '../../sandbox/runner.ts';
import { substringsOf } from '../substrings.ts';
import { CREDENTIALS, DistHarness, ID, invitesOf, onlyError } from './step.ts';

const { token, email, key } = CREDENTIALS;
const byKey = { 'api-token': undefined, 'api-email': email, 'api-key': key };
const forEver = { times: Number.POSITIVE_INFINITY };

/** Where 8 characters of the secret in a row stand in what a step wrote, the masking commands apart. */
function leaks(result: RunResult, secret: string): string[] {
  const { stdout, stderr, summary, outputs, environmentFiles } = result;
  const unmasked = stdout.split(/\r\n|\r|\n/).filter((line) => !line.startsWith('::add-mask::'));
  const written: Record<string, string> = {
    stdout: unmasked.join('\n'),
    stderr,
    summary,
    ...outputs,
    'what fromJSON() reads': [outputs.invites, outputs.roles].flatMap(textsIn).join('\n'),
    ...Object.fromEntries(Object.entries(environmentFiles).map(([name, text]) => [`file ${name}`, text])),
    log: result.log.join('\n'),
    annotations: result.annotations.map(({ title, message }) => `${title}\n${message}`).join('\n'),
  };
  const parts = substringsOf(secret.toLowerCase());
  return Object.entries(written).flatMap(([name, text]) =>
    parts.some((part) => text.toLowerCase().includes(part)) ? [name] : [],
  );
}

/** Every text in a JSON value. */
function textsIn(json: string | undefined): string[] {
  const texts: string[] = [];
  JSON.parse(json || 'null', (_, value) => (typeof value === 'string' ? texts.push(value) : value));
  return texts;
}

/** Which texts of a step show the mask: proof that the secret was there to be shown. */
function masked({ summary, outputs, annotations, stdout }: RunResult): string[] {
  const texts = { summary, invites: outputs.invites ?? '', annotations: JSON.stringify(annotations), stdout };
  return Object.entries(texts).flatMap(([name, text]) => (text.includes('***') ? [name] : []));
}

describe.concurrent('secrets', { timeout: 30_000 }, () => {
  const schemes = [
    { scheme: 'token', secret: token, inputs: {} },
    { scheme: 'key', secret: key, inputs: byKey },
  ];
  const steps = schemes.flatMap((scheme) => [false, true].map((debug) => ({ ...scheme, debug })));

  test.for(steps)('the $scheme is masked first and shows nowhere, debug $debug', async (step) => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: step.inputs, debug: step.debug });
    expect(result.exitCode).toBe(0);
    expect(result.commands[0]).toMatchObject({ command: 'add-mask', data: step.secret });
    expect(result.masks).toContain(step.secret);
    expect(result.stdout.startsWith('::add-mask::')).toBe(true);
    expect(leaks(result, step.secret)).toEqual([]);
  });

  test.for(steps.flatMap((step) => [400, 403, 500].map((status) => ({ ...step, status }))))(
    'the $scheme shows nowhere when an error $status repeats it, debug $debug',
    async (step) => {
      await using world = await DistHarness.open({ faults: [{ ...echoCredentials(step.status), ...forEver }] });
      const result = await world.step({ with: { ...step.inputs, retries: '0' }, debug: step.debug });
      expect(onlyError(result).message).toContain('Invalid request: headers were');
      expect(masked(result)).toEqual(['summary', 'invites', 'annotations', 'stdout']);
      expect(leaks(result, step.secret)).toEqual([]);
    },
  );

  test.for(steps)('the $scheme shows nowhere when the invite repeats it, debug $debug', async (step) => {
    const changes = {
      organization_name: `Acme ${step.secret} Inc.`,
      invited_by: `x${step.secret.toUpperCase()}@example.com`,
      // Not even half of it.
      roles: ['DNS', step.secret.slice(4, 16), `${step.secret}${step.secret}`],
      organization_id: step.secret,
    };
    await using world = await DistHarness.open({ faults: [changedResult('echo', changes)] });
    const result = await world.step({ with: step.inputs, debug: step.debug });
    expect(result.exitCode).toBe(0);
    expect(masked(result)).toEqual(['summary', 'invites', 'stdout']);
    expect(result.outputs.organization_name).toBe('Acme *** Inc.');
    expect(leaks(result, step.secret)).toEqual([]);
  });

  test('the credential shows nowhere when a page, a text and a problem repeat it', async () => {
    const bodies = [
      `<html><head><title>${token}</title></head></html>`,
      `upstream said ${token}`,
      { cloudflare_error: true, title: token, status: 502, detail: `Bearer ${token}`, error_code: 1000 },
    ];
    const faults = bodies.map(
      (body, index): Fault => ({ on: { id: `invite-${index}` }, reply: { status: 502, body }, ...forEver }),
    );
    await using world = await DistHarness.open({ faults });
    const ids = bodies.map((_, index) => `invite-${index}`).join(' ');
    const result = await world.step({ with: { 'invite-id': ids, retries: '0' }, debug: true });
    expect(result.annotations.filter(({ message }) => message.includes('***'))).toHaveLength(bodies.length);
    expect(leaks(result, token)).toEqual([]);
  });

  test('a credential with characters that JSON escapes shows nowhere', async () => {
    const odd = 'abc"def\\ghi"jkl\\mno"pqr';
    await using world = await DistHarness.open({
      credentials: { email, key: odd },
      faults: [changedResult('echo', { organization_name: `Acme ${odd}`, roles: [odd] })],
    });
    const result = await world.step({ with: { ...byKey, 'api-key': odd }, debug: true });
    expect(result.exitCode).toBe(0);
    expect(leaks(result, odd)).toEqual([]);
    expect(invitesOf(result)).toMatchObject([{ organization_name: 'Acme ***', roles: ['***'] }]);
    expect(JSON.parse(result.outputs.roles ?? '')).toEqual(['***']);
  });

  test('refused inputs never show a credential, nor do those that are not used', async () => {
    await using world = await DistHarness.open();
    const broken = `${key.slice(0, 15)} ${key.slice(15)}`;
    const result = await world.step({
      with: { ...byKey, 'api-key': broken, status: 'maybe' },
      env: { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key },
      debug: true,
    });
    expect(onlyError(result).message).toContain('api-key holds a space');
    expect(result.masks).toEqual(expect.arrayContaining([broken, token, key]));
    for (const secret of [broken, token, key]) expect(leaks(result, secret)).toEqual([]);
  });

  test('the e-mail address is no secret', async () => {
    await using world = await DistHarness.open();
    const result = await world.step({ with: byKey });
    expect(result.outputs.invited_member_email).toBe(email);
    expect(result.masks).not.toContain(email);
  });
});

describe.concurrent('redirects', { timeout: 30_000 }, () => {
  async function listen(): Promise<{ url: string; seen: string[] } & AsyncDisposable> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: true, errors: [], messages: [], result: { id: ID, status: 'accepted' } }));
    });
    const port = await openOnLoopback(server);
    return {
      url: `http://127.0.0.1:${port}/client/v4/user/invites/${ID}`,
      seen,
      [Symbol.asyncDispose]: () => closeServer(server),
    };
  }

  const redirects = [301, 302, 303, 307, 308].flatMap((status) => [
    { status, scheme: 'key', inputs: byKey },
    { status, scheme: 'token', inputs: {} },
  ]);
  test.for(redirects)('a redirect $status to another origin is refused with the $scheme', async (redirect) => {
    await using other = await listen();
    await using world = await DistHarness.open({ faults: [{ ...redirectTo(other.url, redirect.status), ...forEver }] });
    const { message } = onlyError(await world.step({ with: redirect.inputs }));
    expect(message).toContain(`HTTP ${redirect.status}`);
    expect(message).toMatch(/redirect/);
    expect(message).toContain(new URL(other.url).origin);
    expect(message).toMatch(/^What to do: .*api-base-url/m);
    expect(other.seen).toEqual([]);
    expect(new Set(world.sent)).toEqual(new Set([`PATCH ${ID}`]));
  });

  test('a redirect of a read is refused', async () => {
    await using other = await listen();
    await using world = await DistHarness.open({ faults: [{ ...redirectTo(other.url, 307), ...forEver }] });
    const result = await world.step({ with: { ...byKey, 'dry-run': 'true' } });
    expect(onlyError(result).message).toMatch(/redirect/);
    expect(other.seen).toEqual([]);
  });

  test('a redirect to another invite of the same origin is refused', async () => {
    const location = `/client/v4/user/invites/${DEMO_IDS.agency}`;
    await using world = await DistHarness.open({ faults: [{ ...redirectTo(location, 307), ...forEver }] });
    expect(onlyError(await world.step()).message).toMatch(/redirect/);
    expect(world.sent.filter((request) => request.includes(DEMO_IDS.agency))).toEqual([]);
    expect(world.statusOf(DEMO_IDS.agency)).toBe('pending');
  });
});

describe.concurrent('proxies', { timeout: 30_000 }, () => {
  test.for(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'a malformed %s is a clear error without its password, and nothing is sent',
    async (name) => {
      await using world = await DistHarness.open();
      const password = 'correct-horse-battery';
      const result = await world.step({ env: { [name]: `http://user:${password}@proxy example:99999` }, debug: true });
      const { title, message } = onlyError(result);
      expect(title).toContain('proxy');
      expect(message).toContain('HTTPS_PROXY');
      expect(result.masks).toContain(password);
      expect(leaks(result, password)).toEqual([]);
      expect(world.sent).toEqual([]);
      expect(result.outputs).toMatchObject({ changed: 'false', matched_count: '0' });
    },
  );

  test('a dead proxy is not gone around, and its password shows nowhere', async () => {
    const closed = await DistHarness.open();
    await closed[Symbol.asyncDispose]();
    await using world = await DistHarness.open();
    const password = 'correct-horse-battery';
    const result = await world.step({
      with: { retries: '0' },
      env: { HTTP_PROXY: `http://user:${password}@127.0.0.1:${closed.port}` },
      debug: true,
    });
    expect(onlyError(result).message).toContain('ECONNREFUSED');
    expect(leaks(result, password)).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  test('NO_PROXY is obeyed', async () => {
    const closed = await DistHarness.open();
    await closed[Symbol.asyncDispose]();
    await using world = await DistHarness.open();
    const env = { HTTP_PROXY: `http://127.0.0.1:${closed.port}`, NO_PROXY: '127.0.0.1' };
    expect(await world.step({ env })).toMatchObject({ exitCode: 0 });
    expect(world.sent).toEqual([`PATCH ${ID}`]);
  });
});
