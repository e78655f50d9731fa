import type { RecordedRequest } from '../../sandbox/cloudflare.ts';
import { idOf, saysNotFound } from './evidence.ts';
import { NOT_CHANGED, PENDING_OPEN, PENDING_UNCHANGED, UNKNOWN } from './invariants.ts';
import type { AnalyzedRun } from './observed.ts';
import { allows } from './random-step.ts';

/** Something that happens in random steps: how often in one, and how often at least in a thousand of them. */
interface Kind {
  readonly in: (run: AnalyzedRun) => number;
  readonly leastPer1000: number;
}

const responses = ({ requests }: AnalyzedRun): readonly RecordedRequest[] =>
  requests.filter(({ response }) => response !== undefined);
const countIf = (isSo: boolean): number => (isSo ? 1 : 0);

/** Changes that a request of the step made after its response, or after the client had given up. */
function lateChanges({ invitations, requests }: AnalyzedRun) {
  return invitations.history.filter(({ atMs, cause }) => {
    const record = typeof cause === 'object' ? requests[cause.request] : undefined;
    return record !== undefined && atMs > record.atMs;
  });
}

/** A second actor's changes of an invite between the step's first request and its end. */
function othersChanges({ invitations, requests, end }: AnalyzedRun) {
  const fromMs = requests[0]?.atMs ?? Number.POSITIVE_INFINITY;
  return invitations.history.filter(({ atMs, cause }) => cause === 'second actor' && atMs > fromMs && atMs <= end.atMs);
}

const failuresThatSay =
  (sentence: string): Kind['in'] =>
  ({ handled }) =>
    handled.filter(({ entry }) => entry.error?.includes(sentence)).length;

/**
 * What must happen often enough for the invariants to prove something. `leastPer1000` is about a third of what was
 * measured. Below 2, none are needed in the 500 steps of the fast tests.
 */
