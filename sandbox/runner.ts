import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { parse } from 'yaml';
import type { AnnotationLevel } from '../src/report/workflow.ts';

export interface StepOptions {
  /** The step's `with:`. An input that is written without a value is an empty string. */
  readonly with: Readonly<Record<string, string>>;
  /** Environment variables in addition to those of the runner. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of action.yml, by default the root of this repository. */
  readonly actionDirectory?: string;
  /** File to run, relative to the action's folder; by default `runs.main` of action.yml. */
  readonly entry?: string;
  readonly nodeArguments?: readonly string[];
  /** Path of the Node to run with, by default the Node of this process. */
  readonly node?: string;
  /**
   * A signal as the runner sends it on cancellation: this many milliseconds after the start, at the first raw line of
   * output for which the function returns true, or when the promise resolves.
   */
  readonly signal?: {
    readonly name: 'SIGINT' | 'SIGTERM';
    readonly when: number | ((line: string) => boolean) | PromiseLike<unknown>;
  };
  /** Milliseconds until the process is killed, 60,000 by default. */
  readonly timeoutMs?: number;
  /** Sets RUNNER_DEBUG, like "Enable debug logging", and shows debug lines in the log. */
  readonly debug?: boolean;
  /** Values of expressions in defaults, as `{ 'github.token': '…' }`. The token is masked from the start. */
  readonly context?: Readonly<Record<string, string>>;
  /** What a stream writes to in place of a pipe to the runner: a file descriptor, or a pipe that nobody reads. */
  readonly streams?: Readonly<Partial<Record<'stdout' | 'stderr', number | 'closed'>>>;
  /** Called with every raw line of both streams. */
  readonly onOutput?: (line: string) => void;
}

export interface StepAnnotation {
  readonly level: AnnotationLevel;
  readonly title: string;
  /** Masked and limited to 4,096 characters. */
  readonly message: string;
}

export interface Command {
  readonly command: string;
  /** Names in lower case, because the runner ignores their case. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
  readonly stream: 'stdout' | 'stderr';
  /** The raw line with the command. */
  readonly line: string;
}

export interface StepResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The process was killed because it exceeded `timeoutMs`. */
  readonly timedOut: boolean;
  /** Both streams, unmasked. */
  readonly stdout: string;
  readonly stderr: string;
  /** The log as GitHub shows it: masked, with prefixes such as `##[group]` and `##[error]`. */
  readonly log: readonly string[];
  /** The first ten of each level, including those of the runner itself. */
  readonly annotations: readonly StepAnnotation[];
  readonly droppedAnnotations: number;
  /** From GITHUB_OUTPUT, and from `set-output` commands. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Content of GITHUB_STEP_SUMMARY, unmasked. */
  readonly summary: string;
  readonly masks: readonly string[];
  readonly debug: readonly string[];
  /** Every command that the runner recognizes, including ignored ones. */
  readonly commands: readonly Command[];
  /** Raw text of the other environment files. */
  readonly environmentFiles: { readonly env: string; readonly path: string; readonly state: string };
  readonly durationMs: number;
}

const REPOSITORY_ROOT = join(import.meta.dirname, '..');
const MAX_ANNOTATIONS_PER_LEVEL = 10;
const MAX_MESSAGE = 4096;

/** The commands that actions/runner registers. */
const KNOWN_COMMANDS: ReadonlySet<string> = new Set([
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'internal-set-repo-path'],
  ...['notice', 'remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
]);

// .NET's TrimStart, which removes other characters than JavaScript's trimStart.
const LEADING_WHITE_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

// Replaced in this order, with %25 last.
type Escapes = Readonly<Record<string, string>>;
const DATA_ESCAPES: Escapes = { '%0D': '\r', '%0A': '\n', '%25': '%' };
const PROPERTY_ESCAPES: Escapes = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
const V1_ESCAPES: Escapes = { '%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%25': '%' };

function unescapeText(text: string, escapes: Escapes): string {
  return Object.entries(escapes).reduce((result, [escaped, plain]) => result.replaceAll(escaped, plain), text);
}

type ParsedCommand = Omit<Command, 'stream' | 'line'>;

