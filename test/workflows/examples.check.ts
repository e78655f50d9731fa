import { expect, test } from 'vitest';
import type { CloudflareSandbox, SandboxInvite, SandboxOptions, SandboxRequest } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS } from '../../sandbox/demo-account.ts';
import {
  edit,
  findAct,
  findProgram,
  INSTALL_ACT,
  type JobRun,
  readRepositoryFile,
  runWorkflow,
  type WorkflowRun,
} from './act.ts';
import { acmeInvites, DEMO, type ExampleOptions, json, type RequestHandler, user, WorkflowServers } from './servers.ts';

const TOKEN = DEMO.credentials.token;
const SECRETS = { CLOUDFLARE_API_TOKEN: TOKEN };
const ACME = [DEMO_IDS.acmeDns, DEMO_IDS.acmeAdministrator];
const AUTHENTICATION_ERROR = { success: false, errors: [{ code: 10000, message: 'Authentication error' }] };

/** The invites of the demo account. Those of Acme have roles that every policy of the examples allows. */
const INVITES: readonly SandboxInvite[] = DEMO.invites.map((invite) =>
  ACME.some((id) => id === invite.id) ? { ...invite, roles: ['DNS'] } : invite,
);

const readExample = (name: string): string => readRepositoryFile(`examples/${name}`);
const example = (name: string, event: ExampleOptions['event']) => ({ workflow: readExample(name), event });
const tokenOf = ({ headers }: SandboxRequest) => headers.authorization?.replace(/^Bearer /, '');

/** Opens the servers for one run. */
async function runOnce(title: string, cloudflare: CloudflareSandbox | RequestHandler, options: ExampleOptions) {
  await using servers = await WorkflowServers.open(cloudflare);
  const run = await servers.run(title, options);
  return { run, issues: servers.github.issues };
}

