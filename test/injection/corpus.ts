import { parseCommand } from '../../sandbox/runner.ts';

/** Text that an attacker may write into a name, or a broken server into any field. */
export interface HostileText {
  readonly name: string;
  readonly text: string;
}

/** Characters that some program takes for the end of a line. */
export const LINE_ENDS: Readonly<Record<string, string>> = {
  LF: '\n',
  CR: '\r',
  CRLF: '\r\n',
  LFCR: '\n\r',
  'a vertical tab': '\v',
  'a form feed': '\f',
  'a file separator': '\u001c',
  'a record separator': '\u001e',
  NEL: '\u0085',
  'a line separator': '\u2028',
  'a paragraph separator': '\u2029',
  NUL: '\0',
};

/** Characters that the runner may ignore when it compares texts, a few of each kind. */
const IGNORABLE: Readonly<Record<string, string>> = {
  'a soft hyphen': '\u00ad',
  'a grapheme joiner': '\u034f',
  'a zero-width space': '\u200b',
  'a zero-width joiner': '\u200d',
  'a word joiner': '\u2060',
  'a byte order mark': '\ufeff',
  'a variation selector': '\ufe0f',
  'a variation selector of plane 14': '\u{e0100}',
  'a tag character': '\u{e0041}',
  'a Hangul filler': '\u3164',
  'a Mongolian selector': '\u180b',
  'a control character': '\u0001',
  'a tatweel': '\u0640',
  'a Hebrew accent': '\u0591',
  'a Cyrillic sign': '\u0488',
  'a musical stem': '\u{1d165}',
};

const COMMANDS: readonly string[] = [
  '::error title=forged::forged',
  '::ERROR::forged',
  '::warning::forged',
  '::notice::forged',
  '::debug::forged',
  '::group::forged',
  '::endgroup::',
  '::add-mask::e',
  '::stop-commands::forged',
  '::set-output name=changed::forged',
  '::set-env name=PATH::forged',
  '::add-path::/tmp',
  '::save-state name=forged::forged',
  '::echo::on',
  '::add-matcher::forged.json',
  ' \t\u00a0\u3000::error::forged',
  '::::error::forged',
  ':::error::forged',
  '##[error]forged',
  '##[ERROR title=forged;]forged',
  'Acme ##[add-mask]e',
  '##[stop-commands]forged',
  '##[group]forged',
  '##[endgroup]',
  '##[command]forged',
  '##[set-env name=PATH;]forged',
  '####[error]forged##[error]forged',
  '::error ##[error]forged::forged',
];

const MARKUP: Readonly<Record<string, string>> = {
  'a Markdown link': '[Accept here](https://evil.example/?a=b "title")',
  'an image': '![x](https://evil.example/pixel.png)',
  'a reference': '[Accept here][1]\n\n[1]: https://evil.example',
  'a bare link': 'https://evil.example/accept www.evil.example evil@evil.example',
  'an autolink': '<https://evil.example>',
  'a mention': '@octocat @octocat/team, please accept',
  'an issue reference': '#1 GH-1 octocat/hello-world#1 fixes #1',
  'a commit reference': 'ffac537e6cbbf934b08745a378932722df287a53',
  'an emoji by name': ':white_check_mark: :+1:',
  'a heading': '\n\n# All invites were accepted\n\n',
  'a heading underneath': 'Forged\n======\n\nForged\n---',
  'a table': '\n\n| Organization | Outcome |\n|---|---|\n| Acme | ✅ |\n\n',
  'cells of a table': 'Acme | ✅ changed | x',
  'a list': '\n\n- [x] done\n1. done\n> quoted\n',
  'a code fence': '\n```\nforged\n```\n~~~\nforged\n~~~\n',
  'backticks that end code': '`` ` ``` </code>` <b>forged</b>',
  'indented code': '\n\n    forged\n',
  'a formula': '$x$ $$\\href{https://evil.example}{x}$$ $`x`$',
  'a diagram': '\n```mermaid\ngraph TD; A-->B\n```\n',
  'a footnote': '[^1]\n\n[^1]: forged',
  'an alert': '\n\n> [!NOTE]\n> forged\n',
  'HTML that ends the cell': '</code></td></tr></table><h1>All accepted</h1>',
  'a script': '<script>alert(1)</script>',
  'an image with a handler': '<img src=x onerror=alert(1)>',
  'a style': '<style>*{display:none}</style>',
  'an attribute': '" onmouseover="alert(1)" \' style=\'x',
  'a comment': '<!-- hidden',
  'CDATA and a declaration': '<![CDATA[ x <!DOCTYPE html> <?php ?>',
  'hidden details': '<details><summary>forged</summary>',
  entities: '&lt;b&gt; &#60;b&#62; &#x3c;b&#x3e; &amp;lt; &lt',
  'an unfinished tag': '<a href=https://evil.example',
  'the marker of the tracking issue': '<!-- cloudflare-invite-action: tracking issue -->',
  expressions: `\${{ github.token }} $(id) \`id\` {{7*7}} %PATH% $PATH`,
};

