import { expect, test } from 'vitest';
import { StopError } from '../../../src/cloudflare/errors.ts';
import type { IfNoMatch, RunResult } from '../../../src/invites/run-result.ts';
import { nextIssueState } from '../../../src/tracking-issue/state.ts';
import { failed, ignoredOf, searchOf, succeeded } from '../report/fixture.ts';
import { CONTEXT, EXPIRING, handled, INVITE } from './fixture.ts';

const stop = new StopError({ kind: 'cancelled' });
const dryRun = { ...CONTEXT, dryRun: true };
const byId = { search: undefined };
const ENDLESS = { kind: 'too-long', limit: 'pages' } as const;
const notAttempted = failed('a', { kind: 'not_attempted' });

function noMatch(ifNoMatch: IfNoMatch, search = searchOf()): RunResult {
  return { kind: 'no-match', context: CONTEXT, search, ifNoMatch, waitSeconds: 0 };
}

test.each<[string, RunResult, ReturnType<typeof nextIssueState>]>([
  ['a failed invite', handled({ outcomes: [succeeded('changed'), failed()] }), 'open'],
  ['an invite that was not attempted', handled({ outcomes: [notAttempted] }), 'open'],
  ['a failed invite in id mode', handled({ outcomes: [failed()], ...byId }), 'open'],
  ['a stop after the list', handled({ stop }), 'open'],
  ['a stop without invites', handled({ outcomes: [], stop, ...byId }), 'open'],
  ['a list that failed', { kind: 'list-failed', list: 'invite', context: CONTEXT, failure: ENDLESS }, 'open'],
  ['invalid inputs', { kind: 'invalid-inputs', problems: [] }, 'open'],
  ['an unusable proxy', { kind: 'proxy', problem: 'malformed' }, 'open'],
  ['a defect', { kind: 'defect', description: '' }, 'open'],
  ['an invite that expires soon', handled({ search: EXPIRING }), 'open'],
  ['an invite that expires soon and no match', noMatch('error', EXPIRING), 'open'],
  ['changed invites', handled(), 'closed'],
  ['no match, which is ignored', noMatch('ignore'), 'closed'],
  ['no match, which is a warning', noMatch('warn'), 'closed'],
  ['unchanged invites', handled({ outcomes: [succeeded('unchanged')] }), 'closed'],
  [
    'ignored invites that do not expire soon',
    handled({ search: searchOf({ ignored: [ignoredOf(INVITE)] }) }),
    'closed',
  ],
  ['skipped entries', handled({ search: searchOf({ skippedCount: 1 }) }), 'unchanged'],
  ['missing entries', handled({ search: searchOf({ missingCount: 1 }) }), 'unchanged'],
  ['a changed invite in id mode', handled(byId), 'unchanged'],
  ['a failed invite in a dry run', handled({ outcomes: [failed()], context: dryRun }), 'unchanged'],
  ['an invite that expires soon in a dry run', handled({ search: EXPIRING, context: dryRun }), 'unchanged'],
  [
    'a failed list in a dry run',
    { kind: 'list-failed', list: 'invite', context: dryRun, failure: ENDLESS },
    'unchanged',
  ],
  ['a dry run', handled({ outcomes: [succeeded('planned')], context: dryRun }), 'unchanged'],
  ['no match, which is an error', noMatch('error'), 'unchanged'],
])('the tracking issue after a run with $0 is $2, and unchanged if the job was cancelled', (_title, result, state) => {
  expect(nextIssueState(result, false)).toBe(state);
  expect(nextIssueState(result, true)).toBe('unchanged');
});
