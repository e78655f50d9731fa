import type { Clock } from './clock.ts';
import { InvitesClient } from './cloudflare/client.ts';
import { describeCauses } from './cloudflare/errors.ts';
import { type Pause, RequestGate, seconds } from './cloudflare/gate.ts';
import { type Environment, InputError, type Inputs, parseInputs, readSecrets } from './inputs.ts';
import { answerAll } from './invites/answer-all.ts';
import { inviteLabel, isFailed, type Outcome, type Problem, verbOf } from './invites/outcome.ts';
import { stopProblem } from './invites/problem.ts';
import { ProxyError } from './proxy.ts';
import { failureAnnotations } from './report/annotations.ts';
import { buildOutputs } from './report/outputs.ts';
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
  readonly obeyProxy: () => void;
}

/** What a run came to. */
interface Result {
  readonly outcomes: readonly Outcome[];
  /** What stopped the whole step, if anything did. */
  readonly stop: Problem | undefined;
}

/** Runs the action and resolves with the exit code of its process: 0 if all went well, else 1. Never throws. */
export async function runAction(runtime: Runtime): Promise<0 | 1> {
  const secrets = readSecrets(runtime.env);
  const safe = createSafeText(secrets);
  const workflow = runtime.createWorkflow(safe);
  workflow.mask(secrets);

  let inputs: Inputs;
  let result: Result;
  try {
    inputs = parseInputs(runtime.env);
    for (const notice of inputs.notices) workflow.annotate('notice', { title: 'Credentials', lines: [notice] });
    if (inputs.usesProxy) runtime.obeyProxy();
    result = await answerInvites(inputs, runtime, workflow);
  } catch (error) {
    await report({ outcomes: [], stop: explain(error, workflow) }, 'Cloudflare invites', workflow, safe);
    return 1;
  }
  await report(result, titleOf(result.outcomes, inputs), workflow, safe);
  return result.stop !== undefined || result.outcomes.some(isFailed) ? 1 : 0;
}

async function answerInvites(inputs: Inputs, runtime: Runtime, workflow: Workflow): Promise<Result> {
  const { clock } = runtime;
  const gate = new RequestGate({
    clock,
    timeoutSeconds: inputs.timeoutSeconds,
    cancelled: runtime.cancelled,
    onPause: (pause) => workflow.info(describePause(pause)),
  });
  const client = new InvitesClient({
    baseUrl: inputs.apiBaseUrl,
    credentials: inputs.credentials,
    retries: inputs.retries,
    fetch: runtime.fetch,
    clock,
    random: runtime.random,
    gate,
    onTrace: workflow.info,
    onDebug: workflow.debug,
  });
  const { scheme } = inputs.credentials;
  const targets = inputs.inviteIds.map((id) => ({ id }));
  const task = { client, wanted: inputs.status, dryRun: inputs.dryRun, scheme };
  const outcomes = await workflow.group(groupTitle(targets.length, inputs), () =>
    answerAll(targets, task, CONCURRENCY, (outcome, position) =>
      workflow.info(`[${position}/${targets.length}] ${describeOutcome(outcome, inputs)}`),
    ),
  );
  // A step whose invites all failed on their own account was not stopped, even if there was no time for more.
  const isStopped =
    gate.stopped?.reason === 'cancelled' || outcomes.some((outcome) => isFailed(outcome) && outcome.isStepWide);
  return { outcomes, stop: gate.stopped !== undefined && isStopped ? stopProblem(gate.stopped, scheme) : undefined };
}

async function report({ outcomes, stop }: Result, title: string, workflow: Workflow, safe: SafeText): Promise<void> {
  const { outputs, omitted } = buildOutputs(outcomes);
  for (const [name, value] of Object.entries(outputs)) workflow.setOutput(name, value);
  if (omitted > 0) {
    workflow.annotate('warning', {
      title: 'The output "invites" is not complete',
      lines: [
        `GitHub limits the size of outputs: ${omitted} of ${outcomes.length} invites were left out of "invites". "invite_ids" has them all.`,
      ],
    });
  }
  for (const annotation of failureAnnotations(outcomes, stop)) workflow.annotate('error', annotation);
  try {
    await workflow.addSummary(buildSummary({ title, outcomes, stop }, safe));
  } catch (error) {
    // The answers are given and the outputs written: a summary that cannot be stored does not change that.
    workflow.info(`The job summary could not be written: ${describeCauses(error)}`);
  }
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

function describePause({ reason, durationMs, untilMs }: Pause): string {
  return `Pausing all requests for ${seconds(durationMs)}, until ${new Date(untilMs).toISOString()}: ${reason}.`;
}

function groupTitle(count: number, { dryRun, status }: Inputs): string {
  const invites = `${count} invite${count === 1 ? '' : 's'}`;
  return dryRun ? `Dry run: reading ${invites}` : `Trying to ${verbOf(status)} ${invites}`;
}

function describeOutcome(outcome: Outcome, { status }: Inputs): string {
  const label = inviteLabel(outcome.invite, outcome.id);
  switch (outcome.kind) {
    case 'changed':
      return `${label}: ${status}.`;
    case 'unchanged':
      return `${label}: was already ${status}.`;
    case 'planned':
      return `${label}: would be ${status}.`;
    default:
      return `${label}: ${outcome.kind === 'failed' ? 'failed' : 'not attempted'}. ${outcome.problem.message}`;
  }
}

function titleOf(outcomes: readonly Outcome[], { status, dryRun }: Inputs): string {
  const count = (...kinds: Outcome['kind'][]): number => outcomes.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    [count('changed'), status],
    [count('unchanged'), `already ${status}`],
    [count('planned'), `would be ${status}`],
    [count('failed'), 'failed'],
    [count('not_attempted'), 'not attempted'],
  ].flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`]));
  return `Cloudflare invites${dryRun ? ' (dry run)' : ''}: ${parts.join(', ') || 'none'}`;
}
