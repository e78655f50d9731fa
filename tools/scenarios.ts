import type { CloudflareSandbox } from '../sandbox/cloudflare.ts';
import {
  dropAfterApply,
  html502,
  type SandboxInvite,
  type SandboxOptions,
  tooManyRequests,
} from '../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../sandbox/demo-account.ts';
import type { StepResult } from '../sandbox/runner.ts';

/** A demonstration of `npm start`: the step's inputs, what Cloudflare does, and the expected result. */
export interface Scenario {
  /** One line for the list of scenarios. */
  readonly summary: string;
  /** Explains the demonstration to its reader. */
  readonly story: string;
  /** The step's inputs, without the address of the sandbox. */
  readonly with: Readonly<Record<string, string>>;
  /** Inputs that the workflow writes as expressions, instead of their values. */
  readonly written?: Readonly<Record<string, string>>;
  /** Comments in the shown workflow, by input. */
  readonly remarks?: Readonly<Record<string, string>>;
  /** Options of the sandbox, such as faults and limits. */
  readonly sandbox?: Omit<SandboxOptions, 'clock' | 'credentials' | 'invites'>;
  /** The user's invites, those of the demo account by default. */
  readonly invites?: (nowMs: number) => readonly SandboxInvite[];
  readonly expected: {
    readonly exitCode: 0 | 1;
    /** The new status of every invite that changes, by id; all others stay as they are. */
    readonly changes: Readonly<Record<string, string>>;
    /** A part of the one error annotation; without it there is none. */
    readonly error?: string;
    /** How many requests the sandbox gets. */
    readonly requests?: number;
  };
}

const { credentials } = demoAccount(0);
const TOKEN = { 'api-token': credentials.token };

const MANY = 60;
const [acme] = demoAccount(0).invites;
const ACME_ID = acme?.organization_id ?? '';

function manyInvites(nowMs: number): readonly SandboxInvite[] {
  const [model = {}] = demoAccount(nowMs).invites;
  return Array.from({ length: MANY }, (_, index) => ({ ...model, id: String(index + 1).padStart(32, '0') }));
}

