import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CloudflareSandbox, type SandboxOptions, throwDefects } from '../sandbox/cloudflare.ts';
import { sandboxFetch, sandboxWasSent } from '../sandbox/fetch.ts';
import { VirtualClock } from '../sandbox/virtual-clock.ts';
import { type Runtime, runAction } from '../src/action.ts';
import type { Invite } from '../src/cloudflare/invite.ts';
import { type AnnotationLevel, createWorkflow, type RunnerCommands } from '../src/report/workflow.ts';

/** Credentials of the user whose invites a virtual world has. */
export const CREDENTIALS = {
  token: 'cfut_fake-token-for-in-process-tests',
  email: 'bot@example.net',
  key: 'cfk_fake-key-for-in-process-tests',
} as const;

/** The sandbox for one step or several, and its virtual time. */
export interface VirtualWorld {
  readonly sandbox: CloudflareSandbox;
  readonly clock: VirtualClock;
}

export type VirtualWorldOptions = Omit<Partial<SandboxOptions>, 'clock'>;

/** A new world at `START_MS`. `clock.sleeps` records the waits of the action, not those of the sandbox. */
export function createVirtualWorld(options: VirtualWorldOptions = {}): VirtualWorld {
  const clock = new VirtualClock(START_MS);
  return { clock, sandbox: new CloudflareSandbox({ credentials: CREDENTIALS, ...options, clock: clock.unrecorded() }) };
}

/** Start time of every new world, in milliseconds since the epoch. */
export const START_MS = Date.parse('2026-11-23T09:00:00Z');

/** The date of a moment so many hours after the world began. */
export function hoursFromStart(hours: number): string {
  return new Date(START_MS + hours * 3_600_000).toISOString().replace('.000Z', 'Z');
}

/** An id in Cloudflare's form, 32 hexadecimal digits. */
export function inviteId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

/** A pending invite of Acme that expires in three days. */
export function invite(number: number, details: Invite = {}): Invite & { readonly id: string } {
  return {
    id: inviteId(number),
    status: 'pending',
    organization_id: 'acc0000000000000000000000000acce',
    organization_name: 'Acme, Inc.',
    roles: ['DNS'],
    invited_by: 'it@acme.example',
    invited_on: hoursFromStart(-24),
    expires_on: hoursFromStart(72),
    ...details,
  };
}

/** So many pending invites, numbered from 1. */
export function invites(count: number, details: (number: number) => Invite = () => ({})) {
  return Array.from({ length: count }, (_, index) => invite(index + 1, details(index + 1)));
}

/** Inputs by name; `undefined` leaves one out, as if it was not written. */
export type WrittenInputs = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** What the workflow author writes under `with`, `undefined` if nothing; without it, every invite is accepted. */
  readonly inputs?: WrittenInputs;
  /** Environment variables beside the inputs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where to run: a world of an earlier run, or the options of a new one. */
  readonly world?: VirtualWorld | VirtualWorldOptions;
  /** Cancels the job this many milliseconds after the start; 0 is before the first request. */
  readonly cancelAt?: number;
  /** Seed of the random numbers, which make the jitter of retries. */
  readonly seed?: number;
  /** In place of the numbers that come from `seed`. */
  readonly random?: () => number;
  readonly useProxy?: (urls: readonly string[]) => void;
  /** How far the runner's clock is ahead of the sandbox's, in milliseconds; negative if it is behind. */
  readonly clockOffsetMs?: number;
  /** Whether a command of the runner fails; its first argument is a text, a title or the name of an output. */
  readonly fails?: (command: keyof RunnerCommands, argument: string) => boolean;
  /** In place of the sandbox's fetch. */
  readonly fetch?: typeof fetch;
}

export interface ShownAnnotation {
  readonly level: AnnotationLevel;
  readonly title: string;
  readonly message: string;
}

/** The result of a step, as people and later steps see it. */
export interface Run extends VirtualWorld {
  readonly exitCode: 0 | 1;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly ShownAnnotation[];
  /** Lines of the log; the title of a group is one, and so is its end. */
  readonly log: readonly string[];
  readonly debug: readonly string[];
  readonly summary: string;
  /** The values that the runner hides. */
  readonly masked: readonly string[];
  /** How much virtual time the step took. */
  readonly elapsedMs: number;
}