function toCommand(
  info: string,
  data: string,
  known: ReadonlySet<string>,
  separator: string,
  escapes: Escapes,
): ParsedCommand | undefined {
  const [, name = '', list] = /^([^ ]*)(?: (.*))?$/s.exec(info) ?? [];
  const command = name.toLowerCase();
  if (!known.has(command)) return undefined;
  const properties: Record<string, string> = {};
  for (const property of list?.split(separator) ?? []) {
    const [, key, value] = /^=*([^=]+)=(.+)$/s.exec(property) ?? [];
    if (key !== undefined && value !== undefined) properties[key.toLowerCase()] = unescapeText(value, escapes);
  }
  return { command, properties, data };
}

/**
 * Finds the workflow command in a line by the two rules of actions/runner (ActionCommand.cs): `::name k=v,k=v::data`
 * after nothing but white space, and `##[name k=v;k=v]data` anywhere.
 */
export function parseCommand(line: string, known: ReadonlySet<string> = KNOWN_COMMANDS): ParsedCommand | undefined {
  const [, v2Info, v2Data = ''] = /^::(.*?)::(.*)$/s.exec(line.replace(LEADING_WHITE_SPACE, '')) ?? [];
  if (v2Info !== undefined) {
    const data = unescapeText(v2Data, DATA_ESCAPES);
    const command = toCommand(v2Info.trimEnd(), data, known, ',', PROPERTY_ESCAPES);
    if (command) return command;
  }
  // No regular expression: it would take quadratic time for a long line of `##[`.
  const start = line.indexOf('##[');
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < 0) return undefined;
  const data = unescapeText(line.slice(end + 1), V1_ESCAPES);
  return toCommand(line.slice(start + 3, end), data, known, ';', V1_ESCAPES);
}

/**
 * Reads an environment file such as GITHUB_OUTPUT: `name=value` and `name<<delimiter` blocks.
 * @throws when the runner would refuse the file
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name = '', operator, rest = ''] = /^(.*?)(=|<<)(.*)$/s.exec(line) ?? [];
    if (operator === '=') {
      values[name] = rest;
      continue;
    }
    if (operator === undefined) throw new Error(`Invalid format '${line}'`);
    if (name === '' || rest === '') {
      throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
    }
    const end = lines.indexOf(rest, index + 1);
    if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${rest}'`);
    values[name] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}

/** Splits a stream into lines like .NET's StreamReader: `\n`, `\r` and `\r\n` end a line. */
class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @returns the chunk as text */
  write(chunk: Buffer): string {
    const text = this.#decoder.write(chunk);
    this.#rest += text;
    // A final \r may be the first half of \r\n.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
    return text;
  }

  end(): string {
    const text = this.#decoder.end();
    const rest = (this.#rest + text).replace(/\r$/, '');
    if (rest !== '') this.#onLine(rest);
    return text;
  }
}

/** State that the runner keeps for a step: commands, masks, annotations, the log. */
class Step {
  readonly log: string[] = [];
  readonly annotations: StepAnnotation[] = [];
  readonly outputs: Record<string, string> = {};
  readonly masks: string[] = [];
  readonly debug: string[] = [];
  readonly commands: Command[] = [];
  droppedAnnotations = 0;

  // The runner also masks encoded secrets (base64, URI …). This one does not, so that a test can find such a leak.
  readonly #secrets = new Set<string>();
  readonly #showDebug: boolean;
  #echo = false;
  #stopToken: string | undefined;

  constructor(showDebug: boolean) {
    this.#showDebug = showDebug;
  }

  addSecret(secret: string): void {
    for (const part of [secret, ...secret.split(/[\r\n]/).map((line) => line.trim())]) {
      if (part !== '') this.#secrets.add(part);
    }
  }

