import { type Environment, PROXY_VARIABLES, readRaw } from './environment.ts';
import { INPUT_NAMES, type InputName, inputRow } from './table.ts';

/** Every value of the environment that nobody may see, malformed and unused ones too. Mask them before any output. */
export function readSecrets(env: Environment): readonly string[] {
  const proxies = PROXY_VARIABLES.flatMap((name) => passwordsOf(env[name] ?? ''));
  return distinct([...INPUT_NAMES.flatMap((name) => secretsOf(env, name)), ...proxies]);
}

/** The keys and tokens for Cloudflare among the secrets, unused ones too. */
export function readApiSecrets(env: Environment): readonly string[] {
  return distinct((['api-token', 'api-key'] as const).flatMap((name) => secretsOf(env, name)));
}

function secretsOf(env: Environment, name: InputName): readonly string[] {
  const { secret, default: text, variable } = inputRow(name);
  if (secret === undefined) return [];
  const written = readRaw(env, name) ?? '';
  const values = [written === text ? '' : written, env[variable ?? ''] ?? ''];
  return secret === 'value' ? values : values.flatMap(passwordsOf);
}

function distinct(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== '');
}

// The scheme may be missing. The lookahead keeps a scheme from being read as a user.
const USER_PASSWORD = /^(?:[a-z][a-z\d+.-]*:\/\/|(?![a-z][a-z\d+.-]*:\/\/))[^/@:]*:([\s\S]*)@/i;

/** The password in a URL, as written and decoded. */
function passwordsOf(url: string): readonly string[] {
  // A regular expression, because a URL that the parser rejects may hold a password as well.
  const password = USER_PASSWORD.exec(url.trim())?.[1];
  if (password === undefined) return [];
  return [password, decodePercent(password)].flatMap((secret) => [secret, ...secret.split(/[\r\n]/)]);
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
