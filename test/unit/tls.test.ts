import tls from 'node:tls';
import { expect, test } from 'vitest';
import { restoreTls } from '../../src/tls.ts';
import { runAside } from './aside.ts';

test('the variable that accepts any certificate is removed, and the others stay', () => {
  const env: Record<string, string | undefined> = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: 'ca.pem' };
  expect(restoreTls(env)).toBe(true);
  expect(env).toEqual({ NODE_EXTRA_CA_CERTS: 'ca.pem' });
});

test.each([undefined, '', '1', 'false', '00', ' 0'])('certificates are checked with the value %j', (value) => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: value };
  expect(restoreTls(env)).toBe(false);
  expect(env).toEqual({ NODE_TLS_REJECT_UNAUTHORIZED: value });
});

test.each([
  ['TLSv1', 'TLSv1.2'],
  ['TLSv1.1', 'TLSv1.2'],
  ['TLSv1.2', 'TLSv1.2'],
  ['TLSv1.3', 'TLSv1.3'],
] as const)('the oldest version of TLS is raised from %s to %s', (before, after) => {
  const original = tls.DEFAULT_MIN_VERSION;
  try {
    tls.DEFAULT_MIN_VERSION = before;
    restoreTls({});
    expect(tls.DEFAULT_MIN_VERSION).toBe(after);
  } finally {
    tls.DEFAULT_MIN_VERSION = original;
  }
});

test.each([
  ['', 'TLSv1.2'],
  ['--tls-min-v1.0', 'TLSv1.2'],
  ['--tls-min-v1.1 --tls-cipher-list=DEFAULT@SECLEVEL=0', 'TLSv1.2'],
  ['--tls-min-v1.3', 'TLSv1.3'],
])('the oldest version of TLS with NODE_OPTIONS %j is %s', async (options, expected) => {
  const script = `
    import tls from 'node:tls';
    module.restoreTls(process.env);
    console.log(tls.DEFAULT_MIN_VERSION);`;
  const { stdout } = await runAside('tls.ts', script, { env: { NODE_OPTIONS: options } });
  expect(stdout.trim()).toBe(expected);
});