function only<T>(found: readonly T[], what: string, run: WorkflowRun): T {
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} ${what}\n${run.otherOutput}`);
  return first;
}

const onlyJob = (run: WorkflowRun): JobRun => only(run.jobs, 'jobs', run);

function jobOf(run: WorkflowRun, jobId: string, matrixValue?: string): JobRun {
  const found = run.jobs.filter(
    (job) => job.jobId === jobId && (matrixValue === undefined || Object.values(job.matrix).includes(matrixValue)),
  );
  return only(found, `jobs ${jobId}`, run);
}

/** Results of the jobs by id and the values of a matrix. */
function results(run: WorkflowRun): Record<string, string> {
  return Object.fromEntries(
    run.jobs.map(({ jobId, matrix, result }) => [[jobId, ...Object.values(matrix)].join(' '), result]),
  );
}

/** Whether a job ran. act does not list every skipped job. */
const ran = (run: WorkflowRun, jobId: string): boolean =>
  run.jobs.some((job) => job.jobId === jobId && job.result !== 'skipped');

const stepResults = (job: JobRun) => [...job.steps.values()].map(({ result }) => result);

function outputs(job: JobRun, stepId = '0'): Record<string, string> {
  const step = job.steps.get(stepId);
  if (step === undefined) throw new Error(`There is no step ${stepId} among ${[...job.steps.keys()].join(', ')}`);
  return step.outputs;
}

const errors = (job: JobRun) => job.annotations.filter(({ level }) => level === 'error');
const logOf = (job: JobRun): string => job.log.join('\n');

/** The requests without the base path. */
const sent = (sandbox: CloudflareSandbox): string[] =>
  sandbox.requests.map(({ method, path }) => `${method} ${path.replace('/client/v4/user/invites', '')}`);

/** The ids of the invites that were accepted or rejected, sorted. */
const respondedTo = (sandbox: CloudflareSandbox): string[] =>
  sandbox.requests.flatMap(({ appliedStatus, path }) => (appliedStatus ? [path.split('/').at(-1) ?? ''] : [])).sort();

async function runAcceptOne(title: string, options: Partial<ExampleOptions>) {
  const sandbox = user();
  const { run } = await runOnce(`accept-one.yml, ${title}`, sandbox, {
    ...example('accept-one.yml', 'workflow_dispatch'),
    secrets: SECRETS,
    ...options,
  });
  return { sandbox, job: onlyJob(run) };
}

const ACCEPT_ONE = { 'invite-id': DEMO_IDS.acmeDns, status: 'accepted', 'dry-run': 'false' };

test.concurrent('accept-one.yml accepts an invite with one PATCH', async () => {
  const { sandbox, job } = await runAcceptOne('accepted', { inputs: ACCEPT_ONE });
  expect(job.result).toBe('success');
  expect(sent(sandbox)).toEqual([`PATCH /${DEMO_IDS.acmeDns}`]);
  expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
  expect(outputs(job)).toMatchObject({
    status: 'accepted',
    organization_name: 'Acme, Inc.',
    roles: '["DNS"]',
    changed: 'true',
    matched_count: '1',
  });
  expect(job.annotations).toEqual([]);
  expect(job.summary).toContain('Acme, Inc.');
});

test.concurrent('accept-one.yml accepts by default', async () => {
  const { sandbox } = await runAcceptOne('only the id', { inputs: { 'invite-id': DEMO_IDS.acmeDns } });
  expect(sandbox.invite(DEMO_IDS.acmeDns)?.status).toBe('accepted');
});

test.concurrent('accept-one.yml rejects several invites', async () => {
  const inputs = { ...ACCEPT_ONE, 'invite-id': ACME.join(' '), status: 'rejected' };
  const { sandbox, job } = await runAcceptOne('two rejected', { inputs });
  expect(ACME.map((id) => sandbox.invite(id)?.status)).toEqual(['rejected', 'rejected']);
  expect(outputs(job)).toMatchObject({ changed_count: '2', failed_count: '0' });
});

test.concurrent('accept-one.yml changes nothing in a dry run', async () => {
  const { sandbox, job } = await runAcceptOne('dry run', { inputs: { ...ACCEPT_ONE, 'dry-run': 'true' } });
  expect(sent(sandbox)).toEqual([`GET /${DEMO_IDS.acmeDns}`]);
  expect(outputs(job).invites).toContain('"outcome":"planned"');
});

const membershipOf = (id: string): string => `f${id.slice(1)}`;
/** Cloudflare's two lists when a membership has an id of its own. */
const MEMBERSHIPS: SandboxOptions['memberships'] = { listOf: () => 'memberships', idOf: membershipOf };
const ACME_MEMBERSHIPS = ACME.map(membershipOf);
const MEMBERSHIP_IDS = ACME_MEMBERSHIPS.map((id) => `membership.${id}`);

/** The requests that accept the memberships of Acme, as `sentTo` shows them. */
const ACCEPTS_MEMBERSHIPS = [
  'GET /memberships',
  ...['GET', 'PUT'].flatMap((method) => ACME_MEMBERSHIPS.toSorted().map((id) => `${method} /memberships/${id}`)),
];

/** The requests by method and list. */
const sentTo = (sandbox: CloudflareSandbox): string[] =>
  sandbox.requests.map(({ method, path }) => `${method} ${path.replace(/^\/client\/v4|\?.*/g, '')}`).sort();

test.concurrent('accept-one.yml reads a membership, then accepts it', async () => {
  const sandbox = user({ invites: INVITES, memberships: MEMBERSHIPS });
  const { run } = await runOnce('accept-one.yml, a membership', sandbox, {
    ...example('accept-one.yml', 'workflow_dispatch'),
    inputs: { ...ACCEPT_ONE, 'invite-id': MEMBERSHIP_IDS[0] ?? '' },
    secrets: SECRETS,
  });
  expect(sandbox.requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  expect(sentTo(sandbox)).toEqual(['GET', 'PUT'].map((method) => `${method} /memberships/${ACME_MEMBERSHIPS[0]}`));
  expect(sandbox.membership(ACME_MEMBERSHIPS[0] ?? '')?.status).toBe('accepted');
  const { invited_by, ...others } = outputs(onlyJob(run));
  expect(others).toMatchObject({
    kind: 'membership',
    status: 'accepted',
    organization_name: 'Acme, Inc.',
    changed: 'true',
    invite_ids: JSON.stringify(MEMBERSHIP_IDS.slice(0, 1)),
  });
  expect(invited_by).toBe('');
});

test.concurrent('accept-one.yml fails with one annotation for an invite with another response', async () => {
  const inputs = { ...ACCEPT_ONE, 'invite-id': DEMO_IDS.accepted, status: 'rejected' };
  const { sandbox, job } = await runAcceptOne('rejecting what is accepted', { inputs, exitCode: 1 });
  expect(job.result).toBe('failure');
  expect(errors(job)).toMatchObject([
    { title: expect.stringContaining('Acme, Inc.'), message: expect.stringContaining('already accepted') },
  ]);
  expect(respondedTo(sandbox)).toEqual([]);
});

test.concurrent('accept-one.yml fails without the secret, before any request', async () => {
  const { sandbox, job } = await runAcceptOne('without the secret', { inputs: ACCEPT_ONE, secrets: {}, exitCode: 1 });
  expect(errors(job)[0]?.message).toMatch(/api-token .*empty/);
  expect(sent(sandbox)).toEqual([]);
});

test.concurrent('auto-accept.yml on schedule accepts what the policy allows, and reports the rest in an issue', async () => {
  const sandbox = user({ invites: INVITES });
  const options = { ...example('auto-accept.yml', 'schedule'), secrets: SECRETS };
  const { run, issues } = await runOnce('auto-accept.yml, schedule', sandbox, options);
  expect(respondedTo(sandbox)).toEqual(ACME);
  const job = onlyJob(run);
  expect(stepResults(job)).toEqual(['success', 'success']);
  expect(logOf(job)).toContain('Accepted 2 of 2');
  expect(outputs(job, 'invites')).toMatchObject({ changed_count: '2', failed_count: '0' });
  // The warning is for an invite that no filter accepts and that expires within a day.
  expect(job.annotations.map(({ level }) => level).toSorted()).toEqual(['notice', 'warning']);
  expect(issues).toMatchObject([{ title: 'Cloudflare invites need attention', state: 'open' }]);
});

test.concurrent.each([
  ['accepts nothing by hand with the default, a dry run', 'true', []],
  ['accepts by hand without the dry run', 'false', ACME],
])('auto-accept.yml %s', async (title, dryRun, accepted) => {
  const sandbox = user({ invites: INVITES });
  const { run } = await runOnce(`auto-accept.yml ${title}`, sandbox, {
    ...example('auto-accept.yml', 'workflow_dispatch'),
    inputs: { 'dry-run': dryRun },
    secrets: SECRETS,
  });
  expect(respondedTo(sandbox)).toEqual(accepted);
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toHaveLength(accepted.length);
  expect(outputs(onlyJob(run), 'invites').invite_ids).toBe(JSON.stringify(ACME));
});

test.concurrent('auto-accept.yml with kind: membership and no inviter accepts the memberships only', async () => {
  const sandbox = user({ invites: INVITES, memberships: { ...MEMBERSHIPS, listOf: () => 'both' } });
  const workflow = edit(readExample('auto-accept.yml'), "invited-by: '*@acme.example'", 'kind: membership');
  const { run } = await runOnce('auto-accept.yml, memberships', sandbox, {
    workflow,
    event: 'schedule',
    secrets: SECRETS,
  });
  expect(sentTo(sandbox)).toEqual(ACCEPTS_MEMBERSHIPS);
  expect(ACME_MEMBERSHIPS.map((id) => sandbox.membership(id)?.status)).toEqual(['accepted', 'accepted']);
  const others = sandbox.memberships().filter(({ id = '' }) => !ACME_MEMBERSHIPS.includes(id));
  expect(others.map(({ status }) => status).filter((status) => status === 'pending')).toHaveLength(3);
  const job = onlyJob(run);
  expect(logOf(job)).toContain('Accepted 2 of 2');
  expect(outputs(job, 'invites')).toMatchObject({
    matched_count: '2',
    changed_count: '2',
    failed_count: '0',
    invite_ids: JSON.stringify(MEMBERSHIP_IDS),
  });
});

test.concurrent('auto-accept.yml finds no invite, and says in one notice how to accept the memberships', async () => {
  const sandbox = user({ invites: INVITES, memberships: MEMBERSHIPS });
  const options = { ...example('auto-accept.yml', 'schedule'), secrets: SECRETS };
  const { run } = await runOnce('auto-accept.yml, invitations in the other list', sandbox, options);
  const notices = onlyJob(run).annotations.filter(({ level }) => level === 'notice');
  expect(notices).toHaveLength(1);
  expect(notices[0]?.message).toContain('kind: membership');
  expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
  expect(outputs(onlyJob(run), 'invites')).toMatchObject({ matched_count: '0', changed_count: '0', invite_ids: '[]' });
});

test.concurrent('auto-accept.yml with invited_by fails before any request, and names invited-by', async () => {
  const sandbox = user({ invites: INVITES });
  const workflow = edit(readExample('auto-accept.yml'), "invited-by: '*@acme.example'", "invited_by: '*@acme.example'");
  const { run } = await runOnce('auto-accept.yml with invited_by', sandbox, {
    workflow,
    event: 'schedule',
    secrets: SECRETS,
    exitCode: 1,
  });
  const messages = onlyJob(run).annotations.map(({ message }) => message);
  expect(messages.join('\n')).toContain('There is no input "invited_by". Did you mean invited-by?');
  expect(sandbox.requests).toEqual([]);
});

test.concurrent('auto-accept.yml fails for refused credentials, and keeps an issue open until a run succeeds', async () => {
  const sandbox = user({ invites: acmeInvites(2) });
  await using servers = await WorkflowServers.open(sandbox);
  const options = example('auto-accept.yml', 'schedule');
  const secrets = { CLOUDFLARE_API_TOKEN: `cfut_${'x'.repeat(40)}` };
  const job = onlyJob(await servers.run('auto-accept.yml, wrong token', { ...options, secrets, exitCode: 1 }));
  expect(job.result).toBe('failure');
  expect(errors(job)).toHaveLength(1);
  expect(stepResults(job)).not.toContain('success');
  expect(servers.github.issues).toMatchObject([{ state: 'open' }]);

  await servers.run('auto-accept.yml, right token', { ...options, secrets: SECRETS });
  expect(respondedTo(sandbox)).toHaveLength(2);
  expect(servers.github.issues).toMatchObject([{ state: 'closed' }]);
});

const ACCOUNT = DEMO.invites[0]?.organization_id ?? '';
const AFTER_INVITE = {
  ...example('after-invite.yml', 'workflow_dispatch'),
  inputs: { 'account-id': ACCOUNT },
  vars: { CLOUDFLARE_EMAIL: 'bot@example.net', CLOUDFLARE_ROLE_ID: '05784afa30c1afe1440e79d9351c7430' },
  secrets: { ...SECRETS, CLOUDFLARE_INVITER_TOKEN: 'cfut_fake-token-of-the-inviter' },
  /** The real curl, which calls another host instead of Cloudflare's. */
  programs: (origin: string) => ({
    curl: `#!/bin/sh
