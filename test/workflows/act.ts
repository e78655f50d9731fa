import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const REUSABLE = '.github/workflows/auto-accept.yml';

/** One step in act's log. */
export interface StepRun {
  readonly name: string;
  readonly outputs: Record<string, string>;
  /** `success`, `failure` or `skipped`; undefined for a step that was not reached. */
  result?: string;
}

export interface WorkflowAnnotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string | undefined;
  readonly message: string;
}

/** One job, or one job of a matrix. */
export interface JobRun {
  /** Id in the workflow file. */
  readonly jobId: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly steps: Map<string, StepRun>;
  readonly log: string[];
  readonly annotations: WorkflowAnnotation[];
  summary: string;
  result: 'success' | 'failure' | 'skipped';
}

export interface WorkflowRun {
  /** Exit code of act; 0 is a green workflow. */
  readonly exitCode: number | NodeJS.Signals | null;
  readonly jobs: readonly JobRun[];
  /** Output of act outside the logs of the jobs. */
  readonly otherOutput: string;
  readonly milliseconds: number;
}

export interface WorkflowOptions {
  /** YAML text of the workflow. */
  readonly workflow: string;
  readonly event: 'schedule' | 'workflow_dispatch';
  /** Replaces the address of Cloudflare's API, which is the default of the input `api-base-url`. */
  readonly apiBaseUrl: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** GITHUB_TOKEN. */
  readonly token: string;
  /** Shell scripts by program name, which come first on the PATH. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Changes the reusable workflow before it runs: act has no environments, so no secrets of each. */
  readonly editReusable?: (text: string) => string;
}

type Expressions = Readonly<Record<string, unknown>>;

export interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Expressions;
  readonly env?: Expressions;
}

export interface WorkflowJob {
  readonly uses?: string;
  readonly env?: Expressions;
  readonly outputs?: Expressions;
  readonly steps?: readonly WorkflowStep[];
}

export interface WorkflowFile {
  readonly permissions?: unknown;
  readonly env?: Expressions;
  readonly jobs?: Readonly<Record<string, WorkflowJob>>;
}

/** Reads a text file of this repository. */
export const readRepositoryFile = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const metadata = JSON.parse(readRepositoryFile('package.json')) as {
  readonly version: string;
  readonly repository: { readonly url: string };
};

/** The action's repository on GitHub, with its owner. */
export const SELF = metadata.repository.url.replace(/^git\+https:\/\/github\.com\/|\.git$/g, '');

/** The published action in workflows, by its moving tag. */
export const ACTION = `${SELF}@v${metadata.version.split('.')[0]}`;

/** The published action as the reusable workflow names it, by the version of this checkout. */
export const RELEASED_ACTION = `${SELF}@v${metadata.version}`;

/** Paths of the files in a folder of this repository whose names match. */
export function listFiles(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => (pattern.test(name) ? [`${folder}/${name}`] : []));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a program on the PATH, or in one more folder.
 * @throws when it is missing
 */
export function findProgram(name: string, hint: string, folder = ''): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), folder].filter((path) => path !== '');
  const found = folders.map((path) => join(path, name)).find(isExecutable);
  if (found === undefined) throw new Error(`There is no ${name}. ${hint}`);
  return found;
}

/**
 * Finds a program of Go's: the value of `variable`, or on the PATH or in the folder where Go installs programs.
 * @throws when it is missing, with the command that installs it
 */
