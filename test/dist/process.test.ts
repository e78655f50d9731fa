import { describe, expect, test } from 'vitest';
import { text503 } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../sandbox/demo-account.ts';
import { DistHarness, ID, invitesOf, onlyError, PENDING_IDS } from './step.ts';

const forEver = { times: Number.POSITIVE_INFINITY };

describe.concurrent('cancellation', { timeout: 30_000 }, () => {
  const ids = [...PENDING_IDS, 'one-more'];

  test.for(['SIGINT', 'SIGTERM'] as const)(
    '%s during requests that hang ends the step, with outputs and summary',
    async (name) => {
      await using harness = await DistHarness.open({ faults: [{ hang: true, ...forEver }] });
      const result = await harness.step({
        with: { 'invite-id': ids.join(' ') },
        signal: { name, when: harness.saw(4) },
      });
      expect(result.signal).toBeNull();
      const { title, message } = onlyError(result);
      expect(title).toContain('cancelled');
      expect(message).toContain('State unknown');
      expect(message).toContain('Not attempted');
      expect(harness.sent).toEqual(ids.slice(0, 4).map((id) => `PATCH ${id}`));
      expect(result.outputs).toMatchObject({ changed: 'false', matched_count: '6', failed_count: '6' });
      expect(invitesOf(result).map(({ outcome }) => outcome)).toEqual([
        ...Array(4).fill('failed'),
        ...Array(2).fill('not_attempted'),
      ]);
      expect(result.summary).toContain('one-more');
      expect(result.summary).toContain('not attempted');
    },
  );

  test.for(['SIGINT', 'SIGTERM'] as const)(
    '%s during the wait for a retry ends the step without another request',
    async (name) => {
      const fault = text503();
      await using harness = await DistHarness.open({
        faults: [{ ...fault, reply: { status: 503, body: 'later', headers: { 'retry-after': '20' } }, ...forEver }],
      });
      const isWaiting = (line: string): boolean => line.includes('next in 20 s');
      const result = await harness.step({ signal: { name, when: isWaiting } });
      onlyError(result);
      expect(result.durationMs).toBeLessThan(20_000);
      expect(harness.sent).toEqual([`PATCH ${ID}`]);
      expect(result.outputs).toMatchObject({ id: ID, changed: 'false', failed_count: '1' });
      expect(result.summary).toContain(ID);
    },
  );

  test('a response right after SIGINT counts, and the step fails as cancelled', async () => {
    await using harness = await DistHarness.open({ faults: [{ delayMs: 150, on: { id: ID } }] });
    const result = await harness.step({ signal: { name: 'SIGINT', when: harness.saw(1) } });
    expect(onlyError(result).title).toContain('cancelled');
    expect(result.outputs).toMatchObject({ id: ID, status: 'accepted', changed: 'true', failed_count: '0' });
    expect(harness.sent).toEqual([`PATCH ${ID}`]);
  });
});

describe.concurrent('several invites', { timeout: 30_000 }, () => {
  test('several invites are handled four at a time, and the outputs keep their order', async () => {
    const { agency, accepted, expired } = DEMO_IDS;
    await using harness = await DistHarness.open({ latencyMs: 25, faults: [{ on: { id: ID }, delayMs: 60 }] });
    const ids = [ID, accepted, 'nobody-has-this', agency, expired, 'nor-this'];
    const result = await harness.step({ with: { 'invite-id': ids.join(' ') } });
    expect(result).toMatchObject({ exitCode: 1, outputs: { invite_ids: JSON.stringify(ids), failed_count: '3' } });
    const outcomes = ['changed', 'unchanged', 'failed', 'changed', 'failed', 'failed'];
    expect(invitesOf(result)).toMatchObject(ids.map((id, index) => ({ id, outcome: outcomes[index] })));
    expect(result.annotations.map(({ title }) => ids.findIndex((id) => title.includes(id)))).toEqual([2, 4, 5]);
    expect(harness.sandbox.maxConcurrent).toBe(4);
    const patched = harness.sent.filter((request) => request.startsWith('PATCH'));
    expect(patched.toSorted()).toEqual(ids.map((id) => `PATCH ${id}`).toSorted());
  });

  test('refused credentials stop several invites with one error and at most four requests', async () => {
    await using harness = await DistHarness.open({ latencyMs: 20, revokeAfter: 0 });
    const result = await harness.step({ with: { 'invite-id': [...PENDING_IDS, 'one-more'].join(' ') } });
    expect(onlyError(result).title).toContain('refused the credentials');
    expect(harness.sent.length).toBeLessThanOrEqual(4);
    expect(invitesOf(result).slice(4)).toMatchObject([{ outcome: 'not_attempted' }, { outcome: 'not_attempted' }]);
  });
});

describe.concurrent('runners', { timeout: 30_000 }, () => {
  test('a runner without a summary file gets the other reports', async () => {
    await using harness = await DistHarness.open();
    const result = await harness.step({ env: { GITHUB_STEP_SUMMARY: '' } });
    expect(result).toMatchObject({ exitCode: 0, stderr: '', annotations: [], summary: '' });
    expect(result.log.join('\n')).not.toContain('summary');
    expect(result.outputs).toMatchObject({ id: ID, status: 'accepted', changed: 'true' });
  });

  test('a runner without an output file gets the outputs as commands', async () => {
    await using harness = await DistHarness.open();
    const result = await harness.step({ env: { GITHUB_OUTPUT: '' } });
    expect(result.exitCode).toBe(0);
    expect(result.commands.filter(({ command }) => command === 'set-output').length).toBeGreaterThan(0);
    expect(result.outputs).toMatchObject({ id: ID, status: 'accepted', organization_name: 'Acme, Inc.' });
  });

  test('the process ends with its work, although the server keeps the connection open', async () => {
    await using harness = await DistHarness.open();
    const result = await harness.step();
    expect(result.exitCode).toBe(0);
    // Node's servers cut an idle connection after five seconds.
    expect(result.durationMs).toBeLessThan(4_500);
  });

  test('a server that does not listen is an error with a hint about the network', async () => {
    const harness = await DistHarness.open();
    const { url } = harness;
    await harness[Symbol.asyncDispose]();
    const { message } = onlyError(await harness.step({ with: { 'api-base-url': url, retries: '0' } }));
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain('Not changed by this step');
    expect(message).toMatch(/^What to do: .*could not reach/m);
  });

  test('debug logging adds a line for each request with its duration', async () => {
    await using harness = await DistHarness.open({ ...demoAccount(Date.now()), faults: [{ drop: 'before' }] });
    const loud = await harness.step({ debug: true });
    expect(loud.log.filter((line) => /^##\[debug\].*(PATCH|GET) .* after \d+ ms/.test(line))).toHaveLength(3);
    const quiet = await harness.step();
    expect(quiet.log.filter((line) => line.includes('##[debug]'))).toEqual([]);
  });
});
