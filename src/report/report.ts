import type { Filters } from '../invites/filters.ts';
import { isFailed } from '../invites/outcome.ts';
import type { RunResult } from '../invites/run-result.ts';
import { describeCauses } from '../network-error.ts';
import { outcomeProblem, type ReportedOutcome } from '../problems/outcome-problem.ts';
import type { Problem } from '../problems/problem.ts';
import { defectProblem, runProblem } from '../problems/run-problem.ts';
import type { Redact } from '../redact.ts';
import { firstOf } from '../words.ts';
import {
  capAnnotations,
  failureAnnotations,
  MAX_NAMED,
  nameInvites,
  problemAnnotation,
  successWarnings,
} from './annotations.ts';
import { annotateList } from './list-annotations.ts';
import { describeIgnored, describePolicy, runTitle } from './log.ts';
import { buildOutputs, outputWarnings, writeOutputs } from './outputs.ts';
import { buildSummary, type SummaryContent } from './summary.ts';
import type { Annotation, AnnotationLevel, Workflow } from './workflow.ts';

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
    list: search?.kind,
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
  return `Cloudflare invites: ${problem?.title.replace(/^(?!Cloudflare)./, (first) => first.toLowerCase())}`;
}

/** `createReport`; if it fails, the outcomes and the failure. Never throws. */
export function reportRun(result: RunResult, redact: Redact, filters?: Filters): RunReport {
  try {
    return createReport(result, filters);
  } catch (error) {
    const stop = defectProblem(describeThrown(error, redact));
    const outcomes = result.kind === 'handled' ? result.outcomes : [];
    return {
      title: 'Cloudflare invites',
      outcomes: outcomes.map((outcome) => (isFailed(outcome) ? { ...outcome, problem: stop } : outcome)),
      stop,
      warnings: [],
      notices: [],
      ignored: [],
      policy: undefined,
      exitCode: 1,
    };
  }
}

/** The reasons behind whatever was thrown, in one line, without credentials. Never throws. */
export function describeThrown(thrown: unknown, redact: Redact): string {
  try {
    return redact(describeCauses(thrown));
  } catch {
    return 'a value that cannot be shown';
  }
}

/**
 * Sets the outputs, makes the annotations, and writes the job summary. Never throws: a part that cannot be written is
 * an annotation, and the other parts are written.
 * @param otherWarnings how many warnings the step has, or may have yet, beside those of the report
 * @returns the exit code of the step: 1 also if the outputs cannot be written
 */
export async function publishReport(
  report: RunReport,
  workflow: Workflow,
  redact: Redact,
  otherWarnings = 0,
): Promise<0 | 1> {
  const { outcomes, stop, notices } = report;
  const publish = async (
    level: AnnotationLevel,
    what: string,
    part: () => unknown,
    details: () => readonly string[] = () => [],
  ): Promise<boolean> => {
    try {
      await part();
      return true;
    } catch (error) {
      const title = `The ${what} could not be written`;
      const lines = [`${title}: ${describeThrown(error, redact)}.`, resultLine(report), ...details()];
      workflow.annotate(level, { title, lines });
      return false;
    }
  };
  const annotate = (level: AnnotationLevel, annotations: readonly Annotation[]): void => {
    for (const annotation of annotations) workflow.annotate(level, annotation);
  };

  let warnings = report.warnings;
  let missing: readonly string[] = [];
  const setOutputs = async (): Promise<void> => {
    const built = buildOutputs(outcomes);
    const failed = await writeOutputs(built.outputs, workflow);
    missing = failed.names;
    warnings = [...outputWarnings(built, outcomes, redact.altered), ...warnings];
    if (missing.length > 0) throw failed.reason;
  };
  const isWritten = await publish('error', 'outputs', setOutputs, () => [
    `Missing: ${firstOf(missing, MAX_NAMED).join(', ') || 'all'}.`,
    'What to do: check the disk of the runner and the file that GITHUB_OUTPUT names. Do not rely on the outputs of this step.',
  ]);
  const failures = (): readonly Annotation[] => failureAnnotations(outcomes, stop, isWritten ? 0 : 1);
  await publish('error', 'errors', () => annotate('error', failures()));
  // Write the summary before the warnings: the runner shows only ten, and one about a missing summary must be shown.
  const isSummarized = await publish('warning', 'job summary', () => {
    const remarks = [...warnings, ...notices].map(({ lines }) => lines[0] ?? '');
    return workflow.addSummary(buildSummary({ ...report, remarks }));
  });
  const others = otherWarnings + (isSummarized ? 0 : 1);
  await publish('warning', 'warnings', () => annotate('warning', capAnnotations(warnings, 'warnings', others)));
  await publish('warning', 'notices', () => annotate('notice', notices));
  return isWritten ? report.exitCode : 1;
}

/** The result of the run, for a reader who may have nothing else. */
function resultLine({ title, outcomes }: RunReport): string {
  const changed = outcomes.filter(({ kind }) => kind === 'changed');
  const names = changed.length === 0 ? '' : ` Changed: ${nameInvites(changed)}.`;
  return `The invites are not affected. ${title}.${names}`;
}