const ODD: Readonly<Record<string, string>> = {
  'escaped line breaks': 'Acme%0A::error::forged%0D%0A##[error]forged%5D',
  'line breaks escaped twice': 'Acme%250A::error::forged%25250A',
  'escaped properties': 'forged,title=forged%2Ctitle%3Aforged::forged',
  'a line of GITHUB_OUTPUT': 'Acme\nchanged=true\nstatus=forged',
  'a heredoc of GITHUB_OUTPUT': 'Acme\nEOF\nghadelimiter_\nstatus<<EOF\nforged\nEOF\n',
  'a delimiter of its own': 'ghadelimiter_00000000-0000-0000-0000-000000000000',
  'colours of a terminal': '\u001b[31mforged\u001b[0m \u009b31mforged',
  'a cleared screen': '\u001b[2J\u001b[H\u001bcforged',
  'a link of a terminal': '\u001b]8;;https://evil.example\u0007Accept\u001b]8;;\u0007',
  'backspaces and bells': 'failed\b\b\b\b\b\bdone  \u0007\u007f',
  'an overwritten line': 'failed\rdone  ',
  'a bidirectional override': 'Acme \u202egnp.exe\u202c',
  'bidirectional isolates': '\u2066\u2067\u2068Acme\u2069\u200e\u200f\u061c',
  'tag characters': 'Acme\u{e0001}\u{e0041}\u{e007f}',
  'invisible text': '\u200b\u200c\u200d\u2060\u2061\ufeff\u00ad',
  'private-use characters': '\ue000\u{f0000}\u{10fffd}',
  noncharacters: '\ufffe\uffff\ufdd0\ufffd',
  'the first half of a pair': 'Acme \ud83d',
  'the second half of a pair': '\ude00 Acme',
  'halves the wrong way round': '\ude00\ud83d',
  'a pile of accents': `A${'\u0301'.repeat(200)}`,
  'a name like an object': '__proto__',
  'a name like nothing': 'null',
  'a file': '../../../../etc/passwd',
  'a query': "' OR 1=1; --",
  JSON: '","status":"accepted","x":"\\u0000\\ud800',
};

const HUGE = 100_000;

/** Names of about 100,000 characters as JSON, chosen to be slow to handle or to be cut in a bad place. */
export const HUGE_TEXTS: readonly HostileText[] = Object.entries({
  'a long name': 'A',
  'a long run of commands': '##[error]x ',
  'a long run of hashes': '#',
  'a long run of hashes with ignorable characters': '#\u034f',
  'a long run of colons': ':',
  'a long run of tags': '<b>',
  'a long run of ampersands': '&',
  'a long run of line breaks': '\n',
  'a long run of emoji': '😀',
  'a long run of invisible characters': '\u200b',
  'a long run of percent signs': '%0A',
}).map(([name, unit]) => ({ name, text: unit.repeat(Math.ceil(HUGE / (JSON.stringify(unit).length - 2))) }));

