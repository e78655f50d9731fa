import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxRequest } from './cloudflare.ts';
import { closeServer, openOnLoopback, readRequest } from './loopback.ts';

/** Role of a user in the repository. A user without one may read what is public. */
type RepositoryRole = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface SandboxUser {
  readonly login: string;
  readonly type: 'User' | 'Bot';
}

export interface SandboxIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  /** Null for a deleted account. */
  readonly user: SandboxUser | null;
  readonly isPullRequest: boolean;
  readonly comments: string[];
}

/** A received request, successful or not. */
export interface GitHubRequest {
  readonly method: string;
  /** Below the base path, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

/** A failure in place of the real response. The request has no effect. */
export interface GitHubFault {
  /** Every given condition must hold. `path` is a substring of the path. */
  readonly on?: { readonly method?: string; readonly path?: string };
  /** Number of affected requests, 1 by default. */
  readonly times?: number;
  /** `hang` sends no response, `drop` closes the connection. */
  readonly effect:
    | 'hang'
    | 'drop'
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };
}

export interface GitHubSandboxOptions {
  /** The only accepted token. */
  readonly token: string;
  /** Owner of the token; by default the app behind GITHUB_TOKEN. */
  readonly owner?: SandboxUser;
  /** `owner/name`. */
  readonly repository?: string;
  /** Prefix of every path; `/api/v3` on GitHub Enterprise Server. */
  readonly basePath?: string;
  /** Roles by login. */
  readonly roles?: Readonly<Record<string, RepositoryRole>>;
  /** Existing accounts without a role. */
  readonly strangers?: readonly string[];
}

interface GitHubReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const ACTIONS_APP: SandboxUser = { login: 'github-actions[bot]', type: 'Bot' };
const DOCUMENTATION = 'https://docs.github.com/rest';
const MAX_TITLE = 256;
const MAX_BODY = 65_536;
const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;
const NOT_FOUND = failure(404, 'Not Found');

/** Response to a token that lacks a permission. */
export const FORBIDDEN: GitHubFault['effect'] = failure(403, 'Resource not accessible by integration');

/** Response of a repository without issues. */
export const ISSUES_DISABLED: GitHubFault['effect'] = failure(410, 'Issues has been disabled in this repository.');

/** Response to changes of an archived repository. */
export const ARCHIVED: GitHubFault['effect'] = failure(403, 'Repository was archived so is read-only.');

/** Response to a token without requests left, with the second of the Unix epoch at which it has some again. */
export function rateLimit(resetSeconds: number, status = 403): GitHubFault['effect'] {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetSeconds) };
  return { ...failure(status, 'API rate limit exceeded for installation ID 1.'), headers };
}

/** Response to a token that sends too much in a short time. */
export function secondaryRateLimit(retryAfterSeconds: number, status = 403): GitHubFault['effect'] {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return { ...failure(status, message), headers: { 'retry-after': String(retryAfterSeconds) } };
}

/** Response to an address that the organization does not allow. */
export const IP_REFUSED: GitHubFault['effect'] = failure(
  403,
  'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
);

