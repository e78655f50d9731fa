import { strict as assert } from 'node:assert';
import type { SandboxInvite } from '../../sandbox/cloudflare.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { CREDENTIALS } from '../run.ts';
import { substringsOf } from '../substrings.ts';
import { type Exchange, exchangesOf, idOf, lastLook, refusesCredentials, saysNotFound } from './evidence.ts';
import {
  type AnalyzedRun,
  analyze,
  CANCEL_GRACE_MS,
  type HandledInvite,
  type Observed,
  statusesDuring,
} from './observed.ts';
import { allows, type RandomStep } from './random-step.ts';

/** Accuracy of Cloudflare's time: `Date` has whole seconds. */
const DATE_ACCURACY_MS = 2_000;
/** Time that is enough for every step in a quiet world. */
const ENOUGH_SECONDS = 100;
/** Maximum of requests with refused credentials in one step. */
const MAX_REFUSALS = 8;

const SUCCESSES = ['changed', 'unchanged'];

/** What a failed invite's message says, by what can be known of it. */
export const PENDING_UNCHANGED = 'Pending when last read; this step has not changed it';
export const PENDING_OPEN = 'Pending when last read; an attempt may still take effect';
export const NOT_CHANGED = 'Not changed by this step';
export const UNKNOWN = 'State unknown';
const SENTENCES = [PENDING_UNCHANGED, PENDING_OPEN, NOT_CHANGED, UNKNOWN] as const;

/** The sentences that are right for an invite; none if its last read shows a final status. */
function rightSentences({ known: { read, mayTakeEffect } }: HandledInvite): readonly string[] {
  const ways = mayTakeEffect === undefined ? [true, false] : [mayTakeEffect];
  if (read === undefined) return ways.map((may) => (may ? UNKNOWN : NOT_CHANGED));
  return read.shown?.status === 'pending' ? ways.map((may) => (may ? PENDING_OPEN : PENDING_UNCHANGED)) : [];
}

const sentencesIn = (text = ''): readonly string[] => SENTENCES.filter((sentence) => text.includes(sentence));

/** How long an invite has left at `atMs`, in milliseconds, by the clock that the step must use. */
function livesFor({ step }: AnalyzedRun, { expires_on }: SandboxInvite, atMs: number): number {
  const offsetMs = step.world.sendDate === true ? 0 : step.clockOffsetMs;
  return Date.parse(expires_on ?? '') - atMs - offsetMs;
}

/** The invites that the last look at the list showed, and when that look ended. */
function listed({ requests, step }: AnalyzedRun): {
  readonly invites: readonly SandboxInvite[];
  readonly atMs: number;
} {
  const look = lastLook(requests);
  const invites = step.invites.flatMap(({ id }) => exchangesOf(look, id, step.status).at(-1)?.shown ?? []);
  return { invites, atMs: Math.max(0, ...look.map(({ response }) => response?.atMs ?? 0)) };
}

/** Nothing goes wrong, nobody else acts, and there is time for everything. */
function isQuiet({ step }: AnalyzedRun): boolean {
  const { faults = [], secondActor = [], rateLimit, revokeAfter, sendDate } = step.world;
  const isCalm =
    faults.length === 0 && secondActor.length === 0 && rateLimit === undefined && revokeAfter === undefined;
  const isClockRight = sendDate === true || step.clockOffsetMs === 0;
  return isCalm && isClockRight && step.cancelAt === undefined && step.timeoutSeconds >= ENOUGH_SECONDS;
}

type Invariant = (run: AnalyzedRun) => void;

