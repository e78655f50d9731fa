import { execFileSync, spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Document, isMap, isScalar, parse, parseDocument } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How workflows name the published action. */
export const ACTION = 'OWNER/cloudflare-invite-action@v1';

const REUSABLE = '.github/workflows/auto-accept.yml';
const INSTALL = 'go install github.com/nektos/act@v0.2.87';

/** What act shows of a step. */
export interface StepRun {
  readonly name: string;
  readonly outputs: Record<string, string>;
  /** `success`, `failure` or `skipped`; undefined if it was not reached. */
  result?: string;
}

export interface WorkflowAnnotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string | undefined;
  readonly message: string;
}

/** One job, or one job of a matrix. */
export interface JobRun {
  /** The id in its workflow file. */
  readonly jobId: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly steps: Map<string, StepRun>;
  readonly log: string[];
  readonly annotations: WorkflowAnnotation[];
  summary: string;
  result: 'success' | 'failure' | 'skipped';
}

export interface WorkflowRun {
  /** Of act; 0 is a green workflow. */
  readonly exitCode: number | NodeJS.Signals | null;
  readonly jobs: readonly JobRun[];
  /** What act said beside the jobs' logs. */
  readonly noise: string;
  readonly milliseconds: number;
}

export interface WorkflowOptions {
  /** The workflow's text. */
  readonly workflow: string;
  readonly event: 'schedule' | 'workflow_dispatch';
  /** What is in place of Cloudflare's API: the action's default base. */
  readonly apiBaseUrl: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** GITHUB_TOKEN. */
  readonly token: string;
  /** Programs by name, as shell scripts in front of the PATH. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Changes the reusable workflow before it runs, for what act lacks. */
  readonly editReusable?: (text: string) => string;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function goBin(): string[] {
  try {
    const gopath = execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return [join(gopath.trim(), 'bin')];
  } catch {
    return [];
  }
}

/**
 * Finds a program on the PATH.
 * @throws when there is none
 */
export function findProgram(name: string, hint: string, folders: readonly string[] = []): string {
  const found = [...(process.env.PATH ?? '').split(delimiter), ...folders]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (found === undefined) throw new Error(`There is no ${name}. ${hint}`);
  return found;
}

/**
 * The workflow runner: $ACT, or `act` on the PATH or where Go installs programs.
 * @throws when there is none, with the command that installs it
 */
export function findAct(): string {
  const { ACT } = process.env;
  if (ACT !== undefined && ACT !== '') {
    if (!isExecutable(ACT)) throw new Error(`$ACT names ${ACT}, which is no program.`);
    return ACT;
  }
  return findProgram('act', `Install it with: ${INSTALL}`, goBin());
}

/** act asks the first node on the PATH for its `process.execPath`, to call that from then on. */
const ANSWER_ACT = 'case "$*" in *process.execPath*) echo "$0"; exit ;; esac\n';

/**
 * A script that runs `program` and ends a moment later if that fails. act 0.2.87 does not wait for the output of a step
 * that fails (`exec` in its `host_environment.go`), so that what is written right before the end is lost now and then.
 * For bash, as other shells drop what has a hyphen in its name from the environment: most inputs.
 */
function failingLate(bash: string, program: string, before = ''): string {
  return `#!${bash}\n${before}'${program}' "$@"\ncode=$?\n[ "$code" -eq 0 ] || sleep 0.5\nexit "$code"\n`;
}

/**
 * Takes out what GitHub has and act 0.2.87 does not know: `concurrency.queue`, which its schema rejects.
 * Nothing else is changed.
 */
export function forAct(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('jobs');
  const ids = isMap(jobs) ? jobs.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
  const paths = [['concurrency', 'queue'], ...ids.map((id) => ['jobs', id, 'concurrency', 'queue'])];
  const removed = paths.filter((path) => removeIn(document, path));
  return removed.length > 0 ? document.toString({ lineWidth: 0 }) : text;
}

function removeIn(document: Document, path: readonly string[]): boolean {
  return document.hasIn(path) && document.deleteIn(path);
}

interface WorkflowFile {
  readonly jobs: Readonly<Record<string, { readonly uses?: string; readonly steps?: readonly { uses?: string }[] }>>;
}

/** Every `uses:` of a workflow; a reusable workflow counts as the repository that holds it. */
function usesOf(text: string): string[] {
  const { jobs } = parse(text) as WorkflowFile;
  return Object.values(jobs)
    .flatMap(({ uses, steps = [] }) => [uses, ...steps.map((step) => step.uses)])
    .filter((uses) => uses !== undefined)
    .map((uses) => uses.replace(/\/\.github\/workflows\/[\w-]+\.yml@/, '@'));
}

/** Lays the action down as a runner downloads it, with another default for the API's address. */
function stage(to: string, { apiBaseUrl, editReusable = (text) => text }: WorkflowOptions): string {
  const before = 'default: https://api.cloudflare.com/client/v4';
  const parts = readFileSync(join(ROOT, 'action.yml'), 'utf8').split(before);
  if (parts.length !== 2) throw new Error(`action.yml must have "${before}" once`);
  mkdirSync(join(to, dirname(REUSABLE)), { recursive: true });
  writeFileSync(join(to, 'action.yml'), parts.join(`default: ${apiBaseUrl}`));
  for (const path of ['package.json', 'dist']) cpSync(join(ROOT, path), join(to, path), { recursive: true });
  const reusable = forAct(editReusable(readFileSync(join(ROOT, REUSABLE), 'utf8')));
  writeFileSync(join(to, REUSABLE), reusable);
  return reusable;
}

/** A line of act's log in JSON. */
interface Entry {
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

/** Turns act's log into what a person would see on GitHub. */
class Reader {
  readonly jobs = new Map<string, JobRun>();
  readonly noise: string[] = [];

