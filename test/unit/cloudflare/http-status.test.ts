import { expect, test } from 'vitest';
import { statusRule } from '../../../src/cloudflare/http-status.ts';

const RUN_AGAIN = 'Run the job again: an invite';
const REDIRECTED = 'never sent on to another address';
const REFUSED = 'see its message';
const TROUBLE = 'Cloudflare has trouble';

test.each([
  [200, true, 'unknown', RUN_AGAIN],
  [204, true, 'unknown', RUN_AGAIN],
  [301, false, 'not-applied', REDIRECTED],
  [308, false, 'not-applied', REDIRECTED],
  [400, false, 'rejected', REFUSED],
  [401, false, 'rejected', REFUSED],
  [403, false, 'rejected', 'but not the credentials: see its message'],
  [404, false, 'rejected', 'no such API at this address'],
  [405, false, 'rejected', REFUSED],
  [407, false, 'rejected', REFUSED],
  [408, true, 'unknown', RUN_AGAIN],
  [409, true, 'rejected', 'at the same time'],
  [410, false, 'rejected', REFUSED],
  [425, false, 'rejected', REFUSED],
  [428, false, 'rejected', REFUSED],
  [429, true, 'not-applied', 'rate limit'],
  [499, false, 'rejected', REFUSED],
  [500, true, 'unknown', TROUBLE],
  [502, true, 'unknown', TROUBLE],
  [503, true, 'unknown', TROUBLE],
  [504, true, 'unknown', TROUBLE],
  [520, true, 'unknown', TROUBLE],
  [525, true, 'unknown', 'secure connection to the server behind it'],
  [526, true, 'unknown', 'secure connection to the server behind it'],
  [599, true, 'unknown', TROUBLE],
  [999, true, 'unknown', TROUBLE],
])('HTTP %d: retryable %s, effect %s, hint "%s"', (status, isRetryable, effect, hint) => {
  expect(statusRule(status)).toEqual({ isRetryable, effect, hint: expect.stringContaining(hint) });
});
