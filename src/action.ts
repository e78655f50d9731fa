import type { Clock } from './clock.ts';
import { InvitesClient } from './cloudflare/client.ts';
import { ApiError, describeCauses, StopError } from './cloudflare/errors.ts';
import { RequestLimiter } from './cloudflare/limiter.ts';
import { type Environment, InputError, type Inputs, parseInputs, readSecrets } from './inputs/inputs.ts';
import { type InviteSearch, searchInvites } from './invites/find.ts';
import { EndlessListError } from './invites/list.ts';
import { isFailed, type Outcome, type Problem } from './invites/outcome.ts';
import type { Target } from './invites/respond.ts';
import { respondToAll } from './invites/respond-all.ts';
import { describeMismatch } from './invites/select.ts';
import { requestProblem, stopProblem } from './problems/problem.ts';
import { ProxyError } from './proxy.ts';
import { capAnnotations, failureAnnotations, problemAnnotation } from './report/annotations.ts';
import { annotateList, type ListAnnotations } from './report/list-annotations.ts';
import { describeFound, describeOutcome, describePause, groupTitle, runTitle } from './report/log.ts';
import { buildOutputs, omittedWarning } from './report/outputs.ts';
import { buildSummary } from './report/summary.ts';
import { createSafeText, type SafeText } from './report/text.ts';
import type { Workflow } from './report/workflow.ts';

/** How many requests are under way at the same time at the most. */
const CONCURRENCY = 4;

/** What the action takes from the world around it. */
export interface Runtime {
  readonly env: Environment;
  readonly clock: Clock;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  /** Aborts when the job is cancelled. */
  readonly cancelled: AbortSignal;
  readonly createWorkflow: (safe: SafeText) => Workflow;
  /** Makes `fetch` go through the proxy that the environment names. */
  readonly useProxyFromEnv: () => void;
}

/** What a run came to. */
interface Result {
  readonly title: string;
  readonly outcomes: readonly Outcome[];
  /** What makes the step fail as a whole, whatever became of single invites. */
  readonly stop: Problem | undefined;
  /** Whether `stop` only says that no invite matches. */
  readonly isNoMatch?: boolean;
  /** What does not make it fail, but should be seen. */
  readonly warning?: Problem;
  /** What was listed, in list mode. */
  readonly found: InviteSearch | undefined;
  /** What was asked for, once it could be read. */
  readonly inputs?: Inputs;
}

/** Runs the action and resolves with the exit code of its process: 0 if all went well, else 1. Never throws. */
export async function runAction(runtime: Runtime): Promise<0 | 1> {
  const secrets = readSecrets(runtime.env);
  const safe = createSafeText(secrets);
  const workflow = runtime.createWorkflow(safe);
  workflow.mask(secrets);
  const result = await answer(runtime, workflow);
  const remarks = result.found === undefined ? { warnings: [], notices: [] } : annotateList(result.found);
  await report(result, remarks, workflow, safe);
  await keepIssue(result, remarks, runtime, workflow, safe);
  return result.stop !== undefined || result.outcomes.some(isFailed) ? 1 : 0;
}

async function answer(runtime: Runtime, workflow: Workflow): Promise<Result> {
  let inputs: Inputs | undefined;
  try {
    inputs = parseInputs(runtime.env);
    for (const notice of inputs.notices) workflow.annotate('notice', { title: 'Credentials', lines: [notice] });
    if (inputs.usesProxy) runtime.useProxyFromEnv();
    return { ...(await selectAndRespond(inputs, runtime, workflow)), inputs };
  } catch (error) {
    const stop = explain(error, workflow);
    // A proxy that cannot be obeyed stands between the step and GitHub as well.
    const asked = inputs === undefined || error instanceof ProxyError ? {} : { inputs };
    return { title: 'Cloudflare invites', outcomes: [], stop, found: undefined, ...asked };
  }
}

async function selectAndRespond(inputs: Inputs, runtime: Runtime, workflow: Workflow): Promise<Result> {
  const { clock, random, fetch, cancelled } = runtime;
  const { status: wanted, filters, dryRun, credentials } = inputs;
  const gate = new RequestLimiter({
    clock,
    timeoutSeconds: inputs.timeoutSeconds,
    cancelled,
    onPause: (pause) => workflow.info(describePause(pause)),
  });
  const client = new InvitesClient({
    baseUrl: inputs.apiBaseUrl,
    credentials,
    retries: inputs.retries,
    fetch,
    clock,
    random,
    gate,
    onRetry: workflow.info,
    onDebug: workflow.debug,
  });

  let found: InviteSearch | undefined;
  if (inputs.inviteIds.length === 0) {
    const onWait = (left: number): void => workflow.info(`No invite matches yet; looking for another ${left} s.`);
    try {
      found = await searchInvites({ client, gate, clock, filters, wanted, waitSeconds: inputs.waitSeconds, onWait });
    } catch (error) {
      const stop = explainListing(error, inputs);
      return { title: 'Cloudflare invites: the list could not be read', outcomes: [], stop, found };
    }
    workflow.info(describeFound(found));
  }

  const targets = found === undefined ? inputs.inviteIds.map((id) => ({ id })) : targetsOf(found, inputs);
  const guard = found === undefined && Object.keys(filters).length > 0;
  const task = {
    client,
    wanted,
    dryRun,
    scheme: credentials.scheme,
    ...(guard && { guard: (invite: Outcome['invite']) => describeMismatch(invite, filters) }),
  };
  const action = { status: wanted, dryRun };
  const onOutcome = (outcome: Outcome, position: number): void =>
    workflow.info(`[${position}/${targets.length}] ${describeOutcome(outcome, action)}`);
  const outcomes =
    targets.length === 0
      ? []
      : await workflow.group(groupTitle(targets.length, action), () =>
          respondToAll(targets, task, CONCURRENCY, onOutcome),
        );
  const title = runTitle(outcomes, action);
  const stop = explainStop(gate.stopped, outcomes, inputs);
  if (stop === undefined && targets.length === 0) {
    if (inputs.ifNoMatch === 'error') return { title, outcomes, stop: noMatch(inputs), isNoMatch: true, found };
    if (inputs.ifNoMatch === 'warn') return { title, outcomes, stop, warning: noMatch(inputs), found };
  }
  return { title, outcomes, stop, found };
}

