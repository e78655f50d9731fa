import { envelopeFailure } from '../../sandbox/cloudflare.ts';
import { hoursFromStart, invite, inviteId } from '../run.ts';
import { type Case, ID, onGet, ownResponse, sharing } from './case.ts';

const ACME = { 'organization-name': 'Acme*' };
const WAIT = { ...ACME, 'wait-seconds': '60' };
const globex = (number: number, details = {}) => invite(number, { organization_name: 'Globex', ...details });
const accepted = invite(1, { status: 'accepted' });

/** A list without a match: the inputs, the exit code and the annotation beside the notice. */
const NO_MATCH = [
  ['no match is ignored by default', {}, 0, []],
  ['no match is ignored with if-no-match: ignore', { 'if-no-match': 'ignore' }, 0, []],
  [
    'no match is a warning with if-no-match: warn',
    { 'if-no-match': 'warn' },
    0,
    ['warning: No pending invite matches'],
  ],
  ['no match is an error with if-no-match: error', { 'if-no-match': 'error' }, 1, ['error: No pending invite matches']],
  ['no match after a wait is an error by default', { 'wait-seconds': '5' }, 1, ['error: No pending invite matches']],
  [
    'no match after a wait is ignored with if-no-match: ignore',
    { 'wait-seconds': '5', 'if-no-match': 'ignore' },
    0,
    [],
  ],
  [
    'no match after a wait is a warning with if-no-match: warn',
    { 'wait-seconds': '5', 'if-no-match': 'warn' },
    0,
    ['warning: No pending invite matches'],
  ],
] as const;

/** How long a step waits for an invite, and what it does when none matches. */
export const cases: readonly Case[] = [
  {
    name: 'a wait looks every 5 seconds and ends with the first match',
    inputs: WAIT,
    invites: [globex(1)],
    meanwhile: [{ atMs: 12_000, invite: invite(2) }],
    requests: 'GET GET GET GET PATCH',
    exit: 0,
    annotations: ['notice'],
    outputs: { id: inviteId(2), status: 'accepted', changed: 'true', matched_count: '1' },
    logs: ['looks again, for 60 s at most.', 'looks again, for 55 s at most.', 'looks again, for 50 s at most.'],
    onServer: ['pending', 'accepted'],
    atMs: [0, 5_000, 10_000, 15_000, 15_000],
  },
  ...sharing({ exit: 0, tookMs: 0 }, [
    { name: 'a step does not wait when an invite matches at once', inputs: WAIT, requests: 'GET PATCH' },
    { name: 'a step without wait-seconds looks once', inputs: ACME, invites: [], requests: 'GET GET' },
    {
      name: 'a rerun of a step that waits ends at once and changes nothing',
      inputs: WAIT,
      invites: [accepted],
      requests: 'GET',
      outcomes: ['unchanged'],
      outputs: { id: ID, changed: 'false', status: 'accepted', matched_count: '1' },
    },
    {
      name: 'a rerun of a step that does not wait handles nothing',
      inputs: ACME,
      invites: [accepted],
      requests: 'GET GET',
      outputs: { id: '', matched_count: '0', changed: 'false', invite_ids: '[]' },
      logs: ['0 pending invites', '1 matching invite responded to before'],
    },
    {
      name: 'a wait responds to a pending invite before it ends for an accepted one',
      inputs: WAIT,
      invites: [accepted, invite(2)],
      requests: 'GET PATCH',
      outputs: { invite_ids: `["${inviteId(2)}"]`, changed: 'true' },
    },
  ]),
  {
    name: 'a wait ends with a last list request at the end of wait-seconds',
    inputs: { ...ACME, 'wait-seconds': '12' },
    invites: [],
    requests: 'GET GET GET GET GET',
    exit: 1,
    title: 'No pending invite matches',
    says: ['No pending invite matches the filters. None came within 12 s.'],
    hints: ['Check the filters', 'wait-seconds'],
    atMs: [0, 5_000, 10_000, 12_000, 12_000],
    tookMs: 12_000,
  },
  {
    name: 'a wait finds an invite with its last list request',
    inputs: { ...ACME, 'wait-seconds': '12' },
    invites: [],
    meanwhile: [{ atMs: 11_000, invite: invite(1) }],
    requests: 'GET GET GET GET PATCH',
    exit: 0,
  },
  ...sharing({ inputs: { ...ACME, 'wait-seconds': '7' }, requests: 'GET GET GET GET', exit: 1, tookMs: 7_000 }, [
    {
      name: 'a wait is not ended by an accepted invite that matches no filter',
      invites: [globex(1, { status: 'accepted' })],
    },
    { name: 'a wait is not ended by an expired invite', invites: [invite(1, { expires_on: hoursFromStart(-1) })] },
    { name: 'a wait is not ended by an invite with the other status', invites: [invite(1, { status: 'rejected' })] },
    {
      name: 'a wait is not ended by a new invite that matches no filter',
      invites: [],
      meanwhile: [{ atMs: 1_000, invite: globex(1) }],
      annotations: ['error', 'notice'],
    },
  ]),
  {
    name: 'a wait ends when the list cannot be read',
    inputs: { ...WAIT, 'if-no-match': 'ignore' },
    responses: [ownResponse, onGet(envelopeFailure(400, { code: 7000, message: 'No route for that URI' }))],
    invites: [],
    requests: 'GET GET',
    exit: 1,
    title: 'The list of invites could not be read',
    atMs: [0, 5_000],
  },
  ...NO_MATCH.map(
    ([name, inputs, exit, annotations]): Case => ({
      name,
      inputs: { ...ACME, ...inputs },
      invites: [globex(1)],
      requests: 'wait-seconds' in inputs ? 'GET GET GET' : 'GET GET',
      exit,
      annotations: [...annotations, 'notice: 1 pending invite was left alone'],
      says: [
        '1 pending invite was left alone: the filters do not select it: Globex (',
        ...(annotations.length === 0
          ? []
          : [
              `matches the filters.${'wait-seconds' in inputs ? ' None came within 5 s.' : ''}\nWhat to do: Check the filters`,
            ]),
      ],
      outputs: { matched_count: '0', changed: 'false', invites: '[]' },
      logs: ['1 pending invite: 0 to respond to, 1 left alone. 0 matching invites responded to before.'],
      neverLogs: ['Trying to'],
      summary: ['Cloudflare invites: no pending invite matches'],
    }),
  ),
  ...['error', 'warn'].map(
    (ifNoMatch): Case => ({
      name: `a match is no annotation with if-no-match: ${ifNoMatch}`,
      inputs: { ...ACME, 'if-no-match': ifNoMatch },
      requests: 'GET PATCH',
      exit: 0,
    }),
  ),
];
