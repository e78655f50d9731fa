import { strict as assert } from 'node:assert';
import type { SandboxInvite } from '../../sandbox/cloudflare.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { CREDENTIALS } from '../run.ts';
import { substringsOf } from '../substrings.ts';
import { type Exchange, exchangesOf, idOf, lastLook, refusesCredentials, saysNotFound } from './evidence.ts';
import { CANCEL_GRACE_MS, type Judged, judge, type Observed, type Story, statusesDuring } from './observed.ts';
import { allows, type Case } from './random-step.ts';

/** How well the time of Cloudflare is known: `Date` has whole seconds. */
const DATE_ACCURACY_MS = 2_000;
/** A quiet world leaves time for everything in this. */
const ENOUGH_SECONDS = 100;
/** The contract's bound on what refused credentials may cost. */
const MAX_REFUSALS = 8;

const SUCCESSES = ['changed', 'unchanged'];

/** What a failed invite's message says, by what can be known of it. */
export const PENDING_UNCHANGED = 'Pending when last read; this step has not changed it';
export const PENDING_OPEN = 'Pending when last read; an attempt may still take effect';
export const NOT_CHANGED = 'Not changed by this step';
export const UNKNOWN = 'State unknown';
const SENTENCES = [PENDING_UNCHANGED, PENDING_OPEN, NOT_CHANGED, UNKNOWN] as const;

/** The sentences that are right for an invite; none if its last read shows a final status. */
function rightSentences({ knowledge: { read, mayTakeEffect } }: Story): readonly string[] {
  const ways = mayTakeEffect === undefined ? [true, false] : [mayTakeEffect];
  if (read === undefined) return ways.map((may) => (may ? UNKNOWN : NOT_CHANGED));
  return read.shown?.status === 'pending' ? ways.map((may) => (may ? PENDING_OPEN : PENDING_UNCHANGED)) : [];
}

const sentencesIn = (text = ''): readonly string[] => SENTENCES.filter((sentence) => text.includes(sentence));

/** How long an invite has left at `atMs`, in milliseconds, by the clock that the step must go by. */
function livesFor({ given }: Judged, { expires_on }: SandboxInvite, atMs: number): number {
  const offsetMs = given.world.sendDate === true ? 0 : given.clockOffsetMs;
  return Date.parse(expires_on ?? '') - atMs - offsetMs;
}

/** The invites that the last look at the list showed, and when that look ended. */
function listed({ requests, given }: Judged): { readonly invites: readonly SandboxInvite[]; readonly atMs: number } {
  const look = lastLook(requests);
  const invites = given.invites.flatMap(({ id }) => exchangesOf(look, id, given.status).at(-1)?.shown ?? []);
  return { invites, atMs: Math.max(0, ...look.map(({ response }) => response?.atMs ?? 0)) };
}

/** Nothing goes wrong, nobody else acts, and there is time for everything. */
function isQuiet({ given }: Judged): boolean {
  const { faults = [], secondActor = [], rateLimit, revokeAfter, sendDate } = given.world;
  const isCalm =
    faults.length === 0 && secondActor.length === 0 && rateLimit === undefined && revokeAfter === undefined;
  const isTold = sendDate === true || given.clockOffsetMs === 0;
  return isCalm && isTold && given.cancelAt === undefined && given.timeoutSeconds >= ENOUGH_SECONDS;
}

type Invariant = (run: Judged) => void;