export function findGoProgram(name: string, variable: string, install: string): string {
  const file = process.env[variable];
  if (file) {
    if (!isExecutable(file)) throw new Error(`$${variable} is ${file}, which is not executable.`);
    return file;
  }
  const { stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' });
  const goBin = stdout ? join(stdout.trim(), 'bin') : '';
  return findProgram(name, `Install it with: ${install}`, goBin);
}

/** The command that installs the workflow runner. */
export const INSTALL_ACT = 'go install github.com/nektos/act@v0.2.87';

/** Finds the workflow runner. */
export const findAct = (): string => findGoProgram('act', 'ACT', INSTALL_ACT);

/** act asks the first node on the PATH for its `process.execPath`, and runs that path from then on. */
const PRINT_EXEC_PATH = 'case "$*" in *process.execPath*) echo "$0"; exit ;; esac\n';

/**
 * A script that runs `program` and delays the end of a failure. act 0.2.87 does not wait for the output of a step that
 * fails (`exec` in its `host_environment.go`), and sometimes loses the last lines.
 * It needs bash: other shells drop environment variables with a hyphen in the name, such as most inputs.
 */
function delayFailure(bash: string, program: string, before = ''): string {
  return `#!${bash}\n${before}'${program}' "$@"\ncode=$?\n[ "$code" -eq 0 ] || sleep 0.5\nexit "$code"\n`;
}

export function stepsOf({ jobs = {} }: WorkflowFile): readonly WorkflowStep[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

/** Every `uses:` of a workflow. A reusable workflow counts as its repository. */
function usesOf(text: string): string[] {
  const workflow = parse(text) as WorkflowFile;
  return [...Object.values(workflow.jobs ?? {}), ...stepsOf(workflow)]
    .flatMap(({ uses = [] }) => uses)
    .map((uses) => uses.replace(/\/\.github\/workflows\/[\w-]+\.yml@/, '@'));
}

/**
 * Replaces a part of a text that occurs exactly once.
 * @throws for another number of occurrences
 */
export function edit(text: string, from: string | RegExp, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" must occur once, and occurs ${parts.length - 1} times`);
  return parts.join(to);
}

/**
 * Copies the files of the action that a runner downloads, with another default for `api-base-url`.
 * @returns the text of the reusable workflow
 */
function copyAction(to: string, { apiBaseUrl, editReusable = (text) => text }: WorkflowOptions): string {
  const action = readRepositoryFile('action.yml');
  mkdirSync(join(to, dirname(REUSABLE)), { recursive: true });
  writeFileSync(join(to, 'action.yml'), edit(action, /(?<=default: )https:\/\/api\.cloudflare\.com\S*/, apiBaseUrl));
  for (const path of ['package.json', 'dist']) cpSync(join(ROOT, path), join(to, path), { recursive: true });
  const reusable = editReusable(readRepositoryFile(REUSABLE));
  writeFileSync(join(to, REUSABLE), reusable);
  return reusable;
}

/** A JSON line of act's log. */
interface LogEntry {
  readonly job?: string;
  readonly jobID?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stage?: string;
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly level?: string;
  readonly msg?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly kvPairs?: { readonly title?: string };
}

/** Collects from act's log what GitHub's page shows. */
class LogReader {
  readonly jobs = new Map<string, JobRun>();
  readonly otherOutput: string[] = [];

  read(line: string): void {
    let entry: LogEntry;
    try {
      entry = JSON.parse(line);
    } catch {
      this.otherOutput.push(line);
      return;
    }
    if (entry.job !== undefined) this.#readJob(entry.job.trim(), entry);
    else if (entry.level === 'error' || entry.level === 'warning') this.otherOutput.push(entry.msg ?? '');
  }

  #readJob(key: string, entry: LogEntry): void {
    const job: JobRun = this.jobs.get(key) ?? {
      jobId: entry.jobID ?? key,
      matrix: entry.matrix ?? {},
      steps: new Map(),
      log: [],
      annotations: [],
      summary: '',
      result: 'success',
    };
    this.jobs.set(key, job);
    const id = (entry.stepID ?? []).join('.');
    const step: StepRun = job.steps.get(id) ?? { name: entry.step ?? '', outputs: {} };
    if (id !== '') job.steps.set(id, step);
    const { command, arg = '', msg = '' } = entry;
    if (entry.raw_output) {
      job.log.push(msg.replace(/\r?\n$/, ''));
    } else if (command === 'error' || command === 'warning' || command === 'notice') {
      job.annotations.push({ level: command, title: entry.kvPairs?.title, message: arg });
    } else if (command === 'set-output') {
      step.outputs[entry.name ?? ''] = arg;
    } else if (command === 'summary') {
      job.summary += entry.content ?? '';
    } else if (entry.stepResult !== undefined && entry.stage === 'Main') {
      step.result = entry.stepResult;
      if (entry.stepResult === 'failure') job.result = 'failure';
    } else if (id === '' && entry.jobResult === 'skipped') {
      job.result = 'skipped';
    } else if (entry.level === 'error' && command === undefined) {
      // Not `jobResult`, which is the result of the whole matrix until now.
      job.result = 'failure';
      this.otherOutput.push(msg);
    }
  }
}

const flags = (flag: string, values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);

/**
 * Runs a workflow with act on this machine, without Docker and without the network. The published action is the one of
 * this checkout. act ignores `environment:`, `concurrency:`, `permissions:` and `max-parallel` with an expression.
 * @throws when act would have to download an action
 */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const { workflow, event, inputs = {}, secrets = {}, vars = {}, env = {}, programs = {} } = options;
  const home = await mkdtemp(join(tmpdir(), 'act-'));
  try {
    const action = join(home, 'action');
    const reusable = copyAction(action, options);
    const local = [ACTION, RELEASED_ACTION];
    const downloads = [...usesOf(workflow), ...usesOf(reusable)].filter((uses) => !local.includes(uses));
    if (downloads.length > 0) throw new Error(`The workflow would download ${downloads.join(', ')}`);

    const workspace = join(home, 'workspace');
    const file = join('.github', 'workflows', 'example.yml');
    mkdirSync(join(workspace, dirname(file)), { recursive: true });
    writeFileSync(join(workspace, file), workflow);
    const bin = join(home, 'bin');
    mkdirSync(bin);
    const bash = findProgram('bash', 'Install it with the package manager of your system.');
    const runners = { bash: delayFailure(bash, bash), node: delayFailure(bash, process.execPath, PRINT_EXEC_PATH) };
    for (const [name, script] of Object.entries({ ...runners, ...programs })) {
      writeFileSync(join(bin, name), script, { mode: 0o755 });
    }

    const files = ['--secret-file', '--var-file', '--env-file', '--input-file'].flatMap((flag) => [flag, '/dev/null']);
    const github = {
      GITHUB_REPOSITORY: 'acme/invites',
      GITHUB_REF: 'refs/heads/main',
      // Without it, act looks for a commit in the workspace.
      SHA_REF: '0123456789012345678901234567890123456789',
    };
    const started = performance.now();
    const child = spawn(
      findAct(),
      [
        ...[event, '--json', '-C', workspace, '-W', file, '-P', 'ubuntu-latest=-self-hosted', '--pull=false', '--rm'],
        ...['--no-cache-server', '--action-offline-mode', '--container-daemon-socket', '-', ...files],
        ...local.flatMap((uses) => ['--local-repository', `${uses}=${action}`]),
        ...flags('--input', inputs),
        ...flags('-s', { GITHUB_TOKEN: options.token, ...secrets }),
        ...flags('--var', vars),
        ...flags('--env', { ...github, ...env }),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 110_000,
        // Without the environment of this process, which may hold credentials and settings of act.
        env: {
          PATH: [bin, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
          HOME: home,
          XDG_CONFIG_HOME: join(home, 'config'),
          XDG_CACHE_HOME: join(home, 'cache'),
          DOCKER_HOST: 'unix:///nonexistent',
          ACT_DISABLE_VERSION_CHECK: '1',
          NO_COLOR: '1',
        },
      },
    );
    const reader = new LogReader();
    child.stderr.on('data', (chunk: Buffer) => reader.otherOutput.push(chunk.toString().trim()));
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) reader.read(line);
    const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    return {
      exitCode: code ?? signal,
      // act lists a job that calls a workflow beside the jobs of that workflow, without steps and always green.
      jobs: [...reader.jobs.values()].filter(({ steps, result }) => steps.size > 0 || result !== 'success'),
      otherOutput: reader.otherOutput.join('\n'),
      milliseconds: performance.now() - started,
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
