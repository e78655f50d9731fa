import { parseArgs } from 'node:util';
import { CloudflareSandbox } from '../sandbox/cloudflare.ts';
import { demoAccount } from '../sandbox/demo-account.ts';
import { runStep, type StepOptions, type StepResult } from '../sandbox/runner.ts';
import { serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';
import { readSecrets } from '../src/inputs/secrets.ts';
import { INPUT_NAMES } from '../src/inputs/table.ts';
import { FILTER_NAMES } from '../src/invites/filters.ts';
import { createRedactor, type Redact } from '../src/redact.ts';
import { deviations, SCENARIOS } from './scenarios.ts';
import { Screen, toMaskedJson } from './screen.ts';
import { watchStdout } from './stdout.ts';

const USUAL_SCREEN = 120;
const WIDEST_SCREEN = 140;
const NARROWEST_SCREEN = 60;
// The maximum of setTimeout: no limit here, because timeout-seconds limits the action itself.
const NO_TIMEOUT_MS = 2_147_483_647;

/** How the credentials of the environment look in a workflow. */
const CREDENTIAL_VARIABLES: Readonly<Record<string, string>> = {
  CLOUDFLARE_API_TOKEN: `\${{ secrets.CLOUDFLARE_API_TOKEN }}`,
  CLOUDFLARE_EMAIL: `\${{ vars.CLOUDFLARE_EMAIL }}`,
  CLOUDFLARE_API_KEY: `\${{ secrets.CLOUDFLARE_API_KEY }}`,
};
const CREDENTIAL_INPUTS: Readonly<Record<string, string>> = {
  'api-token': 'CLOUDFLARE_API_TOKEN',
  'api-email': 'CLOUDFLARE_EMAIL',
  'api-key': 'CLOUDFLARE_API_KEY',
};
const NETWORK_VARIABLES = [
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  'NODE_EXTRA_CA_CERTS',
];
/** Inputs that --with refuses, and why. */
const INPUTS_SET_OTHERWISE: Readonly<Record<string, string>> = {
  status: 'use --status',
  'invite-id': 'use --invite-id',
  'dry-run': '--live is a dry run unless there is --no-dry-run',
  'api-token': 'other users can read a command line. Set CLOUDFLARE_API_TOKEN in the environment',
  'api-key': 'other users can read a command line. Set CLOUDFLARE_API_KEY in the environment',
  'report-issue': 'outside of GitHub there is no repository for an issue',
  'github-token': 'outside of GitHub there is no repository for an issue',
};

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  live: { type: 'boolean' },
  'invite-id': { type: 'string' },
  status: { type: 'string' },
  'no-dry-run': { type: 'boolean' },
  with: { type: 'string', multiple: true },
} as const;
const LIVE_OPTIONS = ['invite-id', 'status', 'no-dry-run', 'with'] as const;

