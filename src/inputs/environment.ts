/** The environment of a process, `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the runner hands over for an input, without white space at both ends; undefined if it hands over nothing.
 *
 * Reads the environment itself instead of asking @actions/core, so that parsing stays a pure function.
 * Source: actions/toolkit, `getInput`.
 */
export function readRaw(env: Environment, name: string): string | undefined {
  return env[`INPUT_${name.toUpperCase()}`]?.trim();
}

/** Node's names for the proxy of each scheme, in either case. Source: Node.js, "Built-in proxy support". */
export const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/** The repository that the job belongs to, on github.com or on GitHub Enterprise Server. */
export interface GitHubContext {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** `owner/name`; empty outside of GitHub. */
  readonly repository: string;
  /** The page of the run; undefined outside of GitHub. */
  readonly runUrl: string | undefined;
}

/** What the runner says of the repository and the run. Source: GitHub's default environment variables. */
export function readGitHubContext(env: Environment): GitHubContext {
  const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID: id } = env;
  const runUrl = repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
  return { apiUrl: apiUrl.replace(/\/+$/, ''), repository, runUrl };
}
