import { hoursFromStart, invite, inviteId, invites } from '../run.ts';
import { ALL, always, type Case, dropped, http, ID, sharing, success, times } from './case.ts';

const ACME = { 'organization-name': 'Acme*\n!Acme Test' };
const READ = { ...ALL, 'dry-run': 'true' };
const globex = (number: number, details = {}) => invite(number, { organization_name: 'Globex', ...details });
const SOON = { expires_on: hoursFromStart(3) };
const page = (number: number, answer: ReturnType<typeof http>) => ({
  ...answer,
  on: { method: 'GET', path: `page=${number}&` },
});
const ids = (...numbers: readonly number[]): string => JSON.stringify(numbers.map(inviteId));

/** Which invites of the list a step answers, and what it says about the others. */
export const cases: readonly Case[] = [
  {
    name: 'a step touches nothing that its policy does not select',
    inputs: { 'organization-id': 'acc0000000000000000000000000acce', 'invited-by': '*@acme.example', roles: 'DNS' },
    invites: [
      invite(1),
      invite(2, { organization_id: 'x', organization_name: 'acc0000000000000000000000000acce' }),
      invite(3, { invited_by: 'it@acme.example.evil.example' }),
      invite(4, { roles: ['DNS', 'Super Administrator - All Privileges'] }),
      invite(5, { status: 'rejected' }),
      invite(6, { expires_on: hoursFromStart(-1) }),
    ],
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['notice: 3 pending invites were left alone'],
    says: ['3 pending invites were left alone: the filters do not select them: '],
    logs: ['4 pending invites: 1 to respond to, 3 left alone. 0 matching invites responded to before.'],
    onServer: ['accepted', 'pending', 'pending', 'pending', 'rejected', 'expired'],
  },
  {
    name: 'a pending invite whose time is over is not answered',
    inputs: ALL,
    server: { extraListEntries: [invite(2, { expires_on: hoursFromStart(-1) })] },
    requests: 'GET PATCH',
    exit: 0,
    outputs: { invite_ids: ids(1) },
  },
  {
    name: 'invites that are about to expire and that nobody decided about are warned of',
    inputs: ACME,
    invites: [
      invite(1),
      globex(2, { ...SOON, roles: ['DNS', 'Billing'] }),
      globex(3),
      invite(4, { ...SOON, organization_name: 'Acme Test' }),
      invite(5, { organization_name: 'Initech' }),
    ],
    requests: 'GET PATCH',
    exit: 0,
    annotations: [
      `warning: Invite Globex (${inviteId(2)}) is about to expire`,
      'notice: 3 other pending invites were left alone',
    ],
    says: [
      `Invite Globex (${inviteId(2)}) matches no filter and was left alone: expires at ${hoursFromStart(3)}; invited by it@acme.example; roles DNS, Billing; organization acc0000000000000000000000000acce.`,
    ],
    hints: ['add it to the filters or respond to it by its id', 'exclude it with a "!" entry'],
    summary: [`Invite Globex (${inviteId(2)}) matches no filter`, '3 other pending invites were left alone'],
  },
  {
    name: 'a warning leaves out what the invite lacks',
    inputs: ACME,
    invites: [{ id: 'x', status: 'pending', ...SOON }],
    requests: 'GET',
    exit: 0,
    annotations: ['warning: Invite x is about to expire'],
    says: [`was left alone: expires at ${hoursFromStart(3)}.\n`],
  },
  {
    name: 'at most 10 warnings are shown, of which the last counts the rest',
    inputs: ACME,
    invites: invites(30, () => ({ ...SOON, organization_name: 'Globex' })),
    requests: 'GET GET',
    exit: 0,
    annotations: [...Array(9).fill('warning: is about to expire'), 'warning: 21 more warnings'],
    says: ['match no filter and expire within 24 hours'],
  },
  {
    name: 'at most 10 warnings are shown where if-no-match warns as well',
    inputs: { ...ACME, 'if-no-match': 'warn' },
    invites: invites(12, () => ({ ...SOON, organization_name: 'Globex' })),
    requests: 'GET',
    exit: 0,
    annotations: [
      'warning: No pending invite matches',
      ...Array(8).fill('warning: is about to expire'),
      'warning: 4 more warnings',
    ],
  },
  {
    name: 'a step by id does not speak of other invites',
    inputs: { 'invite-id': ID },
    invites: [invite(1), globex(2, SOON)],
    requests: 'PATCH',
    exit: 0,
  },
  {
    name: 'a dry run of a list plans what would be answered and sends nothing but the list',
    inputs: { ...ACME, 'dry-run': 'true' },
    invites: [invite(1), invite(2), globex(3)],
    requests: 'GET',
    exit: 0,
    annotations: ['notice'],
    outcomes: ['planned', 'planned'],
    outputs: {
      changed: 'false',
      changed_count: '0',
      failed_count: '0',
      matched_count: '2',
      organization_name: '',
      roles: '',
    },
    logs: ['Dry run: 2 invites'],
    summary: ['Cloudflare invites (dry run): 2 would be accepted'],
  },

  // Pages
  ...sharing({ inputs: READ, exit: 0 }, [
    {
      name: 'no page is read beyond a total that a later page reaches',
      invites: invites(41),
      server: { pageSize: 20 },
      requests: 'GET GET GET',
      paths: [1, 2, 3].map((number) => `/user/invites?page=${number}&per_page=50`),
      outputs: { matched_count: '41' },
    },
  ]),
  {
    name: 'a success that holds no list fails the step',
    inputs: { ...READ, retries: '1' },
    answers: [success({ invites: [] }), success('none')],
    requests: 'GET GET',
    exit: 1,
    title: 'The list of invites could not be read',
    says: ['GET /user/invites failed: HTTP 200 reports success, but holds no list of invites (2 attempts)'],
  },
  ...[1, 3].map(
    (number): Case => ({
      name: `nothing is answered where page ${number} fails every time`,
      inputs: { ...ALL, retries: '1' },
      invites: invites(5),
      server: { pageSize: 2 },
      answers: [always(page(number, http(502, '<html><title>502 Bad Gateway</title></html>')))],
      requests: number === 1 ? 'GET GET' : 'GET GET GET GET',
      exit: 1,
      title: 'The list of invites could not be read',
      says: ['GET /user/invites failed: HTTP 502 with an HTML page', '(2 attempts)'],
      outputs: { invites: '[]' },
      summary: ['the list could not be read', 'HTTP 502'],
    }),
  ),
  {
    name: 'every invite is answered once a page that failed has come',
    inputs: ALL,
    invites: invites(3),
    server: { pageSize: 2 },
    answers: [times(2, page(2, dropped))],
    requests: 'GET GET GET GET PATCH PATCH PATCH',
    exit: 0,
    onServer: ['accepted', 'accepted', 'accepted'],
  },
  {
    name: 'entries that are unusable keep no other invite from being answered',
    inputs: ALL,
    server: { extraListEntries: [null, 7, [], { status: 'pending' }, { id: '../../user', status: 'pending' }] },
    requests: 'GET PATCH',
    exit: 0,
    annotations: ['warning: 5 entries of the list could not be used'],
    says: ['Skipped: an invite with the unusable id "../../user".'],
    paths: ['/user/invites?page=1&per_page=50', `/user/invites/${ID}`],
  },
  {
    name: 'an entry that is unusable is described',
    inputs: ALL,
    invites: [],
    server: { extraListEntries: [null] },
    requests: 'GET',
    exit: 0,
    annotations: ['warning: 1 entry of the list could not be used'],
    message: '1 entry of the list could not be used.\nSkipped: an entry that is not an invite (null).',
  },
  {
    name: 'entries that are unusable are counted beyond the tenth, in the first warning',
    inputs: ACME,
    invites: [globex(1, SOON)],
    server: { extraListEntries: Array(12).fill(null) },
    requests: 'GET',
    exit: 0,
    annotations: ['warning: 12 entries of the list could not be used', 'warning: is about to expire'],
    says: [`${'\nSkipped: an entry that is not an invite (null).'.repeat(10)}\nand 2 more`],
  },
];