  read(line: string): void {
    let entry: Entry;
    try {
      entry = JSON.parse(line);
    } catch {
      this.noise.push(line);
      return;
    }
    if (entry.job === undefined) {
      if (entry.level === 'error' || entry.level === 'warning') this.noise.push(entry.msg ?? '');
      return;
    }
    this.#readJob(entry.job.trim(), entry);
  }

  #readJob(key: string, entry: Entry): void {
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
      // Not `jobResult`: that is the whole matrix's so far.
      job.result = 'failure';
      this.noise.push(msg);
    }
  }
}

const flags = (flag: string, values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);

/**
 * Runs a workflow with act on this machine, without Docker and without the network. The published action is the one in
 * this checkout. act ignores `environment:`, `concurrency:`, `permissions:` and `max-parallel` with an expression.
 * @throws when the workflow uses something that would have to be downloaded
 */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const { workflow, event, inputs = {}, secrets = {}, vars = {}, env = {}, programs = {} } = options;
  const act = findAct();
  const home = await mkdtemp(join(tmpdir(), 'act-'));
  try {
    const action = join(home, 'action');
    const reusable = stage(action, options);
    const foreign = [...usesOf(workflow), ...usesOf(reusable)].filter((uses) => uses !== ACTION);
    if (foreign.length > 0) throw new Error(`The workflow would download ${foreign.join(', ')}`);

    const workspace = join(home, 'workspace');
    const file = join('.github', 'workflows', 'example.yml');
    mkdirSync(join(workspace, dirname(file)), { recursive: true });
    writeFileSync(join(workspace, file), forAct(workflow));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    const bash = findProgram('bash', 'Install it with the package manager of your system.');
    const runners = { bash: failingLate(bash, bash), node: failingLate(bash, process.execPath, ANSWER_ACT) };
    for (const [name, script] of Object.entries({ ...runners, ...programs })) {
      writeFileSync(join(bin, name), script);
      chmodSync(join(bin, name), 0o755);
    }

    const files = ['--secret-file', '--var-file', '--env-file', '--input-file'].flatMap((flag) => [flag, '/dev/null']);
    const github = {
      GITHUB_REPOSITORY: 'acme/invites',
      GITHUB_REF: 'refs/heads/main',
      // Else act looks for a commit of the workspace.
      SHA_REF: '0123456789012345678901234567890123456789',
    };
    const started = performance.now();
    const child = spawn(
      act,
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
        // Nothing of this process's environment: no credential of its user, no settings of act.
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
    const reader = new Reader();
    child.stderr.on('data', (chunk: Buffer) => reader.noise.push(chunk.toString().trim()));
    const closed = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? signal));
    });
    for await (const line of createInterface({ input: child.stdout })) reader.read(line);
    const exitCode = await closed;
    return {
      exitCode,
      // A job that calls a workflow has no steps; act shows it beside those of the workflow, and green in any case.
      jobs: [...reader.jobs.values()].filter(({ steps, result }) => steps.size > 0 || result !== 'success'),
      noise: reader.noise.join('\n'),
      milliseconds: performance.now() - started,
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
