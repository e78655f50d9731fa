import { statSync, truncateSync } from 'node:fs';
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
  /** Rejects if the output cannot be stored. */
  setOutput(name: string, value: string): Promise<void>;
  /** Appends HTML to the job summary; its text must be escaped. Rejects if it cannot be stored. */
  addSummary(html: string): Promise<void>;
}

/** The runner cuts the message of an annotation at 4,096 characters. Source: actions/runner, `ActionCommandManager`. */
const MAX_ANNOTATION = 4_000;
const MAX_TITLE = 200;

/** Appends to the job summary, which is missing outside of GitHub and on old versions of GitHub Enterprise Server. */
async function appendSummary(html: string): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(html, true).write();
}

const ACTIONS_CORE = { debug, error, group, info, notice, setSecret, warning, appendSummary } as const;

/** The workflow commands and environment files of the runner that a step uses. */
export interface RunnerCommands extends Readonly<typeof ACTIONS_CORE> {
  readonly setOutput: Workflow['setOutput'];
}

/** One of the streams that the runner reads: `process.stdout` and `process.stderr`. */
interface RunnerStream {
  on(event: 'error', listener: () => void): unknown;
  write(text: string, callback?: (error?: Error | null) => void): boolean;
}

/**
 * The runner that reads the streams of this process. A stream that cannot be written does not end the process: what
 * stdout does not take goes to stderr, where the runner finds commands as well.
 */
export function connectRunner({ stdout, stderr }: Record<'stdout' | 'stderr', RunnerStream>): RunnerCommands {
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const write = stdout.write.bind(stdout);
  stdout.write = (text, callback) =>
    write(text, (error) => {
      if (error) stderr.write(text);
      callback?.(error);
    });
  return { ...ACTIONS_CORE, setOutput: (name, value) => storeOutput(name, value, stdout) };
}

async function storeOutput(name: string, value: string, stdout: RunnerStream): Promise<void> {
  const path = process.env.GITHUB_OUTPUT || undefined;
  const size = path && statSync(path, { throwIfNoEntry: false })?.size;
  try {
    setOutput(name, value);
  } catch (error) {
    // A full disk can leave half an output, and the runner then refuses the whole file.
    if (path && size && statSync(path).size > size) truncateSync(path, size);
    throw error;
  }
  if (path) return;
  // Without a file, the output was written to stdout: wait until stdout has accepted it.
  await new Promise<void>((resolve, reject) => stdout.write('', (error) => (error ? reject(error) : resolve())));
}

/** The workflow that this process is a step of. */
export function createWorkflow(commands: RunnerCommands): Workflow {
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

/**
 * `workflow` that never throws: a line that cannot be written must not prevent the other reports. Runs the work of a
 * group once, even if the group cannot be opened. Outputs and the summary still reject.
 */
export function withoutFailures(workflow: Workflow): Workflow {
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch {
      // No place is left to report this.
    }
  };
  return {
    mask: (secrets) => {
      for (const secret of secrets) attempt(() => workflow.mask([secret]));
    },
    info: (line) => attempt(() => workflow.info(line)),
    debug: (line) => attempt(() => workflow.debug(line)),
    annotate: (level, annotation) => attempt(() => workflow.annotate(level, annotation)),
    group: async (title, work) => {
      let result: ReturnType<typeof work> | undefined;
      const workOnce = (): ReturnType<typeof work> => {
        result ??= (async () => work())();
        return result;
      };
      try {
        await workflow.group(title, workOnce);
      } catch {
        // The group failed, or its work did, whose error is thrown below.
      }
      return workOnce();
    },
    setOutput: async (name, value) => workflow.setOutput(name, value),
    addSummary: async (html) => workflow.addSummary(html),
  };
}

/** The message of an annotation. If it is too long, the last line, which says what to do, stays whole. */
function messageOf(lines: readonly string[]): string {
  const last = toLine(lines.at(-1) ?? '');
  const others = lines.slice(0, -1).map((line) => toLine(line));
  if (others.length === 0) return last;
  return `${truncate(others.join('\n'), MAX_ANNOTATION - last.length - 1)}\n${last}`;
}
