import { envelopeFailure } from '../../sandbox/cloudflare.ts';
import { hoursFromStart, invite, invites } from '../run.ts';
import { ALL, type Case, sharing, success } from './case.ts';

const TRACKED = { ...ALL, 'report-issue': 'Invites need a person', 'github-token': 'ghs_fake-token-of-the-job' };

/** Whether a step asks GitHub for its tracking issue. What it does there is in `test/unit/tracking-issue`. */
export const cases: readonly Case[] = [
  {
    name: 'a tracking issue that cannot be reached is a warning and does not change the result',
    inputs: TRACKED,
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: The tracking issue could not be updated'],
    says: ['ECONNREFUSED'],
    githubRequests: 'GET',
  },
  {
    name: 'a tracking issue is opened for an invite that failed',
    inputs: { ...TRACKED, retries: '0' },
    responses: [{ ...envelopeFailure(403, { code: 1010, message: 'Not this one' }), on: { method: 'PATCH' } }],
    github: [
      { status: 200, body: [] },
      {
        status: 201,
        body: {
          number: 7,
          user: { login: 'github-actions[bot]', type: 'Bot' },
          title: 'Invites need a person',
          html_url: 'https://github.com/o/h/issues/7',
        },
      },
    ],
    requests: 'GET PATCH GET',
    exit: 1,
    outcomes: ['failed'],
    logs: ['Tracking issue #7 opened'],
    githubRequests: 'GET POST',
  },
  {
    name: 'a tracking issue is searched after a successful run, to close it',
    inputs: TRACKED,
    github: [{ status: 200, body: [] }],
    requests: 'GET PATCH',
    exit: 0,
    githubRequests: 'GET',
  },
  {
    name: 'a tracking issue without permission is a warning that names issues: write',
    inputs: TRACKED,
    github: [{ status: 403, body: { message: 'Resource not accessible by integration' } }],
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: The tracking issue could not be updated'],
    says: ['issues: write'],
    githubRequests: 'GET',
  },
  {
    name: 'a tracking issue that meets a rate limit is a warning with the time to wait',
    inputs: TRACKED,
    github: [
      {
        status: 403,
        headers: { 'retry-after': '60', 'x-ratelimit-remaining': '4000' },
        body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
      },
    ],
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: The tracking issue could not be updated'],
    says: ['GitHub accepts requests again in 60 s.'],
    hints: ['fewer workflows'],
    neverSays: ['issues: write'],
    githubRequests: 'GET',
  },
  {
    name: 'a tracking issue is neither opened nor updated by a dry run that finds an invite about to expire',
    inputs: { ...TRACKED, 'organization-name': 'Other', 'dry-run': 'true' },
    invites: [invite(1, { expires_on: hoursFromStart(5) })],
    requests: 'GET GET',
    exit: 0,
    annotations: ['warning: about to expire'],
  },
  {
    name: 'a tracking issue is neither opened nor updated by a dry run that fails',
    inputs: { ...TRACKED, 'dry-run': 'true', retries: '0' },
    responses: [envelopeFailure(403, { code: 1010, message: 'Not this list' })],
    requests: 'GET',
    exit: 1,
  },
  {
    name: 'a tracking issue is not closed by a run that skipped an entry of the list',
    inputs: TRACKED,
    responses: [success([{ organization_id: 'a', status: 'pending' }])],
    requests: 'GET GET',
    exit: 0,
    annotations: ['warning: 1 entry of the list could not be used'],
  },
  {
    name: 'a tracking issue without a token is a warning',
    inputs: { ...TRACKED, 'github-token': '' },
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: The tracking issue could not be updated'],
  },
  {
    name: 'at most 10 warnings are shown where certificates and the tracking issue have one each',
    inputs: { ...TRACKED, 'organization-name': 'Acme*', 'github-token': '' },
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    invites: invites(12, () => ({ expires_on: hoursFromStart(3), organization_name: 'Globex' })),
    requests: 'GET GET',
    exit: 0,
    annotations: [
      'warning: Certificates are checked anyway',
      ...Array(7).fill('warning: is about to expire'),
      'warning: 5 more warnings',
      'warning: The tracking issue could not be updated',
    ],
  },
  ...sharing({ invites: [], requests: 'GET GET' }, [
    { name: 'a tracking issue is left alone without report-issue', inputs: ALL, exit: 0 },
    { name: 'a tracking issue is left alone in a dry run', inputs: { ...TRACKED, 'dry-run': 'true' }, exit: 0 },
    {
      name: 'a tracking issue is left alone when no match is an error',
      inputs: { ...TRACKED, 'if-no-match': 'error' },
      exit: 1,
    },
    {
      name: 'a tracking issue is left alone when inputs are bad',
      inputs: { ...TRACKED, retries: 'many' },
      requests: '',
      exit: 1,
    },
    {
      name: 'a tracking issue is left alone when the job is cancelled',
      inputs: TRACKED,
      cancelAtMs: 0,
      requests: '',
      exit: 1,
    },
  ]),
];