/** A command line or an environment that cannot be used. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Only the first sentence of Node's long message.
    const [message = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${message.replace(/\.$/, '')}.`);
  }
}

type Options = ReturnType<typeof parseArguments>['values'];

function usage(): string {
  const width = Math.max(...Object.keys(SCENARIOS).map(({ length }) => length));
  const scenarios = Object.entries(SCENARIOS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Runs this action on your machine as GitHub would run it, against a stand-in for Cloudflare's API. Prints the log,
annotations, outputs and summary.

  npm start                          runs the first scenario below
  npm start -- SCENARIO              runs another one
  npm start -- --live [options]      calls Cloudflare itself, with your credentials

Scenarios:
${scenarios.join('\n')}

With --live you can try a credential before you store it as a secret. Set it in the environment: CLOUDFLARE_API_TOKEN,
or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY. Nothing is changed without --no-dry-run.
  --invite-id IDS      the ids of invites; without ids and filters, all pending invites are shown
  --status STATUS      accepted (the default) or rejected
  --no-dry-run         responds to the invites; this cannot be undone
  --with NAME=VALUE    any other input of the action; may be repeated

With every command:
  --json               prints only the result, as JSON, with credentials masked
  --help               prints this text

Exit code of a scenario: 0 if it ended as expected, also where its step fails. Exit code of --live: that of the step.
Exit code 2: the command line cannot be used.`;
}

function parsePair(text: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw new UsageError('--with needs NAME=VALUE, for example --with retries=0.');
  if (!INPUT_NAMES.some((input) => input === name)) {
    const possible = INPUT_NAMES.filter((input) => INPUTS_SET_OTHERWISE[input] === undefined);
    throw new UsageError(`The action has no input "${name}". --with takes ${possible.join(', ')}.`);
  }
  const otherwise = INPUTS_SET_OTHERWISE[name];
  if (otherwise !== undefined) throw new UsageError(`--with ${name} is not possible: ${otherwise}.`);
  return [name, value];
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function screenFor(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  isDemonstration: boolean,
): { readonly redact: Redact; readonly screen: Screen } {
  const runnerInputs = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const redact = createRedactor(readSecrets({ ...env, ...Object.fromEntries(runnerInputs) }));
  const columns = Math.min(Math.max(process.stdout.columns ?? USUAL_SCREEN, NARROWEST_SCREEN), WIDEST_SCREEN);
  return { redact, screen: new Screen(redact, columns, isDemonstration) };
}

/** Prints text for people. With --json, nothing but the JSON is printed. */
function printer({ json }: Options): (text: string) => void {
  return json ? () => undefined : (text) => console.log(text);
}

async function runScenario(name: string, options: Options): Promise<number> {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario === undefined) {
    throw new UsageError(`There is no scenario "${name}". The scenarios are ${Object.keys(SCENARIOS).join(', ')}.`);
  }
  const print = printer(options);
  const nowMs = systemClock.nowMs();
  const { credentials, invites } = demoAccount(nowMs);
  const sandbox = new CloudflareSandbox({
    ...scenario.sandbox,
    clock: systemClock,
    credentials,
    invites: scenario.invites?.(nowMs) ?? invites,
  });
  const before = sandbox.invites();
  const server = await serve(sandbox);
  try {
    const inputs = { ...scenario.with, 'api-base-url': server.url };
    const { redact, screen } = screenFor(inputs, {}, true);
    print(
      screen.title(
        `Scenario: ${name}`,
        scenario.story,
        "Nothing leaves this machine. A sandbox replaces Cloudflare's API; the user and the credentials are invented.",
      ),
    );
    const credentialsAsWritten = Object.entries(CREDENTIAL_INPUTS)
      .filter(([input]) => input in inputs)
      .map(([input, variable]) => [input, CREDENTIAL_VARIABLES[variable]]);
    print(
      screen.step({
        with: { ...inputs, ...Object.fromEntries(credentialsAsWritten), ...scenario.written },
        remarks: { 'api-base-url': 'the sandbox', ...scenario.remarks },
      }),
    );
    const run = await runStep({ with: inputs });
    printResult(run, screen, print);
    print(screen.requests(sandbox.requests));
    print(screen.invites(before, sandbox.invites()));
    const wrong = deviations(scenario, run, before, sandbox);
    if (wrong.length > 0) {
      console.error(screen.conclusion(false, `The scenario did not end as expected. ${wrong.join(' ')}`));
    } else if (run.exitCode === 0) {
      print(screen.conclusion(true, `The step succeeded (exit code 0): its job would be green. ${seconds(run)}`));
    } else {
      print(
        screen.conclusion(
          true,
          `The step failed (exit code ${run.exitCode}), as expected in this scenario: its job would be red. ${seconds(run)}`,
        ),
      );
    }
    print('\nOther scenarios: npm start -- --help\n');
    if (options.json) console.log(toMaskedJson(run, redact));
    return wrong.length > 0 ? 1 : 0;
  } finally {
    await server.close();
  }
}

