import { getOctokit } from '@actions/github';
import { isObject } from '../json.ts';
import { describeCauses } from '../network-error.ts';
import type { Problem } from '../problems/problem.ts';
import { TRACKER_PROBLEMS } from '../problems/tracker-problem.ts';
import type { Redact } from '../redact.ts';
import { VERSION } from '../version.ts';

/** Source: GitHub's REST API, "List repository issues": a page has 100 issues at most. */
const PER_PAGE = 100;

/** Each run updates the tracking issue, so it is near the top, however many issues a repository has. */
const MAX_PAGES = 10;

/** The account that wrote an issue. */
export interface Author {
  readonly login: string;
  /** Whether it is a GitHub App rather than a person. */
  readonly isBot: boolean;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  /** As it was written; empty if there is none. */
  readonly body: string;
  /** Undefined for an account that does not exist any more. */
  readonly author: Author | undefined;
  /** Where people read it. */
  readonly url: string;
}

/** Thrown where the tracking issue cannot be brought up to date. */
export class TrackerError extends Error {
  override readonly name = 'TrackerError';
  readonly problem: Problem;
  /** The HTTP status of GitHub's answer, if there was one. */
  readonly status: number | undefined;

  constructor(problem: Problem, status?: number) {
    super(problem.message);
    this.problem = problem;
    this.status = status;
  }
}

/** How to reach the issues of the repository that the job belongs to. */
export interface GitHubAccess {
  /** Of github.com or of GitHub Enterprise Server, without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Undefined if there is none. */
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** Takes credentials out of what GitHub sends. */
  readonly redact: Redact;
}

type Octokit = ReturnType<typeof getOctokit>;

/** The issues of one repository. Every method throws `TrackerError` for a request that fails. */
export class GitHubIssues {
  readonly #octokit: Octokit;
  readonly #repository: string;
  readonly #redact: Redact;

  /**
   * @param signal ends every request
   * @throws {TrackerError} if there is no usable token or no repository
   */
  constructor({ apiUrl, repository, token, fetch, redact }: GitHubAccess, signal: AbortSignal) {
    if (token === undefined) throw new TrackerError(TRACKER_PROBLEMS.noToken());
    if (!/^[\x21-\x7e]+$/.test(token)) throw new TrackerError(TRACKER_PROBLEMS.unprintableToken());
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new TrackerError(TRACKER_PROBLEMS.noRepository());
    // Octokit prints to a stream that the runner reads for commands.
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    this.#octokit = getOctokit(token, {
      baseUrl: apiUrl,
      userAgent: `cloudflare-invite-action/${VERSION}`,
      log,
      // A redirect that is followed takes the token along.
      request: { fetch, signal, log, redirect: 'manual' },
    });
    this.#repository = repository;
    this.#redact = redact;
  }

  /** Open issues, the most recently updated first, a thousand at most; no pull requests. */
  async *listOpenIssues(): AsyncGenerator<Issue> {
    const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { data, link } = await this.#call('GET', '/issues', { ...query, page });
      if (!Array.isArray(data)) throw new TrackerError(TRACKER_PROBLEMS.unreadable('the list of issues'));
      for (const entry of data) {
        const issue = this.#toIssue(entry);
        if (issue !== undefined) yield issue;
      }
      // Its address is not used: no answer decides where the token is sent.
      if (!/rel="next"/.test(link)) return;
    }
  }

  /** Whether a person may write to the repository; false for one that does not exist. */
  async canWrite(login: string): Promise<boolean> {
    try {
      const { data } = await this.#call('GET', `/collaborators/${encodeURIComponent(login)}/permission`);
      // GitHub reports "maintain" as "write", and a custom role as the role that it builds on.
      // Source: GitHub's REST API, "Get repository permissions for a user".
      return isObject(data) && (data.permission === 'admin' || data.permission === 'write');
    } catch (error) {
      if (error instanceof TrackerError && error.status === 404) return false;
      throw error;
    }
  }

  async create(issue: { readonly title: string; readonly body: string }): Promise<Issue> {
    const { data } = await this.#call('POST', '/issues', issue);
    const created = this.#toIssue(data);
    if (created === undefined) throw new TrackerError(TRACKER_PROBLEMS.unreadable('the new issue'));
    return created;
  }

  async update(number: number, changes: { readonly body: string } | { readonly state: 'closed' }): Promise<void> {
    await this.#call('PATCH', `/issues/${number}`, changes);
  }

  async comment(number: number, body: string): Promise<void> {
    await this.#call('POST', `/issues/${number}/comments`, { body });
  }

  async #call(method: string, path: string, parameters = {}): Promise<{ data: unknown; link: string }> {
    const request = `${method} /repos/${this.#repository}${path}`;
    const response = await this.#octokit.request(request, parameters).catch((error: unknown) => {
      throw this.#toTrackerError(request, error);
    });
    // Octokit takes everything below 400 for a success.
    if (response.status >= 300)
      throw new TrackerError(TRACKER_PROBLEMS.redirected(request, response.status), response.status);
    return { data: response.data, link: response.headers.link ?? '' };
  }

  #toTrackerError(request: string, error: unknown): TrackerError {
    // Octokit calls a request without an answer a "500" as well.
    if (error instanceof Error && 'response' in error && 'status' in error && error.response !== undefined) {
      const status = Number(error.status);
      return new TrackerError(TRACKER_PROBLEMS.refused(request, status, this.#redact(error.message)), status);
    }
    return new TrackerError(TRACKER_PROBLEMS.unreachable(request, this.#redact(describeCauses(error))));
  }

  /** The issue in an entry; undefined for a pull request, which GitHub lists among the issues, and for anything else. */
  #toIssue(entry: unknown): Issue | undefined {
    if (!isObject(entry) || entry.pull_request !== undefined) return undefined;
    const { number, title, body, user, html_url: url } = entry;
    if (typeof number !== 'number' || typeof title !== 'string') return undefined;
    return {
      number,
      title,
      body: typeof body === 'string' ? body : '',
      author: this.#toAuthor(user),
      url: this.#redact(String(url)),
    };
  }

  #toAuthor(user: unknown): Author | undefined {
    if (!isObject(user) || typeof user.login !== 'string') return undefined;
    return { login: user.login, isBot: user.type === 'Bot' };
  }
}

function ignore(): void {}
