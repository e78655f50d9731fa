import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse, parseDocument } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Name of the published action in workflows. */
export const ACTION = 'OWNER/cloudflare-invite-action@v1';

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
  readonly noise: string;
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
  /** Changes the reusable workflow before it runs, for features that act lacks. */
  readonly editReusable?: (text: string) => string;
}

export interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface WorkflowFile {
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, { readonly uses?: string; readonly steps?: readonly WorkflowStep[] }>>;
}

/** Reads a text file of this repository. */
export const readRepositoryFile = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

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
 * Finds the workflow runner: $ACT, or `act` on the PATH or in the folder where Go installs programs.
 * @throws when it is missing, with the command that installs it
 */
export function findAct(): string {
  const { ACT } = process.env;
  if (ACT) {
    if (!isExecutable(ACT)) throw new Error(`$ACT is ${ACT}, which is not executable.`);
    return ACT;
  }
  const { stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' });
  const goBin = stdout ? join(stdout.trim(), 'bin') : '';
  return findProgram('act', 'Install it with: go install github.com/nektos/act@v0.2.87', goBin);
}

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

/** Removes `concurrency.queue`, which GitHub has and the schema of act 0.2.87 rejects. Changes nothing else. */
export function forAct(text: string): string {
  const document = parseDocument(text);
  const jobs = Object.keys((parse(text) as WorkflowFile).jobs ?? {});
  const paths = [[], ...jobs.map((id) => ['jobs', id])].map((path) => [...path, 'concurrency', 'queue']);
  const removed = paths.filter((path) => document.hasIn(path) && document.deleteIn(path));
  return removed.length > 0 ? document.toString({ lineWidth: 0 }) : text;
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
  const reusable = forAct(editReusable(readRepositoryFile(REUSABLE)));
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
  readonly noise: string[] = [];

  read(line: string): void {
    let entry: LogEntry;
    try {
      entry = JSON.parse(line);
    } catch {
      this.noise.push(line);
      return;
    }
    if (entry.job !== undefined) this.#readJob(entry.job.trim(), entry);
    else if (entry.level === 'error' || entry.level === 'warning') this.noise.push(entry.msg ?? '');
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
      this.noise.push(msg);
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
    const downloads = [...usesOf(workflow), ...usesOf(reusable)].filter((uses) => uses !== ACTION);
    if (downloads.length > 0) throw new Error(`The workflow would download ${downloads.join(', ')}`);

    const workspace = join(home, 'workspace');
    const file = join('.github', 'workflows', 'example.yml');
    mkdirSync(join(workspace, dirname(file)), { recursive: true });
    writeFileSync(join(workspace, file), forAct(workflow));
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
        ...['--local-repository', `${ACTION}=${action}`],
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
    child.stderr.on('data', (chunk: Buffer) => reader.noise.push(chunk.toString().trim()));
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) reader.read(line);
    const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    return {
      exitCode: code ?? signal,
      // act lists a job that calls a workflow beside the jobs of that workflow, without steps and always green.
      jobs: [...reader.jobs.values()].filter(({ steps, result }) => steps.size > 0 || result !== 'success'),
      noise: reader.noise.join('\n'),
      milliseconds: performance.now() - started,
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
