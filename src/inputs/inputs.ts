import type { Credentials } from '../cloudflare/credentials.ts';
import type { InviteResponse } from '../cloudflare/invite.ts';
import { isInviteId, MAX_ID_LENGTH } from '../invites/invite-id.ts';
import { PatternError, parsePatternList } from '../invites/pattern.ts';
import { FILTER_NAMES, type FilterName, type Filters } from '../invites/select.ts';

/** Everything a run is told, read once and checked. */
export interface Inputs {
  readonly status: InviteResponse;
  /** Empty in list mode, where the filters choose; else the filters are a guard. */
  readonly inviteIds: readonly string[];
  readonly filters: Filters;
  /** What it means that nothing matches in list mode. */
  readonly ifNoMatch: IfNoMatch;
  /** How long to look for a match in list mode. */
  readonly waitSeconds: number;
  readonly credentials: Credentials;
  readonly dryRun: boolean;
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  readonly timeoutSeconds: number;
  /** Without a slash at the end. */
  readonly apiBaseUrl: string;
  /** Whether a proxy is configured in the environment. */
  readonly usesProxy: boolean;
  /** The issue to keep open while something needs a person; undefined if none is asked for. */
  readonly reportIssue: ReportIssue | undefined;
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[];
}

/** The repository that the job belongs to, on github.com or on GitHub Enterprise Server. */
export interface GitHubContext {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`; empty outside of GitHub. */
  readonly repository: string;
  /** The page of the run; undefined outside of GitHub. */
  readonly runUrl: string | undefined;
}

/** The tracking issue and what it is written with. */
export interface ReportIssue extends GitHubContext {
  readonly title: string;
  /** Empty if there is none. */
  readonly token: string;
}

/** What to do when nothing matches. */
export type IfNoMatch = 'ignore' | 'warn' | 'error';

/** The environment of a process, `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every bad input of a step at once, one sentence or two each. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The default of an input whose absence means something else than an empty value. */
const NOT_SET = '(none)';

/** The credential inputs: their visible defaults name the environment variable that takes their place. */
const CREDENTIAL_VARIABLES = {
  'api-token': 'CLOUDFLARE_API_TOKEN',
  'api-email': 'CLOUDFLARE_EMAIL',
  'api-key': 'CLOUDFLARE_API_KEY',
} as const;
type CredentialInput = keyof typeof CREDENTIAL_VARIABLES;

/** Defaults as `action.yml` declares them, for every input but the credentials; a test holds them equal. */
const DEFAULTS = {
  'invite-id': NOT_SET,
  'organization-id': NOT_SET,
  'organization-name': NOT_SET,
  'invited-by': NOT_SET,
  roles: NOT_SET,
  // Its default depends on wait-seconds.
  'if-no-match': '',
  'wait-seconds': '0',
  'dry-run': 'false',
  retries: '4',
  'timeout-seconds': '600',
  'api-base-url': 'https://api.cloudflare.com/client/v4',
  'report-issue': NOT_SET,
  'github-token': `\${{ github.token }}`,
} as const;

/** Every input, with its default in `action.yml`; undefined marks the required one. */
export const INPUT_DEFAULTS: Readonly<Record<string, string | undefined>> = {
  status: undefined,
  ...DEFAULTS,
  ...Object.fromEntries(Object.entries(CREDENTIAL_VARIABLES).map(([name, variable]) => [name, `$${variable}`])),
};

/** How the entries of a filter are written: names may hold spaces and commas, ids and e-mail addresses do not. */
const FILTER_SEPARATORS: Readonly<Record<FilterName, RegExp>> = {
  'organization-id': /[\s,]+/,
  'organization-name': /\r\n?|\n/,
  'invited-by': /[\s,]+/,
  roles: /\r\n?|\n/,
};

const ID_RULE = `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_".`;
const MAX_RETRIES = 10;
/** One day: more than any job on GitHub's own runners can last. */
const MAX_TIMEOUT_SECONDS = 86_400;
/** Source: GitHub's refusal, "title is too long (maximum is 256 characters)". */
const MAX_TITLE_LENGTH = 256;
/** Longest value that an error message repeats. */
const MAX_SHOWN = 80;

/** Node's names for the proxy of each scheme, in either case. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/**
 * Every value of the environment that must never be seen, to be masked before anything is written.
 * Malformed and unused credentials are among them.
 */
export function readSecrets(env: Environment): readonly string[] {
  const credentials = (['api-token', 'api-key'] as const).flatMap((name) => [
    readRaw(env, name) === `$${CREDENTIAL_VARIABLES[name]}` ? undefined : readRaw(env, name),
    env[CREDENTIAL_VARIABLES[name]],
  ]);
  const baseUrl = readRaw(env, 'api-base-url') ?? '';
  const passwords = [baseUrl, ...PROXY_VARIABLES.map((name) => env[name] ?? '')].flatMap(passwordsOf);
  const secrets = [...credentials, readGitHubToken(env), ...passwords]
    .map((secret) => secret?.trim() ?? '')
    .filter((secret) => secret !== '');
  return [...new Set(secrets)];
}

// With a scheme or without one, but never taking a scheme for a user.
const USER_PASSWORD = /^(?:[a-z][a-z\d+.-]*:\/\/|(?![a-z][a-z\d+.-]*:\/\/))[^/@:]*:([\s\S]*)@/i;

/** The password in a URL, as written and decoded. */
function passwordsOf(url: string): readonly string[] {
  // Not the URL parser: what it rejects may hold a password as well.
  const password = USER_PASSWORD.exec(url.trim())?.[1];
  if (password === undefined) return [];
  return [password, decodePercent(password)].flatMap((secret) => [secret, ...secret.split(/[\r\n]+/)]);
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the runner says of the repository and the run. Source: GitHub's default environment variables. */
export function readGitHubContext(env: Environment): GitHubContext {
  const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID: id } = env;
  const runUrl = repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
  return { apiUrl: apiUrl.replace(/\/+$/, ''), repository, runUrl };
}

/**
 * Reads and checks every input; a pure function of the environment.
 * @throws {InputError} with all problems at once
 */
export function parseInputs(env: Environment): Inputs {
  const reader = new Reader(env);
  const waitSeconds = reader.integer('wait-seconds', 0, MAX_TIMEOUT_SECONDS);
  const inputs = {
    status: reader.status(),
    inviteIds: reader.inviteIds(),
    filters: reader.filters(),
    ifNoMatch: reader.ifNoMatch(waitSeconds),
    waitSeconds,
    credentials: reader.credentials(),
    dryRun: reader.boolean('dry-run'),
    retries: reader.integer('retries', 0, MAX_RETRIES),
    timeoutSeconds: reader.integer('timeout-seconds', 1, MAX_TIMEOUT_SECONDS),
    apiBaseUrl: reader.baseUrl(),
    reportIssue: reader.reportIssue(),
    usesProxy: PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
  };
  reader.checkMode(inputs);
  const { credentials } = inputs;
  if (credentials === undefined || reader.problems.length > 0) throw new InputError(reader.problems);
  return { ...inputs, credentials, notices: reader.notices };
}

function readRaw(env: Environment, name: string): string | undefined {
  // The runner's naming rule; reading the environment itself rather than @actions/core keeps this a pure function.
  return env[`INPUT_${name.toUpperCase()}`]?.trim();
}

/** The token for GitHub; empty if there is none, as where nobody evaluates the default. */
function readGitHubToken(env: Environment): string {
  const token = readRaw(env, 'github-token') ?? '';
  return token === DEFAULTS['github-token'] ? '' : token;
}

class Reader {
  readonly problems: string[] = [];
  readonly notices: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  status(): InviteResponse {
    const value = readRaw(this.#env, 'status') ?? '';
    if (value === 'accepted' || value === 'rejected') return value;
    this.#refuse('status', value, 'It must be accepted or rejected.');
    return 'rejected';
  }

  inviteIds(): readonly string[] {
    const text = this.#optional('invite-id');
    const ids = entriesOf(text ?? '', /[\s,]+/);
    for (const id of ids) {
      if (!isInviteId(id)) {
        this.#refuse('invite-id', id, ID_RULE);
      }
    }
    if (text && ids.length === 0) this.#refuse('invite-id', text, 'It must hold at least one id.');
    return [...new Set(ids)];
  }

  filters(): Filters {
    return Object.fromEntries(
      FILTER_NAMES.flatMap((name) => {
        const text = this.#optional(name);
        const list = text ? this.#patternList(name, text) : undefined;
        return list === undefined ? [] : [[name, list]];
      }),
    );
  }

  ifNoMatch(waitSeconds: number): IfNoMatch {
    const value = this.#orDefault('if-no-match') || (waitSeconds > 0 ? 'error' : 'ignore');
    if (value === 'ignore' || value === 'warn' || value === 'error') return value;
    this.#refuse('if-no-match', value, 'It must be ignore, warn or error.');
    return 'error';
  }

  reportIssue(): ReportIssue | undefined {
    const title = this.#orDefault('report-issue');
    if (title === NOT_SET) return undefined;
    if (title.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(title)) {
      this.#refuse('report-issue', title, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`);
    }
    // What is wrong with the token shows when the issue is written: it must not keep invites from being answered.
    return { title, token: readGitHubToken(this.#env), ...readGitHubContext(this.#env) };
  }

  /** What no input can tell alone. */
  checkMode(inputs: Pick<Inputs, 'waitSeconds' | 'timeoutSeconds'>): void {
    const { waitSeconds, timeoutSeconds } = inputs;
    const isWritten = (name: keyof typeof DEFAULTS): boolean => (readRaw(this.#env, name) ?? NOT_SET) !== NOT_SET;
    if (isWritten('invite-id')) {
      if (waitSeconds > 0) {
        this.problems.push(
          `wait-seconds is "${waitSeconds}" beside invite-id. Waiting is for finding an invite by filters; leave one of the two out.`,
        );
      }
    } else if (!FILTER_NAMES.some(isWritten)) {
      this.problems.push(
        `There is neither an invite-id nor a filter. Write invite-id, or choose by ${FILTER_NAMES.join(', ')}; organization-name: '*' means every invite.`,
      );
    }
    if (waitSeconds > 0 && timeoutSeconds <= waitSeconds) {
      this.problems.push(
        `timeout-seconds is "${timeoutSeconds}" and wait-seconds is "${waitSeconds}". timeout-seconds holds the wait and everything else, so it must be more.`,
      );
    }
  }

  credentials(): Credentials | undefined {
    const token = this.#credentialInput('api-token');
    const email = this.#credentialInput('api-email');
    const key = this.#credentialInput('api-key');
    if (this.#isWritten('api-token') && (this.#isWritten('api-email') || this.#isWritten('api-key'))) {
      this.problems.push(
        'api-token and api-email or api-key are inputs of two different schemes. Write api-token alone, or api-email with api-key.',
      );
      return undefined;
    }
    if (token !== undefined) return { scheme: 'api-token', token };
    if (email === undefined && key === undefined) return this.#credentialsOfEnvironment();
    return this.#globalApiKey(email ?? this.#variable('api-email'), key ?? this.#variable('api-key'));
  }

  boolean(name: keyof typeof DEFAULTS): boolean {
    const value = this.#orDefault(name);
    // YAML 1.2's core schema, as @actions/core's getBooleanInput has it.
    if (/^(?:true|True|TRUE)$/.test(value)) return true;
    if (!/^(?:false|False|FALSE)$/.test(value)) this.#refuse(name, value, 'It must be true or false.');
    return false;
  }

  integer(name: keyof typeof DEFAULTS, min: number, max: number): number {
    const value = this.#orDefault(name);
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.#refuse(name, value, `It must be a whole number from ${min} to ${max}.`);
    // Neither more nor less than any other number, so that what nobody wrote is compared with nothing.
    return Number.NaN;
  }

  baseUrl(): string {
    const value = this.#orDefault('api-base-url');
    const url = URL.parse(value);
    if (value.includes('@')) {
      this.problems.push(
        'api-base-url holds an "@" (its value is not shown). Write it without user name and password.',
      );
    } else if (url === null) {
      this.#refuse('api-base-url', value, `It must be a URL such as ${DEFAULTS['api-base-url']}.`);
    } else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackAddress(url.hostname))) {
      this.#refuse(
        'api-base-url',
        value,
        'It must use https; http is for loopback addresses, 127.0.0.1 or [::1], only.',
      );
    } else if (/[?#]/.test(value)) {
      this.#refuse('api-base-url', value, 'It must have no query and no fragment.');
    }
    return url?.href.replace(/\/+$/, '') ?? '';
  }

  #globalApiKey(email: string | undefined, key: string | undefined): Credentials | undefined {
    if (email !== undefined && key !== undefined) return { scheme: 'global-api-key', email, key };
    const [given, missing] = email === undefined ? (['key', 'e-mail'] as const) : (['e-mail', 'key'] as const);
    const input = missing === 'key' ? 'api-key' : 'api-email';
    this.problems.push(
      `The Global API Key needs a key and the user’s e-mail; there is a ${given} and no ${missing}. Write ${input}, or set ${CREDENTIAL_VARIABLES[input]} in the environment. ${SECRETS_HINT}`,
    );
    return undefined;
  }

  #credentialsOfEnvironment(): Credentials | undefined {
    const token = this.#variable('api-token');
    const hasKeyPair = Boolean(this.#env.CLOUDFLARE_API_KEY?.trim() && this.#env.CLOUDFLARE_EMAIL?.trim());
    if (token !== undefined) {
      if (hasKeyPair) {
        this.notices.push(
          'The environment has both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL. The token is used.',
        );
      }
      return { scheme: 'api-token', token };
    }
    // A secret that did not arrive must not make the step act as whoever the other variables belong to.
    if (this.#env.CLOUDFLARE_API_TOKEN !== undefined) {
      this.problems.push(
        `CLOUDFLARE_API_TOKEN is set in the environment but empty. ${SECRETS_HINT} If the Global API Key is meant, do not set CLOUDFLARE_API_TOKEN.`,
      );
      return undefined;
    }
    const email = this.#variable('api-email');
    const key = this.#variable('api-key');
    if (email !== undefined || key !== undefined) return this.#globalApiKey(email, key);
    this.problems.push(
      `There are no credentials. Write api-token, or api-email with api-key, or set CLOUDFLARE_API_TOKEN in the environment. ${SECRETS_HINT}`,
    );
    return undefined;
  }

  /** Whether a credential input holds anything, good or bad. */
  #isWritten(name: CredentialInput): boolean {
    const value = readRaw(this.#env, name) ?? '';
    return value !== '' && value !== `$${CREDENTIAL_VARIABLES[name]}`;
  }

  /** The credential that an input holds, undefined if the input is absent. */
  #credentialInput(name: CredentialInput): string | undefined {
    const value = readRaw(this.#env, name);
    if (value === undefined || value === `$${CREDENTIAL_VARIABLES[name]}`) return undefined;
    if (value === '') {
      this.problems.push(`${name} is written but empty. ${SECRETS_HINT}`);
      return REFUSED;
    }
    return this.#checkedCredential(name, name, value);
  }

  /** The credential that the environment holds in an input's place, undefined if there is none. */
  #variable(name: CredentialInput): string | undefined {
    const variable = CREDENTIAL_VARIABLES[name];
    const value = this.#env[variable]?.trim() ?? '';
    return value === '' ? undefined : this.#checkedCredential(name, `${variable} (environment)`, value);
  }

  #checkedCredential(name: CredentialInput, label: string, value: string): string {
    // Lengths and prefixes are left to Cloudflare, which changes them; what no HTTP header can carry is refused.
    // The value is not shown, not even an e-mail address: it may be a key in the wrong place.
    if (!/^[\x21-\x7e]+$/.test(value)) {
      this.problems.push(
        `${label} holds a space, a line break or a character outside ASCII (its value is not shown). Store the ${name === 'api-email' ? 'address' : 'credential'} alone, without "Bearer" and quotes.`,
      );
      return REFUSED;
    }
    if (name === 'api-email' && !/^[^@]+@[^@]+$/.test(value)) {
      this.problems.push(
        `${label} is no e-mail address (its value is not shown). Write the address of the Cloudflare user.`,
      );
      return REFUSED;
    }
    return value;
  }

