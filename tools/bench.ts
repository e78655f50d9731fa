import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { CloudflareSandbox, type SandboxInvite } from '../sandbox/cloudflare.ts';
import { runStep, type StepOptions } from '../sandbox/runner.ts';
import { type SandboxServer, serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';
import { MAX_CONCURRENT_REQUESTS } from '../src/cloudflare/limiter.ts';
import { countOf } from '../src/words.ts';
import { watchStdout } from './stdout.ts';

const TOKEN = 'cfut_this-is-a-fake-token-of-the-benchmark';
const LOADED_INVITES = 100;
const LOADED_LATENCY_MS = 50;
const LOADED_IDEAL_MS = (LOADED_INVITES / MAX_CONCURRENT_REQUESTS) * LOADED_LATENCY_MS;
/** Rounds before the measured ones: the first ones read everything from the disk. */
const WARM_UP = 2;
/** Numbers of invites. The first one shows the cost of the run itself. */
const GROWTH = [1, 10, 100, 1_000, 5_000];
const GROWTH_RUNS = 3;
const GROWTH_TIMEOUT_MS = 600_000;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  runs: { type: 'string', default: '20' },
  json: { type: 'string', default: join(import.meta.dirname, '..', 'build', 'bench.json') },
  peers: { type: 'string' },
} as const;

const HELP = `Measures whole processes: this action, and others that send the same request. Takes some minutes.

  npm run bench -- [--runs N] [--json FILE] [--peers DIR]

  --runs N     runs of each process (default: ${OPTIONS.runs.default})
  --json FILE  file for all measured values (default: build/bench.json)
  --peers DIR  also measures other actions, from a folder with their checkouts`;

/** A command line or a machine that cannot be used. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

// The sandbox has a thread of its own, so that its work is not measured.

/** A user with so many pending invites, numbered from 0, and how long each response takes. */
interface BenchServer {
  readonly invites: number;
  readonly latencyMs: number;
}

/** Messages to the thread: opens a server in place of the last one, or counts its accepted invites. */
type Order = BenchServer | 'count accepted';

function inviteId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function pendingInvite(number: number): SandboxInvite {
  return {
    id: inviteId(number),
    status: 'pending',
    organization_id: '9a7806061c88ada191ed06f989cc3dac',
    organization_name: 'Acme, Inc.',
    roles: ['DNS'],
    invited_by: 'it@acme.example',
    invited_member_email: 'bot@example.net',
    invited_on: '2026-11-20T09:00:00Z',
    expires_on: '2099-11-24T09:00:00Z',
  };
}

function handleOrders(port: NonNullable<typeof parentPort>): void {
  let sandbox: CloudflareSandbox;
  let server: SandboxServer | undefined;
  port.on('message', async (order: Order) => {
    if (order === 'count accepted') {
      port.postMessage(sandbox.invites().filter(({ status }) => status === 'accepted').length);
      return;
    }
    await server?.close();
    const invites = Array.from({ length: order.invites }, (_, number) => pendingInvite(number));
    const { latencyMs } = order;
    sandbox = new CloudflareSandbox({
      clock: systemClock,
      credentials: { token: TOKEN },
      honourPerPage: true,
      invites,
      latencyMs,
    });
    server = await serve(sandbox);
    port.postMessage(server.url);
  });
}

/** The thread with the sandbox, as seen from here. */
class Sandbox implements AsyncDisposable {
  readonly #worker = new Worker(new URL(import.meta.url));

  /** Resolves with the base URL of the API. */
  open(server: BenchServer): Promise<string> {
    return this.#order(server);
  }

  /** @throws when another number of invites was accepted: then something else was measured */
  async expectAccepted(count: number): Promise<void> {
    const accepted = await this.#order<number>('count accepted');
    if (accepted !== count) throw new Error(`${accepted} invites were accepted, not ${count}`);
  }