  mask(text: string): string {
    const hidden = new Uint8Array(text.length);
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        hidden.fill(1, at, at + secret.length);
      }
    }
    let masked = '';
    for (let index = 0; index < text.length; index += 1) {
      if (hidden[index] === 0) masked += text[index];
      else if (index === 0 || hidden[index - 1] === 0) masked += '***';
    }
    return masked;
  }

  write(text: string): void {
    this.log.push(...this.mask(text).split(/\r\n|\r|\n/));
  }

  annotate(level: AnnotationLevel, message: string, title = ''): void {
    const masked = this.mask(message).slice(0, MAX_MESSAGE);
    if (this.annotations.filter((annotation) => annotation.level === level).length < MAX_ANNOTATIONS_PER_LEVEL) {
      this.annotations.push({ level, title: this.mask(title), message: masked });
    } else {
      this.droppedAnnotations += 1;
    }
    if (masked !== '') this.write(`##[${level}]${masked}`);
  }

  processLine(line: string, stream: 'stdout' | 'stderr'): void {
    const token = this.#stopToken;
    const known = token === undefined ? KNOWN_COMMANDS : new Set([...KNOWN_COMMANDS, token.toLowerCase()]);
    const found = parseCommand(line, known);
    if (found) this.commands.push({ ...found, stream, line });
    if (found && token === undefined) {
      this.#process(found, line);
      return;
    }
    this.write(line);
    if (found && found.command === token?.toLowerCase()) this.#stopToken = undefined;
  }

  #process({ command, properties, data }: ParsedCommand, line: string): void {
    const omitEcho = ['add-mask', 'debug', 'error', 'warning', 'notice'].includes(command);
    if (this.#echo && !omitEcho) this.write(line);
    switch (command) {
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(command, data, properties.title);
        return;
      case 'debug':
        this.debug.push(this.mask(data));
        if (this.#showDebug) this.write(`##[debug]${data}`);
        return;
      case 'group':
      case 'endgroup':
        this.write(`##[${command}]${command === 'group' ? data : ''}`);
        return;
      case 'add-mask':
        if (data.trim() === '') {
          this.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
        } else {
          this.masks.push(data);
          this.addSecret(data);
        }
        return;
      case 'set-output':
        if (properties.name) this.outputs[properties.name] = data;
        else this.#unprocessable(line, "Required field 'name' is missing in ##[set-output] command.");
        return;
      case 'stop-commands':
        if (data === '' || KNOWN_COMMANDS.has(data.toLowerCase())) {
          this.#unprocessable(line, 'The token is not allowed.');
        } else {
          this.#stopToken = data;
          this.write(line);
        }
        return;
      case 'echo':
        this.#echo = data.trim().toLowerCase() === 'on';
        return;
      case 'add-path':
      case 'set-env':
        this.#unprocessable(line, `The \`${command}\` command is disabled.`);
    }
  }

  #unprocessable(line: string, reason: string): void {
    this.annotate('error', `Unable to process command '${line}' successfully.`);
    this.annotate('error', reason);
  }
}

interface ActionDefinition {
  readonly inputs?: Readonly<Record<string, { readonly default?: string; readonly deprecationMessage?: string } | ''>>;
  readonly runs: { readonly main: string };
}

function evaluate(template: string, context: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_match, expression: string) => {
    if (!/^[\w-]+(\.[\w-]+)+$/.test(expression)) throw new Error(`Cannot evaluate the expression '${expression}'`);
    return context[expression] ?? '';
  });
}

/** The environment variables of the inputs. Adds the runner's warnings about the inputs to the step. */
function inputVariables(definition: ActionDefinition, options: StepOptions, step: Step): Record<string, string> {
  const written = new Map(Object.entries(options.with).map(([name, value]) => [name.toLowerCase(), value]));
  const values: Record<string, string> = {};
  const declared = Object.entries(definition.inputs ?? {});
  for (const [name, input] of declared) {
    const { default: template = '', deprecationMessage } = input === '' ? {} : input;
    const value = written.get(name.toLowerCase());
    if (value !== undefined && deprecationMessage !== undefined) {
      step.annotate('warning', `Input '${name}' has been deprecated with message: ${deprecationMessage}`);
    }
    values[name] = value ?? evaluate(template, options.context ?? {});
  }
  const valid = declared.map(([name]) => name);
  const isValid = (name: string): boolean => valid.some((known) => known.toLowerCase() === name.toLowerCase());
  const unexpected = Object.entries(options.with).filter(([name]) => !isValid(name));
  if (unexpected.length > 0) {
    const quote = (names: readonly string[]): string => `'${names.join("', '")}'`;
    const names = quote(unexpected.map(([name]) => name));
    step.annotate('warning', `Unexpected input(s) ${names}, valid inputs are [${quote(valid)}]`);
  }
  const variables = Object.entries({ ...values, ...Object.fromEntries(unexpected) });
  return Object.fromEntries(
    variables.map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  );
}

function scheduleSignal(
  child: ChildProcess,
  signal: StepOptions['signal'],
  onLine: (listen: (line: string) => void) => void,
): void {
  if (!signal) return;
  const { name, when } = signal;
  const send = (): void => void child.kill(name);
  if (typeof when === 'number') {
    const timer = setTimeout(send, when);
    child.once('exit', () => clearTimeout(timer));
  } else if (typeof when === 'function') {
    let sent = false;
    onLine((line) => {
      if (sent || !when(line)) return;
      sent = true;
      send();
    });
  } else {
    when.then(send, () => undefined);
  }
}

