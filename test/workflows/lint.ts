import { DescriptionDictionary, data } from '@actions/expressions';
import { registerLogger, type ValidationConfig, validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { ACTION, RELEASED_ACTION, readRepositoryFile, SELF, stepsOf, type WorkflowFile } from './act.ts';

/** A problem in a workflow, an action, or a part of one. */
export interface Finding {
  /** From 1; 0 for the whole file. */
  readonly line: number;
  readonly message: string;
}

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  readonly outputs: Readonly<Record<string, object>>;
}

/** The moving tag, and the version of this checkout. */
const OWN_TAGS = [ACTION, RELEASED_ACTION].map((uses) => uses.split('@')[1]);
/** `uses:` for the checkout, in workflows of this repository. */
const CHECKOUT = './';
const WORKFLOWS = '.github/workflows/';

const action = parse(readRepositoryFile('action.yml')) as ActionFile;

// validate() only logs its own exceptions. A crash must not look like a file without problems.
const crashes: string[] = [];
const ignore = (): void => undefined;
registerLogger({ error: (message) => crashes.push(message), warn: ignore, info: ignore, log: ignore });

const isOwnRef = (ref: string): boolean => OWN_TAGS.includes(ref) || /^[0-9a-f]{40}$/.test(ref);

function isSelf(uses: string): boolean {
  const [name, ref = ''] = uses.split('@');
  return uses === CHECKOUT || (name === SELF && isOwnRef(ref));
}

/** Declares the outputs of this action's steps. Otherwise the grammar accepts every name. */
function withOutputs(steps: DescriptionDictionary, isOwn: (stepId: string) => boolean): DescriptionDictionary {
  const result = new DescriptionDictionary();
  result.complete = steps.complete;
  for (const { key, value, description } of steps.pairs()) {
    let step = value;
    if (isOwn(key) && value instanceof DescriptionDictionary) {
      const outputs = new DescriptionDictionary();
      for (const name of Object.keys(action.outputs)) outputs.add(name, new data.StringData(''));
      outputs.complete = true;
      step = new DescriptionDictionary(...value.pairs().filter((pair) => pair.key !== 'outputs'));
      step.add('outputs', outputs);
    }
    result.add(key, step, description);
  }
  return result;
}

const config: ValidationConfig = {
  actionsMetadataProvider: {
    async fetchActionMetadata({ owner, name, ref, path }) {
      // The inputs of other actions are unknown here. checkPins() checks their versions.
      if (`${owner}/${name}` !== SELF) return { name, description: name };
      const { name: ownName, description, inputs } = action;
      return isOwnRef(ref) && !path ? { name: ownName, description, inputs } : undefined;
    },
  },
  fileProvider: {
    async getFileContent(reference) {
      if ('repository' in reference && `${reference.owner}/${reference.repository}` !== SELF) {
        throw new Error(`Cannot read ${reference.owner}/${reference.repository}`);
      }
      const path = reference.path.replace(/^\.\//, '');
      return { name: path, content: readRepositoryFile(path) };
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

/** Lints with GitHub's own grammar. A warning is a finding. */
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

/** Actions of other people must have a commit id, and the version in a comment. */
function checkPins(text: string): Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const [, uses, comment = ''] = /^\s*(?:- )?uses:\s*['"]?([^\s'"]+)['"]?\s*(#.*)?$/.exec(line) ?? [];
    if (uses === undefined || uses.startsWith('./')) return [];
    const [name = '', ref = ''] = uses.split('@');
    if ((name === SELF || name.startsWith(`${SELF}/${WORKFLOWS}`)) && OWN_TAGS.includes(ref)) return [];
    if (!/@[0-9a-f]{40}$/.test(uses)) return [{ line: index + 1, message: `${uses} is not pinned by commit id` }];
    if (/^# v\d+\.\d+\.\d+$/.test(comment.trim())) return [];
    return [{ line: index + 1, message: `${uses} lacks a comment with its version` }];
  });
}

/** GitHub inserts the value of an expression into a script as code, so scripts must not have any. */
function checkScripts(workflow: WorkflowFile): Finding[] {
  return stepsOf(workflow)
    .filter(({ run }) => run?.includes('${{'))
    .map(({ run }) => ({ line: 0, message: `An expression in a script: ${run?.trim().split('\n')[0]}` }));
}

/** Outputs with text that a stranger may have chosen. */
export const OUTPUTS_FROM_OUTSIDE = [
  'organization_name',
  'invited_by',
  'roles',
  'invites',
  'invited_member_email',
] as const;

/**
 * Finds scripts that get such an output. GitHub reads commands from a script's log, and the runner prints there the
 * `env:` of every script, so `env:` is as bad as `echo`.
 */
function checkTextFromOutside({ env: workflowEnv = {}, jobs = {} }: WorkflowFile): Finding[] {
  const isFromOutside = (text: unknown, names: readonly string[]): boolean => {
    const one = new RegExp(`outputs\\s*(?:\\.\\s*|\\[\\s*')(?:${names.join('|')})\\b`, 'i');
    // A whole object, such as toJSON(steps), holds every output.
    const all = /\b(?:steps|needs)\s*(?:[),}]|\.\s*(?:\*|[\w-]+)\s*[),}])|\boutputs\s*(?:[),}]|\.\s*\*)/i;
    return [...String(text).matchAll(/\$\{\{(.*?)\}\}/gs)].some(
      ([, code = '']) => one.test(code) || all.test(`${code})`),
    );
  };
  // A job may hand such an output on under another name.
  const aliases = Object.values(jobs)
    .flatMap(({ outputs = {} }) => Object.entries(outputs))
    .flatMap(([name, value]) => (isFromOutside(value, OUTPUTS_FROM_OUTSIDE) ? [name] : []));
  const names = [...OUTPUTS_FROM_OUTSIDE, ...aliases];
  return Object.values(jobs).flatMap(({ env: jobEnv = {}, steps = [] }) =>
    steps
      .filter(({ run }) => run !== undefined)
      .filter(({ run, env = {} }) =>
        [run, ...[workflowEnv, jobEnv, env].flatMap(Object.values)].some((text) => isFromOutside(text, names)),
      )
      .map(({ run }) => ({
        line: 0,
        message: `Text from outside in a script or its env: ${run?.trim().split('\n')[0]}`,
      })),
  );
}