/** Response to a personal access token that is not authorized for the organization's single sign-on. */
export const SAML_REFUSED: GitHubFault['effect'] = {
  ...failure(
    403,
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
  ),
  headers: { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?authorization_request=A' },
};

/** Failure inside GitHub. */
export const SERVER_ERROR: GitHubFault['effect'] = failure(500, 'Server Error');

/**
 * GitHub's REST API for the issues of one repository, on loopback and with state: what is created is listed.
 * Source: GitHub's REST API, "Issues" and "Get repository permissions for a user".
 */
export class GitHubSandbox implements AsyncDisposable {
  /** Every received request, in order. */
  readonly requests: GitHubRequest[] = [];
  /** Every issue and pull request, by number. */
  readonly issues: SandboxIssue[] = [];

  readonly #options: Required<GitHubSandboxOptions>;
  readonly #faults: { fault: GitHubFault; left: number }[] = [];
  readonly #updated = new Map<SandboxIssue, number>();
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();
  #changes = 0;

  private constructor(options: GitHubSandboxOptions) {
    this.#options = {
      owner: ACTIONS_APP,
      repository: 'acme/invites',
      basePath: '',
      roles: {},
      strangers: [],
      ...options,
    };
    this.#server = createServer((request, response) => void this.#exchange(request, response));
  }

  /** Opens the sandbox on a free loopback port. */
  static async open(options: GitHubSandboxOptions): Promise<GitHubSandbox> {
    const sandbox = new GitHubSandbox(options);
    await openOnLoopback(sandbox.#server);
    return sandbox;
  }

  /** Base URL of the API, including the base path. */
  get url(): string {
    return `${this.#origin}${this.#options.basePath}`;
  }

  /** Variables that GitHub's runner sets for a step. */
  get environment(): Readonly<Record<string, string>> {
    return {
      GITHUB_API_URL: this.url,
      GITHUB_SERVER_URL: this.#origin,
      GITHUB_REPOSITORY: this.#options.repository,
      GITHUB_RUN_ID: '4711',
    };
  }

  /** The requests as `POST /repos/acme/invites/issues`, in order. */
  get sent(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** Adds an issue, by default an open one of the token's owner. */
  addIssue(issue: Partial<Omit<SandboxIssue, 'number' | 'comments'>> & { readonly title: string }): SandboxIssue {
    const added: SandboxIssue = {
      body: null,
      state: 'open',
      user: this.#options.owner,
      isPullRequest: false,
      ...issue,
      number: this.issues.length + 1,
      comments: [],
    };
    this.issues.push(added);
    this.#touch(added);
    return added;
  }

  addFault(fault: GitHubFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Resolves after `count` requests have arrived. */
  async saw(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Cuts every connection and stops listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return closeServer(this.#server);
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #touch(issue: SandboxIssue): void {
    this.#changes += 1;
    this.#updated.set(issue, this.#changes);
  }

  async #exchange(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await readRequest(incoming);
    const { basePath } = this.#options;
    const request = toGitHubRequest(received, basePath);
    this.requests.push(request);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    const isBelowBase = received.path.startsWith(`${basePath}/`);
    const effect = this.#takeFault(request) ?? (isBelowBase ? this.#respond(request) : NOT_FOUND);
    if (effect === 'hang') return;
    if (effect === 'drop') {
      response.socket?.destroy();
      return;
    }
    const { status, headers, body } = effect;
    const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #takeFault({ method, path }: GitHubRequest): GitHubFault['effect'] | undefined {
    const taken = this.#faults.find(
      ({ fault: { on = {} }, left }) =>
        left > 0 && (on.method ?? method) === method && (on.path === undefined || path.includes(on.path)),
    );
    if (taken) taken.left -= 1;
    return taken?.fault.effect;
  }

  #respond(request: GitHubRequest): GitHubReply {
    const { method, path, headers } = request;
    const { token, repository } = this.#options;
    // GitHub requires a User-Agent.
    if (headers['user-agent'] === undefined) return failure(403, 'Request forbidden by administrative rules.');
    if (!new RegExp(`^(?:bearer|token) ${RegExp.escape(token)}$`, 'i').test(headers.authorization ?? '')) {
      return failure(401, 'Bad credentials');
    }
    const prefix = `/repos/${repository}`;
    const [, kind, key, rest] = path.startsWith(`${prefix}/`) ? path.slice(prefix.length).split('/') : [];
    const route = `${method} ${[kind, key && ':key', rest].filter(Boolean).join('/')}`;
    const issue = this.issues.find(({ number }) => String(number) === key);
    if (route === 'GET issues') return this.#list(request);
    if (route === 'POST issues') return this.#create(request);
    if (route === 'GET collaborators/:key/permission') return this.#permission(decodeURIComponent(key ?? ''));
    if (route === 'PATCH issues/:key' && issue !== undefined) return this.#update(issue, request);
    if (route === 'POST issues/:key/comments' && issue !== undefined) return this.#comment(issue, request);
    return NOT_FOUND;
  }

  #list({ query, path }: GitHubRequest): GitHubReply {
    const perPage = Math.min(Number(query.per_page ?? DEFAULT_PER_PAGE), MAX_PER_PAGE);
    const page = Number(query.page ?? 1);
    const key = (issue: SandboxIssue): number =>
      query.sort === 'updated' ? (this.#updated.get(issue) ?? 0) : issue.number;
    const sign = query.direction === 'asc' ? 1 : -1;
    const found = this.issues
      .filter(({ state }) => query.state === 'all' || state === (query.state ?? 'open'))
      .toSorted((a, b) => sign * (key(a) - key(b)));
    const last = Math.max(1, Math.ceil(found.length / perPage));
    const link = (to: number, name: string): string =>
      `<${this.url}${path}?${new URLSearchParams({ ...query, page: String(to) })}>; rel="${name}"`;
    const links = [
      ...(page > 1 ? [link(page - 1, 'prev')] : []),
      ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
      ...(page > 1 ? [link(1, 'first')] : []),
    ];
    return {
      status: 200,
      headers: links.length > 0 ? { link: links.join(', ') } : {},
      body: found.slice((page - 1) * perPage, page * perPage).map((issue) => this.#show(issue)),
    };
  }

  #create({ body }: GitHubRequest): GitHubReply {
    const fields = fieldsOf(body);
    const { title = '', body: text = null } = fields;
    const refusal = refuseFields(fields, 'title');
    return refusal ?? { status: 201, body: this.#show(this.addIssue({ title: title.trim(), body: text })) };
  }

  #update(issue: SandboxIssue, { body }: GitHubRequest): GitHubReply {
    const changes = fieldsOf(body);
    const refusal = refuseFields(changes);
    if (refusal) return refusal;
    Object.assign(issue, changes);
    this.#touch(issue);
    return { status: 200, body: this.#show(issue) };
  }

  #comment(issue: SandboxIssue, { body }: GitHubRequest): GitHubReply {
    const fields = fieldsOf(body);
    const { body: text = '' } = fields;
    const refusal = refuseFields(fields, 'body');
    if (refusal) return refusal;
    issue.comments.push(text);
    this.#touch(issue);
    return { status: 201, body: { id: this.#changes, body: text, user: this.#options.owner } };
  }

  #permission(login: string): GitHubReply {
    const { roles, strangers } = this.#options;
    const role = roles[login] ?? (strangers.includes(login) ? 'read' : undefined);
    if (role === undefined) return failure(404, `${login} is not a user`);
    const permission = { maintain: 'write', triage: 'read' }[role as string] ?? role;
    return { status: 200, body: { permission, role_name: role, user: { login, type: 'User' } } };
  }

  #show({ isPullRequest, ...issue }: SandboxIssue): object {
    const page = `${this.#origin}/${this.#options.repository}/${isPullRequest ? 'pull' : 'issues'}/${issue.number}`;
    const { login = '', type } = issue.user ?? {};
    const isMember = type === 'User' && this.#options.roles[login] !== undefined;
    const author_association = isMember ? 'COLLABORATOR' : 'NONE';
    const shown = { ...issue, author_association, comments: issue.comments.length, html_url: page };
    return isPullRequest ? { ...shown, pull_request: { html_url: page } } : shown;
  }
}

function toGitHubRequest({ method, path, headers, body }: SandboxRequest, basePath: string): GitHubRequest {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  return {
    method,
    path: pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname,
    query: Object.fromEntries(searchParams),
    headers,
    body: body === '' ? undefined : JSON.parse(body),
  };
}

function failure(status: number, message: string): GitHubReply {
  return { status, body: { message, documentation_url: DOCUMENTATION, status: String(status) } };
}

interface IssueFields {
  readonly title?: string;
  readonly body?: string;
  readonly state?: 'open' | 'closed';
}

/** The response to invalid fields of an issue or a comment; undefined for valid ones. */
function refuseFields(fields: IssueFields, required?: 'title' | 'body'): GitHubReply | undefined {
  const { title, body } = fields;
  let message: string | undefined;
  if (required && fields[required] === undefined) message = `${required} is missing`;
  else if (title?.trim() === '') message = "title can't be blank";
  else if (title && title.length > MAX_TITLE) message = `title is too long (maximum is ${MAX_TITLE} characters)`;
  else if (body && body.length > MAX_BODY) message = `body is too long (maximum is ${MAX_BODY} characters)`;
  if (message === undefined) return undefined;
  const errors = [{ resource: 'Issue', code: 'custom', message }];
  return { status: 422, body: { message: 'Validation Failed', errors, documentation_url: DOCUMENTATION } };
}

/** The known fields of a request body. Values of another type are ignored. */
function fieldsOf(body: unknown): IssueFields {
  const { title, body: text, state } = (body ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof text === 'string' && { body: text }),
    ...((state === 'open' || state === 'closed') && { state }),
  };
}
