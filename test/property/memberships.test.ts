import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { test } from 'vitest';
import type { MembershipOptions, RecordedRequest } from '../../sandbox/cloudflare.ts';
import { type Run, run } from '../run.ts';
import { runOptions } from './property.ts';
import { allows, type RandomStep, randomSteps } from './random-step.ts';

/** What is unknown of Cloudflare's other list. */
interface Drawn {
  readonly place: 'both' | 'memberships' | 'mixed';
  readonly hasOwnIds: boolean;
  readonly options: Pick<MembershipOptions, 'settlesAfterMs' | 'pendingRoles' | 'listedPolicies' | 'statusParameter'>;
  /** In list mode, whether the memberships are searched. */
  readonly isKind: boolean;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  place: fc.constantFrom('both', 'memberships', 'mixed'),
  hasOwnIds: fc.boolean(),
  options: fc.record({
    settlesAfterMs: fc.constantFrom(0, 500, 10_000, Number.POSITIVE_INFINITY),
    pendingRoles: fc.constantFrom('shown', 'shown', 'empty'),
    listedPolicies: fc.constantFrom('shown', 'omitted'),
    statusParameter: fc.constantFrom('obeyed', 'ignored'),
  }),
  isKind: fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, { arbitrary: fc.constant(false), weight: 1 }),
});

const isOdd = (id = ''): boolean => Number.parseInt(id.at(-1) ?? '0', 16) % 2 === 1;

/** The id of a membership with an id of its own. */
const ownId = (id: string): string => `f${id.slice(1)}`;

async function runStep(step: RandomStep, { place, hasOwnIds, options, isKind }: Drawn): Promise<Run> {
  const { inviterDomain: _, ...policy } = step.policy;
  const isList = step.inviteIds.length === 0;
  const memberships: MembershipOptions = {
    ...options,
    listOf: ({ id }) => (place === 'mixed' ? (isOdd(id) ? 'memberships' : 'both') : place),
    ...(hasOwnIds && { idOf: ownId }),
  };
  const refs = step.inviteIds.map((id) => (isOdd(id) ? id : `membership.${hasOwnIds ? ownId(id) : id}`));
  const filters = isList && Object.keys(policy).length === 0 ? { organizationNames: ['Acme, Inc.'] } : policy;
  const faults = step.world.faults?.map((fault) =>
    fault.on?.method === 'PATCH' ? { ...fault, on: { ...fault.on, method: 'PUT' } } : fault,
  );
  const world = { ...step.world, ...(faults && { faults }), memberships };
  const { inputs, ...others } = runOptions({ ...step, policy: filters, inviteIds: refs, world });
  return run({ ...others, inputs: { ...inputs, ...(isList && isKind && { kind: 'membership' }) } });
}

interface Shown {
  readonly id?: string;
  readonly status?: string;
  readonly account?: { readonly id: string; readonly name: string };
  readonly roles?: readonly string[];
}

/** What a response shows of one membership. */
function shownIn({ response }: RecordedRequest, id: string): Shown | undefined {
  if (response === undefined || response.status >= 300) return undefined;
  try {
    const { success, result } = JSON.parse(response.body);
    const entries: readonly Shown[] = Array.isArray(result) ? result : [result];
    return success === true ? entries.find((entry) => entry?.id?.toLowerCase() === id.toLowerCase()) : undefined;
  } catch {
    return undefined;
  }
}

const idOf = ({ path }: RecordedRequest): string | undefined => /\/memberships\/([^/?]+)$/.exec(path)?.[1];

function checkStep(
  step: RandomStep,
  { sandbox, outputs, exitCode }: Run,
  counts: { puts: number; changed: number },
): void {
  const { inviterDomain: _, ...policy } = step.policy;
  const { requests } = sandbox;
  const sent = new Map<string, Set<string>>();
  for (const [index, put] of requests.entries()) {
    if (put.method === 'GET') continue;
    const key = put.path.toLowerCase();
    sent.set(key, (sent.get(key) ?? new Set()).add(put.body));
    if (put.method !== 'PUT') continue;
    counts.puts += 1;
    const id = idOf(put) ?? '';
    const read = requests.slice(0, index).findLast((record) => idOf(record)?.toLowerCase() === id.toLowerCase());
    assert.equal(read?.method, 'GET', `${id} was not read right before its PUT`);
    const shown = shownIn(read, id);
    assert.equal(shown?.status, 'pending', `${id} got a PUT, but its read did not say pending`);
    assert.equal(read.response?.atMs, put.atMs, `${id} got a PUT later than its read`);
    const { account, roles = [] } = shown;
    const invite = { organization_id: account?.id ?? '', organization_name: account?.name ?? '', roles };
    assert(allows(policy, invite), `${id} got a PUT outside of the policy`);
    assert(!step.dryRun, 'a dry run sent a PUT');
  }
  for (const [path, bodies] of sent) {
    assert.deepEqual([...bodies], [JSON.stringify({ status: step.status })], `${path} got another status`);
  }
  const chosen: readonly string[] = JSON.parse(outputs.invite_ids ?? '');
  counts.changed += Number(outputs.changed_count);
  if (exitCode !== 0 || step.dryRun) return;
  for (const ref of chosen.filter((text) => text.startsWith('membership.'))) {
    const id = ref.replace('membership.', '');
    const ofList = requests.filter(({ path }) => path.includes('/memberships'));
    const last = ofList.flatMap((record) => shownIn(record, id)?.status ?? []).at(-1);
    assert.equal(last, step.status, `exit 0, but ${ref} was last seen as ${last}`);
  }
}

test('a step reads each membership right before its PUT, and sends one status, in random worlds', {
  timeout: 120_000,
}, async () => {
  const counts = { puts: 0, changed: 0 };
  const property = fc.asyncProperty(randomSteps, drawn, async (step, other) =>
    checkStep(step, await runStep(step, other), counts),
  );
  await fc.assert(property, { numRuns: 300 });
  assert(counts.puts > 50 && counts.changed > 30, `too little happened in the random steps: ${JSON.stringify(counts)}`);
});
