import { getOctokit } from '@actions/github';
import { describeCauses } from '../cloudflare/errors.ts';
import { VERSION } from '../version.ts';
import {
  type Author,
  type Issue,
  type IssueTracker,
  TrackerError,
  type TrackingTask,
  updateTrackingIssue,
} from './update.ts';

/** Source: GitHub's REST API, "List repository issues": a page has 100 issues at the most. */
const PER_PAGE = 100;

/** A tracking issue is updated with each run, so it is near the top, however many issues a repository has. */
const MAX_PAGES = 10;

/** Longest part of GitHub's own words that is repeated. */
const MAX_MESSAGE = 300;

/** What leads to the issues of the repository that the job belongs to. */
export interface GitHubAccess {
  /** Of github.com or of GitHub Enterprise Server, without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Empty if there is none. */
  readonly token: string;
  readonly fetch: typeof fetch;
}

export interface ConnectOptions extends GitHubAccess {
  /** Ends every request. */
  readonly signal: AbortSignal;
}

const PERMISSION_HINT =
  'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';

const HINTS: Readonly<Record<number, string>> = {
  401: 'github-token is no valid token of this GitHub. Leave the input out, or store a new token.',
  403: PERMISSION_HINT,
  404: PERMISSION_HINT,
  410: 'Issues are switched off in this repository. Switch them on, or leave report-issue out.',
};

/** An answer of GitHub that is no success. */
class StatusError extends TrackerError {
  override readonly name = 'StatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message, HINTS[status]);
    this.status = status;
  }
}

/** Keeps the tracking issue, as `updateTrackingIssue` does, in the repository that the job belongs to. */
export function runTrackingIssue(task: Omit<TrackingTask, 'connect'> & GitHubAccess): Promise<void> {
  return updateTrackingIssue({ ...task, connect: (signal) => connectToIssues({ ...task, signal }) });
}

/**
 * The issues of the repository that the job belongs to.
 *
 * @throws {TrackerError} if there is no usable token or no repository
 */
export async function connectToIssues(options: ConnectOptions): Promise<IssueTracker> {
  const { apiUrl, repository, token, fetch, signal } = options;
  if (token === '') throw new TrackerError('There is no token for GitHub: github-token is empty.', PERMISSION_HINT);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TrackerError('github-token holds a space, a line break or a character outside ASCII.', HINTS[401]);
  }
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new TrackerError(
      'GITHUB_REPOSITORY names no repository.',
      'The tracking issue works in GitHub Actions only.',
    );
  }
  // What octokit would print goes to a stream that the runner reads for commands.
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const octokit = getOctokit(token, {
    baseUrl: apiUrl,
    userAgent: `cloudflare-invite-action/${VERSION}`,
    log,
    // Followed, a redirect would take the token along.
    request: { fetch, signal, log, redirect: 'manual' },
  });
  return new GitHubIssues(`/repos/${repository}`, (route, parameters) => octokit.request(route, parameters));
}

function ignore(): void {}

type Send = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<{ readonly status: number; readonly headers: { readonly link?: string }; readonly data: unknown }>;

class GitHubIssues implements IssueTracker {
  readonly #repository: string;
  readonly #send: Send;

  constructor(repository: string, send: Send) {
    this.#repository = repository;
    this.#send = send;
  }

  async *listOpenIssues(): AsyncGenerator<Issue> {
    const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { data, link } = await this.#call('GET', '/issues', { ...query, page });
      if (!Array.isArray(data)) throw unreadable('the list of issues');
      yield* data.flatMap((entry) => toIssue(entry) ?? []);
      // Its address is not used: no answer decides where the token is sent.
      if (!/rel="next"/.test(link)) return;
    }
  }

  async canWrite(login: string): Promise<boolean> {
    try {
      const { data } = await this.#call('GET', `/collaborators/${encodeURIComponent(login)}/permission`);
      // "maintain" is reported as "write", a role of one's own making as what it builds on.
      // Source: GitHub's REST API, "Get repository permissions for a user".
      return isObject(data) && (data.permission === 'admin' || data.permission === 'write');
    } catch (error) {
      if (error instanceof StatusError && error.status === 404) return false;
      throw error;
    }
  }

  async create(issue: { readonly title: string; readonly body: string }): Promise<Issue> {
    const { data } = await this.#call('POST', '/issues', issue);
    const created = toIssue(data);
    if (created === undefined) throw unreadable('the new issue');
    return created;
  }

  async update(number: number, changes: { readonly body: string }): Promise<void> {
    await this.#call('PATCH', `/issues/${number}`, changes);
  }

  async comment(number: number, body: string): Promise<void> {
    await this.#call('POST', `/issues/${number}/comments`, { body });
  }

  async close(number: number): Promise<void> {
    await this.#call('PATCH', `/issues/${number}`, { state: 'closed' });
  }

  async #call(method: string, path: string, parameters = {}): Promise<{ data: unknown; link: string }> {
    const request = `${method} ${this.#repository}${path}`;
    const response = await this.#send(request, parameters).catch((error: unknown) => {
      throw toTrackerError(request, error);
    });
    // Octokit takes everything below 400 for a success.
    if (response.status >= 300) {
      throw new StatusError(response.status, `${request} met a redirect (HTTP ${response.status}), which is refused.`);
    }
    return { data: response.data, link: response.headers.link ?? '' };
  }
}

function toTrackerError(request: string, error: unknown): TrackerError {
  // Octokit calls a request without an answer a "500" as well.
  if (error instanceof Error && 'response' in error && 'status' in error && error.response !== undefined) {
    const status = Number(error.status);
    return new StatusError(status, `${request} failed: HTTP ${status}, "${error.message.slice(0, MAX_MESSAGE)}".`);
  }
  return new TrackerError(`${request} failed: ${describeCauses(error)}.`);
}

function unreadable(what: string): TrackerError {
  return new TrackerError(`GitHub’s answer does not hold ${what}.`);
}

/** The issue in an entry; undefined for a pull request, which GitHub lists among the issues, and for anything else. */
function toIssue(entry: unknown): Issue | undefined {
  if (!isObject(entry) || entry.pull_request !== undefined) return undefined;
  const { number, title, body, user, html_url: url } = entry;
  if (typeof number !== 'number' || typeof title !== 'string') return undefined;
  return { number, title, body: typeof body === 'string' ? body : '', author: toAuthor(user), url: String(url) };
}

function toAuthor(user: unknown): Author | undefined {
  if (!isObject(user) || typeof user.login !== 'string') return undefined;
  return { login: user.login, isBot: user.type === 'Bot' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
