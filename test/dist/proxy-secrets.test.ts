import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../sandbox/runner.ts';
import { substringsOf } from '../substrings.ts';
import { DistHarness, ID, onlyError } from './step.ts';

const PASSWORD = 'correct-horse-battery';

/** Parts of the password in the output of a step, without the commands that mask it. */
function leaks({ stdout, stderr, summary, outputs, environmentFiles }: StepResult): string[] {
  const unmasked = stdout.split(/\r\n|\r|\n/).filter((line) => !line.startsWith('::add-mask::'));
  const written = JSON.stringify([unmasked, stderr, summary, outputs, environmentFiles]);
  return substringsOf(PASSWORD).filter((part) => written.includes(part));
}

describe.concurrent('proxies', { timeout: 30_000 }, () => {
  test.for(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'a malformed %s is an error without its password, and nothing is sent',
    async (name) => {
      await using harness = await DistHarness.open();
      const result = await harness.step({
        env: { [name]: `http://user:${PASSWORD}@proxy example:99999` },
        debug: true,
      });
      const { title, message } = onlyError(result);
      expect(title).toContain('proxy');
      expect(message).toContain('HTTPS_PROXY');
      expect(result.masks).toContain(PASSWORD);
      expect(leaks(result)).toEqual([]);
      expect(harness.sent).toEqual([]);
      expect(result.outputs).toMatchObject({ changed: 'false', matched_count: '0' });
    },
  );

  test('no request bypasses a proxy that does not listen, and its password is shown nowhere', async () => {
    const closed = await DistHarness.open();
    await closed[Symbol.asyncDispose]();
    await using harness = await DistHarness.open();
    const result = await harness.step({
      with: { retries: '0', 'api-base-url': 'https://api.cloudflare.test' },
      env: { HTTP_PROXY: `http://user:${PASSWORD}@127.0.0.1:${closed.port}` },
      debug: true,
    });
    expect(onlyError(result).message).toContain('ECONNREFUSED');
    expect(leaks(result)).toEqual([]);
    expect(harness.sent).toEqual([]);
  });

  test('a loopback address is reached without the proxy', async () => {
    const closed = await DistHarness.open();
    await closed[Symbol.asyncDispose]();
    await using harness = await DistHarness.open();
    const env = { HTTP_PROXY: `http://127.0.0.1:${closed.port}`, NO_PROXY: 'example.com' };
    expect(await harness.step({ env })).toMatchObject({ exitCode: 0 });
    expect(harness.sent).toEqual([`PATCH ${ID}`]);
  });
});
