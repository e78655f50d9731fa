import { expect, test } from 'vitest';
import { describePause } from '../../../src/report/log.ts';

test('a pause of absurd length is described', () => {
  const text = describePause({ reason: 'the reason', durationMs: 1e300, untilMs: 1e300 });
  expect(text).toContain('until +275760-09-13T00:00:00.000Z');
});
