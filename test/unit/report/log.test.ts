import { expect, test } from 'vitest';
import { describePause } from '../../../src/report/log.ts';

test('a pause beyond the last date is described', () => {
  const pause = { reason: 'refused', durationMs: 1e300, untilMs: 1e300, error: undefined } as const;
  expect(describePause(pause)).toContain('until +275760-09-13T00:00:00.000Z');
});