async function runLive(options: Options, environment: NodeJS.ProcessEnv): Promise<number> {
  const { status = 'accepted', 'invite-id': ids, 'no-dry-run': responds = false, with: pairs = [] } = options;
  const further = Object.fromEntries(pairs.map(parsePair));
  const isSelected = ids !== undefined || FILTER_NAMES.some((name) => name in further);
  if (responds && !isSelected) {
    throw new UsageError(
      '--no-dry-run needs the invites to respond to: write --invite-id, or a filter such as --with organization-id=….',
    );
  }
  const inputs: Record<string, string> = {
    status,
    ...(ids === undefined ? {} : { 'invite-id': ids }),
    ...(isSelected ? {} : { 'organization-name': '*' }),
    'dry-run': String(!responds),
    ...further,
  };
  const env = pick(environment, [...Object.keys(CREDENTIAL_VARIABLES), ...NETWORK_VARIABLES]);
  if (!env.CLOUDFLARE_API_TOKEN?.trim() && !env.CLOUDFLARE_API_KEY?.trim()) throw new UsageError(NO_CREDENTIALS);

  const print = printer(options);
  const { redact, screen } = screenFor(inputs, env, false);
  const passedOn = NETWORK_VARIABLES.filter((name) => name in env);
  print(
    screen.title(
      responds ? 'Live: the step responds for real' : 'Live dry run: nothing is changed',
      'The action runs as in a workflow, with the credentials of your environment. They are not shown.',
      ...(passedOn.length > 0 ? [`It also gets ${passedOn.join(', ')}.`] : []),
    ),
  );
  const credentialsAsWritten = Object.entries(CREDENTIAL_VARIABLES).filter(([name]) => name in env);
  print(screen.step({ env: Object.fromEntries(credentialsAsWritten), with: inputs }));
  const run = await runStep({ with: inputs, env, timeoutMs: NO_TIMEOUT_MS, signal: passCancellation() });
  printResult(run, screen, print);
  print(screen.debug(run));
  print(
    screen.conclusion(
      run.exitCode === 0,
      run.exitCode === 0
        ? `The step succeeded (exit code 0): its job would be green. ${seconds(run)}`
        : `The step failed (exit code ${run.exitCode}): its job would be red. ${seconds(run)}`,
    ),
  );
  if (!responds && run.exitCode === 0) {
    print(
      `\nTo respond for real: ${isSelected ? 'the same command with' : 'npm start -- --live --invite-id ID'} --no-dry-run`,
    );
  }
  print('');
  if (options.json) console.log(toMaskedJson(run, redact));
  return run.exitCode ?? 1;
}

const NO_CREDENTIALS = `There are no credentials in the environment. Set

  CLOUDFLARE_API_TOKEN                      a user API token with the permission "Memberships: Edit"

or both of

  CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY   the e-mail address and the Global API Key of the invited user

for example with: read -rs CLOUDFLARE_API_TOKEN && export CLOUDFLARE_API_TOKEN`;

/** Cancels the step at Ctrl-C as GitHub cancels a job, so that its reports are still shown. A second Ctrl-C ends this program. */
function passCancellation(): NonNullable<StepOptions['signal']> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => resolve());
  return { name: 'SIGINT', when: promise };
}

function printResult(run: StepResult, screen: Screen, print: (text: string) => void): void {
  print(screen.log(run));
  print(screen.annotations(run));
  print(screen.outputs(run));
  print(screen.summary(run));
}

function seconds({ durationMs }: StepResult): string {
  return `It took ${(durationMs / 1000).toFixed(1)} s.`;
}

async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values: options, positionals } = parseArguments(args);
    if (options.help) {
      console.log(usage());
      return 0;
    }
    if (options.live) {
      if (positionals.length > 0) throw new UsageError('--live and a scenario cannot be combined.');
      return await runLive(options, environment);
    }
    const misplaced = LIVE_OPTIONS.find((name) => options[name] !== undefined);
    if (misplaced !== undefined) throw new UsageError(`--${misplaced} needs --live.`);
    const [name = Object.keys(SCENARIOS)[0] ?? '', ...more] = positionals;
    if (more.length > 0) throw new UsageError('Only one scenario can run at a time.');
    return await runScenario(name, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\nAll commands: npm start -- --help`);
    return 2;
  }
}

const exitCodeFor = watchStdout();
process.exitCode = exitCodeFor(await main(process.argv.slice(2), process.env));
