import type { Credentials } from '../cloudflare/credentials.ts';
import { parseRef } from '../cloudflare/invite.ts';
import { FILTER_NAMES, type FilterName, type Filters } from '../invites/filters.ts';
import type { PatternList } from '../invites/pattern.ts';
import { INPUT_PROBLEMS } from '../problems/input-problems.ts';
import type { Redact } from '../redact.ts';
import { readCredentials } from './credentials.ts';
import { type Environment, PROXY_VARIABLES, readGitHubContext, readRaw } from './environment.ts';
import type { ParserContext } from './parsers.ts';
import { INPUT_NAMES, type INPUTS, type InputName, type InputRow, inputRow } from './table.ts';
import { checkUnknownInputs } from './unknown-inputs.ts';

/** Thrown for bad inputs: all problems of a step at once, one or two sentences each. */
export class InputError extends Error {
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

/** The same, with undefined for an input that cannot be used, which has been reported. */
type PartlyParsed = { readonly [Name in InputName]: ParsedInputs[Name] | undefined };

/** Everything that a run is configured with, read once and checked. */
export type Inputs = Readonly<ReturnType<typeof toInputs>> & {
  /** What the log says of variables that look like inputs. */
  readonly logLines: readonly string[];
};

/**
 * Reads and checks every input; a pure function of the environment.
 * @param redact takes credentials out of the values that a message repeats
 * @throws {InputError} with all problems at once
 */
export function parseInputs(env: Environment, redact: Redact): Inputs {
  const problems: string[] = [];
  const notices: string[] = [];
  const logLines: string[] = [];
  const context = { report: (problem: string) => void problems.push(problem), redact };
  const values = INPUT_NAMES.map((name) => [name, parseInput(env, { ...context, name }, inputRow(name))]);
  const parsed: PartlyParsed = Object.fromEntries(values);
  const credentials = readCredentials(env, parsed, context, (notice) => notices.push(notice));
  checkMode(parsed, context.report);
  checkUnknownInputs(env, context.report, (line) => logLines.push(line));
  if (problems.length > 0 || credentials === undefined || !isComplete(parsed)) throw new InputError(problems);
  return { ...toInputs(parsed, credentials, notices, env), logLines };
}

function parseInput(env: Environment, context: ParserContext, row: InputRow<unknown>): unknown {
  const raw = readRaw(env, context.name) ?? row.default ?? '';
  if (raw === '' && row.whenEmpty === 'refuse') {
    const { empty, emptyCredential } = INPUT_PROBLEMS;
    const fallback = row.isOptional ? undefined : row.default;
    return context.report(row.variable === undefined ? empty(context.name, fallback) : emptyCredential(context.name));
  }
  const text = raw || (row.default ?? '');
  return row.isOptional && text === row.default ? null : row.parse(text, context);
}

function isComplete(parsed: PartlyParsed): parsed is ParsedInputs {
  return Object.values(parsed).every((value) => value !== undefined);
}

/** Checks the rules that concern several inputs. */
function checkMode(parsed: PartlyParsed, report: ParserContext['report']): void {
  const { 'wait-seconds': waitSeconds = 0, 'timeout-seconds': timeoutSeconds = Number.POSITIVE_INFINITY } = parsed;
  const { 'invite-id': ids, kind } = parsed;
  const hasMemberships =
    ids?.some((id) => parseRef(id).kind === 'membership') || (ids === null && kind === 'membership');
  if (hasMemberships && parsed['invited-by']?.isAnything === false) report(INPUT_PROBLEMS.inviterOfMembership());
  if (ids !== null) {
    if (kind === 'membership') report(INPUT_PROBLEMS.kindBesideIds());
    if (waitSeconds > 0) report(INPUT_PROBLEMS.waitBesideIds(waitSeconds));
  } else if (FILTER_NAMES.every((name) => parsed[name] === null)) {
    report(INPUT_PROBLEMS.nothingToSelectBy(FILTER_NAMES));
  }
  if (timeoutSeconds <= waitSeconds) report(INPUT_PROBLEMS.timeoutTooShort(timeoutSeconds, waitSeconds));
}

function toInputs(parsed: ParsedInputs, credentials: Credentials, notices: readonly string[], env: Environment) {
  const { status, retries, 'wait-seconds': waitSeconds, 'timeout-seconds': timeoutSeconds, ...others } = parsed;
  const { kind, 'invite-id': inviteIds, 'dry-run': dryRun, 'if-no-match': ifNoMatch, ...more } = others;
  const { 'report-issue': title, 'github-token': token, 'api-base-url': apiBaseUrl, ...rest } = more;
  const { 'api-token': _token, 'api-email': _email, 'api-key': _key, ...filters } = rest;
  return {
    status,
    /** Empty in list mode, where the filters select; else the filters are a guard. */
    inviteIds: inviteIds ?? [],
    /** The list that list mode reads. */
    kind,
    filters: writtenFilters(filters),
    /** What to do if nothing matches in list mode. */
    ifNoMatch: ifNoMatch ?? (waitSeconds > 0 ? 'error' : 'ignore'),
    waitSeconds,
    credentials,
    dryRun,
    retries,
    timeoutSeconds,
    apiBaseUrl,
    usesProxy: PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
    /** The issue to keep open while something needs a person; undefined if none is asked for, and in a dry run. */
    reportIssue: title === null || dryRun ? undefined : { title, token: token ?? undefined, ...readGitHubContext(env) },
    /** What the user should know about how the inputs were understood. */
    notices,
  } as const;
}

/** The filters that are written. An input that `toInputs` forgets is left over here, where it does not compile. */
function writtenFilters<Lists extends Readonly<Record<FilterName, PatternList | null>>>(
  lists: Lists & Readonly<Record<Exclude<keyof Lists, FilterName>, never>>,
): Filters {
  const written = FILTER_NAMES.map((name): [string, PatternList | null] => [name, lists[name]]);
  return Object.fromEntries(written.filter(([, list]) => list !== null));
}