/** What must hold after every step, in every world. */
export const INVARIANTS = {
  'a step ends with exit code, outputs, annotations and summary': ({ exitCode, outputs, errors, summary, handled }) => {
    assert([0, 1].includes(exitCode ?? -1), `exit code ${exitCode}`);
    for (const name of OUTPUT_NAMES) assert(outputs[name] !== undefined, `no output ${name}`);
    assert(summary !== '', 'no summary');
    assert.equal(errors.length > 0, exitCode === 1, 'a failure has an error annotation, a success has none');
    assert(errors.length <= 10, 'more than ten annotations');
    assert(outputs.failed_count === '0' || exitCode === 1, 'failed invites, and yet exit 0');
    const changed = handled.filter(({ entry }) => entry.outcome === 'changed').length;
    assert.equal(outputs.changed, String(changed > 0));
    assert.equal(outputs.changed_count, String(changed));
    assert.equal(outputs.status, (handled.length === 1 && handled[0]?.entry.status) || '');
  },

  'a step ends in time, and sends nothing afterwards': ({ step, requests, startMs, end, cancelMs, maxConcurrent }) => {
    const deadlineMs = startMs + step.timeoutSeconds * 1_000;
    for (const { atMs, method } of requests) {
      assert(atMs < deadlineMs, `a ${method} after the deadline`);
      assert(atMs <= cancelMs, `a ${method} after the signal`);
    }
    const limitMs = Math.min(deadlineMs, cancelMs + CANCEL_GRACE_MS);
    assert(end.atMs <= limitMs + 100, `ended ${end.atMs - limitMs} ms late`);
    assert(maxConcurrent <= 4, `${maxConcurrent} requests at once`);
  },

  'exit 0 only if each chosen invite was last seen with the desired status': ({ step, exitCode, handled }) => {
    if (exitCode !== 0 || step.dryRun) return;
    for (const { id, last } of handled) assert.equal(last?.shown?.status, step.status, `${id}, as last seen`);
  },

  'exit 0 only if nothing that was listed, matches and is pending is left': (run) => {
    if (run.exitCode !== 0 || !run.isList) return;
    const { invites, atMs } = listed(run);
    for (const invite of invites) {
      const isOpen = invite.status === 'pending' && livesFor(run, invite, atMs) > DATE_ACCURACY_MS;
      if (!isOpen || !allows(run.step.policy, invite)) continue;
      assert(run.chosen.includes(String(invite.id).toLowerCase()), `${invite.id} was left`);
    }
  },

  'exit 1 has a reason': ({ step, exitCode, handled, cancelMs, end }) => {
    if (exitCode !== 1 || handled.length === 0 || step.dryRun || cancelMs <= end.atMs) return;
    const isRight = ({ last, patches }: HandledInvite): boolean => {
      const isGuardedAway = patches.length === 0 && !allows(step.policy, last?.shown ?? {});
      return last?.shown?.status === step.status && !isGuardedAway;
    };
    assert(!handled.every(isRight), 'every chosen invite was last seen with the desired status');
  },

  'a success had the desired status between the last request that showed it and its response': (run) => {
    for (const { entry, id, last } of run.handled) {
      if (!SUCCESSES.includes(entry.outcome)) continue;
      const statuses = last === undefined ? [] : statusesDuring(run, id, last);
      assert(statuses.includes(run.step.status), `${id} is ${entry.outcome}, but was ${statuses.join(', ')}`);
    }
  },

  'changed means that this step can have done it, unchanged that it cannot': ({ step, handled, requests }) => {
    for (const { entry, id, patches, ownChanges, last } of handled) {
      const { outcome } = entry;
      const possible = patches.filter(({ effect }) => effect !== 'not-applied' && effect !== 'rejected');
      if (outcome === 'changed') {
        assert(possible.length > 0, `${id} is changed, but no attempt can have done it`);
        const isClear = possible.every(({ effect }) => effect === 'shown');
        const isCertain = step.world.repeatedResponse !== 'same' && isClear;
        assert(!isCertain || ownChanges.length > 0, `${id} is changed, but not by this step`);
      }
      if (outcome === 'unchanged') {
        assert(
          !possible.some(({ effect }) => effect !== 'rejected-or-unknown'),
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
    for (const { entry, id, known, ownChanges } of run.handled) {
      const { status } = entry;
      const { read, mayTakeEffect } = known;
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
    for (const invite of run.handled) {
      const { entry, id, exchanges, ownChanges, last, known } = invite;
      if (!['failed', 'not_attempted'].includes(entry.outcome)) continue;
      const said = sentencesIn(entry.error);
      const right = rightSentences(invite);
      for (const sentence of said) assert(right.includes(sentence), `${id}: "${sentence}" instead of "${right}"`);
      // The report says these in other words: outside of the policy, no such invite, not attempted.
      const isOutside = last?.shown !== undefined && !allows(run.step.policy, last.shown);
      const isNotFound = exchanges.some(({ record }) => saysNotFound(record)) && known.mayTakeEffect !== true;
      const mustSay = right.length > 0 && !isOutside && !isNotFound && entry.outcome === 'failed';
      if (mustSay) assert(said.length > 0, `${id}: nothing of "${right}" in ${entry.error}`);
      const isUnchanged = said.includes(PENDING_UNCHANGED) || said.includes(NOT_CHANGED);
      if (isUnchanged) assert.equal(ownChanges.length, 0, `${id}: "${said}", but this step changed it`);
    }
    const isUnknown = run.handled.some((invite) => rightSentences(invite).includes(UNKNOWN));
    if (!isUnknown) assert(!/state unknown/i.test(run.shown), 'State unknown, of no invite');
  },

  'a final status that a failure names was so when it was last seen': (run) => {
    for (const { entry, id, last } of run.handled) {
      const [, named, expired] = /\bInvite [^"]*? (?:is already (\w+)|has (expired))/.exec(entry.error ?? '') ?? [];
      const status = named ?? expired;
      if (status === undefined) continue;
      const statuses = last === undefined ? [] : statusesDuring(run, id, last);
      assert(statuses.includes(status), `${id} is called ${status}, but was ${statuses.join(', ')}`);
    }
  },

  'no PATCH follows one that was refused or may have had an effect, without a read in between': ({ handled }) => {
    for (const { id, exchanges } of handled) {
      let needsRead = false;
      for (const { effect } of exchanges) {
        if (effect === undefined) needsRead = false;
        else assert(!needsRead, `${id} was PATCHed again without a read`);
        if (effect !== undefined && effect !== 'not-applied') needsRead = true;
      }
    }
  },

  'no PATCH of an invite that its last read shows as final or outside of the policy': (run) => {
    const { step, isList } = run;
    const isGuarded = isList || Object.keys(step.policy).length > 0;
    const list = isList ? listed(run) : undefined;
    for (const { id, exchanges } of run.handled) {
      let shown: SandboxInvite | undefined;
      for (const exchange of exchanges) {
        if (exchange.effect !== undefined) {
          assert(!isGuarded || shown !== undefined, `${id} was PATCHed unseen`);
          assert.equal(shown?.status ?? 'pending', 'pending', `${id} was PATCHed, but is final`);
          assert(shown === undefined || allows(step.policy, shown), `${id} was PATCHed outside of the policy`);
        }
        // The response to a PATCH that does not show the desired status is no read.
        if (exchange.effect === undefined) shown = exchange.shown ?? shown;
      }
      const entry = list?.invites.find((invite) => String(invite.id).toLowerCase() === id);
      const isOver = entry !== undefined && livesFor(run, entry, list?.atMs ?? 0) < -DATE_ACCURACY_MS;
      assert(!isOver || exchanges.every(({ effect }) => effect === undefined), `${id} was PATCHed, but had expired`);
    }
  },

  'only chosen invites get a PATCH, always with the desired status, and no more often than retries allow': ({
    step,
    requests,
    ...run
  }) => {
    const patches = requests.filter(({ method }) => method === 'PATCH');
    if (step.dryRun) assert.equal(patches.length, 0, 'a dry run changes nothing');
    for (const patch of patches) {
      assert.deepEqual(JSON.parse(patch.body), { status: step.status });
      assert(run.chosen.includes(idOf(patch) ?? ''), `${idOf(patch)} was not chosen`);
    }
    for (const { id, patches: attempts } of run.handled) {
      // A rate limit does not use up a retry.
      const count = attempts.filter(
        ({ effect, record }) => effect !== 'not-applied' || refusesConnection(record),
      ).length;
      assert(count <= step.retries + 1, `${count} attempts of ${id} with ${step.retries} retries`);
    }
    if (!run.isList && run.chosen.length > 0) assert.deepEqual(run.chosen, step.inviteIds);
  },

  'a step in a quiet world responds to every invite that the policy allows': (run) => {
    const { step, isList, end, exitCode, invitations } = run;
    if (!isQuiet(run) || step.dryRun) return;
    const isStable = ({ expires_on }: SandboxInvite): boolean =>
      Math.abs(Date.parse(expires_on ?? '') - run.startMs) > step.timeoutSeconds * 1_000;
    const isOpen = (invite: SandboxInvite | undefined): boolean =>
      invite?.status === 'pending' && livesFor(run, invite, end.atMs) > 0 && allows(step.policy, invite);
    const asked = step.inviteIds.map((id) => step.invites.find((invite) => invite.id === id));
    if (!step.invites.every(isStable) || !(isList || asked.every(isOpen))) return;
    const expected = isList ? step.invites.filter(isOpen).map(({ id }) => id) : step.inviteIds;
    // A wait for nothing fails.
    if (expected.length === 0 && step.waitSeconds > 0) return;
    assert.equal(exitCode, 0, 'nothing went wrong, and yet exit 1');
    const isDone = (id: string): boolean => invitations.statesBetween(id, end, end)[0]?.status === step.status;
    assert.deepEqual(
      expected.filter((id) => !isDone(id)),
      [],
      'nothing went wrong, and yet invites are left',
    );
  },

  'refused credentials end the step after a few requests': ({ requests }) => {
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
 * @returns the analyzed run
 * @throws an Error that names the first invariant that the run has broken
 */
export function checkInvariants(step: RandomStep, seen: Observed, names = INVARIANT_NAMES): AnalyzedRun {
  const run = analyze(step, seen);
  for (const name of names) {
    try {
      INVARIANTS[name](run);
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  return run;
}