const RUNNER_ENVIRONMENT = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTION: '__self',
  GITHUB_ACTOR: 'octocat',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_EVENT_NAME: 'schedule',
  GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
  GITHUB_JOB: 'invites',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
  GITHUB_REPOSITORY: 'octocat/hello-world',
  GITHUB_REPOSITORY_OWNER: 'octocat',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_NUMBER: '3',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_WORKFLOW: 'Invitations',
  RUNNER_ARCH: 'X64',
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_NAME: 'sandbox',
  RUNNER_OS: 'Linux',
};

const STREAMS = ['stdout', 'stderr'] as const;
const FILE_NAMES = ['output', 'step_summary', 'state', 'env', 'path'] as const;

/**
 * Runs the action like GitHub's runner: inputs and their defaults are the environment, without the variables of this
 * process; the current directory is an empty workspace; both streams are searched for commands; environment files are
 * read afterwards.
 * @throws when action.yml or an environment file is malformed, or Node cannot be started
 */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const {
    actionDirectory = REPOSITORY_ROOT,
    context = {},
    debug = false,
    timeoutMs = 60_000,
    onOutput,
    streams = {},
  } = options;
  // The failsafe schema reads every scalar as text, so that `4` and `false` reach the action unchanged.
  const definition: ActionDefinition = parse(await readFile(join(actionDirectory, 'action.yml'), 'utf8'), {
    schema: 'failsafe',
  });
  const step = new Step(debug);
  if (context['github.token']) step.addSecret(context['github.token']);
  const inputs = inputVariables(definition, options, step);
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  try {
    const files = Object.fromEntries(FILE_NAMES.map((name) => [`GITHUB_${name.toUpperCase()}`, join(folder, name)]));
    for (const file of Object.values(files)) await writeFile(file, '');
    const [workspace, temporary, home] = [join(folder, 'workspace'), join(folder, 'temp'), join(folder, 'home')];
    for (const directory of [workspace, temporary, home]) await mkdir(directory);

    const startedMs = performance.now();
    const child = spawn(
      options.node ?? process.execPath,
      [...(options.nodeArguments ?? []), join(actionDirectory, options.entry ?? definition.runs.main)],
      {
        cwd: workspace,
        stdio: ['ignore', ...STREAMS.map((name) => (typeof streams[name] === 'number' ? streams[name] : 'pipe'))],
        env: {
          PATH: process.env.PATH,
          // Node on Windows needs it to open a socket.
          ...(process.env.SystemRoot !== undefined && { SystemRoot: process.env.SystemRoot }),
          HOME: home,
          ...RUNNER_ENVIRONMENT,
          GITHUB_WORKSPACE: workspace,
          RUNNER_TEMP: temporary,
          RUNNER_TOOL_CACHE: temporary,
          ...(debug && { RUNNER_DEBUG: '1' }),
          ...files,
          ...options.env,
          ...inputs,
        },
      },
    );
    const listeners: ((line: string) => void)[] = onOutput ? [onOutput] : [];
    const raw = { stdout: '', stderr: '' };
    const splitters = STREAMS.map((stream) => {
      const splitter = new LineSplitter((line) => {
        step.processLine(line, stream);
        for (const listener of listeners) listener(line);
      });
      if (streams[stream] === 'closed') child[stream]?.destroy();
      child[stream]?.on('data', (chunk: Buffer) => {
        raw[stream] += splitter.write(chunk);
      });
      return { stream, splitter };
    });
    scheduleSignal(child, options.signal, (listener) => listeners.push(listener));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const closed = once(child, 'close').finally(() => clearTimeout(timer));
    const [exitCode, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    const durationMs = performance.now() - startedMs;
    for (const { stream, splitter } of splitters) raw[stream] += splitter.end();

    const read = (name: (typeof FILE_NAMES)[number]): Promise<string> => readFile(join(folder, name), 'utf8');
    const { log, annotations, droppedAnnotations, masks, commands } = step;
    return {
      exitCode,
      signal,
      timedOut,
      ...raw,
      log,
      annotations,
      droppedAnnotations,
      outputs: { ...step.outputs, ...parseEnvironmentFile(await read('output')) },
      summary: await read('step_summary'),
      masks,
      debug: step.debug,
      commands,
      environmentFiles: { env: await read('env'), path: await read('path'), state: await read('state') },
      durationMs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
