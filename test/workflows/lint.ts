import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescriptionDictionary, data } from '@actions/expressions';
import { registerLogger, type ValidationConfig, validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { ACTION, ROOT } from './act.ts';

/** Something wrong with a workflow, an action or a part of one. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  readonly outputs: Readonly<Record<string, object>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface WorkflowFile {
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, { readonly uses?: string; readonly steps?: readonly Step[] }>>;
}

const [SELF = '', SELF_REF] = ACTION.split('@');
/** How a workflow of this repository uses the checkout. */
const CHECKOUT = './';
const WORKFLOWS = '.github/workflows/';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const action = parse(read('action.yml')) as ActionFile;

// validate() catches its own exceptions and only logs them; a crash must not look like a clean file.
const crashes: string[] = [];
const ignore = (): void => undefined;
registerLogger({ error: (message) => crashes.push(message), warn: ignore, info: ignore, log: ignore });

/** The moving tag, or a commit id. */
const isOwnRef = (ref: string): boolean => ref === SELF_REF || /^[0-9a-f]{40}$/.test(ref);

function isSelf(uses: string): boolean {
  const [name, ref = ''] = uses.split('@');
  return uses === CHECKOUT || (name === SELF && isOwnRef(ref));
}

/** The outputs of this action's steps, which the grammar would let pass under any name. */
function withOutputs(steps: DescriptionDictionary, isOwn: (stepId: string) => boolean): DescriptionDictionary {
  const result = new DescriptionDictionary();
  result.complete = steps.complete;
  for (const { key, value, description } of steps.pairs()) {
    if (!isOwn(key) || !(value instanceof DescriptionDictionary)) {
      result.add(key, value, description);
      continue;
    }
    const step = new DescriptionDictionary();
    for (const pair of value.pairs()) if (pair.key !== 'outputs') step.add(pair.key, pair.value, pair.description);
    const outputs = new DescriptionDictionary();
    for (const name of Object.keys(action.outputs)) outputs.add(name, new data.StringData(''));
    outputs.complete = true;
    step.add('outputs', outputs);
    result.add(key, step, description);
  }
  return result;
}

const config: ValidationConfig = {
  actionsMetadataProvider: {
    async fetchActionMetadata({ owner, name, ref, path }) {
      if (`${owner}/${name}` === SELF)
        return isOwnRef(ref) && !path
          ? { name: action.name, description: action.description, inputs: action.inputs }
          : undefined;
      // Somebody else's action: there is one, and nobody knows its inputs here. checkPins() sees to its version.
      return { name, description: name };
    },
  },
  fileProvider: {
    async getFileContent(reference) {
      if ('repository' in reference && `${reference.owner}/${reference.repository}` !== SELF) {
        throw new Error(`Not here: ${reference.owner}/${reference.repository}`);
      }
      const path = reference.path.replace(/^\.\//, '');
      return { name: path, content: read(path) };
    },
  },
  contextProviderConfig: {
    async getContext(name, defaultContext, workflowContext) {
      if (name !== 'steps' || defaultContext === undefined) return undefined;
      return withOutputs(defaultContext, (stepId) =>
        Boolean(
          workflowContext.job?.steps?.some((step) => step.id === stepId && 'uses' in step && isSelf(step.uses.value)),
        ),
      );
    },
  },
};

/** Lints by GitHub's own grammar; warnings count. */
async function checkGrammar(uri: string, text: string): Promise<Finding[]> {
  crashes.length = 0;
  const diagnostics = await validate(TextDocument.create(uri, 'yaml', 1, text), config);
  return [
    ...diagnostics.map(({ range, message }) => ({
      line: range.start.line + 1,
      message: typeof message === 'string' ? message : message.value,
    })),
    ...crashes.map((message) => ({ line: 0, message: `The checker crashed: ${message}` })),
  ];
}

/** Other people's actions are pinned by commit id, with the version beside it. */
function checkPins(text: string): Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const [, uses, comment = ''] = /^\s*(?:- )?uses:\s*['"]?([^\s'"]+)['"]?\s*(#.*)?$/.exec(line) ?? [];
    if (uses === undefined || uses.startsWith('./') || uses === ACTION) return [];
    if (uses.startsWith(`${SELF}/${WORKFLOWS}`) && uses.endsWith(`@${SELF_REF}`)) return [];
    if (!/@[0-9a-f]{40}$/.test(uses)) return [{ line: index + 1, message: `${uses} is not pinned by commit id` }];
    if (/^# v\d+\.\d+\.\d+$/.test(comment.trim())) return [];
    return [{ line: index + 1, message: `${uses} lacks a comment with its version` }];
  });
}

/** An expression in a script is replaced before the shell reads it, so its value would be code. */
function checkScripts(workflow: WorkflowFile): Finding[] {
  return stepsOf(workflow)
    .filter(({ run }) => run?.includes('${{'))
    .map(({ run }) => ({ line: 0, message: `An expression in a script: ${run?.trim().split('\n')[0]}` }));
}

/** `uses: ./` is skipped by the grammar. */
function checkOwnInputs(workflow: WorkflowFile): Finding[] {
  return stepsOf(workflow)
    .filter(({ uses }) => uses === CHECKOUT)
    .flatMap(({ with: inputs = {} }) => [
      ...Object.keys(inputs)
        .filter((name) => !(name in action.inputs))
        .map((name) => `Invalid action input '${name}'`),
      ...Object.entries(action.inputs)
        .filter(([name, input]) => input.required && input.default === undefined && !(name in inputs))
        .map(([name]) => `Missing required input '${name}'`),
    ])
    .map((message) => ({ line: 0, message }));
}

function stepsOf({ jobs }: WorkflowFile): readonly Step[] {
  return Object.values(jobs ?? {}).flatMap(({ steps = [] }) => steps);
}

/** Checks a complete workflow by the grammar and by this repository's rules. */
export async function lintWorkflow(path: string, text: string): Promise<readonly Finding[]> {
  const findings = [
    ...(await checkGrammar(uniqueUri(`${WORKFLOWS}${path.split('/').at(-1)}`), text)),
    ...checkPins(text),
  ];
  let workflow: WorkflowFile;
  try {
    workflow = (parse(text) as WorkflowFile | null) ?? {};
  } catch {
    // The grammar has said so.
    return findings;
  }
  if (workflow.permissions === undefined) findings.push({ line: 0, message: 'There are no permissions at the top' });
  return [...findings, ...checkScripts(workflow), ...checkOwnInputs(workflow)];
}

/** Checks an `action.yml`. */
export function lintAction(text: string): Promise<readonly Finding[]> {
  return checkGrammar(uniqueUri('action.yml'), text);
}

let documents = 0;

/** The checker remembers what it parsed by the URI for ever, and tells workflows from actions by it. */
function uniqueUri(path: string): string {
  documents += 1;
  return `file:///${documents}/${path}`;
}

/** A block of YAML in a Markdown text. */
export interface Snippet {
  /** Where its first line is, from 1. */
  readonly line: number;
  readonly text: string;
}

export function snippetsOf(markdown: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  let open: { fence: string; indent: number; line: number; isYaml: boolean; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent = '', fence = '', info = ''] = /^( *)(`{3,}|~{3,})\s*(\S*)/.exec(line) ?? [];
    if (open === undefined) {
      if (fence === '') continue;
      open = { fence, indent: indent.length, line: index + 2, isYaml: /^ya?ml$/i.test(info), lines: [] };
    } else if (fence.startsWith(open.fence) && info === '') {
      if (open.isYaml) snippets.push({ line: open.line, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else {
      open.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))));
    }
  }
  return snippets;
}

const HEAD = 'on: workflow_dispatch\npermissions: {}\n';
const JOB = `${HEAD}jobs:\n  job:\n    runs-on: ubuntu-latest\n`;

/** Makes a workflow of a part of one: steps, keys of a job, jobs, or keys at the top. */
export function wholeWorkflow(snippet: string): { readonly text: string; readonly addedLines: number } {
  if (/^(?:on|jobs):/m.test(snippet)) {
    if (!/^jobs:/m.test(snippet))
      return { text: `${snippet}${JOB.slice(HEAD.length)}    steps: [{ run: 'true' }]\n`, addedLines: 0 };
    const head = `${/^on:/m.test(snippet) ? '' : 'on: workflow_dispatch\n'}${/^permissions:/m.test(snippet) ? '' : 'permissions: {}\n'}`;
    return { text: `${head}${snippet}`, addedLines: head.split('\n').length - 1 };
  }
  const lines = snippet.split('\n');
  const least = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  const put = (before: string, indent: number) => ({
    text: `${before}${lines.map((line) => (line.trim() === '' ? line : ' '.repeat(indent) + line.slice(least))).join('\n')}`,
    addedLines: before.split('\n').length - 1,
  });
  const first = lines.find((line) => line.trim() !== '' && !line.trim().startsWith('#'))?.trim() ?? '';
  if (first.startsWith('- ')) return put(`${JOB}    steps:\n`, 6);
  if (/^(?:concurrency|permissions|env|defaults):/.test(first)) {
    const top = put('on: workflow_dispatch\n', 0);
    const permissions = /^permissions:/m.test(snippet) ? '' : 'permissions: {}\n';
    return { ...top, text: `${top.text}${permissions}${JOB.slice(HEAD.length)}    steps: [{ run: 'true' }]\n` };
  }
  // What belongs under `with:` of this action.
  if (Object.keys(action.inputs).some((name) => first.startsWith(`${name}:`))) {
    const status = /^\s*status:/m.test(snippet) ? '' : '          status: accepted\n';
    return put(`${JOB}    steps:\n      - uses: ${ACTION}\n        with:\n${status}`, 10);
  }
  if (/^with:/.test(first)) return put(`${JOB}    steps:\n      - uses: ${ACTION}\n`, 8);
  return put(`${HEAD}jobs:\n`, 2);
}