/** Every scenario by its name; the first is what `npm start` shows. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  accept: {
    summary: 'accepts a pending invite',
    story: 'Acme, Inc. has invited a bot user. The step accepts that one invite, with a single request.',
    with: { status: 'accepted', 'invite-id': DEMO_IDS.acmeDns, ...TOKEN },
    expected: { exitCode: 0, changes: { [DEMO_IDS.acmeDns]: 'accepted' }, requests: 1 },
  },
  reject: {
    summary: 'rejects a pending invite',
    story: 'A stranger has invited the bot user, with the role Super Administrator. The step rejects the invite.',
    with: { status: 'rejected', 'invite-id': DEMO_IDS.unexpected, ...TOKEN },
    expected: { exitCode: 0, changes: { [DEMO_IDS.unexpected]: 'rejected' }, requests: 1 },
  },
  'wrong-key': {
    summary: 'a Global API Key that Cloudflare does not know: two invites, one error',
    story:
      'The key in the secret does not belong to this user. No request with it can work, so the step stops early and says what to check.',
    with: {
      status: 'accepted',
      'invite-id': `${DEMO_IDS.acmeDns} ${DEMO_IDS.agency}`,
      'api-email': credentials.email,
      'api-key': '0123456789abcdef0123456789abcdef01234',
    },
    expected: { exitCode: 1, changes: {}, error: '9103' },
  },
  'flaky-api': {
    summary: 'the API fails in three ways, and the step still accepts the invite',
    story:
      'First an HTML error page, then a connection that drops after Cloudflare stored the response, then "too many requests". The step reads the invite, tries again, and succeeds.',
    with: { status: 'accepted', 'invite-id': DEMO_IDS.acmeDns, ...TOKEN },
    sandbox: {
      faults: [
        { ...html502(), name: 'an HTML error page', on: { method: 'PATCH' } },
        { ...dropAfterApply(), name: 'the connection drops after the request took effect', on: { method: 'PATCH' } },
        { ...tooManyRequests({ retryAfter: 1 }), name: 'Retry-After: 1', on: { method: 'GET' }, skip: 1 },
      ],
    },
    expected: { exitCode: 0, changes: { [DEMO_IDS.acmeDns]: 'accepted' } },
  },
  'already-accepted': {
    summary: 'fails to reject an invite that was accepted before',
    story: 'This invite was accepted weeks ago. A response is final, so the step fails and says why.',
    with: { status: 'rejected', 'invite-id': DEMO_IDS.accepted, ...TOKEN },
    expected: { exitCode: 1, changes: {}, error: 'already accepted' },
  },
  'dry-run': {
    summary: 'says what would happen, and changes nothing',
    story: 'With dry-run, the step reads the invites and sends nothing that could change them.',
    with: {
      status: 'accepted',
      'invite-id': `${DEMO_IDS.acmeDns} ${DEMO_IDS.acmeAdministrator}`,
      'dry-run': 'true',
      ...TOKEN,
    },
    expected: { exitCode: 0, changes: {}, requests: 2 },
  },
  'bad-input': {
    summary: 'four mistakes in the workflow, all reported at once, before any request',
    story: 'The step holds four mistakes. All of them are reported at once, and nothing is sent to Cloudflare.',
    with: { status: 'acept', 'invite-id': '../memberships', 'api-token': '', retries: '3x' },
    written: { 'api-token': `\${{ secrets.MISSPELT }}` },
    remarks: { 'api-token': 'there is no such secret, so this is empty' },
    expected: { exitCode: 1, changes: {}, error: 'api-token is written but empty', requests: 0 },
  },
  'auto-accept': {
    summary: 'accepts the invites that match a policy, as a scheduled workflow does',
    story:
      'Without an invite id, the step lists the pending invites. It accepts those for the company’s own account that the company’s own people sent. It leaves the others alone, and warns about one that expires soon.',
    with: { status: 'accepted', 'organization-id': ACME_ID, 'invited-by': '*@acme.example', ...TOKEN },
    expected: {
      exitCode: 0,
      changes: { [DEMO_IDS.acmeDns]: 'accepted', [DEMO_IDS.acmeAdministrator]: 'accepted' },
    },
  },
  membership: {
    summary: 'accepts an invitation of Cloudflare’s other list, the memberships',
    story:
      'Cloudflare has a second list of invitations, without inviters and dates. With kind: membership, the step searches that list. It reads the membership, and responds to it if it is pending.',
    with: { status: 'accepted', kind: 'membership', 'organization-id': ACME_ID, roles: 'DNS', ...TOKEN },
    sandbox: { memberships: {} },
    expected: { exitCode: 0, changes: { [DEMO_IDS.acmeDns]: 'accepted' }, requests: 3 },
  },
  'rate-limited': {
    summary: '60 invites, and an API that allows 20 requests in 2 seconds (takes 7 seconds)',
    story:
      'The API refuses requests that come too fast. The step pauses all its requests for as long as the API asks, and accepts every invite.',
    with: { status: 'accepted', 'organization-id': ACME_ID, ...TOKEN },
    sandbox: { rateLimit: { requests: 20, windowMs: 2_000 } },
    invites: manyInvites,
    expected: {
      exitCode: 0,
      changes: Object.fromEntries(manyInvites(0).map(({ id = '' }) => [id, 'accepted'])),
    },
  },
};

/** Differences between a run and what the scenario expects, one sentence each. */
export function deviations(
  { expected }: Scenario,
  run: Pick<StepResult, 'exitCode' | 'annotations'>,
  before: readonly SandboxInvite[],
  sandbox: Pick<CloudflareSandbox, 'invite' | 'requests'>,
): readonly string[] {
  const found: string[] = [];
  if (run.exitCode !== expected.exitCode) {
    found.push(`The exit code is ${run.exitCode} instead of ${expected.exitCode}.`);
  }
  for (const { id = '', status } of before) {
    const wanted = expected.changes[id] ?? status;
    const actual = sandbox.invite(id)?.status;
    if (actual !== wanted) found.push(`Invite ${id} is ${actual} instead of ${wanted}.`);
  }
  const errors = run.annotations.filter(({ level }) => level === 'error');
  if (errors.length !== (expected.error === undefined ? 0 : 1)) {
    found.push(`There are ${errors.length} error annotations.`);
  } else if (!errors.every(({ title, message }) => `${title}\n${message}`.includes(expected.error ?? ''))) {
    found.push(`The error does not say "${expected.error}".`);
  }
  const { length } = sandbox.requests;
  if (length !== (expected.requests ?? length)) {
    found.push(`${length} requests were sent instead of ${expected.requests}.`);
  }
  return found;
}