const KINDS = {
  'effects after the response': { in: (run) => lateChanges(run).length, leastPer1000: 30 },
  'effects after the end of the step': {
    in: (run) => lateChanges(run).filter(({ atMs }) => atMs > run.end.atMs).length,
    leastPer1000: 10,
  },
  "a second actor's changes during the step": { in: (run) => othersChanges(run).length, leastPer1000: 400 },
  "a second actor's changes of handled invites": {
    in: (run) => othersChanges(run).filter(({ id }) => run.chosen.includes(id)).length,
    leastPer1000: 150,
  },
  'changes between a request and its response': {
    in: (run) =>
      run.handled
        .flatMap(({ exchanges }) => exchanges)
        .filter(({ record }) => {
          const changes = run.invitations.history.slice(record.changes, record.response?.changes ?? record.changes);
          return changes.some(({ id, cause }) => id === idOf(record) && cause === 'second actor');
        }).length,
    leastPer1000: 40,
  },
  'reads that show an invite outside of the policy': {
    in: ({ handled, step }) =>
      handled.filter(({ exchanges }) => {
        const reads = exchanges.filter(({ record, shown }) => record.method === 'GET' && shown !== undefined);
        return reads.length > 1 && !allows(step.policy, reads.at(-1)?.shown ?? {});
      }).length,
    leastPer1000: 1.9,
  },
  'invites that were removed': {
    in: (run) => run.handled.filter(({ exchanges }) => exchanges.some(({ record }) => saysNotFound(record))).length,
    leastPer1000: 30,
  },
  'read-backs': {
    in: ({ handled }) =>
      handled.flatMap(({ exchanges }) =>
        exchanges.filter(({ effect }, index) => effect === undefined && exchanges[index - 1]?.effect !== undefined),
      ).length,
    leastPer1000: 250,
  },
  'attempts whose effect is unknown': {
    in: ({ handled }) => handled.flatMap(({ patches }) => patches.filter(({ effect }) => effect === 'unknown')).length,
    leastPer1000: 200,
  },
  'pending invites past their expiry': {
    in: ({ step, startMs }) => {
      const isPast = (date: string | undefined): boolean => Date.parse(date ?? '') <= startMs;
      const isShown = step.world.pastExpiry !== undefined && step.world.pastExpiry !== 'expired';
      return isShown
        ? step.invites.filter((invite) => invite.status === 'pending' && isPast(invite.expires_on)).length
        : 0;
    },
    leastPer1000: 40,
  },
  'wrong clocks of the runner': { in: ({ step }) => countIf(step.clockOffsetMs !== 0), leastPer1000: 400 },
  'responses with a date': {
    in: (run) => responses(run).filter(({ response }) => response?.headers.date).length,
    leastPer1000: 1_500,
  },
  'ids in upper case': { in: ({ step }) => countIf(step.world.idCase === 'upper'), leastPer1000: 100 },
  'refused page parameters': {
    in: (run) => responses(run).filter(({ response }) => response?.body.includes('/query/page')).length,
    leastPer1000: 25,
  },
  'empty lists with null or without a result': {
    in: (run) =>
      responses(run).filter((record) => {
        const isNone = /"messages":\[\](?:,"result":null)?(?:,"result_info":.*)?}$/.test(record.response?.body ?? '');
        return idOf(record) === undefined && record.status === 200 && isNone;
      }).length,
    leastPer1000: 15,
  },
  'refusals under another status': {
    in: (run) =>
      countIf(
        responses(run).some(({ status, fault }) => fault === undefined && status === run.step.world.refusalStatus),
      ),
    leastPer1000: 50,
  },
  'steps that met a rate limit without a delay': {
    in: (run) => {
      const isSo = ({ response }: RecordedRequest): boolean => {
        const { 'retry-after': seconds, 'retry-after-ms': ms } = response?.headers ?? {};
        return response?.status === 429 && seconds === undefined && ms === undefined;
      };
      return countIf(run.requests.some(isSo));
    },
    leastPer1000: 1.9,
  },
  'cancelled steps': { in: ({ end, cancelMs }) => countIf(cancelMs <= end.atMs), leastPer1000: 3 },
  'steps that succeeded with an invite': {
    in: ({ exitCode, handled }) => countIf(exitCode === 0 && handled.length > 0),
    leastPer1000: 100,
  },
  'quiet worlds': {
    in: ({ step }) => countIf(step.world.faults === undefined && step.cancelAt === undefined),
    leastPer1000: 50,
  },
  // Rare: the last read of a failed invite must show it pending.
  [`"${PENDING_UNCHANGED}"`]: { in: failuresThatSay(PENDING_UNCHANGED), leastPer1000: 1.9 },
  [`"${PENDING_OPEN}"`]: { in: failuresThatSay(PENDING_OPEN), leastPer1000: 20 },
  [`"${NOT_CHANGED}"`]: { in: failuresThatSay(NOT_CHANGED), leastPer1000: 20 },
  [`"${UNKNOWN}"`]: { in: failuresThatSay(UNKNOWN), leastPer1000: 30 },
} as const satisfies Readonly<Record<string, Kind>>;

/** Counts what random steps did, to fail where too little happens. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #runs = 0;

  add(run: AnalyzedRun): void {
    this.#runs += 1;
    for (const [name, kind] of Object.entries(KINDS)) {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + kind.in(run));
    }
  }

  /** One line per kind. */
  toString(): string {
    const lines = Object.keys(KINDS).map((name) => `${String(this.#counts.get(name) ?? 0).padStart(8)} ${name}`);
    return [`${this.#runs} random steps had`, ...lines].join('\n');
  }

  /** The kinds that were too rare for the number of steps, and how often they were there. */
  get tooRare(): readonly string[] {
    return Object.entries(KINDS).flatMap(([name, { leastPer1000 }]) => {
      const count = this.#counts.get(name) ?? 0;
      const least = Math.floor((leastPer1000 * this.#runs) / 1_000);
      return count < least ? [`${name}: ${count} of at least ${least}`] : [];
    });
  }
}