  async #order<T>(order: Order): Promise<T> {
    const message = once(this.#worker, 'message');
    this.#worker.postMessage(order);
    return (await message)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Runs a step that must succeed, and resolves with the milliseconds from the start of its process to its end. */
async function timeStep(options: StepOptions): Promise<number> {
  const { exitCode, durationMs, stdout, stderr } = await runStep(options);
  if (exitCode !== 0) throw new Error(`A step failed with exit code ${exitCode}:\n${stdout}${stderr}`);
  return durationMs;
}

/** The same for curl, which is not a step. */
async function timeCurl(url: string): Promise<number> {
  const headers = [`authorization: Bearer ${TOKEN}`, 'content-type: application/json'];
  const body = '{"status":"accepted"}';
  const args = ['-sS', '--fail', '-X', 'PATCH', ...headers.flatMap((header) => ['-H', header]), '-d', body, url];
  const startedMs = performance.now();
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  const [exitCode] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new UsageError('There is no curl to compare with. Install it: apt-get install curl, or brew install curl.');
  });
  if (exitCode !== 0) throw new Error(`curl failed with exit code ${exitCode}`);
  return performance.now() - startedMs;
}

/** Something that is measured: `run` resolves with milliseconds. */
interface Contestant {
  readonly name: string;
  /** How many invites a run of it accepts. */
  readonly accepts: 0 | 1;
  /** @param base the base URL of the API; `id` the invite to accept */
  readonly run: (base: string, id: string) => Promise<number>;
}

const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'node -e 0',
    accepts: 0,
    run: () => timeStep({ with: {}, nodeArguments: ['-e', '0'] }),
  },
  {
    name: 'bare script: one fetch, one output',
    accepts: 1,
    run: (base, id) =>
      timeStep({
        with: {},
        entry: 'tools/bench/bare.js',
        env: { BENCH_URL: `${base}/user/invites/${id}`, BENCH_TOKEN: TOKEN },
      }),
  },
  {
    name: 'this action',
    accepts: 1,
    run: (base, id) =>
      timeStep({ with: { status: 'accepted', 'invite-id': id, 'api-token': TOKEN, 'api-base-url': base } }),
  },
  {
    name: 'curl',
    accepts: 1,
    run: (base, id) => timeCurl(`${base}/user/invites/${id}`),
  },
];
const [, BARE, ACTION] = CONTESTANTS.map(({ name }) => name);

/** Other actions that can send the request, each in a folder of this name. */
const PEERS: readonly { folder: string; repository: string; inputs: (url: string) => Record<string, string> }[] = [
  {
    folder: 'http-request-action',
    repository: 'fjogeleit/http-request-action',
    inputs: (url) => ({ url, method: 'PATCH', bearerToken: TOKEN, data: '{"status":"accepted"}' }),
  },
  {
    folder: 'github-script',
    repository: 'actions/github-script',
    inputs: (url) => ({
      script: `const response = await fetch('${url}', {
        method: 'PATCH',
        headers: { authorization: 'Bearer ${TOKEN}', 'content-type': 'application/json' },
        body: '{"status":"accepted"}',
      });
      const { result } = await response.json();
      core.setOutput('status', result.status);`,
      'github-token': 'not used',
      debug: 'false',
    }),
  },
];

function peersIn(directory: string): readonly Contestant[] {
  return PEERS.map(({ folder, repository, inputs }) => {
    const actionDirectory = join(directory, folder);
    if (!existsSync(join(actionDirectory, 'action.yml'))) {
      throw new UsageError(
        `There is no action in ${actionDirectory}. Get it: git clone --depth 1 https://github.com/${repository} ${actionDirectory}`,
      );
    }
    return {
      name: repository,
      accepts: 1,
      run: (base, id) => timeStep({ actionDirectory, with: inputs(`${base}/user/invites/${id}`) }),
    };
  });
}

