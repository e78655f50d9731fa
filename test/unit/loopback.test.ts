import { expect, test } from 'vitest';
import { isLoopbackAddress, isThisMachine } from '../../src/loopback.ts';

test.each(['127.0.0.1', '127.255.10.254', '[::1]'])('%s is a loopback address, and this machine', (host) => {
  expect(isLoopbackAddress(host)).toBe(true);
  expect(isThisMachine(host)).toBe(true);
});

test.each(['localhost', 'localhost.', 'a.localhost', 'api.a.localhost.', '[::ffff:7f00:1]', '[::ffff:7fab:12cd]'])(
  '%s is this machine, but no loopback address',
  (host) => {
    expect(isLoopbackAddress(host)).toBe(false);
    expect(isThisMachine(host)).toBe(true);
  },
);

test.each([
  ...['a127.0.0.1', '127.0.0.1.example', '127.0.0.1x', '128.0.0.1', '127.0.0', '[::2]', '[::ffff:7e00:1]'],
  ...['xlocalhost', 'localhost.example', 'localhostx', 'x[::ffff:7f00:1]', '[::ffff:7f00:1]x', ''],
])('%j is another machine', (host) => {
  expect(isLoopbackAddress(host)).toBe(false);
  expect(isThisMachine(host)).toBe(false);
});
