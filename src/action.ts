import type { Clock } from './clock.ts';
import { InvitesClient } from './cloudflare/client.ts';
import type { Pause } from './cloudflare/errors.ts';
import { parseRef } from './cloudflare/invite.ts';
import { RequestLimiter } from './cloudflare/limiter.ts';
import { ServerClock } from './cloudflare/server-clock.ts';
import { isOnRunner } from './inputs/environment.ts';
import { InputError, type Inputs, parseInputs } from './inputs/parse.ts';
import { readApiSecrets, readSecrets } from './inputs/secrets.ts';
import type { Outcome } from './invites/outcome.ts';
import type { Target } from './invites/respond.ts';
import { respondToAll } from './invites/respond-all.ts';
import type { RunResult, StepContext } from './invites/run-result.ts';
import { type InviteSearch, searchInvites } from './invites/search.ts';
import { attributeToStop } from './invites/shared-cause.ts';
import { UNCHECKED_CERTIFICATES } from './problems/run-problem.ts';
import { TRACKER_PROBLEMS } from './problems/tracker-problem.ts';
import { type ProcessEnvironment, ProxyError } from './proxy.ts';
import { createRedactor, type Redact } from './redact.ts';
import { clockNotice, problemAnnotation } from './report/annotations.ts';
import {
  describeIgnored,
  describeListed,
  describeOptionalFailure,
  describeOutcome,
  describePause,
  describePolicy,
  describeSearch,
  describeWait,
  groupTitle,
  ignoredTitle,
  otherListTitle,
} from './report/log.ts';
import { describeThrown, publishReport, reportRun } from './report/report.ts';
import { type Workflow, withoutFailures } from './report/workflow.ts';
import { restoreTls } from './tls.ts';
import type { TrackingOptions } from './tracking-issue/update.ts';
import { MASK } from './words.ts';

/** Injected dependencies. */
export interface Runtime {
  /** The environment of this process. The step removes what weakens its connections. */
  readonly env: ProcessEnvironment;
  readonly clock: Clock;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  /** Whether the last request of this method to this URL was sent: its headers were written to a connection. */
  readonly wasSent: (method: string, url: string) => boolean;
  /** Aborts when the job is cancelled. */
  readonly cancelled: AbortSignal;
  readonly workflow: Workflow;
  /**
   * Makes `fetch` use the proxy that the environment names, except for those of `urls` on this machine.
   * @throws {ProxyError} if that proxy cannot be used
   */
  readonly useProxy: (urls: readonly string[]) => void;
}

/** Runs the action and resolves with the exit code of its process: 0 if all went well, else 1. Never throws. */
export async function runAction(runtime: Runtime): Promise<0 | 1> {
  const workflow = withoutFailures(runtime.workflow);
  const safeRuntime = { ...runtime, workflow };
  const isUnchecked = restoreTls(runtime.env);
  const { result, inputs, redact } = await runStep(safeRuntime, isUnchecked);
  const report = reportRun(result, redact, inputs?.filters);
  const isTracked = inputs?.reportIssue !== undefined;
  const exitCode = await publishReport(report, workflow, redact, Number(isUnchecked) + Number(isTracked));
  if (isTracked) await trackIssue({ ...inputs.reportIssue, ...safeRuntime, result, report, redact }, runtime.env);
  workflow.info(`${report.title}.`);
  return exitCode;
}

interface StepResult {
  readonly result: RunResult;
  /** Undefined if they are invalid, or if the proxy cannot be used, which requests to GitHub need as well. */
  readonly inputs?: Inputs | undefined;
  readonly redact: Redact;
}

/** Runs all but the reports. Never throws. */
async function runStep(runtime: Runtime, isUnchecked: boolean): Promise<StepResult> {
  const { env, workflow, useProxy } = runtime;
  let inputs: Inputs | undefined;
  // Until the secrets are known, any text may hold one.
  let redact: Redact = () => MASK;
  try {
    const secrets = readSecrets(env);
    if (isOnRunner(env)) workflow.mask(secrets);
    const inId = createRedactor(readApiSecrets(env));
    redact = Object.assign(createRedactor(secrets), { inId, altered: new Set<string>() });
    inputs = parseInputs(env, redact);
    for (const notice of inputs.notices) workflow.annotate('notice', { title: 'Credentials', lines: [notice] });
    for (const line of inputs.logLines) workflow.info(line);
    if (isUnchecked) workflow.annotate('warning', problemAnnotation(UNCHECKED_CERTIFICATES));
    if (inputs.usesProxy) useProxy([inputs.apiBaseUrl, inputs.reportIssue?.apiUrl ?? '']);
    return { result: await selectAndRespond(inputs, runtime, redact), inputs, redact };
  } catch (error) {
    if (error instanceof InputError) return { result: { kind: 'invalid-inputs', problems: error.problems }, redact };
    if (error instanceof ProxyError) return { result: { kind: 'proxy', problem: error.problem }, redact };
    if (error instanceof Error && typeof error.stack === 'string') workflow.debug(redact(error.stack));
    return { result: { kind: 'defect', description: describeThrown(error, redact) }, inputs, redact };
  }
}

