import { styleText } from 'node:util';
import Table from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { Document, isScalar } from 'yaml';
import type { RecordedRequest, SandboxInvite } from '../sandbox/cloudflare.ts';
import { parseCommand, type StepAnnotation, type StepResult } from '../sandbox/runner.ts';
import type { Redact } from '../src/redact.ts';
import { toLine } from '../src/report/text.ts';
import type { AnnotationLevel } from '../src/report/workflow.ts';

type Format = Parameters<typeof styleText>[0];
type Cell = string | { readonly text: string; readonly format: Format };

/** What a step looks like in a workflow file. */
export interface WrittenStep {
  readonly env?: Readonly<Record<string, string>>;
  readonly with: Readonly<Record<string, string>>;
  /** Comments behind inputs, by the names of the inputs. */
  readonly remarks?: Readonly<Record<string, string>>;
}

const INDENT = '  ';
const NARROWEST_COLUMN = 6;
const MAX_OUTPUT = 480;
const SHORT_ID = 8;
const MAX_ROWS = 12;
const MAX_COUNTING_LINES = 6;
const MAX_INVITES = 12;
const MAX_REQUESTS = 15;

const LEVELS: Readonly<Record<AnnotationLevel, { readonly mark: string; readonly format: Format }>> = {
  error: { mark: '✖ error', format: ['red', 'bold'] },
  warning: { mark: '⚠ warning', format: ['yellow', 'bold'] },
  notice: { mark: '● notice', format: ['blue', 'bold'] },
};

const STATUS_FORMATS = new Map([
  ['pending', 'yellow'],
  ['accepted', 'green'],
  ['rejected', 'red'],
  ['expired', 'dim'],
] as const);

/** How GitHub shows the markers of the log. */
const LOG_MARKS = new Map([
  ['group', '▼ '],
  ['error', 'Error: '],
  ['warning', 'Warning: '],
  ['notice', 'Notice: '],
]);

/** The lines of a text, broken between words, and within a word that is longer than a line. */
function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true }).split('\n');
}

/** Renders the result of a run for a terminal. Text from outside passes through `#line` first. */
export class Screen {
  readonly #redact: Redact;
  readonly #columns: number;
  readonly #isShort: boolean;

  /**
   * @param columns the width of the terminal
   * @param isShort leaves out most of repeated lines and rows; for scenarios only
   */
  constructor(redact: Redact, columns: number, isShort: boolean) {
    this.#redact = redact;
    this.#columns = columns;
    this.#isShort = isShort;
  }

