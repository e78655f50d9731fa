import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer, openOnLoopback } from './loopback.ts';

/** A role in the repository; whoever has none is a stranger, who may read what is public. */
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface SandboxUser {
  readonly login: string;
  readonly type: 'User' | 'Bot';
}

export interface SandboxIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  /** Null for an account that was deleted. */
  readonly user: SandboxUser | null;
  readonly isPullRequest: boolean;
  readonly comments: string[];
}

/** What arrived, whatever became of it. */
export interface GitHubRequest {
  readonly method: string;
  /** Below the base path, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed; undefined if there was none. */
  readonly body: unknown;
}

/** A failure in place of an answer; the request then has no effect. */
export interface GitHubFault {
  /** Which requests; every given condition must hold. `path` is a part of the path. */
  readonly on?: { readonly method?: string; readonly path?: string };
  /** How many of them (1 unless told). */
  readonly times?: number;
  /** `hang` leaves the request without an answer, `drop` closes its connection. */
  readonly effect:
    | 'hang'
    | 'drop'
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };
}

export interface GitHubSandboxOptions {
  /** The only token that is accepted. */
  readonly token: string;
  /** Whose token it is; the app behind GITHUB_TOKEN unless told. */
  readonly owner?: SandboxUser;
  /** `OWNER/NAME`. */
  readonly repository?: string;
  /** In front of every path; `/api/v3` on GitHub Enterprise Server. */
  readonly basePath?: string;
  /** Roles by login. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** Accounts that exist, beside those with a role. */
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

/** GitHub's answer to a token that lacks a permission. */
export const FORBIDDEN: GitHubFault['effect'] = failure(403, 'Resource not accessible by integration');

/** GitHub's answer where issues are switched off. */
export const ISSUES_DISABLED: GitHubFault['effect'] = failure(410, 'Issues has been disabled in this repository.');

/** GitHub's own failure. */
export const SERVER_ERROR: GitHubFault['effect'] = failure(500, 'Server Error');

/**
 * A stand-in for GitHub's REST API on loopback, as far as issues of one repository go. It keeps state: what is
 * created is listed. Source: GitHub's REST API, "Issues" and "Get repository permissions for a user".
 */
export class GitHubSandbox implements AsyncDisposable {
  /** Everything that arrived, in order. */
  readonly requests: GitHubRequest[] = [];
  /** Every issue and pull request, in the order of their numbers. */
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

  /** The base of the API, with the base path. */
  get url(): string {
    return `${this.#origin}${this.#options.basePath}`;
  }

  /** What GitHub's runner tells a step about GitHub and itself. */
  get environment(): Readonly<Record<string, string>> {
    return {
      GITHUB_API_URL: this.url,
      GITHUB_SERVER_URL: this.#origin,
      GITHUB_REPOSITORY: this.#options.repository,
      GITHUB_RUN_ID: '4711',
    };
  }

  /** `POST /repos/acme/invites/issues`, in order. */
  get sent(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** Adds an open issue as `user` would have written it. */
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

  /** Resolves once so many requests have arrived. */
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
    const request = await readRequest(incoming, this.#options.basePath);
    this.requests.push(request);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    const effect = this.#strike(request);
    if (effect === 'hang') return;
    if (effect === 'drop') {
      response.socket?.destroy();
      return;
    }
    const isBelowBase = (incoming.url ?? '').startsWith(`${this.#options.basePath}/`);
    const { status, headers, body } =
      effect ?? (isBelowBase ? this.#answer(request) : failure(404, 'Not InviteSearch'));
    const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #strike({ method, path }: GitHubRequest): GitHubFault['effect'] | undefined {
    const struck = this.#faults.find(
      ({ fault: { on = {} }, left }) =>
        left > 0 && (on.method ?? method) === method && (on.path === undefined || path.includes(on.path)),
    );
    if (struck === undefined) return undefined;
    struck.left -= 1;
    return struck.fault.effect;
  }

  #answer(request: GitHubRequest): GitHubReply {
    const { method, path, headers } = request;
    const { token, repository } = this.#options;
    // GitHub refuses requests without one.
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
    return failure(404, 'Not InviteSearch');
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
    const { title, body: text = null } = fieldsOf(body);
    const invalid = typeof title === 'string' ? invalidField({ title, body: text }) : 'title is missing';
    if (typeof title !== 'string' || invalid !== undefined) return validationFailure(invalid ?? '');
    const issue = this.addIssue({ title: title.trim(), body: text === null ? null : String(text) });
    return { status: 201, body: this.#show(issue) };
  }

  #update(issue: SandboxIssue, { body }: GitHubRequest): GitHubReply {
    const changes = fieldsOf(body);
    const invalid = invalidField(changes);
    if (invalid !== undefined) return validationFailure(invalid);
    if (typeof changes.title === 'string') issue.title = changes.title;
    if (typeof changes.body === 'string') issue.body = changes.body;
    if (changes.state === 'open' || changes.state === 'closed') issue.state = changes.state;
    this.#touch(issue);
    return { status: 200, body: this.#show(issue) };
  }

  #comment(issue: SandboxIssue, { body }: GitHubRequest): GitHubReply {
    const { body: text } = fieldsOf(body);
    const invalid = typeof text === 'string' ? invalidField({ body: text }) : 'body is missing';
    if (invalid !== undefined) return validationFailure(invalid);
    issue.comments.push(String(text));
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

  #show({ number, title, body, state, user, isPullRequest, comments }: SandboxIssue): object {
    const page = `${this.#origin}/${this.#options.repository}/${isPullRequest ? 'pull' : 'issues'}/${number}`;
    return {
      number,
      title,
      body,
      state,
      user,
      comments: comments.length,
      html_url: page,
      ...(isPullRequest ? { pull_request: { html_url: page } } : {}),
    };
  }
}

async function readRequest(incoming: IncomingMessage, basePath: string): Promise<GitHubRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path: pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname,
    query: Object.fromEntries(searchParams),
    headers: Object.fromEntries(headers),
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function failure(status: number, message: string): GitHubReply {
  return { status, body: { message, documentation_url: DOCUMENTATION, status: String(status) } };
}

function validationFailure(message: string): GitHubReply {
  const errors = [{ resource: 'Issue', code: 'custom', message }];
  return { status: 422, body: { message: 'Validation Failed', errors, documentation_url: DOCUMENTATION } };
}

/** What GitHub finds wrong with the fields of an issue, if anything. */
function invalidField({ title, body }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof title === 'string' && title.trim() === '') return "title can't be blank";
  if (typeof title === 'string' && title.length > MAX_TITLE)
    return `title is too long (maximum is ${MAX_TITLE} characters)`;
  if (typeof body === 'string' && body.length > MAX_BODY) return `body is too long (maximum is ${MAX_BODY} characters)`;
  return undefined;
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