/** Runs the whole action in this process, on virtual time. */
export async function run(options: RunOptions = {}): Promise<Run> {
  const { inputs = { 'organization-name': '*' }, env = {}, world = {}, cancelAt, seed = 1 } = options;
  const { sandbox, clock } = 'sandbox' in world ? world : createVirtualWorld(world);
  const runner = new RecordingRunner(options.fails);
  const job = new AbortController();
  if (cancelAt === 0) job.abort();
  // Unrecorded, because the cancellation is not a wait of the action.
  else if (cancelAt !== undefined)
    void clock
      .unrecorded()
      .sleep(cancelAt)
      .then(() => job.abort());
  const runtime: Runtime = {
    env: {
      GITHUB_ACTIONS: 'true',
      ...env,
      ...inputVariables({ status: 'accepted', 'api-token': CREDENTIALS.token, ...inputs }),
    },
    clock: clock.offBy(options.clockOffsetMs ?? 0),
    random: options.random ?? seededRandom(seed),
    fetch: options.fetch ?? sandboxFetch(sandbox, clock.unrecorded()),
    wasSent: sandboxWasSent(sandbox),
    cancelled: job.signal,
    workflow: createWorkflow(runner.commands),
    useProxy: options.useProxy ?? (() => undefined),
  };
  const startMs = clock.nowMs();
  const exitCode = await clock.run(() => runAction(runtime));
  throwDefects(sandbox.defects);
  return { ...runner.collected(), exitCode, sandbox, clock, elapsedMs: clock.nowMs() - startMs };
}

const ACTION: { readonly inputs: Readonly<Record<string, { readonly default?: string }>> } = parse(
  readFileSync(new URL('../action.yml', import.meta.url), 'utf8'),
);

/** The variables that the runner sets for `inputs`. An input that is not written has its default of `action.yml`, or is empty. */
export function inputVariables(inputs: WrittenInputs): Record<string, string> {
  const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ''] as const);
  const written = Object.entries(inputs).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...defaults, ...written].map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A runner that records what a step writes. */
class RecordingRunner {
  readonly #outputs: Record<string, string> = {};
  readonly #annotations: ShownAnnotation[] = [];
  readonly #log: string[] = [];
  readonly #debug: string[] = [];
  readonly #masked: string[] = [];
  #summary = '';
  readonly commands: RunnerCommands;

  constructor(fails: RunOptions['fails'] = () => false) {
    const annotate =
      (level: AnnotationLevel): RunnerCommands[AnnotationLevel] =>
      (message, { title = '' } = {}) =>
        void this.#annotations.push({ level, title, message: String(message) });
    const commands: RunnerCommands = {
      setSecret: (secret) => void this.#masked.push(secret),
      info: (line) => void this.#log.push(line),
      debug: (line) => void this.#debug.push(line),
      error: annotate('error'),
      warning: annotate('warning'),
      notice: annotate('notice'),
      group: async (title, work) => {
        this.#log.push(`::group::${title}`);
        try {
          return await work();
        } finally {
          this.#log.push('::endgroup::');
        }
      },
      setOutput: async (name, value) => {
        this.#outputs[name] = value;
      },
      appendSummary: async (html) => {
        this.#summary += `${html}\n`;
      },
    };
    this.commands = new Proxy(commands, {
      get:
        (_target, name: keyof RunnerCommands) =>
        (argument: string, ...more: readonly unknown[]) => {
          // Not an Error and without a prototype: the hardest value to describe.
          if (fails(name, argument)) throw Object.create(null);
          return Reflect.apply(commands[name], undefined, [argument, ...more]);
        },
    });
  }

  collected(): Pick<Run, 'outputs' | 'annotations' | 'log' | 'debug' | 'masked' | 'summary'> {
    return {
      outputs: this.#outputs,
      annotations: this.#annotations,
      log: this.#log,
      debug: this.#debug,
      masked: this.#masked,
      summary: this.#summary,
    };
  }
}
