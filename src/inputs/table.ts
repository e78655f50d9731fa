import { FILTER_NAMES, type FilterName } from '../invites/filters.ts';
import type { PatternList } from '../invites/pattern.ts';
import type { Parser } from './parsers.ts';
import { baseUrl, boolean, credential, integer, inviteIds, issueTitle, oneOf, patternList } from './parsers.ts';

/** Default that marks an input as not written. An empty one could not: the runner passes it for a missing secret too. */
export const NOT_SET = '(none)';

export interface InputRow<T> {
  /** As `action.yml` declares it; undefined marks a required input. */
  readonly default: string | undefined;
  /** Whether the default marks an input that was not written; its value is `null` then. */
  readonly isOptional: boolean;
  /** What an empty value means: an error, or the default. */
  readonly whenEmpty: 'refuse' | 'default';
  /** The environment variable that replaces an input that was not written. */
  readonly variable?: string;
  /** What to mask: the whole value, or a password in a URL. */
  readonly secret?: 'value' | 'url-password';
  readonly parse: Parser<T>;
}

const MAX_RETRIES = 10;
/** One day: more than any job on GitHub's own runners can last. */
const MAX_TIMEOUT_SECONDS = 86_400;

/** Every input, in the order of `action.yml`. */
export const INPUTS = {
  status: { default: undefined, isOptional: false, whenEmpty: 'default', parse: oneOf('accepted', 'rejected') },
  'invite-id': optional(inviteIds),
  kind: { ...withDefault('invite', oneOf('invite', 'membership')), whenEmpty: 'refuse' },
  'api-token': { ...credentialRow('CLOUDFLARE_API_TOKEN', 'credential'), secret: 'value' },
  'api-email': credentialRow('CLOUDFLARE_EMAIL', 'address'),
  'api-key': { ...credentialRow('CLOUDFLARE_API_KEY', 'credential'), secret: 'value' },
  ...filterRows(),
  // Its default depends on wait-seconds.
  'if-no-match': { ...withDefault('', oneOf('ignore', 'warn', 'error')), isOptional: true },
  'wait-seconds': withDefault('0', integer(0, MAX_TIMEOUT_SECONDS)),
  'dry-run': { ...withDefault('false', boolean), whenEmpty: 'refuse' },
  retries: withDefault('4', integer(0, MAX_RETRIES)),
  'timeout-seconds': withDefault('600', integer(1, MAX_TIMEOUT_SECONDS)),
  'api-base-url': {
    ...withDefault('https://api.cloudflare.com/client/v4', baseUrl),
    whenEmpty: 'refuse',
    secret: 'url-password',
  },
  'report-issue': { ...optional(issueTitle), whenEmpty: 'default' },
  // Accept any text: a bad token must not keep the step from responding to invites.
  'github-token': { ...withDefault(`\${{ github.token }}`, (text) => text), isOptional: true, secret: 'value' },
} as const satisfies Readonly<Record<string, InputRow<unknown>>>;

export type InputName = keyof typeof INPUTS;

/** The names of all inputs. */
export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

/** The row of an input, without the type of its value. */
export function inputRow(name: InputName): InputRow<unknown> {
  return INPUTS[name];
}

function optional<T>(parse: Parser<T>) {
  return { default: NOT_SET, isOptional: true, whenEmpty: 'refuse', parse } as const;
}

function withDefault<T>(text: string, parse: Parser<T>) {
  return { default: text, isOptional: false, whenEmpty: 'default', parse } as const;
}

function credentialRow<const Variable extends string>(variable: Variable, kind: 'credential' | 'address') {
  return { ...optional(credential(kind)), default: `$${variable}`, variable } as const;
}

function filterRows(): Readonly<Record<FilterName, InputRow<PatternList> & { readonly isOptional: true }>> {
  const rows = FILTER_NAMES.map((name) => [name, optional(patternList(name))]);
  return Object.fromEntries(rows);
}
