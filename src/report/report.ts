import type { Filters } from '../invites/filters.ts';
import { isFailed } from '../invites/outcome.ts';
import type { RunResult } from '../invites/run-result.ts';
import { describeCauses } from '../network-error.ts';
import { outcomeProblem, type ReportedOutcome } from '../problems/outcome-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { runProblem } from '../problems/run-problem.ts';
import type { Redact } from '../redact.ts';
import { capAnnotations, failureAnnotations, problemAnnotation, successWarnings } from './annotations.ts';
import { annotateList } from './list-annotations.ts';
import { describeIgnored, describePolicy, runTitle } from './log.ts';
import { buildOutputs, omittedWarning } from './outputs.ts';
import { buildSummary, type SummaryContent } from './summary.ts';
import type { Annotation, Workflow } from './workflow.ts';

/** Everything that people see of a run. */
export interface RunReport extends Omit<SummaryContent, 'remarks'> {
  /** What does not make the step fail, but needs attention. */
  readonly warnings: readonly Annotation[];
  readonly notices: readonly Annotation[];
  readonly exitCode: 0 | 1;
}

/** Puts the result of a run into words. `filters` are its policy. */
export function createReport(result: RunResult, filters: Filters = {}): RunReport {
  const outcomes = reportedOutcomes(result);
  const problem = runProblem(result);
  const severity = result.kind === 'no-match' ? result.ifNoMatch : 'error';
  const stop = severity === 'error' ? problem : undefined;
  const search = 'search' in result ? result.search : undefined;
  const list = search === undefined ? { warnings: [], notices: [] } : annotateList(search);
  const warnings = severity === 'warn' && problem !== undefined ? [problemAnnotation(problem)] : [];
  return {
    title: titleOf(result, outcomes, problem),
    outcomes,
    ...(result.kind === 'handled' && { rowContext: { ...result.context, endMs: result.endMs } }),
    stop,
    warnings: [...warnings, ...warningsOf(result), ...list.warnings],
    notices: list.notices,
    ignored: (search?.ignored ?? []).map(describeIgnored),
    policy: Object.keys(filters).length > 0 ? describePolicy(filters) : undefined,
    exitCode: stop !== undefined || outcomes.some(isFailed) ? 1 : 0,
  };
}

function reportedOutcomes(result: RunResult): readonly ReportedOutcome[] {
  if (result.kind !== 'handled') return [];
  return result.outcomes.map((outcome) =>
    isFailed(outcome) ? { ...outcome, problem: outcomeProblem(outcome, result.context) } : outcome,
  );
}

function warningsOf(result: RunResult): readonly Annotation[] {
  if (result.kind !== 'handled') return [];
  return result.outcomes.flatMap((outcome) => (isFailed(outcome) ? [] : successWarnings(outcome, result.context)));
}

function titleOf(result: RunResult, outcomes: readonly ReportedOutcome[], problem: Problem | undefined): string {
  if (result.kind === 'handled') return runTitle(outcomes, result.context);
  return `Cloudflare invites: ${problem?.title.replace(/^./, (first) => first.toLowerCase())}`;
}

/** Sets the outputs, makes the annotations, and writes the job summary. */
export async function publishReport(report: RunReport, workflow: Workflow, redact: Redact): Promise<void> {
  const { outcomes, stop, notices } = report;
  const { outputs, omitted } = buildOutputs(outcomes);
  for (const [name, value] of Object.entries(outputs)) workflow.setOutput(name, value);
  for (const annotation of failureAnnotations(outcomes, stop)) workflow.annotate('error', annotation);
  const warnings = [...(omitted > 0 ? [omittedWarning(omitted, outcomes.length)] : []), ...report.warnings];
  const where = 'They are about pending invites that match no filter and expire within 24 hours.';
  for (const annotation of capAnnotations(warnings, 'warnings', where)) workflow.annotate('warning', annotation);
  for (const annotation of notices) workflow.annotate('notice', annotation);
  const remarks = [...warnings, ...notices].map(({ lines }) => lines[0] ?? '');
  try {
    await workflow.addSummary(buildSummary({ ...report, remarks }));
  } catch (error) {
    // A summary that cannot be stored changes neither the invites nor the outputs.
    workflow.info(`The job summary could not be written: ${redact(describeCauses(error))}`);
  }
}
