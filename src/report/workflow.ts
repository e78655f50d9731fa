import { debug, error, group, info, notice, setOutput, setSecret, summary, warning } from '@actions/core';
import { truncate } from '../words.ts';
import { toLine } from './text.ts';

export type AnnotationLevel = 'error' | 'warning' | 'notice';

export interface Annotation {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Messages to the runner. Texts become safe here, so that no caller can forget it. Outputs are data and stay as is. */
export interface Workflow {
  /** Hides values in everything that the runner shows from now on. */
  mask(secrets: readonly string[]): void;
  info(line: string): void;
  debug(line: string): void;
  annotate(level: AnnotationLevel, annotation: Annotation): void;
  /** Runs `work` with its log lines folded under `title`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  setOutput(name: string, value: string): void;
  /** Appends HTML to the job summary; its text must be escaped. */
  addSummary(html: string): Promise<void>;
}

/** The runner cuts the message of an annotation at 4,096 characters. Source: actions/runner, `ActionCommandManager`. */
const MAX_ANNOTATION = 4_000;
const MAX_TITLE = 200;

/** Appends to the job summary, which is missing outside of GitHub and on old versions of GitHub Enterprise Server. */
async function appendSummary(html: string): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(html, true).write();
}

const ACTIONS_CORE = { debug, error, group, info, notice, setOutput, setSecret, warning, appendSummary } as const;

/** The workflow commands and environment files of the runner that a step uses. */
export type RunnerCommands = typeof ACTIONS_CORE;

/** The workflow that this process is a step of. */
export function createWorkflow(commands: RunnerCommands = ACTIONS_CORE): Workflow {
  return {
    mask: (secrets) => {
      for (const secret of secrets) commands.setSecret(secret);
    },
    info: (line) => commands.info(toLine(line)),
    debug: (line) => commands.debug(toLine(line)),
    annotate: (level, { title, lines }) => commands[level](messageOf(lines), { title: toLine(title, MAX_TITLE) }),
    group: (title, work) => commands.group(toLine(title), work),
    setOutput: (name, value) => commands.setOutput(name, value),
    addSummary: (html) => commands.appendSummary(html),
  };
}

/** The message of an annotation. If it is too long, the last line, which says what to do, stays whole. */
function messageOf(lines: readonly string[]): string {
  const last = toLine(lines.at(-1) ?? '');
  const others = lines.slice(0, -1).map((line) => toLine(line));
  if (others.length === 0) return last;
  return `${truncate(others.join('\n'), MAX_ANNOTATION - last.length - 1)}\n${last}`;
}
