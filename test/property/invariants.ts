import { strict as assert } from 'node:assert';
import type { RecordedRequest, SandboxInvite } from '../../sandbox/cloudflare.ts';
import { CREDENTIALS } from '../run.ts';
import { substringsOf } from '../substrings.ts';
import { allows, type Case } from './random-step.ts';

/** What can be seen of a run from outside, whether it was in this process or in a child. */
export interface Observed {
  readonly exitCode: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly title: string; readonly message: string }[];
  /** Everything that was shown to people, in one text. */
  readonly shown: string;
  readonly requests: readonly RecordedRequest[];
  readonly maxConcurrent: number;
  readonly invite: (id: string) => SandboxInvite | undefined;
  /** When the run began and ended, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

interface Entry {
  readonly id: string;
  readonly status?: string;
  readonly outcome: string;
}

/** Time for requests that were under way when the job was cancelled. */
const CANCEL_GRACE_MS = 1_000;

/** Throws an AssertionError that names the first promise which a run has broken. */
export function checkInvariants(given: Case, seen: Observed): void {
  const entries = JSON.parse(seen.outputs.invites ?? '') as Entry[];
  const chosen = JSON.parse(seen.outputs.invite_ids ?? '') as string[];
  const patches = seen.requests.filter(({ method }) => method === 'PATCH');
  const isList = given.inviteIds.length === 0;
  const cancelMs = given.cancelAt === undefined ? Number.POSITIVE_INFINITY : seen.startMs + given.cancelAt;
  const initial = new Map(given.invites.map((invite) => [invite.id, invite]));
  const statusOf = (id: string): unknown => seen.invite(id)?.status;
  const isWanted = (id: string): boolean => statusOf(id) === given.status;
  const idOf = ({ path }: RecordedRequest): string => path.split('/').at(-1) ?? '';

  // The exit code.
  assert([0, 1].includes(seen.exitCode ?? -1), `exit code ${seen.exitCode}`);
  assert.equal(seen.errors.length > 0, seen.exitCode === 1, 'a failure has an error annotation, a success has none');
  assert(seen.errors.length <= 10, 'at most ten annotations');
  if (seen.exitCode === 0 && !given.dryRun) {
    for (const id of chosen) assert(isWanted(id), `exit 0, and ${id} is ${statusOf(id)} on the server`);
    if (isList) {
      for (const invite of given.invites) {
        const isLongLived = Date.parse(String(invite.expires_on)) > seen.endMs;
        const isLeft = statusOf(invite.id) === 'pending' && isLongLived && allows(given.policy, invite);
        assert(!isLeft, `exit 0, and ${invite.id}, which the policy allows, is still pending`);
      }
    }
  }
  const isGuardedAway = (id: string): boolean => {
    const invite = initial.get(id);
    return !isList && invite !== undefined && !allows(given.policy, invite);
  };
  const failsForNothing =
    seen.exitCode === 1 && chosen.length > 0 && chosen.every((id) => isWanted(id) && !isGuardedAway(id));
  if (failsForNothing && !given.dryRun && cancelMs > seen.endMs) {
    assert(
      seen.errors.some(({ message }) => /state unknown|may still take effect|not changed by this step/i.test(message)),
      'exit 1 although every chosen invite has the wanted status, and no error says that this is not known',
    );
  }

  const isUndisturbed =
    (given.world.faults ?? []).length === 0 &&
    given.world.rateLimit === undefined &&
    given.world.revokeAfter === undefined &&
    given.cancelAt === undefined;
  if (isUndisturbed && chosen.length > 0 && chosen.every((id) => isWanted(id) && !isGuardedAway(id))) {
    assert.equal(seen.exitCode, 0, 'every chosen invite has the wanted status and nothing went wrong, and yet exit 1');
  }

  // The outputs.
  if (!isList) assert.deepEqual(seen.exitCode === 1 && chosen.length === 0 ? [] : [...given.inviteIds], chosen);
  for (const { id, status, outcome } of entries) {
    const canExpire = Date.parse(String(initial.get(id)?.expires_on)) <= seen.endMs;
    if (status !== undefined && !(status === 'pending' && canExpire)) {
      assert.equal(status, statusOf(id), `the outputs say that ${id} is ${status}`);
    }
    if (outcome === 'changed' || outcome === 'unchanged') assert(isWanted(id), `${id} is ${outcome}, but not so`);
    if (outcome === 'unchanged') assert.equal(initial.get(id)?.status, given.status, `${id} is called unchanged`);
    // An attempt whose answer was lost may have done it, for all that the action can know.
    const isDoubtful = patches.some((patch) => idOf(patch) === id && patch.fault !== undefined);
    if (outcome === 'changed' && given.world.answeredTwice !== 'same' && !isDoubtful) {
      assert.equal(initial.get(id)?.status, 'pending', `${id} is called changed`);
    }
    if (outcome === 'not_attempted') {
      assert(!patches.some((patch) => idOf(patch) === id), `${id} is called not attempted, but was`);
    }
  }
  assert.equal(seen.outputs.failed_count === '0' || seen.exitCode === 1, true, 'failed invites fail the step');

  // What was sent.
  assert(seen.maxConcurrent <= 4, `${seen.maxConcurrent} requests at once`);
  if (given.dryRun) assert.equal(patches.length, 0, 'a dry run changes nothing');
  for (const patch of patches) {
    const invite = initial.get(idOf(patch));
    assert.deepEqual(JSON.parse(patch.body), { status: given.status });
    if (isList) {
      assert(invite !== undefined && invite.status === 'pending', `${idOf(patch)} was no candidate`);
      assert(Date.parse(String(invite.expires_on)) > seen.startMs, `${idOf(patch)} had expired`);
    } else {
      assert(given.inviteIds.includes(idOf(patch)), `${idOf(patch)} was not asked for`);
    }
    assert(invite === undefined || allows(given.policy, invite), `${idOf(patch)} is outside the policy`);
  }
  for (const id of new Set(patches.map(idOf))) {
    // A refusal for the rate limit is no attempt.
    const count = patches.filter((patch) => idOf(patch) === id && patch.status !== 429).length;
    assert(count <= given.retries + 1, `${count} PATCHes of ${id} with ${given.retries} retries`);
    assertNoPatchAfterAnswer(seen.requests, initial.get(id), id, idOf);
  }
  for (const { atMs, method } of seen.requests) {
    assert(atMs < seen.startMs + given.timeoutSeconds * 1_000, `a ${method} after the deadline`);
    assert(atMs <= cancelMs, `a ${method} after the signal`);
  }
  const limitMs = Math.min(seen.startMs + given.timeoutSeconds * 1_000, cancelMs + CANCEL_GRACE_MS);
  assert(seen.endMs <= limitMs + 100, `the run ended ${seen.endMs - limitMs} ms late`);

  // What was shown.
  for (const secret of [CREDENTIALS.token, CREDENTIALS.key]) {
    for (const part of substringsOf(secret)) assert(!seen.shown.includes(part), 'a part of a credential was shown');
  }
}

/** Once a whole, true read has shown an invite as answered, no PATCH of it may follow. */
function assertNoPatchAfterAnswer(
  requests: readonly RecordedRequest[],
  invite: SandboxInvite | undefined,
  id: string,
  idOf: (request: RecordedRequest) => string,
): void {
  let status = invite?.status;
  let isTold = false;
  for (const request of requests.filter((candidate) => idOf(candidate) === id)) {
    if (request.method === 'PATCH') {
      assert(!isTold, `${id} was PATCHed after a read had told that it is ${status}`);
      status = request.appliedStatus ?? status;
    } else if (request.status === 200 && request.fault === undefined && status !== 'pending') {
      isTold = true;
    }
  }
}
