import { getOctokit } from '@actions/github';
import { readText } from '../cloudflare/body.ts';
import { isObject } from '../json.ts';
import { describeCauses } from '../network-error.ts';
import { refusalProblem } from '../problems/github-refusal.ts';
import type { Problem } from '../problems/problem.ts';
import { TRACKER_PROBLEMS } from '../problems/tracker-problem.ts';
import type { Redact } from '../redact.ts';
import { USER_AGENT } from '../version.ts';

/** Source: GitHub's REST API, "List repository issues": a page has 100 issues at most. */
const PER_PAGE = 100;
/** Each run updates the tracking issue, so it is near the top, however many issues a repository has. */
const MAX_PAGES = 10;
/** A page of the longest issues: 65,536 characters each, of up to 6 bytes in JSON, and what is around them. */
const MAX_RESPONSE_BYTES = 50_000_000;
/** Longest refusal that is looked at, in characters. */
const MAX_REFUSAL = 2_000;

/** An author who belongs neither to the repository nor to its organization, as far as the token may know. */
const OUTSIDER = /^(?:NONE|CONTRIBUTOR|FIRST_TIMER|FIRST_TIME_CONTRIBUTOR|MANNEQUIN)$/;

export interface Issue {
  readonly number: number;
  readonly title: string;
  /** As it was written; empty if there is none. */
  readonly body: string;
  /** Undefined for an account that does not exist any more; a bot is a GitHub App. */
  readonly author: { readonly login: string; readonly isBot: boolean; readonly isOutsider: boolean } | undefined;
  readonly url: string;
}

/** Thrown where the tracking issue cannot be updated. */
export class TrackerError extends Error {
  override readonly name = 'TrackerError';
  readonly problem: Problem;
  readonly status: number | undefined;

  constructor(problem: Problem, status?: number) {
    super(problem.message);
    this.problem = problem;
    this.status = status;
  }
}

/** Access to the issues of the repository that the job belongs to. */
export interface GitHubAccess {
  /** Of github.com or of GitHub Enterprise Server, without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  readonly redact: Redact;
}

/** The issues of one repository. Every method throws `TrackerError` for a request that fails. */
export class GitHubIssues {
  readonly #octokit: ReturnType<typeof getOctokit>;
  readonly #repository: string;
  readonly #redact: Redact;

  /** Throws `TrackerError` without a usable token or without a repository. `signal` ends every request. */
  constructor({ apiUrl, repository, token, fetch, redact }: GitHubAccess, signal: AbortSignal) {
    if (token === undefined) throw new TrackerError(TRACKER_PROBLEMS.noToken());
    if (!/^[\x21-\x7e]+$/.test(token)) throw new TrackerError(TRACKER_PROBLEMS.unprintableToken());
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new TrackerError(TRACKER_PROBLEMS.noRepository());
    // Octokit prints to a stream that the runner reads for commands.
    const ignore = (): void => undefined;
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    // A redirect that is followed takes the token along.
    const request = { fetch: withBodyLimit(fetch, signal), signal, log, redirect: 'manual' } as const;
    this.#octokit = getOctokit(token, { baseUrl: apiUrl, userAgent: USER_AGENT, log, request });
    this.#repository = repository;
    this.#redact = redact;
  }

  /** Pages of open issues, the most recently updated first, a thousand issues at most; no pull requests. */
  async *listOpenIssues(): AsyncGenerator<readonly Issue[]> {
    const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { data, link } = await this.#call('GET', '/issues', { ...query, page });
      if (!Array.isArray(data)) throw new TrackerError(TRACKER_PROBLEMS.unreadable('the list of issues'));
      yield data.map((entry) => this.#toIssue(entry)).filter((issue) => issue !== undefined);
      // Ignore the address of the link: no response may decide where the token is sent.
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

  /** Opens an issue, and resolves with it as GitHub shows it. */
  async create(issue: Pick<Issue, 'title' | 'body'>): Promise<Issue> {
    const { data } = await this.#call('POST', '/issues', issue);
    const created = this.#toIssue(data);
    if (created === undefined) throw new TrackerError(TRACKER_PROBLEMS.unreadable('the new issue'));
    return created;
  }

  /** Changes the body or the state of an issue. */
  async update(number: number, changes: { readonly body: string } | { readonly state: 'closed' }): Promise<void> {
    await this.#call('PATCH', `/issues/${number}`, changes);
  }

  /** Adds a comment to an issue. */
  async comment(number: number, body: string): Promise<void> {
    await this.#call('POST', `/issues/${number}/comments`, { body });
  }

  async #call(method: string, path: string, parameters = {}): Promise<{ data: unknown; link: string }> {
    const request = `${method} /repos/${this.#repository}${path}`;
    const { status, data, headers } = await this.#octokit.request(request, parameters).catch((error: unknown) => {
      // Octokit gives a request without a response the status 500 too.
      if (error instanceof Error && 'response' in error && isObject(error.response)) {
        const { status, data, headers } = error.response;
        const message = this.#redact(error.message.slice(0, MAX_REFUSAL));
        // Remove the address of a page that Octokit appends: its words are not the reason.
        const reason = isObject(data) ? message.replace(/ - https?:\S+$/, '') : '';
        const refusal = { status: Number(status), reason, headers: isObject(headers) ? headers : {} };
        throw new TrackerError(refusalProblem(request, message, refusal), refusal.status);
      }
      throw new TrackerError(TRACKER_PROBLEMS.unreachable(request, this.#redact(describeCauses(error))));
    });
    // Octokit takes everything below 400 for a success.
    if (status >= 300) throw new TrackerError(TRACKER_PROBLEMS.redirected(request, status), status);
    return { data, link: headers.link ?? '' };
  }

  /** The issue in an entry; undefined for anything else. GitHub lists pull requests among the issues. */
  #toIssue(entry: unknown): Issue | undefined {
    if (!isObject(entry) || entry.pull_request !== undefined) return undefined;
    const { number, title, body, user, html_url: url, author_association: association } = entry;
    if (typeof number !== 'number' || typeof title !== 'string') return undefined;
    const { login, type }: Readonly<Record<string, unknown>> = isObject(user) ? user : {};
    const isOutsider = OUTSIDER.test(String(association));
    const author = typeof login === 'string' ? { login, isBot: type === 'Bot', isOutsider } : undefined;
    return { number, title, body: typeof body === 'string' ? body : '', author, url: this.#redact(String(url)) };
  }
}

/** A fetch that reads bodies itself, up to `MAX_RESPONSE_BYTES`: Octokit reads them to their end. */
function withBodyLimit(send: typeof fetch, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const text = await readText(response.body, MAX_RESPONSE_BYTES, signal);
    return new Response(text || null, response);
  };
}
