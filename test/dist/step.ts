import { expect } from 'vitest';
import { CloudflareSandbox, type SandboxOptions } from '../../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../../sandbox/demo-account.ts';
import { runStep, type StepAnnotation, type StepOptions, type StepResult } from '../../sandbox/runner.ts';
import { serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';

/** The invite that a step responds to by default. */
export const ID = DEMO_IDS.acmeDns;

/** Pending invites of the demo account. */
export const PENDING_IDS = [ID, DEMO_IDS.acmeAdministrator, DEMO_IDS.agency, DEMO_IDS.unexpected, DEMO_IDS.expiresSoon];

/** The credentials of the demo account. */
export const CREDENTIALS = demoAccount(0).credentials;

export interface DistStepOptions extends Omit<Partial<StepOptions>, 'with'> {
  /**
   * Changes to the inputs of a step that accepts the invite `ID` with the token. `undefined` is an input that is not
   * written.
   */
  readonly with?: Readonly<Record<string, string | undefined>>;
}

/** A sandbox on a loopback port and the steps that run against it. */
export class DistHarness implements AsyncDisposable {
  readonly sandbox: CloudflareSandbox;
  readonly #server: Awaited<ReturnType<typeof serve>>;

  private constructor(sandbox: CloudflareSandbox, server: Awaited<ReturnType<typeof serve>>) {
    this.sandbox = sandbox;
    this.#server = server;
  }

  /** Opens a sandbox with the demo account. */
  static async open(options: Partial<SandboxOptions> = {}): Promise<DistHarness> {
    const sandbox = new CloudflareSandbox({ clock: systemClock, ...demoAccount(Date.now()), ...options });
    return new DistHarness(sandbox, await serve(sandbox));
  }

  /** The base URL for the step. */
  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Runs the action from `dist`. */
  step(options: DistStepOptions = {}): Promise<StepResult> {
    const inputs = {
      status: 'accepted',
      'invite-id': ID,
      'api-token': CREDENTIALS.token,
      'api-base-url': this.url,
      ...options.with,
    };
    const written = Object.entries(inputs).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return runStep({ ...options, with: Object.fromEntries(written) });
  }

  /** What reached the server: `PATCH 4f5f…`, in order. */
  get sent(): readonly string[] {
    return this.sandbox.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  }

  /** Settles once the server saw so many requests; fails after 25 seconds. */
  async saw(count: number): Promise<void> {
    for (let tries = 0; this.sandbox.requests.length < count; tries += 1) {
      if (tries > 5_000) throw new Error(`The server saw ${this.sandbox.requests.length} requests, not ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

/** The only annotation of a step that failed. */
export function onlyError({ exitCode, annotations, droppedAnnotations }: StepResult): StepAnnotation {
  expect(annotations).toEqual([{ level: 'error', title: expect.stringMatching(/\S/), message: expect.anything() }]);
  expect(droppedAnnotations).toBe(0);
  expect(exitCode).toBe(1);
  const [annotation] = annotations;
  if (annotation === undefined) throw new Error('There is no annotation');
  return annotation;
}

/** The entries of the output `invites`. */
export function invitesOf(result: StepResult): readonly Readonly<Record<string, unknown>>[] {
  return JSON.parse(result.outputs.invites ?? '');
}
