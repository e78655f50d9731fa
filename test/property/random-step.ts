import fc from 'fast-check';
import {
  changedResult,
  cutJson,
  dropAfterApply,
  dropBeforeApply,
  echoCredentials,
  envelopeFailure,
  error500,
  type Fault,
  html502,
  problem,
  redirectTo,
  type SandboxInvite,
  stillPending,
  successFalse,
  text503,
  text504,
  tooManyRequests,
} from '../../sandbox/cloudflare.ts';
import { invite, inviteId, START_MS, type VirtualWorldOptions } from '../run.ts';

/** A policy in the words of its meaning, from which both the inputs and the expectation are made. */
export interface Policy {
  readonly organizationIds?: readonly string[];
  readonly organizationNames?: readonly string[];
  /** Domain of the inviter's address. */
  readonly inviterDomain?: string;
  readonly roles?: readonly string[];
}

/** One run of the action in a world that is out to break it. */
export interface Case {
  readonly invites: readonly (SandboxInvite & { readonly id: string })[];
  readonly status: 'accepted' | 'rejected';
  /** Without ids the run is in list mode. */
  readonly inviteIds: readonly string[];
  readonly policy: Policy;
  readonly dryRun: boolean;
  readonly retries: number;
  readonly waitSeconds: number;
  readonly timeoutSeconds: number;
  /** Milliseconds after the start. */
  readonly cancelAt: number | undefined;
  readonly seed: number;
  readonly world: VirtualWorldOptions;
}

const ORGANIZATIONS = [
  { organization_id: 'a'.repeat(32), organization_name: 'Acme, Inc.' },
  { organization_id: 'b'.repeat(32), organization_name: 'Beta' },
  // Called like the first one, and like the second one's id.
  { organization_id: 'c'.repeat(32), organization_name: 'Acme, Inc.' },
  { organization_id: 'd'.repeat(32), organization_name: 'b'.repeat(32) },
] as const;
const INVITERS = ['it@acme.example', 'it@acme.example.evil.example', 'it@beta.example'] as const;
const ROLES = ['DNS', 'Billing', 'Super Administrator'] as const;

const isoAfter = (ms: number): string => new Date(START_MS + ms).toISOString();

const expiry = fc.oneof(
  { arbitrary: fc.constant(72 * 3_600_000), weight: 6 },
  { arbitrary: fc.integer({ min: 0, max: 30_000 }), weight: 1 },
  { arbitrary: fc.integer({ min: -3_600_000, max: -1 }), weight: 1 },
);

const details = fc.record({
  status: fc.oneof(
    { arbitrary: fc.constant('pending'), weight: 4 },
    { arbitrary: fc.constantFrom('accepted', 'accepted', 'accepted', 'rejected', 'expired', 'canceled'), weight: 2 },
  ),
  organization: fc.constantFrom(...ORGANIZATIONS),
  invited_by: fc.constantFrom(...INVITERS),
  roles: fc.option(fc.subarray([...ROLES]), { freq: 8 }),
  expiresAfterMs: expiry,
});

const invites = fc.array(details, { minLength: 1, maxLength: 10, size: 'max' }).map((all) =>
  all.map(({ organization, roles, expiresAfterMs, ...rest }, index) =>
    invite(index + 1, {
      ...rest,
      ...organization,
      expires_on: isoAfter(expiresAfterMs),
      ...(roles !== null && { roles }),
    }),
  ),
);

const organizationIds = fc.subarray(['a'.repeat(32), 'b'.repeat(32), 'd'.repeat(32)], { minLength: 1 });
const organizationNames = fc.subarray(['Acme, Inc.', 'beta', 'b'.repeat(32)], { minLength: 1 });
const inviterDomain = fc.constantFrom('acme.example', 'beta.example');
const roles = fc.subarray([...ROLES], { minLength: 1 });

// Mostly one filter: several together leave few invites to be answered.
const policy: fc.Arbitrary<Policy> = fc.oneof(
  fc.record({ organizationIds }),
  fc.record({ organizationNames }),
  fc.record({ inviterDomain }),
  fc.record({ roles }),
  fc.record({ organizationIds, inviterDomain }),
  fc.record({ organizationIds, organizationNames, inviterDomain, roles }, { requiredKeys: [] }),
);

// Milliseconds: none, short, longer than most budgets below, forever.
const delay = fc.constantFrom(0, 20, 900, 7_000, 90_000, 1e12);

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom(error500(), html502(), text503(), text504(), cutJson(), successFalse(), echoCredentials()),
  fc.constantFrom(dropBeforeApply(), dropAfterApply(), redirectTo('https://evil.example/')),
  fc.constantFrom<Fault>(
    { hang: true },
    { hang: true, applied: true },
    { refuseConnection: true },
    { drop: 'body' },
    { cutBody: 0 },
    { cutBody: 20 },
    { slowBody: { msPerByte: 1_000 } },
    { reply: { status: 204, body: '' }, applied: true },
    { reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><title>hello</title></html>' } },
  ),
  fc.constantFrom(
    envelopeFailure(403, { code: 1234, message: 'not this one' }),
    envelopeFailure(409, { code: 1235, message: 'conflict' }),
    envelopeFailure(408, { code: 1236, message: 'too slow' }),
    envelopeFailure(401, { code: 1000, message: 'Invalid API Token' }),
    envelopeFailure(403, { code: 9109, message: 'Unauthorized to access requested resource' }),
    envelopeFailure(503, { code: 10502, message: 'Too many authentication failures' }),
  ),
  fc
    .record({
      status: fc.constantFrom(502, 520, 525),
      retryable: fc.boolean(),
      retry_after: fc.constantFrom(0, 1, 600),
    })
    .map((fields) => ({ ...problem(fields), applied: fields.retryable })),
  fc.oneof(
    delay.map((ms) => tooManyRequests({ retryAfterMs: ms })),
    delay.map((ms) => tooManyRequests({ retryAfter: Math.round(ms / 1_000) })),
    delay.map((ms) => tooManyRequests({ retryAfter: new Date(START_MS + Math.min(ms, 1e9)).toUTCString() })),
    fc.constantFrom(
      tooManyRequests({}),
      tooManyRequests({ retryAfter: 'soon' }),
      tooManyRequests({ retryAfter: '-5' }),
    ),
  ),
  delay.map((delayMs): Fault => ({ delayMs: Math.min(delayMs, 90_000) })),
  // Applied, and yet answered as an error: what a proxy in between makes of it.
  fc.constantFrom(error500(), text504(), html502(), successFalse()).map((fault) => ({ ...fault, applied: true })),
);

