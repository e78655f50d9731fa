import fc from 'fast-check';
import type { SandboxInvite } from '../../sandbox/cloudflare.ts';
import { invite, START_MS, type VirtualWorldOptions } from '../run.ts';
import { IDS, INVITERS, mostly, ORGANIZATIONS, ROLES, world } from './random-world.ts';

/** A policy by its meaning. Both the inputs and the expectation are made from it. */
export interface Policy {
  readonly organizationIds?: readonly string[];
  readonly organizationNames?: readonly string[];
  /** Domain of the inviter's address. */
  readonly inviterDomain?: string;
  readonly roles?: readonly string[];
}

/** One run of the action, and the world that it meets. */
export interface RandomStep {
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
  /** How far the runner's clock is ahead. */
  readonly clockOffsetMs: number;
  readonly seed: number;
  readonly world: VirtualWorldOptions;
}

const WEEK_MS = 7 * 24 * 3_600_000;

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
    invite(0, {
      id: IDS[index] ?? '',
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

// Mostly one filter: several together leave few invites to respond to.
const policy: fc.Arbitrary<Policy> = fc.oneof(
  fc.record({ organizationIds }),
  fc.record({ organizationNames }),
  fc.record({ inviterDomain }),
  fc.record({ roles }),
  fc.record({ organizationIds, inviterDomain }),
  fc.record({ organizationIds, organizationNames, inviterDomain, roles }, { requiredKeys: [] }),
);

/** Random steps: worlds, policies and sequences of faults. */
export const randomSteps: fc.Arbitrary<RandomStep> = fc
  .record({
    invites,
    status: fc.constantFrom('accepted', 'accepted', 'rejected'),
    ids: fc.oneof(
      { arbitrary: fc.constant<string[]>([]), weight: 3 },
      { arbitrary: fc.shuffledSubarray(IDS, { minLength: 1, maxLength: 5 }), weight: 2 },
    ),
    asksForUnknown: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.boolean(), weight: 1 }),
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
    clockOffsetMs: fc.oneof(mostly(0, -WEEK_MS, WEEK_MS), fc.integer({ min: -WEEK_MS, max: WEEK_MS })),
    seed: fc.nat(),
    world,
  })
  .map(({ ids, asksForUnknown, policy, isGuarded, waitSeconds, world, ...rest }): RandomStep => {
    const known = rest.invites.map(({ id }) => id);
    const inviteIds = asksForUnknown ? ids : [...new Set(ids.map((id) => pick(known, id)))];
    const targets = inviteIds.length > 0 ? inviteIds : known;
    const secondActor = world.secondActor?.map((move) => ({ ...move, id: pick(targets, move.id) }));
    const step = { ...rest, inviteIds, world: { ...world, ...(secondActor && { secondActor }) } };
    if (inviteIds.length > 0) return { ...step, policy: isGuarded ? policy : {}, waitSeconds: 0 };
    const isEmpty = Object.keys(policy).length === 0;
    return { ...step, policy: isEmpty ? { organizationNames: ['Acme, Inc.'] } : policy, waitSeconds };
  });

/** One of `ids`, the same for the same drawn id: most requests and moves should concern invites that exist. */
const pick = (ids: readonly string[], drawn: string): string => ids[IDS.indexOf(drawn) % ids.length] ?? drawn;

/** The inputs that say what `policy` means. */
export function policyInputs(policy: Policy): Record<string, string> {
  return {
    ...(policy.organizationIds && { 'organization-id': policy.organizationIds.join(' ') }),
    ...(policy.organizationNames && { 'organization-name': policy.organizationNames.join('\n') }),
    ...(policy.inviterDomain && { 'invited-by': `*@${policy.inviterDomain}` }),
    ...(policy.roles && { roles: policy.roles.join('\n') }),
  };
}

/** Whether `policy` allows an invite, decided without the action's matcher. */
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
