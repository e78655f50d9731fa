import type { Credentials } from '../cloudflare/credentials.ts';
import { FILTER_NAMES, type FilterName, type Filters } from '../invites/filters.ts';
import type { PatternList } from '../invites/pattern.ts';
import { INPUT_PROBLEMS } from '../problems/input-problems.ts';
import type { Redact } from '../redact.ts';
import { readCredentials } from './credentials.ts';
import { type Environment, PROXY_VARIABLES, readGitHubContext, readRaw } from './environment.ts';
import type { ParserContext } from './parsers.ts';
import { INPUT_NAMES, type INPUTS, type InputName, type InputRow, inputRow } from './table.ts';

/** Every bad input of a step at once, one sentence or two each. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

type Row<Name extends InputName> = (typeof INPUTS)[Name];

/** The values of all inputs: `null` for an optional one that is not written. */
type ParsedInputs = {
  readonly [Name in InputName]:
    | Exclude<ReturnType<Row<Name>['parse']>, undefined>
    | (Row<Name>['isOptional'] extends true ? null : never);
};

/** The same before it is known that every input can be used; undefined for one that cannot, which was reported. */
type PartlyParsed = { readonly [Name in InputName]: ParsedInputs[Name] | undefined };

/** Everything that a run is configured with, read once and checked. */
export type Inputs = Readonly<ReturnType<typeof toInputs>> & {
  /** What the user should know about how the inputs were understood. */
  readonly notices: readonly string[];
};

/**
 * Reads and checks every input; a pure function of the environment.
 *
 * @param redact takes credentials out of the values that a message repeats
 * @throws {InputError} with all problems at once
 */
export function parseInputs(env: Environment, redact: Redact): Inputs {
  const problems: string[] = [];
  const notices: string[] = [];
  const report = (problem: string): void => void problems.push(problem);
  const contextOf = (name: string): ParserContext => ({
    name,
    report,
    refuse: (value, allowed) => report(INPUT_PROBLEMS.notAllowed(name, redact(value), allowed)),
    redact,
  });
  const values = INPUT_NAMES.map((name) => [name, parseInput(env, contextOf(name), inputRow(name))]);
  const parsed: PartlyParsed = Object.fromEntries(values);
  const credentials = readCredentials(env, parsed, contextOf(''), (notice) => notices.push(notice));
  checkMode(parsed, report);
  if (problems.length > 0 || credentials === undefined || !isComplete(parsed)) throw new InputError(problems);
  return { ...toInputs(parsed, credentials, env), notices };
}

function parseInput(env: Environment, context: ParserContext, row: InputRow<unknown>): unknown {
  const raw = readRaw(env, context.name) ?? row.default ?? '';
  if (raw === '' && row.whenEmpty === 'refuse') {
    const { empty, emptyCredential } = INPUT_PROBLEMS;
    context.report((row.variable === undefined ? empty : emptyCredential)(context.name));
    return undefined;
  }
  const text = raw || (row.default ?? '');
  return row.isOptional && text === row.default ? null : row.parse(text, context);
}

function isComplete(parsed: PartlyParsed): parsed is ParsedInputs {
  return Object.values(parsed).every((value) => value !== undefined);
}

/** Checks what no input can say alone. */
function checkMode(parsed: PartlyParsed, report: (problem: string) => void): void {
  const { 'wait-seconds': waitSeconds, 'timeout-seconds': timeoutSeconds } = parsed;
  const isWaiting = waitSeconds !== undefined && waitSeconds > 0;
  if (parsed['invite-id'] !== null) {
    if (isWaiting) report(INPUT_PROBLEMS.waitBesideIds(waitSeconds));
  } else if (FILTER_NAMES.every((name) => parsed[name] === null)) {
    report(INPUT_PROBLEMS.nothingToSelectBy(FILTER_NAMES));
  }
  if (isWaiting && timeoutSeconds !== undefined && timeoutSeconds <= waitSeconds) {
    report(INPUT_PROBLEMS.timeoutTooShort(timeoutSeconds, waitSeconds));
  }
}

function toInputs(parsed: ParsedInputs, credentials: Credentials, env: Environment) {
  const { status, retries, 'wait-seconds': waitSeconds, 'timeout-seconds': timeoutSeconds, ...others } = parsed;
  const { 'invite-id': inviteIds, 'dry-run': dryRun, 'if-no-match': ifNoMatch, ...more } = others;
  const { 'report-issue': title, 'github-token': token, 'api-base-url': apiBaseUrl, ...rest } = more;
  const { 'api-token': _token, 'api-email': _email, 'api-key': _key, ...filters } = rest;
  return {
    status,
    /** Empty in list mode, where the filters select; else the filters are a guard. */
    inviteIds: inviteIds ?? [],
    filters: writtenFilters(filters),
    /** What it means that nothing matches in list mode. */
    ifNoMatch: ifNoMatch ?? (waitSeconds > 0 ? 'error' : 'ignore'),
    /** How long to look for a match in list mode. */
    waitSeconds,
    credentials,
    dryRun,
    /** Further attempts after a failure that may pass. */
    retries,
    timeoutSeconds,
    /** Without a slash at the end. */
    apiBaseUrl,
    /** Whether the environment names a proxy. */
    usesProxy: PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
    /** The issue to keep open while something needs a person; undefined if none is asked for. */
    reportIssue: title === null ? undefined : { title, token: token ?? undefined, ...readGitHubContext(env) },
  } as const;
}

/**
 * The filters that are written. The type of its argument makes an input that `toInputs` forgot a compile error: what is
 * left over must be filters alone.
 */
function writtenFilters<Lists extends Readonly<Record<FilterName, PatternList | null>>>(
  lists: Lists & Readonly<Record<Exclude<keyof Lists, FilterName>, never>>,
): Filters {
  const written = FILTER_NAMES.map((name): [string, PatternList | null] => [name, lists[name]]);
  return Object.fromEntries(written.filter(([, list]) => list !== null));
}