/** Checks the inputs of `uses: ./`, which the grammar skips. */
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

/** Checks a complete workflow against the grammar and the rules of this repository. */
export async function lintWorkflow(path: string, text: string): Promise<readonly Finding[]> {
  const grammar = await checkGrammar(uniqueUri(`${WORKFLOWS}${path.split('/').at(-1)}`), text);
  const findings = [...grammar, ...checkPins(text)];
  let workflow: WorkflowFile;
  try {
    workflow = (parse(text) as WorkflowFile | null) ?? {};
  } catch {
    // The grammar has reported the YAML error.
    return findings;
  }
  if (workflow.permissions === undefined) findings.push({ line: 0, message: 'There are no permissions at the top' });
  return [...findings, ...checkScripts(workflow), ...checkTextFromOutside(workflow), ...checkOwnInputs(workflow)];
}

/** Checks an `action.yml`. */
export function lintAction(text: string): Promise<readonly Finding[]> {
  return checkGrammar(uniqueUri('action.yml'), text);
}

let documents = 0;

/** The checker caches by URI without a limit in time, and its path decides between workflow and action. */
const uniqueUri = (path: string): string => `file:///${++documents}/${path}`;

/** A block of YAML in a Markdown text. */
export interface Snippet {
  /** Number of its first line, from 1. */
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

const TRIGGER = 'on: workflow_dispatch\n';
const NO_PERMISSIONS = 'permissions: {}\n';
const HEAD = `${TRIGGER}${NO_PERMISSIONS}jobs:\n`;
const JOB = '  job:\n    runs-on: ubuntu-latest\n';
const STEPS = `${HEAD}${JOB}    steps:\n`;
const JOBS = `jobs:\n${JOB}    steps: [{ run: 'true' }]\n`;
const OWN_STEP = `${STEPS}      - uses: ${ACTION}\n`;

/** Completes a part of a workflow: steps, inputs, keys of a job, jobs, or keys at the top. */
export function wholeWorkflow(snippet: string): { readonly text: string; readonly addedLines: number } {
  const has = (key: string): boolean => new RegExp(`^${key}:`, 'm').test(snippet);
  const permissions = has('permissions') ? '' : NO_PERMISSIONS;
  const lines = snippet.split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const margin = Math.min(...filled.map((line) => line.search(/\S/)));
  const insert = (before: string, indent = 0, after = '') => ({
    text: `${before}${lines.map((line) => (line.trim() === '' ? line : ' '.repeat(indent) + line.slice(margin))).join('\n')}${after}`,
    addedLines: before.split('\n').length - 1,
  });
  if (has('jobs')) return insert(`${has('on') ? '' : TRIGGER}${permissions}`);
  if (has('on')) return insert('', 0, JOBS);
  const first = filled.find((line) => !line.trim().startsWith('#'))?.trim() ?? '';
  if (first.startsWith('- ')) return insert(STEPS, 6);
  if (/^(?:concurrency|permissions|env|defaults):/.test(first)) return insert(TRIGGER, 0, `${permissions}${JOBS}`);
  if (Object.keys(action.inputs).some((name) => first.startsWith(`${name}:`))) {
    const status = /^\s*status:/m.test(snippet) ? '' : '          status: accepted\n';
    return insert(`${OWN_STEP}        with:\n${status}`, 10);
  }
  return /^with:/.test(first) ? insert(OWN_STEP, 8) : insert(HEAD, 2);
}
