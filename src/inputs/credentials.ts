import type { Credentials } from '../cloudflare/credentials.ts';
import { INPUT_PROBLEMS, TOKEN_PREFERRED } from '../problems/input-problems.ts';
import { type Environment, readRaw } from './environment.ts';
import type { ParserContext } from './parsers.ts';
import { INPUTS } from './table.ts';

type CredentialName = 'api-token' | 'api-email' | 'api-key';

/** A part of the credentials: `null` if there is none, undefined if it cannot be used, which has been reported. */
type Part = string | null | undefined;

/**
 * The credentials of the step; undefined if there are none that can be used, which has been reported.
 *
 * A credential input chooses the scheme. What it leaves out of that scheme comes from the environment, and the other
 * scheme's variables are ignored. If only the environment has credentials, its token wins.
 * @param inputs what the credential inputs of the step hold
 * @param notice records what the user should know
 */
export function readCredentials(
  env: Environment,
  inputs: Readonly<Record<CredentialName, Part>>,
  context: Omit<ParserContext, 'name'>,
  notice: (text: string) => void,
): Credentials | undefined {
  const { report } = context;
  const { 'api-token': token, 'api-email': email, 'api-key': key } = inputs;
  const isFilled = (name: CredentialName): boolean => inputs[name] !== null && readRaw(env, name) !== '';
  const variableOf = (name: CredentialName): string => env[INPUTS[name].variable]?.trim() ?? '';
  const partOf = (name: CredentialName): Part => {
    if (inputs[name] !== null) return inputs[name];
    const { variable, parse } = INPUTS[name];
    const text = variableOf(name);
    return text === '' ? null : parse(text, { ...context, name: `${variable} (environment)` });
  };

  if (isFilled('api-token') && (isFilled('api-email') || isFilled('api-key'))) {
    return void report(INPUT_PROBLEMS.twoSchemes());
  }
  if (token !== null) return tokenCredentials(token);
  if (email === null && key === null) {
    const tokenOfEnvironment = partOf('api-token');
    if (tokenOfEnvironment !== null) {
      if (variableOf('api-key') && variableOf('api-email')) notice(TOKEN_PREFERRED);
      return tokenCredentials(tokenOfEnvironment);
    }
    // An empty variable is probably a secret that is missing. Do not act as the user of the other variables instead.
    if (env[INPUTS['api-token'].variable] !== undefined) return void report(INPUT_PROBLEMS.emptyTokenVariable());
  }
  return keyCredentials(partOf('api-email'), partOf('api-key'), report);
}

function tokenCredentials(token: string | undefined): Credentials | undefined {
  return token === undefined ? undefined : { scheme: 'api-token', token };
}

function keyCredentials(email: Part, key: Part, report: ParserContext['report']): Credentials | undefined {
  if (email === null && key === null) report(INPUT_PROBLEMS.noCredentials());
  else if (email === null) report(INPUT_PROBLEMS.emailMissing('api-email', INPUTS['api-email'].variable));
  else if (key === null) report(INPUT_PROBLEMS.keyMissing('api-key', INPUTS['api-key'].variable));
  else if (email !== undefined && key !== undefined) return { scheme: 'global-api-key', email, key };
  return undefined;
}