function targetsOf({ chosen, alreadyDone }: InviteSearch, { waitSeconds }: Inputs): readonly Target[] {
  // Only a wait asks for a certain invite; without one, what was answered long ago is no business of this run.
  const invites = chosen.length > 0 || waitSeconds === 0 ? chosen : alreadyDone;
  return invites.map((invite) => ({ id: invite.id, invite }));
}

function explainStop(
  stopped: StopError | undefined,
  outcomes: readonly Outcome[],
  { credentials }: Inputs,
): Problem | undefined {
  // A step whose invites all failed on their own account was not stopped, even if there was no time for more.
  const isStopped =
    stopped?.reason === 'cancelled' || outcomes.filter(isFailed).some(({ causedByStop }) => causedByStop);
  return stopped !== undefined && isStopped ? stopProblem(stopped, credentials.scheme) : undefined;
}

function noMatch({ waitSeconds }: Inputs): Problem {
  return {
    title: 'No pending invite matches',
    message: `No pending invite matches the filters${waitSeconds > 0 ? `, and none came within ${waitSeconds} s` : ''}.`,
    details: [],
    hint: 'Check the filters and that the credentials are those of the invited user; with wait-seconds, allow for more time.',
  };
}

async function report(result: Result, remarks: ListAnnotations, workflow: Workflow, safe: SafeText): Promise<void> {
  const { title, outcomes, stop, warning } = result;
  const { outputs, omitted } = buildOutputs(outcomes, safe.redact);
  for (const [name, value] of Object.entries(outputs)) workflow.setOutput(name, value);
  for (const annotation of failureAnnotations(outcomes, stop)) workflow.annotate('error', annotation);
  const warnings = [
    ...(warning === undefined ? [] : [problemAnnotation(warning)]),
    ...(omitted > 0 ? [omittedWarning(omitted, outcomes.length)] : []),
    ...remarks.warnings,
  ];
  const where = 'They are about pending invites that match no filter and expire within 24 hours.';
  for (const annotation of capAnnotations(warnings, 'warnings', where)) workflow.annotate('warning', annotation);
  for (const annotation of remarks.notices) workflow.annotate('notice', annotation);
  try {
    const texts = [...warnings, ...remarks.notices].map(({ lines }) => lines[0] ?? '');
    await workflow.addSummary(buildSummary({ title, outcomes, stop, remarks: texts }, safe));
  } catch (error) {
    // The answers are given and the outputs written: a summary that cannot be stored does not change that.
    workflow.info(`The job summary could not be written: ${describeCauses(error)}`);
  }
}

/** Keeps the tracking issue, if one is asked for. */
async function keepIssue(
  { inputs, ...result }: Result,
  remarks: ListAnnotations,
  runtime: Runtime,
  workflow: Workflow,
  safe: SafeText,
): Promise<void> {
  if (inputs?.reportIssue === undefined) return;
  const run = { ...result, remarks, dryRun: inputs.dryRun, isCancelled: runtime.cancelled.aborted };
  try {
    // Octokit comes with it, which other runs need not load.
    const { runTrackingIssue } = await import('./tracking-issue/github.ts');
    await runTrackingIssue({ ...inputs.reportIssue, ...runtime, run, safe, workflow });
  } catch (error) {
    const lines = [`What keeps it could not be loaded: ${describeCauses(error)}.`];
    workflow.annotate('warning', { title: 'The tracking issue could not be updated', lines });
  }
}

function explainListing(error: unknown, { credentials: { scheme } }: Inputs): Problem {
  const title = 'The list of invites could not be read';
  if (error instanceof StopError) return stopProblem(error, scheme);
  if (error instanceof ApiError && error.isAuthError) {
    return stopProblem(new StopError('credentials', error.message, error), scheme);
  }
  if (error instanceof ApiError) return requestProblem(title, error, scheme, 'irrelevant');
  if (error instanceof EndlessListError) return { title, message: `${error.message} None was answered.`, details: [] };
  throw error;
}

function explain(error: unknown, workflow: Workflow): Problem {
  if (error instanceof InputError) {
    return { title: 'The inputs cannot be used', message: 'Nothing was sent to Cloudflare.', details: error.problems };
  }
  if (error instanceof ProxyError) return { title: 'The proxy cannot be used', message: error.message, details: [] };
  if (error instanceof Error && error.stack !== undefined) workflow.debug(error.stack);
  return {
    title: 'Unexpected error',
    message: `This action has a defect: ${describeCauses(error)}.`,
    details: [],
    hint: 'Run the job again with debug logging, and report what it says.',
  };
}
