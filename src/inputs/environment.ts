/** The environment of a process, `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value that the runner passes for an input, trimmed; undefined if it passes none. Reads the environment instead of
 * asking @actions/core, so that parsing stays a pure function. Source: actions/toolkit, `getInput`.
 */
export function readRaw(env: Environment, name: string): string | undefined {
  return env[`INPUT_${name.toUpperCase()}`]?.trim();
}

/** Whether a runner reads what the process writes. Source: GitHub's default environment variables. */
export function isOnRunner({ GITHUB_ACTIONS }: Environment): boolean {
  return GITHUB_ACTIONS === 'true';
}

/** Node's names for the proxy of each scheme, in either case. Source: Node.js, "Built-in proxy support". */
export const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/** The repository and the run that the job belongs to. Source: GitHub's default environment variables. */
export function readGitHubContext(env: Environment) {
  const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID: id } = env;
  return {
    /** Of github.com or GitHub Enterprise Server, without a slash at the end. */
    apiUrl: apiUrl.replace(/\/+$/, ''),
    /** `owner/name`; empty outside of GitHub. */
    repository,
    /** The page of the run; undefined outside of GitHub. */
    runUrl: repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined,
  } as const;
}