/** What many runs of one thing took, in milliseconds. */
interface Figures {
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly samplesMs: readonly number[];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

function figuresOf(samplesMs: readonly number[]): Figures {
  return { medianMs: median(samplesMs), fastestMs: Math.min(...samplesMs), samplesMs };
}

/** One invite each, in turns: a busy machine then slows all of them down. */
async function measureOne(sandbox: Sandbox, contestants: readonly Contestant[], runs: number) {
  const rounds = runs + WARM_UP;
  const base = await sandbox.open({ invites: rounds * contestants.length, latencyMs: 0 });
  const samples = new Map(contestants.map(({ name }): [string, number[]] => [name, []]));
  let next = 0;
  for (let round = 0; round < rounds; round += 1) {
    const first = round % contestants.length;
    for (const { name, run } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const tookMs = await run(base, inviteId(next));
      next += 1;
      if (round >= WARM_UP) samples.get(name)?.push(tookMs);
    }
  }
  await sandbox.expectAccepted(rounds * contestants.filter(({ accepts }) => accepts > 0).length);
  return new Map([...samples].map(([name, samplesMs]) => [name, figuresOf(samplesMs)]));
}

/** Many invites and slow responses: what the action adds to the time of the API. */
async function measureLoaded(sandbox: Sandbox, runs: number): Promise<Figures> {
  const ids = Array.from({ length: LOADED_INVITES }, (_, number) => inviteId(number)).join(' ');
  const samplesMs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const base = await sandbox.open({ invites: LOADED_INVITES, latencyMs: LOADED_LATENCY_MS });
    const inputs = { status: 'accepted', 'invite-id': ids, 'api-token': TOKEN, 'api-base-url': base };
    samplesMs.push(await timeStep({ with: inputs }));
    await sandbox.expectAccepted(LOADED_INVITES);
  }
  return figuresOf(samplesMs);
}

/** Resources of a step. */
interface Usage {
  readonly invites: number;
  readonly wallMs: number;
  /** Of the action's process alone. `wallMs` includes the sandbox's work. */
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
}

async function measureUsage(sandbox: Sandbox, invites: number, folder: string): Promise<Usage> {
  const usageFile = join(folder, 'usage.json');
  const base = await sandbox.open({ invites, latencyMs: 0 });
  const wallMs = await timeStep({
    with: { status: 'accepted', 'organization-name': '*', 'api-token': TOKEN, 'api-base-url': base },
    nodeArguments: ['--import', join(import.meta.dirname, 'bench', 'usage.js')],
    env: { BENCH_USAGE: usageFile },
    timeoutMs: GROWTH_TIMEOUT_MS,
  });
  await sandbox.expectAccepted(invites);
  const usage: NodeJS.ResourceUsage = JSON.parse(await readFile(usageFile, 'utf8'));
  // Microseconds and kilobytes, on every system.
  const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1_000;
  return { invites, wallMs, cpuMs, peakMemoryMb: usage.maxRSS / 1_024 };
}

/** Growing numbers of invites, found and accepted in one step. */
async function measureGrowth(sandbox: Sandbox): Promise<readonly Usage[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const growth: Usage[] = [];
    for (const invites of GROWTH) {
      const usages: Usage[] = [];
      for (let run = 0; run < GROWTH_RUNS; run += 1) usages.push(await measureUsage(sandbox, invites, folder));
      const middle = (of: (usage: Usage) => number): number => median(usages.map(of));
      growth.push({
        invites,
        wallMs: middle(({ wallMs }) => wallMs),
        cpuMs: middle(({ cpuMs }) => cpuMs),
        peakMemoryMb: middle(({ peakMemoryMb }) => peakMemoryMb),
      });
    }
    return growth;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return [heads, widths.map((width) => '-'.repeat(width)), ...rows].map((row) => row.map(pad).join('  ')).join('\n');
}

function fixed(value: number, digits = 1): string {
  return value.toFixed(digits);
}

/** Time relative to the bare script: the median of each round's ratio, because the machine disturbs a whole round. */
function ratioToBare(one: ReadonlyMap<string, Figures>, { samplesMs }: Figures): number {
  const bareMs = one.get(BARE ?? '')?.samplesMs ?? [];
  return median(samplesMs.map((ms, round) => ms / (bareMs[round] ?? Number.NaN)));
}

