import { expect, test } from 'vitest';
import { envelopeFailure } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS } from '../run.ts';
import { ALL, type Case, ID, onPatch, ownResponse, pasted, success } from './case.ts';
import { check } from './check.ts';
import { playInProcess } from './play.ts';

const FAILS: Case = {
  name: 'one failed invite',
  inputs: { ...ALL, retries: '0' },
  responses: [ownResponse, onPatch(envelopeFailure(403, { code: 1010, message: 'Not for you' }))],
  requests: 'GET PATCH GET',
  exit: 1,
};

test.each<[string, Partial<Case>, string]>([
  ['requests', { requests: 'GET PATCH' }, 'requests: expected "GET PATCH", but was "GET PATCH GET"'],
  ['exit', { exit: 0, annotations: ['error'] }, 'exit: expected 0, but was 1'],
  ['annotations', { annotations: ['error', 'warning'] }, 'annotations: expected ["error","warning"]'],
  ['annotations by title', { annotations: ['error: Somebody else'] }, 'annotations: expected ["error: Somebody else"]'],
  ['annotations by default', { exit: 0 }, 'annotations: expected [], but was ["error"]'],
  ['title', { title: 'Somebody else' }, 'title: expected to hold "Somebody else"'],
  ['message', { message: 'Something else.' }, 'message: expected "Something else."'],
  ['says', { says: ['code 1011'] }, 'messages: expected to hold "code 1011"'],
  ['neverSays', { neverSays: ['code 1010'] }, 'annotations: must not hold "code 1010"'],
  ['hints', { hints: ['code 1010'] }, 'hints: expected to hold "code 1010"'],
  ['outcomes', { outcomes: ['changed'] }, 'outcomes: expected ["changed"], but was ["failed"]'],
  ['outputs', { outputs: { status: 'accepted' } }, 'output status: expected "accepted", but was "pending"'],
  ['logs', { logs: ['accepted.'] }, 'log: expected to hold "accepted."'],
  ['neverLogs', { neverLogs: ['1 pending invite'] }, 'log: must not hold "1 pending invite"'],
  ['debugs', { debugs: ['HTTP 402'] }, 'debug log: expected to hold "HTTP 402"'],
  ['summary', { summary: ['accepted (<code>'] }, 'summary: expected to hold "accepted (<code>"'],
  ['masks', { masks: [] }, `masks: expected [], but was ["${CREDENTIALS.token}"]`],
  ['onServer', { onServer: ['accepted'] }, 'on the server: expected ["accepted"], but was ["pending"]'],
  ['paths', { paths: ['/user/invites'] }, 'paths: expected ["/user/invites"], but was ["/user/invites?page=1'],
  ['sends a header', { sends: { headers: { authorization: undefined } } }, 'header authorization: expected "none"'],
  ['sends a body', { sends: { body: '{}' } }, 'body: expected "{}", but was ""'],
  ['atMs', { atMs: [0, 0, 500] }, 'arrivals: expected [0,0,500], but was [0,0,0]'],
  ['tookMs', { tookMs: 1 }, 'milliseconds: expected 1, but was 0'],
  ['githubRequests', { githubRequests: 'GET' }, 'requests to GitHub: expected "GET", but was ""'],
  [
    'a response that is not used',
    { responses: [...(FAILS.responses ?? []), onPatch(ownResponse)] },
    'unused responses: expected 0, but was 1',
  ],
])('a case with a wrong expectation fails: %s', async (_what, wrong, message) => {
  check(FAILS, await playInProcess(FAILS));
  const testCase = { ...FAILS, ...wrong };
  const played = await playInProcess(testCase);
  expect(() => check(testCase, played)).toThrow(message);
});

test('a step that succeeds although the invite is pending breaks a rule', async () => {
  const responses = [success({ id: ID, status: 'accepted' })];
  const testCase: Case = { name: 'a response that lies', responses, requests: 'PATCH', exit: 0 };
  const played = await playInProcess(testCase);
  expect(() => check(testCase, played)).toThrow('rule: success means that every invite has the wanted status');
});

test.each<[string, Partial<Awaited<ReturnType<typeof playInProcess>>>, string]>([
  ['a part of the token', { written: `it is ${CREDENTIALS.token.slice(4, 12)}` }, 'no part of a credential is shown'],
  ['no error', { annotations: [] }, 'a step that fails has an error, a step that succeeds has none'],
  ['no outputs', { outputs: { invites: '[]', invite_ids: '[]' } }, 'every output is set'],
  [
    'a failure twice in the summary',
    { summary: `<li>Could not accept invite Acme, Inc. (${ID})</li><li>again</li>` },
    'the summary lists the errors and no other failure',
  ],
  ['an empty summary', { summary: '' }, 'every error stands in the summary'],
  [
    'eleven warnings',
    { annotations: Array.from({ length: 11 }, () => ({ level: 'warning', title: 'T', message: 'M' })) },
    'a level has at most 10 annotations',
  ],
  [
    'an error without a hint',
    { annotations: [{ level: 'error', title: 'T', message: 'PATCH /x: HTTP 500.' }] },
    'an error about a request says what to do',
  ],
])('a step that shows %s breaks a rule', async (_what, wrong, rule) => {
  const played = { ...(await playInProcess(FAILS)), ...wrong };
  expect(() => check(FAILS, played)).toThrow(`rule: ${rule}`);
});

test('a pasted response has its status, headers and body', () => {
  const response = pasted(`
    HTTP/2 403 Forbidden
    content-type: application/json
    CF-Ray: 8f3a-FRA

    {"success": false}
  `);
  const headers = { 'content-type': 'application/json', 'cf-ray': '8f3a-FRA' };
  expect(response).toEqual({ reply: { status: 403, headers, body: '{"success": false}' } });
});