// Only the answer to a PATCH may lie about the invite: a read is what the action has to believe.
const lyingFault: fc.Arbitrary<Fault> = fc
  .constantFrom(
    stillPending(),
    changedResult('other id', { id: inviteId(999) }),
    { ...changedResult('other id, not applied', { id: inviteId(999), status: 'accepted' }), applied: false },
    changedResult('no status', { status: undefined }),
  )
  .map((fault) => ({ ...fault, on: { method: 'PATCH' } }));

const fault = fc
  .record({
    fault: fc.oneof({ arbitrary: anyFault, weight: 6 }, { arbitrary: lyingFault, weight: 1 }),
    method: fc.constantFrom('PATCH', 'PATCH', 'GET', undefined),
    skip: fc.nat(4),
    times: fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 6 },
      { arbitrary: fc.constant(50), weight: 2 },
    ),
  })
  .map(({ fault, method, skip, times }): Fault => {
    return { ...fault, skip, times, ...(fault.on === undefined && method !== undefined && { on: { method } }) };
  });

const optional = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 10 - weight }, { arbitrary, weight });

const world: fc.Arbitrary<VirtualWorldOptions> = fc
  .record({
    faults: fc.oneof(
      { arbitrary: fc.constant([]), weight: 1 },
      { arbitrary: fc.array(fault, { maxLength: 5 }), weight: 6 },
    ),
    pageSize: fc.integer({ min: 1, max: 6 }),
    paging: fc.constantFrom('paged', 'paged', 'unpaged'),
    resultInfo: fc.constantFrom('right', 'right', 'missing', 'wrong'),
    answeredTwice: fc.constantFrom('error', 'error', 'same'),
    latencyMs: fc.constantFrom(0, 40, 900),
    // Both end many runs early, so they are rare.
    revokeAfter: optional(fc.nat(12), 1),
    rateLimit: optional(
      fc.record({
        requests: fc.integer({ min: 1, max: 8 }),
        windowMs: fc.constantFrom(1_000, 10_000),
        announce: fc.boolean(),
        retryAfter: fc.constantFrom('seconds', 'date', 'ms', 'none'),
      }),
      1,
    ),
  })
  .map((options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));

/** Random cases: worlds, policies and sequences of faults. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    invites,
    status: fc.constantFrom('accepted', 'accepted', 'rejected'),
    ids: fc.oneof(
      { arbitrary: fc.constant<number[]>([]), weight: 3 },
      { arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 5 }), weight: 2 },
    ),
    policy,
    isGuarded: fc.boolean(),
    dryRun: fc.oneof({ arbitrary: fc.constant(false), weight: 7 }, { arbitrary: fc.constant(true), weight: 1 }),
    retries: fc.nat(5),
    waitSeconds: fc.constantFrom(0, 0, 0, 7, 12),
    timeoutSeconds: fc.constantFrom(14, 40, 100, 600),
    cancelAt: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 9 },
      { arbitrary: fc.integer({ min: 0, max: 20_000 }), weight: 1 },
    ),
    seed: fc.nat(),
    world,
  })
  .map(({ ids, policy, isGuarded, waitSeconds, ...rest }): Case => {
    const inviteIds = ids.map(inviteId);
    if (inviteIds.length > 0) return { ...rest, inviteIds, policy: isGuarded ? policy : {}, waitSeconds: 0 };
    const isEmpty = Object.keys(policy).length === 0;
    return { ...rest, inviteIds, policy: isEmpty ? { organizationNames: ['Acme, Inc.'] } : policy, waitSeconds };
  });

/** The inputs that say what `policy` means. */
export function policyInputs(policy: Policy): Record<string, string> {
  return {
    ...(policy.organizationIds && { 'organization-id': policy.organizationIds.join(' ') }),
    ...(policy.organizationNames && { 'organization-name': policy.organizationNames.join('\n') }),
    ...(policy.inviterDomain && { 'invited-by': `*@${policy.inviterDomain}` }),
    ...(policy.roles && { roles: policy.roles.join('\n') }),
  };
}

/** Whether `policy` allows an invite, told without the action's matcher. */
export function allows(policy: Policy, invite: SandboxInvite): boolean {
  const isIn = (list: readonly string[] | undefined, value: unknown): boolean =>
    list === undefined || list.some((entry) => entry.toLowerCase() === String(value).toLowerCase());
  const roles = (invite.roles ?? []) as readonly string[];
  return (
    isIn(policy.organizationIds, invite.organization_id) &&
    isIn(policy.organizationNames, invite.organization_name) &&
    isIn(
      policy.inviterDomain === undefined ? undefined : [policy.inviterDomain],
      String(invite.invited_by).split('@')[1],
    ) &&
    (policy.roles === undefined || (roles.length > 0 && roles.every((role) => policy.roles?.includes(role))))
  );
}