function oneTable(one: ReadonlyMap<string, Figures>, runs: number): string {
  const rows = [...one].map(([name, figures]) => [
    name,
    fixed(figures.medianMs),
    fixed(figures.fastestMs),
    fixed(ratioToBare(one, figures), 2),
  ]);
  return table([`one invite, ${countOf(runs, 'run')}`, 'median ms', 'fastest ms', '× bare script'], rows);
}

function loadedTable({ medianMs, fastestMs, samplesMs }: Figures): string {
  const name = `${LOADED_INVITES} invites, ${LOADED_LATENCY_MS} ms each, ${MAX_CONCURRENT_REQUESTS} at a time`;
  const row = [name, fixed(medianMs), fixed(fastestMs), fixed(medianMs / LOADED_IDEAL_MS, 2)];
  const head = `${ACTION}, ${countOf(samplesMs.length, 'run')}`;
  return table([head, 'median ms', 'fastest ms', `× ideal (${LOADED_IDEAL_MS} ms)`], [row]);
}

/** What each further invite takes, compared with the first row, in the unit of `of`. */
function perInvite(growth: readonly Usage[], more: Usage, of: (usage: Usage) => number): number {
  const [base] = growth;
  return base === undefined ? Number.NaN : (of(more) - of(base)) / (more.invites - base.invites);
}

function growthTable(growth: readonly Usage[]): string {
  const rows = growth.map((usage, index) => {
    const further = (of: (usage: Usage) => number, digits: number): string =>
      index === 0 ? '' : fixed(perInvite(growth, usage, of), digits);
    return [
      String(usage.invites),
      fixed(usage.wallMs, 0),
      fixed(usage.cpuMs, 0),
      fixed(usage.peakMemoryMb),
      further(({ wallMs }) => wallMs, 2),
      further(({ cpuMs }) => cpuMs, 2),
      further(({ peakMemoryMb }) => peakMemoryMb * 1_024, 1),
    ];
  });
  const further = ['ms', 'CPU ms', 'kB'].map((unit) => `${unit} per further invite`);
  return table([`pending invites, ${countOf(GROWTH_RUNS, 'run')}`, 'median ms', 'CPU ms', 'peak MB', ...further], rows);
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1)
      throw new Error(`--runs takes a whole number from 1, not "${values.runs}".`);
    return { ...values, runs };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const { help, runs, json, peers } = readArguments(args);
    if (help) {
      console.log(HELP);
      return 0;
    }
    const contestants = peers === undefined ? CONTESTANTS : [...CONTESTANTS, ...peersIn(peers)];
    const machine = { node: process.version, platform: process.platform, cpus: cpus().map(({ model }) => model) };
    console.log(`Node ${machine.node}, ${machine.platform}, ${machine.cpus.length} CPUs\n`);
    await using sandbox = new Sandbox();
    const one = await measureOne(sandbox, contestants, runs);
    console.log(`${oneTable(one, runs)}\n`);
    const loaded = await measureLoaded(sandbox, Math.min(runs, 5));
    console.log(`${loadedTable(loaded)}\n`);
    const growth = await measureGrowth(sandbox);
    console.log(`${growthTable(growth)}\n`);
    await mkdir(dirname(json), { recursive: true });
    const figures = {
      machine,
      runs,
      one: Object.fromEntries(
        [...one].map(([name, figures]) => [name, { ratioToBare: ratioToBare(one, figures), ...figures }]),
      ),
      loaded: { idealMs: LOADED_IDEAL_MS, ...loaded },
      growth,
    };
    await writeFile(json, `${JSON.stringify(figures, undefined, 2)}\n`);
    console.log(`All measured values: ${json}`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

if (isMainThread) {
  const exitCodeFor = watchStdout();
  process.exitCode = exitCodeFor(await main(process.argv.slice(2)));
} else if (parentPort !== null) {
  handleOrders(parentPort);
}
