import { debug, error, group, info, notice, setOutput, setSecret, summary, warning } from '@actions/core';
import { cut, type SafeText } from './text.ts';

export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** An annotation of the workflow run: a title and a few lines. */
export interface Annotation {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * What a step can say to the runner. Texts may hold anything: this is where they are made safe, so that no caller
 * can forget it. Outputs are data and keep their text, except for credentials.
 */
export interface Workflow {
  /** Hides values in everything that the runner shows from now on. */
  mask(secrets: readonly string[]): void;
  info(line: string): void;
  debug(line: string): void;
  annotate(level: AnnotationLevel, annotation: Annotation): void;
  /** Runs `work` with its log lines folded under `title`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  setOutput(name: string, value: string): void;
  /** Appends HTML to the job summary; its text must have gone through `SafeText.html`. */
  addSummary(html: string): Promise<void>;
}

/** The runner cuts the message of an annotation at 4,096 characters. Source: actions/runner, `ActionCommandManager`. */
const MAX_ANNOTATION = 4_000;
const MAX_TITLE = 200;

const CORE = { debug, error, group, info, notice, setOutput, setSecret, warning } as const;

/** The workflow commands and environment files that a step speaks to its runner with. */
export type RunnerCommands = typeof CORE & { appendSummary(html: string): Promise<void> };

const ACTIONS_CORE: RunnerCommands = {
  ...CORE,
  appendSummary: async (html) => {
    // Absent outside of GitHub's runner and on old versions of GitHub Enterprise Server.
    if (process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(html, true).write();
  },
};

/** The workflow that this process is a step of; `commands` take its texts to the runner once they are safe. */
export function createWorkflow(safe: SafeText, commands: RunnerCommands = ACTIONS_CORE): Workflow {
  return {
    mask: (secrets) => {
      for (const secret of secrets) commands.setSecret(secret);
    },
    info: (line) => commands.info(safe.line(line)),
    debug: (line) => commands.debug(safe.line(line)),
    annotate: (level, { title, lines }) => {
      commands[level](annotationMessage(lines, safe), { title: safe.line(title, MAX_TITLE) });
    },
    group: (title, work) => commands.group(safe.line(title), work),
    setOutput: (name, value) => commands.setOutput(name, safe.redact(value)),
    addSummary: (html) => commands.appendSummary(html),
  };
}

/** The message of an annotation: if it is too long, the lines before the last one, which says what to do, are cut. */
function annotationMessage(lines: readonly string[], safe: SafeText): string {
  const last = safe.line(lines.at(-1) ?? '');
  const others = lines.slice(0, -1).map((line) => safe.line(line));
  if (others.length === 0) return last;
  return `${cut(others.join('\n'), MAX_ANNOTATION - last.length - 1)}\n${last}`;
}