  /** The head of the output: what is run and why. */
  title(title: string, ...paragraphs: readonly string[]): string {
    const lines = paragraphs.flatMap((paragraph) => wrap(paragraph, this.#columns));
    return ['', styleText('bold', title), ...lines].join('\n');
  }

  /** The step as YAML, ready to be copied. */
  step({ env = {}, with: inputs, remarks = {} }: WrittenStep): string {
    const redacted = (values: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.#redact(value)]));
    const document = new Document([
      {
        uses: 'OWNER/cloudflare-invite-action@v1',
        ...(Object.keys(env).length > 0 ? { env: redacted(env) } : {}),
        with: redacted(inputs),
      },
    ]);
    for (const [name, remark] of Object.entries(remarks)) {
      const node = document.getIn([0, 'with', name], true);
      if (isScalar(node)) node.comment = ` ${remark}`;
    }
    const text = document.toString({ lineWidth: 0, singleQuote: true }).trimEnd();
    const lines = text.split('\n').map((line) => line.replace(/( #.*)$/, (comment) => styleText('dim', comment)));
    return this.#section('The step in the workflow', lines);
  }

  /** The log as the page of the job shows it, groups unfolded. */
  log({ log }: StepResult): string {
    let depth = 0;
    const lines = (this.#isShort ? elide(log) : log).flatMap((raw) => {
      const [, marker, rest = ''] = /^##\[(\w+)\](.*)$/.exec(raw) ?? [];
      const text = this.#line(marker === undefined ? raw : rest);
      if (marker === 'endgroup') {
        depth = 0;
        return [];
      }
      const indent = INDENT.repeat(depth);
      if (marker === 'group') depth = 1;
      const shown = `${LOG_MARKS.get(marker ?? '') ?? ''}${text}`;
      const [first = '', ...more] = wrap(shown, this.#columns - INDENT.length - indent.length - 2);
      const format = formatOfLogLine(marker);
      return [first, ...more.map((line) => INDENT + line)].map((line) => indent + styleText(format, line));
    });
    return this.#section('Log', lines.length > 0 ? lines : [styleText('dim', 'nothing')]);
  }

  /** The annotations of the workflow run. */
  annotations({ annotations, droppedAnnotations }: StepResult): string {
    const lines = annotations.flatMap((annotation) => this.#annotation(annotation));
    if (droppedAnnotations > 0) lines.push(`${droppedAnnotations} more, which GitHub does not show`);
    return this.#section('Annotations', lines.length > 0 ? lines : [styleText('dim', 'none')]);
  }

  /** The outputs, for `steps.<id>.outputs`. */
  outputs({ outputs }: StepResult): string {
    const entries = Object.entries(outputs);
    const rows = entries
      .filter(([, value]) => value !== '')
      .map(([name, value]): Cell[] => [{ text: this.#line(name), format: 'cyan' }, this.#line(value, MAX_OUTPUT)]);
    const empty = entries.filter(([, value]) => value === '').map(([name]) => this.#line(name));
    const rest = empty.length > 0 ? wrap(`Empty: ${empty.join(', ')}`, this.#columns - INDENT.length) : [];
    return this.#section('Outputs', [
      ...(rows.length > 0 ? this.#table(['output', 'value'], rows) : []),
      ...rest.map((line) => styleText('dim', line)),
    ]);
  }

  /** The job summary as text. It is HTML with a few elements. */
  summary({ summary }: StepResult): string {
    const lines: string[] = [];
    for (const [, tag = '', inner = ''] of summary.matchAll(/<(h\d|table|ul|p|summary|code)>(.*?)<\/\1>/gs)) {
      if (tag === 'table') {
        const rows = Array.from(inner.matchAll(/<tr>(.*?)<\/tr>/gs), ([, row = '']) =>
          Array.from(row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs), ([, cell = '']) =>
            // The summary folds an id below its first characters. Show the whole id only.
            this.#textOf(cell.replace(/<summary>.*<\/summary>/, '')),
          ),
        );
        const [head = [], ...body] = rows;
        const shown = this.#isShort ? body.slice(0, MAX_ROWS) : body;
        lines.push(...this.#table(head, shown));
        if (shown.length < body.length) lines.push(styleText('dim', `… ${body.length - shown.length} more rows`));
      } else if (tag === 'ul') {
        for (const [, item = ''] of inner.matchAll(/<li>(.*?)<\/li>/gs)) lines.push(...this.#listItem(item));
      } else {
        const format: Format = tag === 'p' || tag === 'code' ? 'none' : 'bold';
        lines.push(...wrap(this.#textOf(inner), this.#columns - INDENT.length).map((line) => styleText(format, line)));
      }
    }
    return this.#section('Job summary', lines.length > 0 ? lines : [styleText('dim', 'none')]);
  }

  /** The requests to the sandbox. Many of them are counted instead. */
  requests(requests: readonly RecordedRequest[]): string {
    const title = `Sandbox: ${requests.length} request${requests.length === 1 ? '' : 's'} to the API`;
    if (requests.length > MAX_REQUESTS) return this.#section(title, countEqual(requests.map(kindOfRequest)));
    const lines = requests.flatMap((request) => this.#request(request));
    return this.#section(title, lines.length > 0 ? lines : [styleText('dim', 'none')]);
  }

  /** The user's invites before and after the step. Many of them are counted instead. */
  invites(before: readonly SandboxInvite[], after: readonly SandboxInvite[]): string {
    const rows = before.map((invite, index) => ({
      invite,
      was: invite.status ?? '',
      is: after[index]?.status ?? '',
    }));
    const title = "Sandbox: the user's invites, before → after the step";
    if (rows.length > MAX_INVITES) return this.#section(title, countEqual(rows.map(({ was, is }) => change(was, is))));
    const cells = rows.map(({ invite, was, is }): Cell[] => {
      const format = STATUS_FORMATS.get(is as 'pending') ?? 'none';
      return [
        `${invite.id?.slice(0, SHORT_ID)}…`,
        this.#line(invite.organization_name ?? ''),
        this.#line(invite.roles?.join(', ') ?? ''),
        this.#line(invite.invited_by ?? ''),
        { text: change(was, is), format: was === is ? format : ['bold', format] },
      ];
    });
    return this.#section(title, this.#table(['invite', 'organization', 'roles', 'invited by', 'status'], cells));
  }

  /** The debug log, which GitHub shows when debug logging is on. */
  debug({ debug }: StepResult): string {
    const lines = debug.flatMap((line) => wrap(this.#line(line), this.#columns - INDENT.length));
    return this.#section('Requests, from the debug log', lines.length > 0 ? lines : [styleText('dim', 'none')]);
  }

  /** The last line: whether the result is as expected, and why. */
  conclusion(isGood: boolean, text: string): string {
    const [first = '', ...more] = wrap(`${isGood ? '✔' : '✖'} ${text}`, this.#columns);
    return ['', ...[first, ...more].map((line) => styleText(isGood ? ['green', 'bold'] : ['red', 'bold'], line))].join(
      '\n',
    );
  }

  #line(text: string, maxLength?: number): string {
    return toLine(this.#redact(text), maxLength);
  }

  #section(title: string, lines: readonly string[]): string {
    const rule = '─'.repeat(Math.max(0, this.#columns - stringWidth(title) - 4));
    return ['', styleText('cyan', `── ${title} ${rule}`), ...lines.map((line) => INDENT + line)].join('\n');
  }

  #annotation({ level, title, message }: StepAnnotation): string[] {
    const { mark, format } = LEVELS[level];
    const room = this.#columns - 2 * INDENT.length;
    const heading = title === '' ? mark : `${mark}: ${this.#line(title)}`;
    return [
      ...wrap(heading, room).map((line) => styleText(format, line)),
      ...message.split('\n').flatMap((line) => wrap(this.#line(line), room).map((part) => INDENT + part)),
    ];
  }

  #request({ method, path, body, status, fault, appliedStatus }: RecordedRequest): string[] {
    const isGood = typeof status === 'number' && status < 400;
    const outcome = typeof status === 'number' ? String(status) : 'no response';
    const effect = appliedStatus === undefined ? undefined : `the invite is now ${appliedStatus}`;
    const remarks = [fault, effect].filter((remark) => remark !== undefined).join('; ');
    const request = wrap(this.#line(`${method} ${path} ${body}`.trimEnd()), this.#columns - 2 * INDENT.length - 12);
    const [first = '', ...more] = request;
    const lines = [first, ...more.map((line) => INDENT + line)];
    lines.push(`${lines.pop()} → ${styleText(isGood ? 'green' : 'yellow', outcome)}`);
    return [...lines, ...(remarks === '' ? [] : [`${INDENT}${styleText('dim', remarks)}`])];
  }

  #listItem(html: string): string[] {
    const [first = '', ...more] = wrap(this.#textOf(html), this.#columns - 2 * INDENT.length);
    return [`• ${styleText('bold', first)}`, ...more.map((line) => INDENT + line)];
  }

  #textOf(html: string): string {
    const plain = html.split('<br>').map((line) =>
      line
        .replace(/<[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&'),
    );
    return plain.map((line) => this.#line(line)).join('\n');
  }

  #table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
    const all: readonly (readonly Cell[])[] = [head.map((text) => ({ text, format: 'bold' as const })), ...rows];
    const widths = columnWidths(all, this.#columns - INDENT.length - 3 * head.length - 1);
    const [shownHead = [], ...shownRows] = all.map((row) =>
      widths.map((width, column) => {
        const cell = row[column];
        const lines = wrap(textOfCell(cell), width);
        return lines.map((line) => styleText(typeof cell === 'object' ? cell.format : 'none', line)).join('\n');
      }),
    );
    const table = new Table({ head: shownHead, style: { head: [], border: [], compact: true } });
    table.push(...shownRows);
    return table.toString().split('\n');
  }
}

/** The widths of a table's columns. In a narrow table, lines break between words first, then within words. */
function columnWidths(rows: readonly (readonly Cell[])[], room: number): number[] {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => textOfCell(row[column])));
  const widest = (texts: readonly string[], separator: RegExp): number =>
    Math.max(...texts.flatMap((text) => text.split(separator)).map((part) => stringWidth(part)));
  const widths = columns.map((texts) => widest(texts, /\n/));
  const words = columns.map((texts) => widest(texts, /[ \n]/));
  while (widths.reduce((total, width) => total + width, 0) > room) {
    const breakable = widths.map((width, column) =>
      width > Math.max(words[column] ?? 0, NARROWEST_COLUMN) ? width : 0,
    );
    const candidates = Math.max(...breakable) > 0 ? breakable : widths;
    const width = Math.max(...candidates);
    if (width <= NARROWEST_COLUMN) break;
    widths[candidates.indexOf(width)] = width - 1;
  }
  return widths;
}

function textOfCell(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}

function change(was: string, is: string): string {
  return was === is ? is : `${was} → ${is}`;
}

/** A request and its response without ids and page numbers. */
function kindOfRequest({ method, path, body, status }: RecordedRequest): string {
  const general = path.replace(/(\/user\/invites\/)[^/? ]+/, '$1{id}').replace(/([?&]page=)\d+/, '$1{page}');
  return `${`${method} ${general} ${body}`.trimEnd()} → ${typeof status === 'number' ? status : 'no response'}`;
}

function countEqual(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const digits = String(Math.max(...counts.values())).length;
  return Array.from(counts, ([line, count]) => `${String(count).padStart(digits)} × ${line}`);
}

/** Shortens sequences of lines that count invites, `[1/60] …`. */
function elide(log: readonly string[]): string[] {
  const isCounting = (line: string | undefined): boolean => /^\[\d+\/\d+\] /.test(line ?? '');
  const shown: string[] = [];
  for (let start = 0; start < log.length; ) {
    let end = start + 1;
    while (isCounting(log[start]) && isCounting(log[end])) end += 1;
    const run = log.slice(start, end);
    const hidden = run.length - 3;
    shown.push(
      ...(run.length > MAX_COUNTING_LINES ? [...run.slice(0, 2), `… ${hidden} more lines …`, ...run.slice(-1)] : run),
    );
    start = end;
  }
  return shown;
}

function formatOfLogLine(marker: string | undefined): Format {
  if (marker === 'error') return 'red';
  if (marker === 'warning') return 'yellow';
  if (marker === 'notice') return 'blue';
  return marker === 'group' ? 'bold' : 'none';
}

/** A run as JSON without any credential, also not in the commands that mask them. */
export function toMaskedJson(run: StepResult, redact: Redact): string {
  // A command escapes its value, so that `redact` may not find a credential in it.
  const maskCommands = (text: string): string =>
    text.replace(/[^\r\n]+/g, (line) => (parseCommand(line)?.command === 'add-mask' ? '::add-mask::***' : line));
  const masked: StepResult = {
    ...run,
    stdout: maskCommands(run.stdout),
    stderr: maskCommands(run.stderr),
    masks: run.masks.map(() => '***'),
    commands: run.commands.map((command) =>
      command.command === 'add-mask' ? { ...command, data: '***', line: '::add-mask::***' } : command,
    ),
  };
  return JSON.stringify(masked, (_key, value) => (typeof value === 'string' ? redact(value) : value), 2);
}