async function selectAndRespond(inputs: Inputs, runtime: Runtime, redact: Redact): Promise<RunResult> {
  const { clock, cancelled, workflow } = runtime;
  const { status: desiredStatus, inviteIds, kind, filters, dryRun, waitSeconds, timeoutSeconds } = inputs;
  const context: StepContext = { desiredStatus, dryRun, scheme: inputs.credentials.scheme };
  const onPause = (pause: Pause): void => workflow.info(describePause(pause));
  const stopsAtLimit = inputs.retries === 0;
  const limiter = new RequestLimiter({ clock, timeoutSeconds, cancelled, stopsAtLimit, onPause });
  const serverClock = new ServerClock(clock, (skewMs) => workflow.annotate('notice', clockNotice(skewMs)));
  const client = createClient(inputs, runtime, limiter, serverClock, redact);

  const hasFilters = Object.keys(filters).length > 0;
  if (hasFilters) workflow.info(describePolicy(filters));

  let search: InviteSearch | undefined;
  if (inviteIds.length === 0) {
    const found = await searchInvites({
      ...{ client, limiter, clock, serverClock, kind, filters, desiredStatus, waitSeconds },
      onWait: (secondsLeft) => workflow.info(describeWait(secondsLeft)),
      onOptionalFailure: (failure) => workflow.info(describeOptionalFailure(failure, context)),
    });
    if (!found.ok) return { kind: 'list-failed', context, list: kind, failure: found.failure };
    search = found.value;
    workflow.info(describeSearch(search));
    await logLeftAlone(search, workflow);
  }

  const targets = search === undefined ? inviteIds.map(parseRef) : targetsOf(search, waitSeconds);
  const serverNowMs = (): number => serverClock.nowMs();
  const options = { client, desiredStatus, dryRun, filters, serverNowMs, redact };
  const onOutcome = (outcome: Outcome, position: number): void =>
    workflow.info(`[${position}/${targets.length}] ${describeOutcome(outcome, context)}`);
  const respond = (): Promise<readonly Outcome[]> => respondToAll(targets, options, onOutcome);
  const handled = targets.length === 0 ? [] : await workflow.group(groupTitle(targets.length, context), respond);
  const { outcomes, stop } = attributeToStop(handled, limiter.stopError);
  return search !== undefined && targets.length === 0 && stop === undefined
    ? { kind: 'no-match', context, search, ifNoMatch: inputs.ifNoMatch, waitSeconds }
    : { kind: 'handled', context, outcomes, search, stop, endMs: serverNowMs() };
}

async function logLeftAlone({ kind, ignored, otherList }: InviteSearch, workflow: Workflow): Promise<void> {
  const groups = [
    { title: ignoredTitle(ignored.length, kind), lines: ignored.map(describeIgnored) },
    { title: otherListTitle(otherList.length), lines: otherList.map(describeListed) },
  ];
  for (const { title, lines } of groups) {
    if (lines.length === 0) continue;
    await workflow.group(title, async () => {
      for (const line of lines) workflow.info(line);
    });
  }
}

function createClient(
  inputs: Inputs,
  runtime: Runtime,
  limiter: RequestLimiter,
  serverClock: ServerClock,
  redact: Redact,
): InvitesClient {
  const { fetch, wasSent, clock, random, workflow } = runtime;
  const { apiBaseUrl: baseUrl, credentials, retries } = inputs;
  const { info: onRetry, debug: onDebug } = workflow;
  return new InvitesClient({
    ...{ baseUrl, credentials, retries, fetch, wasSent, clock, random },
    ...{ limiter, serverClock, redact, onRetry, onDebug },
  });
}

function targetsOf({ selected, alreadyDone }: InviteSearch, waitSeconds: number): readonly Target[] {
  // A step that waits may be a rerun: it reports an invite that already has the desired status. Others ignore those.
  const invites = selected.length > 0 || waitSeconds === 0 ? selected : alreadyDone;
  return invites.map((invite) => ({ id: invite.id, invite }));
}

async function trackIssue(options: TrackingOptions, env: ProcessEnvironment): Promise<void> {
  // @actions/github reads the event when it is loaded. It throws for broken JSON, and prints the path of a missing file.
  delete env.GITHUB_EVENT_PATH;
  try {
    // Load it on demand: other runs do not need Octokit.
    const { updateTrackingIssue } = await import('./tracking-issue/update.ts');
    await updateTrackingIssue(options);
  } catch (error) {
    const problem = TRACKER_PROBLEMS.unloadable(describeThrown(error, options.redact));
    options.workflow.annotate('warning', problemAnnotation(problem));
  }
}
