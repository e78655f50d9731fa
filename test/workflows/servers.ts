import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudflareSandbox,
  type HandleOptions,
  type Reply,
  type SandboxInvite,
  type SandboxOptions,
  type SandboxRequest,
} from '../../sandbox/cloudflare.ts';
import { demoAccount } from '../../sandbox/demo-account.ts';
import { GitHubSandbox } from '../../sandbox/github.ts';
import { type SandboxServer, serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';
import { ROOT, runWorkflow, type WorkflowOptions, type WorkflowRun } from './act.ts';

const GITHUB_TOKEN = 'ghs_standin-of-the-sandbox';

export const DEMO = demoAccount(Date.now());
export const TOKEN = DEMO.credentials.token;

/** An example's text. */
export function readExample(name: string): string {
  return readFileSync(join(ROOT, 'examples', name), 'utf8');
}

/**
 * Replaces a part of a workflow that must be there exactly once.
 * @throws when it is not
 */
export function edit(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" must occur once, and occurs ${parts.length - 1} times`);
  return parts.join(to);
}

/** A user with the demo's invites. */
export function user(options: Partial<SandboxOptions> = {}): CloudflareSandbox {
  return new CloudflareSandbox({
    clock: systemClock,
    credentials: DEMO.credentials,
    invites: DEMO.invites,
    ...options,
  });
}

/** So many pending invites of Acme, numbered from 1. */
export function invites(count: number): SandboxInvite[] {
  return Array.from({ length: count }, (_, index) => ({
    ...DEMO.invites[0],
    id: (index + 1).toString(16).padStart(32, '0'),
  }));
}

export function tokenOf({ headers }: SandboxRequest): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '');
}

export function json(status: number, body: object): Reply {
  return { kind: 'full', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Several users, or more than their invites, behind one address. */
class Front extends CloudflareSandbox {
  readonly #answer: RequestHandler;

  constructor(answer: RequestHandler) {
    super({ clock: systemClock, credentials: {} });
    this.#answer = answer;
  }

  override handle(request: SandboxRequest, options?: HandleOptions): Promise<Reply> {
    return this.#answer(request, options);
  }
}

export type RequestHandler = (request: SandboxRequest, options?: HandleOptions) => Promise<Reply>;

/** Cloudflare and GitHub, as a workflow sees them. */
export class WorkflowServers implements AsyncDisposable {
  readonly github: GitHubSandbox;
  /** Where Cloudflare's API is, without a path. */
  readonly origin: string;
  readonly #server: SandboxServer;

  private constructor(github: GitHubSandbox, server: SandboxServer) {
    this.github = github;
    this.#server = server;
    this.origin = new URL(server.url).origin;
  }

  static async open(cloudflare: CloudflareSandbox | RequestHandler): Promise<WorkflowServers> {
    const sandbox = typeof cloudflare === 'function' ? new Front(cloudflare) : cloudflare;
    return new WorkflowServers(await GitHubSandbox.open({ token: GITHUB_TOKEN }), await serve(sandbox));
  }

  /** Runs a workflow in this world and prints what it did. */
  async run(title: string, options: Omit<WorkflowOptions, 'apiBaseUrl' | 'token'>): Promise<WorkflowRun> {
    const run = await runWorkflow({
      ...options,
      apiBaseUrl: this.#server.url,
      token: GITHUB_TOKEN,
      env: { ...this.github.environment, ...options.env },
    });
    console.log(describeRun(title, run));
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await this.github[Symbol.asyncDispose]();
  }
}

/** What a person would like to know of a run. */
function describeRun(title: string, { exitCode, jobs, milliseconds }: WorkflowRun): string {
  const lines = jobs.flatMap(({ jobId, matrix, result, steps, annotations }) => {
    const values = Object.values(matrix).map(String);
    const taken = [...steps.values()].map((step) => `${step.name.trim()} (${step.result ?? 'not reached'})`);
    return [
      `    ${[jobId, ...values].join(' ')}: ${result}${taken.length > 0 ? ` – ${taken.join(', ')}` : ''}`,
      ...annotations.map(
        ({ level, title: heading, message }) => `      ${level}: ${heading ?? message.split('\n')[0]}`,
      ),
    ];
  });
  const head = `  ${title}: exit ${exitCode}, ${(milliseconds / 1000).toFixed(1)} s`;
  const shown = lines.length > 12 ? [...lines.slice(0, 11), `    … ${lines.length - 11} more lines`] : lines;
  return ['', head, ...shown].join('\n');
}