for argument; do
  shift
  case $argument in https://api.cloudflare.com/*) argument="${origin}\${argument#https://api.cloudflare.com}" ;; esac
  set -- "$@" "$argument"
done
exec ${findProgram('curl', 'The example uses it.')} "$@"
`,
  }),
};

test.concurrent('after-invite.yml invites, waits for the invite, accepts it, and passes its data on', async () => {
  const sandbox = user({ invites: [] });
  const invited: unknown[] = [];
  const { run } = await runOnce(
    'after-invite.yml',
    async (request, options) => {
      if (request.method !== 'POST') return sandbox.handle(request, options);
      const { path, body } = request;
      invited.push({ path, token: tokenOf(request), body: JSON.parse(body) });
      // The invite appears after a moment.
      setTimeout(() => sandbox.addInvite(...DEMO.invites.slice(0, 1)), 1_500);
      return json(200, { success: true, errors: [], messages: [], result: { id: 'member' } });
    },
    AFTER_INVITE,
  );
  const { secrets, vars } = AFTER_INVITE;
  expect(invited).toEqual([
    {
      path: `/client/v4/accounts/${ACCOUNT}/members`,
      token: secrets.CLOUDFLARE_INVITER_TOKEN,
      body: { email: vars.CLOUDFLARE_EMAIL, roles: [vars.CLOUDFLARE_ROLE_ID], status: 'pending' },
    },
  ]);
  // The first GET does not find it.
  expect(sent(sandbox).filter((request) => request.startsWith('GET')).length).toBeGreaterThan(1);
  expect(respondedTo(sandbox)).toEqual([DEMO_IDS.acmeDns]);
  expect(logOf(jobOf(run, 'join'))).toContain(`Joined account ${ACCOUNT} (changed = true).`);
  expect(logOf(jobOf(run, 'configure'))).toContain(`The bot is a member of account ${ACCOUNT}.`);
  expect(run.jobs.map(logOf).join('\n')).not.toContain(secrets.CLOUDFLARE_INVITER_TOKEN);
});

test.concurrent('after-invite.yml ends at once in a rerun after the invite was accepted', async () => {
  const sandbox = user({ invites: acmeInvites(1).map((invite) => ({ ...invite, status: 'accepted' })) });
  const handle: RequestHandler = async (request, options) =>
    request.method === 'POST' ? json(200, { success: true }) : sandbox.handle(request, options);
  const { run } = await runOnce('after-invite.yml, once more', handle, AFTER_INVITE);
  expect(sandbox.requests.map(({ method }) => method)).toEqual(['GET']);
  expect(logOf(jobOf(run, 'join'))).toContain(`Joined account ${ACCOUNT} (changed = false).`);
  expect(jobOf(run, 'configure').result).toBe('success');
});

test.concurrent('after-invite.yml stops when the invitation fails', async () => {
  const sandbox = user();
  const handle: RequestHandler = async (request, options) =>
    request.method === 'POST' ? json(403, AUTHENTICATION_ERROR) : sandbox.handle(request, options);
  const { run } = await runOnce('after-invite.yml, inviting is refused', handle, { ...AFTER_INVITE, exitCode: 1 });
  expect(jobOf(run, 'join').result).toBe('failure');
  expect(logOf(jobOf(run, 'join'))).toContain('Authentication error');
  expect(ran(run, 'configure')).toBe(false);
  expect(sent(sandbox)).toEqual([]);
});

test.concurrent('after-invite.yml refuses an account id that would change the request', async () => {
  const sandbox = user();
  const inputs = { 'account-id': '../zones?x=$(id)' };
  const options = { ...AFTER_INVITE, inputs, exitCode: 1 };
  const { run } = await runOnce('after-invite.yml, hostile account id', sandbox, options);
  expect(errors(jobOf(run, 'join'))[0]?.message).toContain('account-id');
  expect(sandbox.requests).toEqual([]);
});

const READ_TOKEN = 'cfut_fake-token-that-may-only-read';

/** Runs review.yml for a user who has a second token without permission to respond. */
async function runReview(
  title: string,
  sandbox: CloudflareSandbox,
  exitCode: number,
  workflow = readExample('review.yml'),
) {
  const used: string[] = [];
  const handle: RequestHandler = async (request, options) => {
    const isReader = tokenOf(request) === READ_TOKEN;
    used.push(`${isReader ? 'read' : 'edit'} token: ${request.method}`);
    if (isReader && request.method !== 'GET') return json(403, AUTHENTICATION_ERROR);
    const headers = { ...request.headers, authorization: `Bearer ${isReader ? TOKEN : tokenOf(request)}` };
    return sandbox.handle({ ...request, headers }, options);
  };
  const secrets = { ...SECRETS, CLOUDFLARE_READ_TOKEN: READ_TOKEN };
  const options = { workflow, event: 'schedule' as const, secrets, exitCode };
  const { run } = await runOnce(`review.yml, ${title}`, handle, options);
  return { run, list: jobOf(run, 'list'), used };
}

test.concurrent('review.yml lists with one token, and accepts each listed invite with the other', async () => {
  const sandbox = user();
  const { run, list, used } = await runReview('two invites', sandbox, 0);
  expect(results(run)).toEqual({
    list: 'success',
    [`accept ${DEMO_IDS.acmeDns}`]: 'success',
    [`accept ${DEMO_IDS.acmeAdministrator}`]: 'success',
  });
  expect(outputs(list, 'find')).toMatchObject({ matched_count: '2', changed_count: '0' });
  expect(respondedTo(sandbox)).toEqual(ACME);
  // Each GET with the edit token checks the filters before the PATCH.
  expect(used.toSorted()).toEqual([
    ...['edit token: GET', 'edit token: GET', 'edit token: PATCH', 'edit token: PATCH', 'read token: GET'],
  ]);
});

test.concurrent('review.yml ignores an invite that changed after it was listed, and accepts the other', async () => {
  const sandbox = user({
    faults: [
      {
        name: 'another inviter',
        on: { method: 'GET', id: DEMO_IDS.acmeDns },
        mutateReply: (reply) => ({ ...reply, body: reply.body.replace('it@acme.example', 'it@evil.example') }),
      },
    ],
  });
  const { run } = await runReview('changed after the list', sandbox, 1);
  expect(results(run)).toEqual({
    list: 'success',
    [`accept ${DEMO_IDS.acmeDns}`]: 'failure',
    [`accept ${DEMO_IDS.acmeAdministrator}`]: 'success',
  });
  expect(respondedTo(sandbox)).toEqual([DEMO_IDS.acmeAdministrator]);
});

const reviewOfMemberships = (): string => {
  const workflow = edit(readExample('review.yml'), 'KIND: invite', 'KIND: membership');
  return edit(workflow, "INVITED_BY: '*@acme.example'", "INVITED_BY: '*'");
};

test.concurrent('review.yml with KIND: membership accepts each listed membership', async () => {
  const sandbox = user({ invites: INVITES, memberships: MEMBERSHIPS });
  const { run, list, used } = await runReview('two memberships', sandbox, 0, reviewOfMemberships());
  expect(results(run)).toEqual({
    list: 'success',
    [`accept ${MEMBERSHIP_IDS[0]}`]: 'success',
    [`accept ${MEMBERSHIP_IDS[1]}`]: 'success',
  });
  expect(outputs(list, 'find')).toMatchObject({
    matched_count: '2',
    changed_count: '0',
    invite_ids: JSON.stringify(MEMBERSHIP_IDS),
  });
  for (const [index, id] of MEMBERSHIP_IDS.entries()) {
    expect(outputs(jobOf(run, 'accept', id))).toMatchObject({
      kind: 'membership',
      status: 'accepted',
      changed: 'true',
      membership_id: ACME_MEMBERSHIPS[index],
    });
  }
  expect(ACME_MEMBERSHIPS.map((id) => sandbox.membership(id)?.status)).toEqual(['accepted', 'accepted']);
  expect(ACME.map((id) => sandbox.invite(id))).toEqual([undefined, undefined]);
  expect(used.filter((request) => request.startsWith('edit')).toSorted()).toEqual([
    ...['edit token: GET', 'edit token: GET', 'edit token: PUT', 'edit token: PUT'],
  ]);
  expect(used.filter((request) => !request.startsWith('edit')).every((request) => request.endsWith('GET'))).toBe(true);
});

test.concurrent('review.yml ignores a membership that left the policy after it was listed', async () => {
  const sandbox = user({
    invites: INVITES,
    memberships: MEMBERSHIPS,
    faults: [
      {
        name: 'another account',
        // The first job reads it too.
        skip: 1,
        on: { method: 'GET', id: ACME_MEMBERSHIPS[0] ?? '' },
        mutateReply: (reply) => ({ ...reply, body: reply.body.replaceAll(ACCOUNT, 'e'.repeat(32)) }),
      },
    ],
  });
  const { run } = await runReview('a membership changed after the list', sandbox, 1, reviewOfMemberships());
  expect(results(run)).toEqual({
    list: 'success',
    [`accept ${MEMBERSHIP_IDS[0]}`]: 'failure',
    [`accept ${MEMBERSHIP_IDS[1]}`]: 'success',
  });
  expect(ACME_MEMBERSHIPS.map((id) => sandbox.membership(id)?.status)).toEqual(['pending', 'accepted']);
  expect(outputs(jobOf(run, 'accept', MEMBERSHIP_IDS[0]))).toMatchObject({ changed: 'false', failed_count: '1' });
});

test.concurrent('review.yml skips the second job when no invite matches', async () => {
  const sandbox = user({ invites: DEMO.invites.slice(2) });
  const { run, list } = await runReview('no match', sandbox, 0);
  expect(list.result).toBe('success');
  expect(outputs(list, 'find').matched_count).toBe('0');
  expect(ran(run, 'accept')).toBe(false);
  expect(respondedTo(sandbox)).toEqual([]);
});

test.concurrent('review.yml fails in the first job when more invites match than a matrix can hold', async () => {
  const sandbox = user({ invites: acmeInvites(257) });
  const { run, list } = await runReview('257 matches', sandbox, 1);
  expect(list.result).toBe('failure');
  expect(errors(list)).toMatchObject([
    { title: expect.stringMatching(/./), message: expect.stringMatching(/^257 .*256/) },
  ]);
  expect(ran(run, 'accept')).toBe(false);
  expect(respondedTo(sandbox)).toEqual([]);
});

const USERS = ['cdn-bot', 'dns-bot', 'waf-bot'];
const tokenFor = (name: string): string => `cfut_fake-token-of-${name}`;

/** Three users, by their tokens, and a fourth for every other token. */
function createUsers(options: Partial<SandboxOptions> = {}) {
  const create = (token: string) => user({ invites: INVITES, credentials: { token }, ...options });
  const users = new Map(USERS.map((name) => [tokenFor(name), create(tokenFor(name))]));
  const otherUser = create('nobody');
  const handle: RequestHandler = (request, options) =>
    (users.get(tokenOf(request) ?? '') ?? otherUser).handle(request, options);
  const of = (name: string): CloudflareSandbox => users.get(tokenFor(name)) ?? otherUser;
  return { handle, of, otherUser };
}

/** act has no environments: one secret holds the tokens of all users, and each job takes the token of its user. */
const MANY_USERS = {
  ...example('many-users.yml', 'schedule'),
  secrets: { CLOUDFLARE_API_TOKEN: JSON.stringify(Object.fromEntries(USERS.map((name) => [name, tokenFor(name)]))) },
  editReusable: (reusable: string): string =>
    edit(reusable, 'secrets.CLOUDFLARE_API_TOKEN ', 'fromJSON(secrets.CLOUDFLARE_API_TOKEN)[matrix.user] '),
};

test.concurrent('many-users.yml runs a job for each user, and a failure does not stop the others', async () => {
  // With the latency, the other jobs still run when one fails.
  const { handle, of, otherUser } = createUsers({ latencyMs: 1_000 });
  of('dns-bot').revokeCredentials();
  const options = { ...MANY_USERS, exitCode: 1 };
  const { run, issues } = await runOnce('many-users.yml, one token revoked', handle, options);
  expect(results(run)).toEqual({
    'accept cdn-bot': 'success',
    'accept dns-bot': 'failure',
    'accept waf-bot': 'success',
  });
  expect(USERS.map((name) => respondedTo(of(name)))).toEqual([ACME, [], ACME]);
  expect(otherUser.requests).toEqual([]);
  expect(errors(jobOf(run, 'accept', 'dns-bot'))).toHaveLength(1);
  for (const name of ['cdn-bot', 'waf-bot']) expect(jobOf(run, 'accept', name).summary).toContain('Acme, Inc.');
  expect(issues.map(({ title }) => title).sort()).toEqual(USERS.map((name) => `Cloudflare invites of ${name}`));
});

test.concurrent('many-users.yml runs as it stands, and the reusable workflow too', async () => {
  const sandbox = user({ invites: INVITES });
  // act has no environments, so all three jobs are the same user.
  const options = { ...example('many-users.yml', 'schedule'), secrets: SECRETS };
  const { run } = await runOnce('many-users.yml, one token', sandbox, options);
  expect(Object.values(results(run))).toEqual(USERS.map(() => 'success'));
  expect(ACME.map((id) => sandbox.invite(id)?.status)).toEqual(['accepted', 'accepted']);
});

test.concurrent('many-users.yml with kind: membership accepts the memberships of each user', async () => {
  const { handle, of, otherUser } = createUsers({ memberships: MEMBERSHIPS });
  const kind = edit(MANY_USERS.workflow, 'kind: invite', 'kind: membership');
  const workflow = edit(kind, "invited-by: '*@acme.example'", "invited-by: '*'");
  const { run } = await runOnce('many-users.yml, memberships', handle, { ...MANY_USERS, workflow });
  for (const name of USERS) {
    expect(ACME_MEMBERSHIPS.map((id) => of(name).membership(id)?.status)).toEqual(['accepted', 'accepted']);
    expect(sentTo(of(name))).toEqual(ACCEPTS_MEMBERSHIPS);
    expect(outputs(jobOf(run, 'accept', name))).toMatchObject({
      changed_count: '2',
      invite_ids: JSON.stringify(MEMBERSHIP_IDS),
    });
  }
  expect(otherUser.requests).toEqual([]);
});

test.concurrent('many-users.yml with kind: membership refuses a policy of inviters, before any request', async () => {
  const { handle, of } = createUsers({ memberships: MEMBERSHIPS });
  const workflow = edit(MANY_USERS.workflow, 'kind: invite', 'kind: membership');
  const { run } = await runOnce('many-users.yml, memberships by inviter', handle, {
    ...MANY_USERS,
    workflow,
    exitCode: 1,
  });
  for (const name of USERS) {
    expect(errors(jobOf(run, 'accept', name))[0]?.message).toContain('invited-by');
    expect(of(name).requests).toEqual([]);
  }
});

test.concurrent('many-users.yml changes nothing in a dry run by hand', async () => {
  const { handle, of } = createUsers();
  const options = { ...MANY_USERS, event: 'workflow_dispatch', inputs: { 'dry-run': 'true' } } as const;
  const { run } = await runOnce('many-users.yml, dry run', handle, options);
  for (const name of USERS) {
    expect(of(name).requests.map(({ method }) => method)).toEqual(['GET']);
    expect(outputs(jobOf(run, 'accept', name)).matched_count).toBe('2');
  }
});

test.concurrent('many-users.yml fails for a user whose environment lacks the secret, without any request', async () => {
  const { handle, of, otherUser } = createUsers();
  const tokens = { 'cdn-bot': tokenFor('cdn-bot'), 'waf-bot': tokenFor('waf-bot') };
  const options = { ...MANY_USERS, secrets: { CLOUDFLARE_API_TOKEN: JSON.stringify(tokens) }, exitCode: 1 };
  const { run } = await runOnce('many-users.yml, an environment without the secret', handle, options);
  expect(results(run)['accept dns-bot']).toBe('failure');
  expect(errors(jobOf(run, 'accept', 'dns-bot'))[0]?.message).toMatch(/api-token .*empty/);
  expect([...of('dns-bot').requests, ...otherUser.requests]).toEqual([]);
});

test.concurrent.each([
  ['invited-by', /(?<=\n {6}invited-by: ).*/],
  ['organization-id', /(?<=\n {6}organization-id: )\|(?:\n {8}.*)+/],
  ['roles', /(?<=\n {6}roles: )\|(?:\n {8}.*)+/],
])('many-users.yml refuses a policy whose %s is an unset variable, instead of a wider one', async (name, value) => {
  const { handle, of } = createUsers();
  const workflow = edit(MANY_USERS.workflow, value, `\${{ vars.UNSET }}`);
  const options = { ...MANY_USERS, workflow, exitCode: 1 };
  const { run } = await runOnce(`many-users.yml, ${name} from an unset variable`, handle, options);
  for (const bot of USERS) {
    expect(errors(jobOf(run, 'accept', bot))[0]?.message).toMatch(new RegExp(`${name} .*empty`));
    expect(of(bot).requests).toEqual([]);
  }
});

test.concurrent('many-users.yml with use-api-key uses the Global API Key, and never the token', async () => {
  const sandbox = user({ invites: INVITES });
  await using servers = await WorkflowServers.open(sandbox);
  const passed = `CLOUDFLARE_API_TOKEN: \${{ secrets.CLOUDFLARE_API_TOKEN }}`;
  const withKey = edit(
    edit(MANY_USERS.workflow, passed, `${passed}\n      CLOUDFLARE_API_KEY: \${{ secrets.CLOUDFLARE_API_KEY }}`),
    'report-issues: true',
    'use-api-key: true',
  );
  const options = {
    workflow: edit(withKey, '["cdn-bot", "dns-bot", "waf-bot"]', '["cdn-bot"]'),
    event: 'schedule' as const,
    vars: { CLOUDFLARE_EMAIL: DEMO.credentials.email },
    secrets: SECRETS,
  };
  const without = await servers.run('many-users.yml, use-api-key without a key', { ...options, exitCode: 1 });
  expect(errors(onlyJob(without))[0]?.message).toMatch(/\bkey\b/);
  expect(sandbox.requests).toEqual([]);

  const secrets = { ...SECRETS, CLOUDFLARE_API_KEY: DEMO.credentials.key };
  await servers.run('many-users.yml, use-api-key', { ...options, secrets });
  expect(sandbox.requests.every(({ headers }) => headers['x-auth-key'] === DEMO.credentials.key)).toBe(true);
  expect(respondedTo(sandbox)).toEqual(ACME);
  expect(servers.github.issues).toEqual([]);
});

test('runWorkflow refuses a workflow that would download an action', async () => {
  const run = runWorkflow({
    workflow: 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v7 }] } }',
    event: 'schedule',
    apiBaseUrl: 'http://127.0.0.1:1/client/v4',
    token: 'unused',
  });
  await expect(run).rejects.toThrow('The workflow would download actions/checkout@v7');
});

test('findAct names the command that installs act when it is missing', () => {
  const { PATH, ACT } = process.env;
  try {
    process.env.PATH = '';
    delete process.env.ACT;
    expect(() => findAct()).toThrow(INSTALL_ACT);
  } finally {
    process.env.PATH = PATH;
    if (ACT !== undefined) process.env.ACT = ACT;
  }
});