/** The texts of ordinary length. */
export const HOSTILE_TEXTS: readonly HostileText[] = [
  ...COMMANDS.map((text) => ({ name: `the command ${JSON.stringify(text)}`, text })),
  ...Object.entries(LINE_ENDS).map(([name, end]) => ({
    name: `commands behind ${name}`,
    text: `Acme${end}::error::forged${end}##[error]forged${end}${end}<b>forged</b>${end}`,
  })),
  ...Object.entries(IGNORABLE).flatMap(([name, c]) => [
    { name: `commands with ${name} inside`, text: `:${c}:error::forged #${c}#[error]forged ##${c}[error]forged` },
    {
      name: `commands with ${name} everywhere`,
      text: `${c}:${c}:error:${c}:forged #${c}${c}#${c}${c}[error${c}]forged`,
    },
    { name: `commands behind ${name}`, text: `${c}::error::forged ${c}##[error]forged` },
  ]),
  ...[MARKUP, ODD].flatMap((texts) => Object.entries(texts).map(([name, text]) => ({ name, text }))),
];

/** The text of the step that a step with hostile text is compared with. */
export const HARMLESS = 'Harmless';

const collator = new Intl.Collator('en', { sensitivity: 'variant' });
const ignorable = new Map<string, boolean>();

function isIgnorable(character: string): boolean {
  const known = ignorable.get(character);
  if (known !== undefined) return known;
  const found = collator.compare(':', `:${character}`) === 0 || collator.compare('::', `:${character}:`) === 0;
  ignorable.set(character, found);
  return found;
}

/** The line without the characters that a comparison by culture ignores. .NET and this Collator both use ICU. */
export function withoutIgnorable(line: string): string {
  return line.replace(/[^\x20-\x7e]/gu, (character) => (isIgnorable(character) ? '' : character));
}

/** The commands in a line for the runner: compared exactly, and without the characters that it may ignore. */
export function commandsOf(line: string): readonly string[] {
  return [parseCommand(line), parseCommand(withoutIgnorable(line))].flatMap((found) => found?.command ?? []);
}

/** Characters that no shown line may hold: control and format characters, line ends, unpaired surrogates. */
export const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}[\p{DI}--\uFE0F]]/v;

/** The elements that a summary may have, none of them with attributes. */
const ELEMENTS: ReadonlySet<string> = new Set('h3 p table tr th td ul li strong code br details summary'.split(' '));
/** First elements of an HTML block of CommonMark (kind 6): nothing in it is Markdown until a blank line. */
const BLOCKS = /^<(?:h3|p|table|ul|details)>/;
const ENTITY = /&(?:amp|lt|gt|quot|#39);/g;

/**
 * Reads a summary as GitHub does, as Markdown that consists of HTML blocks. Returns its elements and its text outside of
 * code. GitHub makes links and mentions of text outside of code, and of none inside.
 * @throws where anything is Markdown, an attribute, an unknown element, or an element in the wrong place
 */
export function skeletonOf(summary: string): string {
  const blocks = summary.split(/(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))+/).filter((block) => block.trim() !== '');
  return blocks.map((block) => skeletonOfBlock(block.replace(/\n$/, ''))).join('\n');
}

function skeletonOfBlock(block: string): string {
  const excerpt = JSON.stringify(block.slice(0, 200));
  if (!BLOCKS.test(block)) throw new Error(`Markdown outside of an HTML block: ${excerpt}`);
  if (/[\r\n\v\f\u0085\u2028\u2029]/.test(block)) throw new Error(`A line ends within ${excerpt}`);
  const open: string[] = [];
  let skeleton = '';
  for (const [token, slash, tag] of block.matchAll(/<(\/?)([^<>]*)>|[^<]+|</g)) {
    if (tag === undefined) {
      if (/[<>"']/.test(token) || token.replace(ENTITY, '').includes('&')) {
        throw new Error(`Text that is not escaped: ${JSON.stringify(token.slice(0, 200))}`);
      }
      if (open.length === 0) throw new Error(`Text outside of an element: ${JSON.stringify(token.slice(0, 200))}`);
      if (!open.includes('code')) skeleton += token;
      continue;
    }
    if (!ELEMENTS.has(tag)) throw new Error(`The element ${JSON.stringify(token)}`);
    skeleton += token;
    if (tag === 'br') continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) throw new Error(`${token} in the wrong place of ${excerpt}`);
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} not closed in ${excerpt}`);
  return skeleton;
}
