import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { CREDENTIALS } from '../run.ts';
import { substringsOf } from '../substrings.ts';
import type { Case } from './case.ts';
import { inputsOf, type Played, responseName } from './play.ts';

/** Throws an error that names every expectation of the case, and every rule for all cases, that the step broke. */
export function check(testCase: Case, played: Played): void {
  const broken = [...brokenExpectations(testCase, played), ...brokenRules(testCase, played)];
  if (broken.length > 0) throw new Error([...broken, '', 'What the step did:', ...transcript(played)].join('\n'));
}

/** An entry of the output `invites`. */
interface Entry {
  readonly id: string;
  readonly outcome: string;
  readonly error?: string;
  readonly [field: string]: unknown;
}

const entriesOf = ({ outputs }: Played): readonly Entry[] => JSON.parse(outputs.invites ?? '');

function brokenExpectations(testCase: Case, played: Played): string[] {
  const { annotations, outputs, sandbox, startMs, isVirtual } = played;
  const { requests } = sandbox;
  const levels: readonly string[] = testCase.annotations ?? (testCase.exit === 1 ? ['error'] : []);
  const annotated = annotations.map(({ level, title }, index) => {
    const [expected = '', part] = levels[index]?.split(/: (.*)/s) ?? [];
    return expected === level && part !== undefined && title.includes(part) ? levels[index] : level;
  });
  const unused = (testCase.responses ?? []).filter(({ times = 1 }, index) => {
    const used = requests.filter(({ fault }) => fault === responseName(index)).length;
    return used < (times === Number.POSITIVE_INFINITY ? 1 : times);
  });
  const facts: readonly (readonly [what: string, actual: unknown, expected: unknown])[] = [
    ['requests', requests.map(({ method }) => method).join(' '), testCase.requests],
    ['exit', played.exitCode, testCase.exit],
    ['annotations', annotated, levels],
    ['message', annotations[0]?.message, testCase.message],
    ['masks', played.masks.toSorted(), testCase.masks?.toSorted()],
    ['outcomes', entriesOf(played).map(({ outcome }) => outcome), testCase.outcomes],
    ...Object.entries(testCase.outputs ?? {}).map(([name, value]) => [`output ${name}`, outputs[name], value] as const),
    ['on the server', sandbox.invites().map(({ status }) => status), testCase.onServer],
    ['memberships on the server', sandbox.memberships().map(({ status }) => status), testCase.memberships],
    ['paths', requests.map(({ path }) => path.replace(/^\/client\/v4/, '')), testCase.paths],
    ...requests.flatMap(({ headers, body }) => [
      ['body', body, testCase.sends?.body] as const,
      ...Object.entries(testCase.sends?.headers ?? {}).map(([name, value = 'none']) => {
        return [`header ${name}`, headers[name] ?? 'none', value] as const;
      }),
    ]),
    ['milliseconds', played.elapsedMs, isVirtual ? testCase.tookMs : undefined],
    ['arrivals', requests.map(({ atMs }) => atMs - startMs), isVirtual ? testCase.atMs : undefined],
    ['requests to GitHub', played.githubRequests.join(' '), testCase.githubRequests ?? ''],
    ['unused responses', unused.length, 0],
  ];
  const messages = annotations.map(({ message }) => message).join('\n');
  const titles = annotations.map(({ title }) => title);
  const hints = messages.split('\n').filter((line) => line.startsWith('What to do: '));
  type Parts = readonly string[] | undefined;
  const texts: readonly (readonly [what: string, text: string, parts: Parts, never?: Parts])[] = [
    ['title', titles[0] ?? '', testCase.title === undefined ? [] : [testCase.title]],
    ['messages', messages, testCase.says],
    ['annotations', `${titles.join('\n')}\n${messages}`, [], testCase.neverSays],
    ['hints', hints.join('\n'), testCase.hints],
    ['log', played.log.join('\n'), testCase.logs, testCase.neverLogs],
    ['debug log', played.debug.join('\n'), testCase.debugs],
    ['summary', played.summary, testCase.summary],
  ];
  return [
    ...facts.flatMap(([what, actual, expected]) => {
      const [was, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
      return wanted === undefined || was === wanted ? [] : [`${what}: expected ${wanted}, but was ${was}`];
    }),
    ...texts.flatMap(([what, text, parts = [], never = []]) => [
      ...parts
        .filter((part) => !text.includes(part))
        .map((part) => `${what}: expected to hold ${JSON.stringify(part)}`),
      ...never.filter((part) => text.includes(part)).map((part) => `${what}: must not hold ${JSON.stringify(part)}`),
    ]),
  ];
}

const REQUEST = /(?:GET|PATCH|PUT) \/\S+/;
const RESPONSE = /(?:GET|PATCH|PUT) \/\S+ .*HTTP \d{3}/;
const COUNTS = ['changed', 'matched_count', 'changed_count', 'failed_count', 'invite_ids', 'invites'];

/** What must hold in every case. */
function brokenRules(testCase: Case, played: Played): string[] {
  const { exitCode, annotations, outputs, sandbox, summary, written } = played;
  const { status: wanted, 'dry-run': dryRun } = inputsOf(testCase);
  const entries = entriesOf(played);
  const ids: readonly string[] = JSON.parse(outputs.invite_ids ?? '');
  const only = entries.length === 1 ? entries[0] : undefined;
  const errors = annotations.filter(({ level }) => level === 'error');
  const count = (...kinds: string[]): string => String(entries.filter(({ outcome }) => kinds.includes(outcome)).length);
  const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  const isBadInput = errors.some(({ title }) => title.includes('inputs cannot be used'));
  const rules = {
    'a step that fails has an error, a step that succeeds has none': errors.length > 0 === (exitCode === 1),
    'a level has at most 10 annotations': ['error', 'warning', 'notice'].every(
      (level) => annotations.filter((annotation) => annotation.level === level).length <= 10,
    ),
    'a message fits into an annotation': annotations.every(({ message }) => message.length <= 4_000),
    'an annotation has a title and a message': annotations.every(({ title, message }) => title && message),
    'the message of an error begins with its title': errors.every(
      ({ title, message }) =>
        message.startsWith(`${title}.`) || (title.endsWith('…') && message.startsWith(title.slice(0, -1))),
    ),
    'the last line of the log is the result': /^Cloudflare invites( \(dry run\))?: /.test(played.log.at(-1) ?? ''),
    'an error about a request says what to do': errors.every(
      ({ message }) => !REQUEST.test(message) || /^What to do: \S/m.test(message),
    ),
    'an error about a response has its cf-ray, unless it is cut': errors.every(
      ({ message }) => !RESPONSE.test(message) || /cf-ray: |…\n/.test(message),
    ),
    'no word is missing from a message': annotations.every(({ message }) => !/undefined|NaN| $|^ | {2}/m.test(message)),
    'every error stands in the summary': errors.every(
      ({ title }) => /^\d+ more/.test(title) || summary.includes(escaped(title)),
    ),
    'the summary lists the errors and no other failure':
      errors.length === 10 ||
      errors.length === (summary.replace(/<details>.*<\/details>/g, '').match(/<li>/g)?.length ?? 0),
    'a failed entry says what its error says, in one line and without the hint': entries.every(({ id, error = '' }) => {
      const lines = errors.find(({ title }) => title.includes(id))?.message.split('\n') ?? [];
      const isCut = lines.some((line) => line.endsWith('…'));
      return isCut || lines.length === 0 || error === lines.filter((line) => !/^What to do/.test(line)).join(' ');
    }),
    'a failed entry says what happened, and not what to do': entries.every(
      ({ outcome, error = '' }) => /fail|not_/.test(outcome) === (error !== '') && !/^What to do/m.test(error),
    ),
    'failed invites fail the step': outputs.failed_count === '0' || exitCode === 1,
    'every output is set': OUTPUT_NAMES.every((name) => outputs[name] !== undefined),
    'matched_count counts the invites': outputs.matched_count === String(ids.length),
    'invite_ids and invites name the same': entries.every(
      ({ id, kind }, index) => ids[index] === (kind === 'membership' ? `membership.${id}` : id),
    ),
    'changed_count counts what is changed': outputs.changed_count === count('changed'),
    'failed_count counts what is not done': outputs.failed_count === count('failed', 'not_attempted'),
    'changed follows changed_count': outputs.changed === String(outputs.changed_count !== '0'),
    'the outputs of one invite are its own, and those of several are empty': OUTPUT_NAMES.every(
      (name) => COUNTS.includes(name) || outputs[name] === shown(only?.[name]),
    ),
    'no status stands beside "State unknown"':
      only === undefined || !/state unknown/i.test(errors[0]?.message ?? '') || outputs.status === '',
    'a dry run changes nothing': dryRun !== 'true' || sandbox.requests.every(({ method }) => method === 'GET'),
    'nothing is sent where inputs are bad': !isBadInput || (sandbox.requests.length === 0 && ids.length === 0),
    'at most four requests are under way at a time': sandbox.maxConcurrent <= 4,
    'success means that every invite has the wanted status':
      exitCode === 1 ||
      dryRun === 'true' ||
      testCase.onServer !== undefined ||
      ids.every((id) => (sandbox.membership(id.replace(/^membership\./, '')) ?? sandbox.invite(id))?.status === wanted),
    'no part of a credential is shown': credentialsOf(testCase)
      .flatMap((credential) => substringsOf(credential.toLowerCase()))
      .every((part) => !written.toLowerCase().includes(part)),
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`rule: ${rule}`]));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** Every credential that the step gets, good or bad. */
function credentialsOf(testCase: Case): readonly string[] {
  const { 'api-token': token, 'api-key': key, 'github-token': github } = inputsOf(testCase);
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, HTTPS_PROXY = '' } = testCase.env ?? {};
  const ofEnvironment = [CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, URL.parse(HTTPS_PROXY)?.password];
  const values = [CREDENTIALS.token, CREDENTIALS.key, token, key, github, ...ofEnvironment];
  return values.map((value = '') => value.trim()).filter((value) => value.length >= 8);
}

function transcript({ sandbox, startMs, annotations, outputs, log }: Played): string[] {
  const indented = (text: string): string => text.replaceAll('\n', '\n    ');
  return [
    ...sandbox.requests.map(
      ({ method, path, atMs, status }) => `  ${Math.round(atMs - startMs)} ms: ${method} ${path}: ${status}`,
    ),
    ...annotations.map(({ level, title, message }) => `  ${level}: ${title}\n    ${indented(message)}`),
    ...log.slice(-20).map((line) => `  log: ${line}`),
    `  outputs: ${JSON.stringify({ ...outputs, invites: undefined })}`,
    `  invites: ${outputs.invites?.slice(0, 2_000)}`,
  ];
}
