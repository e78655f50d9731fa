import { expect } from 'vitest';
import { CloudflareSandbox, type Reply, type SandboxInvite, type SandboxOptions } from '../../sandbox/cloudflare.ts';
import { demoAccount } from '../../sandbox/demo-account.ts';
import { GitHubSandbox } from '../../sandbox/github.ts';
import { type SandboxServer, serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';
import { inviteId } from '../run.ts';
import { runWorkflow, type WorkflowOptions, type WorkflowRun } from './act.ts';

const GITHUB_TOKEN = 'ghs_standin-of-the-sandbox';

export const DEMO = demoAccount(Date.now());

/** A Cloudflare user with the invites of the demo account. */
export function user(options: Partial<SandboxOptions> = {}): CloudflareSandbox {
  return new CloudflareSandbox({ clock: systemClock, ...DEMO, ...options });
}

/** Pending invites of Acme, numbered from 1. */
export function acmeInvites(count: number): SandboxInvite[] {
  return Array.from({ length: count }, (_, index) => ({ ...DEMO.invites[0], id: inviteId(index + 1) }));
}

export function json(status: number, body: object): Reply {
  return { kind: 'full', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Handles requests of several users, or those that the sandbox does not know. */
export type RequestHandler = CloudflareSandbox['handle'];

export interface ExampleOptions extends Omit<WorkflowOptions, 'apiBaseUrl' | 'token' | 'programs'> {
  /** The programs for a server of Cloudflare's API at this origin. */
  readonly programs?: (origin: string) => Readonly<Record<string, string>>;
  /** Expected exit code, 0 by default. */
  readonly exitCode?: number;
}

/** Cloudflare and GitHub for a workflow. */
export class WorkflowServers implements AsyncDisposable {
  readonly github: GitHubSandbox;
  readonly #cloudflare: SandboxServer;

  private constructor(github: GitHubSandbox, cloudflare: SandboxServer) {
    this.github = github;
    this.#cloudflare = cloudflare;
  }

  static async open(cloudflare: CloudflareSandbox | RequestHandler): Promise<WorkflowServers> {
    const sandbox = typeof cloudflare === 'function' ? { clock: systemClock, handle: cloudflare } : cloudflare;
    return new WorkflowServers(await GitHubSandbox.open({ token: GITHUB_TOKEN }), await serve(sandbox));
  }

  /** Runs a workflow, prints what it did, and checks its exit code. */
  async run(title: string, { exitCode = 0, programs, ...options }: ExampleOptions): Promise<WorkflowRun> {
    const run = await runWorkflow({
      ...options,
      apiBaseUrl: this.#cloudflare.url,
      token: GITHUB_TOKEN,
      env: { ...this.github.environment, ...options.env },
      programs: programs?.(new URL(this.#cloudflare.url).origin) ?? {},
    });
    console.log(describeRun(title, run));
    expect(run.exitCode, run.otherOutput).toBe(exitCode);
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cloudflare.close();
    await this.github[Symbol.asyncDispose]();
  }
}

/** A summary of a run for people. */
function describeRun(title: string, { exitCode, jobs, milliseconds }: WorkflowRun): string {
  const lines = jobs.flatMap(({ jobId, matrix, result, steps, annotations }) => {
    const taken = [...steps.values()].map((step) => `${step.name.trim()} (${step.result ?? 'not reached'})`);
    const head = `    ${[jobId, ...Object.values(matrix)].join(' ')}: ${result}`;
    return [
      taken.length > 0 ? `${head} – ${taken.join(', ')}` : head,
      ...annotations.map((shown) => `      ${shown.level}: ${shown.title ?? shown.message.split('\n')[0]}`),
    ];
  });
  const shown = lines.length > 12 ? [...lines.slice(0, 11), `    … ${lines.length - 11} more lines`] : lines;
  return ['', `  ${title}: exit ${exitCode}, ${(milliseconds / 1000).toFixed(1)} s`, ...shown].join('\n');
}
