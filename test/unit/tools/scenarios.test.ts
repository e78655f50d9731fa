import { describe, expect, test } from 'vitest';
import { deviations } from '../../../tools/scenarios.ts';

describe('deviations', () => {
  const scenario = {
    summary: '',
    story: '',
    with: {},
    expected: { exitCode: 1, changes: { a: 'accepted' }, error: 'because', requests: 1 },
  } as const;
  const before = [
    { id: 'a', status: 'pending' },
    { id: 'b', status: 'pending' },
  ];
  const sandbox = (statuses: Readonly<Record<string, string>>, requests: number) => ({
    invite: (id: string) => ({ id, status: statuses[id] ?? '' }),
    requests: Array.from({ length: requests }, () => ({
      method: 'GET',
      path: '/',
      headers: {},
      body: '',
      atMs: 0,
      changes: 0,
      status: 200,
    })),
  });
  const error = (message: string) => ({ level: 'error', title: 'It failed', message }) as const;
  const rightRun = { exitCode: 1, annotations: [error('because of that')] };
  const rightSandbox = sandbox({ a: 'accepted', b: 'pending' }, 1);

  test('deviations of a run that ended as expected are none', () => {
    expect(deviations(scenario, rightRun, before, rightSandbox)).toEqual([]);
  });

  test.each([
    ['exit code', { ...rightRun, exitCode: 0 }, rightSandbox, 'The exit code is 0 instead of 1.'],
    ['no error', { ...rightRun, annotations: [] }, rightSandbox, 'There are 0 error annotations.'],
    [
      'another error',
      { ...rightRun, annotations: [error('of that')] },
      rightSandbox,
      'The error does not say "because".',
    ],
    [
      'an invite not changed',
      rightRun,
      sandbox({ a: 'pending', b: 'pending' }, 1),
      'Invite a is pending instead of accepted.',
    ],
    [
      'another one changed',
      rightRun,
      sandbox({ a: 'accepted', b: 'accepted' }, 1),
      'Invite b is accepted instead of pending.',
    ],
    ['more requests', rightRun, sandbox({ a: 'accepted', b: 'pending' }, 2), '2 requests were sent instead of 1.'],
  ])('deviations name one difference: %s', (_name, run, after, expected) => {
    expect(deviations(scenario, run, before, after)).toEqual([expected]);
  });
});