  #patternList(name: FilterName, text: string): Filters[FilterName] {
    const entries = entriesOf(text, FILTER_SEPARATORS[name]);
    if (name === 'organization-id') {
      for (const entry of entries) {
        if (!/^!?[\w*-]+$/.test(entry) || entry.replace(/[!*]/g, '').length > MAX_ID_LENGTH) {
          this.#refuse(name, entry, ID_RULE);
        }
      }
    }
    if (entries.length === 0) {
      this.#refuse(name, text, 'It must hold at least one entry.');
      return undefined;
    }
    try {
      return parsePatternList(entries);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#refuse(name, text, error.message);
      return undefined;
    }
  }

  /** What is written in an input that may be left out; undefined if it is left out. */
  #optional(name: keyof typeof DEFAULTS): string | undefined {
    const value = readRaw(this.#env, name);
    if (value === NOT_SET) return undefined;
    if (value === '') {
      this.problems.push(
        `${name} is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. Give it a value, or leave the input out.`,
      );
    }
    return value;
  }

  #orDefault(name: keyof typeof DEFAULTS): string {
    return readRaw(this.#env, name) || DEFAULTS[name];
  }

  #refuse(name: string, value: string, allowed: string): void {
    const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
    this.problems.push(`${name} is ${JSON.stringify(shown)}. ${allowed}`);
  }
}

function entriesOf(text: string, separator: RegExp): readonly string[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** In the place of a credential that is there, but no good; the problem that says so keeps it from being used. */
const REFUSED = '';

const SECRETS_HINT =
  'A secret that does not exist is an empty value, and secrets are not passed to workflows started from forks or by Dependabot.';

/** Whether `hostname`, as the URL parser normalizes it, is an address of this machine; names can be made to lie. */
function isLoopbackAddress(hostname: string): boolean {
  return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