/** What every step keeps, in every world. The words are those of the action's contract. */
export const INVARIANTS = {
  'a step ends with exit code, outputs, annotations and summary': ({ exitCode, outputs, errors, summary, stories }) => {
    assert([0, 1].includes(exitCode ?? -1), `exit code ${exitCode}`);
    for (const name of OUTPUT_NAMES) assert(outputs[name] !== undefined, `no output ${name}`);
    assert(summary !== '', 'no summary');
    assert.equal(errors.length > 0, exitCode === 1, 'a failure has an error annotation, a success has none');
    assert(errors.length <= 10, 'more than ten annotations');
    assert(outputs.failed_count === '0' || exitCode === 1, 'failed invites, and yet exit 0');
    const changed = stories.filter(({ entry }) => entry.outcome === 'changed').length;
    assert.equal(outputs.changed, String(changed > 0));
    assert.equal(outputs.changed_count, String(changed));
    assert.equal(outputs.status, (stories.length === 1 && stories[0]?.entry.status) || '');
  },

  'a step ends in time, and sends nothing afterwards': ({ given, requests, startMs, end, cancelMs, maxConcurrent }) => {
    const deadlineMs = startMs + given.timeoutSeconds * 1_000;
    for (const { atMs, method } of requests) {
      assert(atMs < deadlineMs, `a ${method} after the deadline`);
      assert(atMs <= cancelMs, `a ${method} after the signal`);
    }
    const limitMs = Math.min(deadlineMs, cancelMs + CANCEL_GRACE_MS);
    assert(end.atMs <= limitMs + 100, `ended ${end.atMs - limitMs} ms late`);
    assert(maxConcurrent <= 4, `${maxConcurrent} requests at once`);
  },

  'exit 0 only if each chosen invite was last seen with the desired status': ({ given, exitCode, stories }) => {
    if (exitCode !== 0 || given.dryRun) return;
    for (const { id, last } of stories) assert.equal(last?.shown?.status, given.status, `${id}, as last seen`);
  },

  'exit 0 only if nothing that was listed, matches and is pending is left': (run) => {
    if (run.exitCode !== 0 || !run.isList) return;
    const { invites, atMs } = listed(run);
    for (const invite of invites) {
      const isOpen = invite.status === 'pending' && livesFor(run, invite, atMs) > DATE_ACCURACY_MS;
      if (!isOpen || !allows(run.given.policy, invite)) continue;
      assert(run.chosen.includes(String(invite.id).toLowerCase()), `${invite.id} was left`);
    }
  },

  'exit 1 has a reason': ({ given, exitCode, stories, cancelMs, end }) => {
    if (exitCode !== 1 || stories.length === 0 || given.dryRun || cancelMs <= end.atMs) return;
    const isRight = ({ last, patches }: Story): boolean => {
      const isGuardedAway = patches.length === 0 && !allows(given.policy, last?.shown ?? {});
      return last?.shown?.status === given.status && !isGuardedAway;
    };
    assert(!stories.every(isRight), 'every chosen invite was last seen with the desired status');
  },

  'a success had the desired status between the last request that showed it and its response': (run) => {
    for (const { entry, id, last } of run.stories) {
      if (!SUCCESSES.includes(entry.outcome)) continue;
      const statuses = last === undefined ? [] : statusesDuring(run, id, last);
      assert(statuses.includes(run.given.status), `${id} is ${entry.outcome}, but was ${statuses.join(', ')}`);
    }
  },

  'changed and unchanged tell who did it, as far as the step can know': ({ given, stories, requests }) => {
    for (const { entry, id, patches, ownChanges, last } of stories) {
      const { outcome } = entry;
      const possible = patches.filter(({ effect }) => effect !== 'none' && effect !== 'refused');
      if (outcome === 'changed') {
        assert(possible.length > 0, `${id} is changed, but no attempt can have done it`);
        const isClear = possible.every(({ effect }) => effect === 'shown');
        const isCertain = given.world.repeatedResponse !== 'same' && isClear;
        assert(!isCertain || ownChanges.length > 0, `${id} is changed, but not by this step`);
      }
      if (outcome === 'unchanged') {
        assert(
          !possible.some(({ effect }) => effect !== 'doubtful'),
          `${id} is unchanged, but an attempt may have done it`,
        );
        const isOwn = ownChanges.some(({ atMs }) => atMs <= (last?.record.response?.atMs ?? 0));
        assert(!isOwn, `${id} is unchanged, but this step changed it`);
      }
      const isAttempted = requests.some((record) => record.method === 'PATCH' && idOf(record) === id);
      if (outcome === 'not_attempted') assert(!isAttempted, `${id} is not attempted, but was`);
    }
  },

  'the output status was read, and no attempt may still change it': (run) => {
    for (const { entry, id, knowledge, ownChanges } of run.stories) {
      const { status } = entry;
      const { read, mayTakeEffect } = knowledge;
      if (status === undefined || status === '') continue;
      assert(read !== undefined, `${id} is ${status}, but nothing current was read`);
      assert.equal(status, read.shown?.status, `${id}, as last read`);
      assert(mayTakeEffect !== true, `${id} is ${status}, but an attempt may still take effect`);
      assert(statusesDuring(run, id, read).includes(status), `${id} is ${status}, but never was then`);
      const isLater = ownChanges.some(({ atMs }) => atMs > (read.record.response?.atMs ?? 0));
      assert(!isLater, `${id} is ${status}, but this step changed it later`);
    }
  },

  'a failure says what is known of the invite, and nothing else': (run) => {
    for (const story of run.stories) {
      const { entry, id, exchanges, ownChanges, last, knowledge } = story;
      if (!['failed', 'not_attempted'].includes(entry.outcome)) continue;
      const said = sentencesIn(entry.error);
      const right = rightSentences(story);
      for (const sentence of said) assert(right.includes(sentence), `${id}: "${sentence}" instead of "${right}"`);
      // The report names these: what is outside of the policy, unknown to Cloudflare, or was not attempted.
      const isOutside = last?.shown !== undefined && !allows(run.given.policy, last.shown);
      const isNotFound = exchanges.some(({ record }) => saysNotFound(record)) && knowledge.mayTakeEffect !== true;
      const mustSay = right.length > 0 && !isOutside && !isNotFound && entry.outcome === 'failed';
      if (mustSay) assert(said.length > 0, `${id}: nothing of "${right}" in ${entry.error}`);
      const isUnchanged = said.includes(PENDING_UNCHANGED) || said.includes(NOT_CHANGED);
      if (isUnchanged) assert.equal(ownChanges.length, 0, `${id}: "${said}", but this step changed it`);
    }
    const isUnknown = run.stories.some((story) => rightSentences(story).includes(UNKNOWN));
    if (!isUnknown) assert(!/state unknown/i.test(run.shown), 'State unknown, of no invite');
  },

  'a final status that a failure names was so when it was last seen': (run) => {
    for (const { entry, id, last } of run.stories) {
      const [, named, expired] = /\bInvite [^"]*? (?:is already (\w+)|has (expired))/.exec(entry.error ?? '') ?? [];
      const status = named ?? expired;
      if (status === undefined) continue;
      const statuses = last === undefined ? [] : statusesDuring(run, id, last);
      assert(statuses.includes(status), `${id} is called ${status}, but was ${statuses.join(', ')}`);
    }
  },

  'no PATCH follows an unclear or refused one without a read in between': ({ stories }) => {
    for (const { id, exchanges } of stories) {
      let needsRead = false;
      for (const { effect } of exchanges) {
        if (effect === undefined) needsRead = false;
        else assert(!needsRead, `${id} was PATCHed again without a read`);
        if (effect !== undefined && effect !== 'none') needsRead = true;
      }
    }
  },

  'no PATCH of an invite that its last read shows as final or outside of the policy': (run) => {
    const { given, isList } = run;
    const isGuarded = isList || Object.keys(given.policy).length > 0;
    const list = isList ? listed(run) : undefined;
    for (const { id, exchanges } of run.stories) {
      let shown: SandboxInvite | undefined;
      for (const exchange of exchanges) {
        if (exchange.effect !== undefined) {
          assert(!isGuarded || shown !== undefined, `${id} was PATCHed unseen`);
          assert.equal(shown?.status ?? 'pending', 'pending', `${id} was PATCHed, but is final`);
          assert(shown === undefined || allows(given.policy, shown), `${id} was PATCHed outside of the policy`);
        }
        // The response to a PATCH that does not show the desired status is no read.
        if (exchange.effect === undefined) shown = exchange.shown ?? shown;
      }
      const entry = list?.invites.find((invite) => String(invite.id).toLowerCase() === id);
      const isOver = entry !== undefined && livesFor(run, entry, list?.atMs ?? 0) < -DATE_ACCURACY_MS;
      assert(!isOver || exchanges.every(({ effect }) => effect === undefined), `${id} was PATCHed, but had expired`);
    }
  },

  'only chosen invites are sent something, and one word, as often as retries allow': ({ given, requests, ...run }) => {
    const patches = requests.filter(({ method }) => method === 'PATCH');
    if (given.dryRun) assert.equal(patches.length, 0, 'a dry run changes nothing');
    for (const patch of patches) {
      assert.deepEqual(JSON.parse(patch.body), { status: given.status });
      assert(run.chosen.includes(idOf(patch) ?? ''), `${idOf(patch)} was not chosen`);
    }
    for (const { id, patches: attempts } of run.stories) {
      // A rate limit does not use up a retry.
      const count = attempts.filter(({ effect, record }) => effect !== 'none' || refusesConnection(record)).length;
      assert(count <= given.retries + 1, `${count} attempts of ${id} with ${given.retries} retries`);
    }
    if (!run.isList && run.chosen.length > 0) assert.deepEqual(run.chosen, given.inviteIds);
  },

  'a step in a quiet world, however unusual, does all that the policy allows': (run) => {
    const { given, isList, end, exitCode, invitations } = run;
    if (!isQuiet(run) || given.dryRun) return;
    const isStable = ({ expires_on }: SandboxInvite): boolean =>
      Math.abs(Date.parse(expires_on ?? '') - run.startMs) > given.timeoutSeconds * 1_000;
    const isOpen = (invite: SandboxInvite | undefined): boolean =>
      invite?.status === 'pending' && livesFor(run, invite, end.atMs) > 0 && allows(given.policy, invite);
    const asked = given.inviteIds.map((id) => given.invites.find((invite) => invite.id === id));
    if (!given.invites.every(isStable) || !(isList || asked.every(isOpen))) return;
    const expected = isList ? given.invites.filter(isOpen).map(({ id }) => id) : given.inviteIds;
    // A wait for nothing fails.
    if (expected.length === 0 && given.waitSeconds > 0) return;
    assert.equal(exitCode, 0, 'nothing went wrong, and yet exit 1');
    const isDone = (id: string): boolean => invitations.statesBetween(id, end, end)[0]?.status === given.status;
    assert.deepEqual(
      expected.filter((id) => !isDone(id)),
      [],
      'nothing went wrong, and yet invites are left',
    );
  },

  'refused credentials cost no more than a handful of requests': ({ requests }) => {
    const refusals = requests.filter((record) => refusesCredentials(record));
    assert(refusals.length <= MAX_REFUSALS, `${refusals.length} refusals`);
  },

  'no part of a credential is shown': ({ shown }) => {
    for (const secret of [CREDENTIALS.token, CREDENTIALS.key]) {
      for (const part of substringsOf(secret)) assert(!shown.includes(part), 'a part of a credential was shown');
    }
  },
} as const satisfies Readonly<Record<string, Invariant>>;

const refusesConnection = ({ status }: Exchange['record']): boolean => status === 'refuseConnection';

export type InvariantName = keyof typeof INVARIANTS;
const INVARIANT_NAMES = Object.keys(INVARIANTS) as readonly InvariantName[];

/**
 * Returns what is known of a run.
 * @throws an Error that names the first invariant which the run has broken
 */
export function checkInvariants(given: Case, seen: Observed, names = INVARIANT_NAMES): Judged {
  const run = judge(given, seen);
  for (const name of names) {
    try {
      INVARIANTS[name](run);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  return run;
}
