import { asciiLowercase } from '../ascii.ts';

/**
 * The one place where text from outside becomes fit to be shown. Everything that people read, in the log, in
 * annotations, in the summary and in issues, passes through `line`, and through `html` where it becomes markup.
 * Outputs are data: they pass through `redact` alone.
 */
export interface SafeText {
  /** `text` with every credential, and every part of one of at least 8 characters, replaced by `***`. */
  redact(text: string): string;
  /** One line without a credential, control characters or anything the runner takes for a command. */
  line(text: string, maxLength?: number): string;
  /** `line`, escaped for use inside an HTML element. */
  html(text: string, maxLength?: number): string;
}

/** Long enough for any name and any sentence of Cloudflare's, short enough for a table. */
const MAX_LINE = 1_000;

/** The shortest part of a credential that is taken for one. */
const PART_LENGTH = 8;

/** What is shorter stands in too many words to be a secret; the runner's own mask still covers it in the log. */
const MIN_SECRET = 4;

const MASK = '***';

/** @param secrets the values that must never be shown */
export function createSafeText(secrets: readonly string[]): SafeText {
  const redact = createRedactor(secrets);
  // Twice: what is made alike, white space for example, may complete a credential.
  const line = (text: string, maxLength = MAX_LINE): string => cut(redact(stripCommands(redact(text))), maxLength);
  return { redact, line, html: (text, maxLength) => escapeHtml(line(text, maxLength)) };
}

function createRedactor(secrets: readonly string[]): (text: string) => string {
  const parts = new Set(secrets.filter((secret) => secret.length >= MIN_SECRET).flatMap(substringsOf));
  if (parts.size === 0) return (text) => text;
  const anyPart = new RegExp([...parts].map(RegExp.escape).join('|'), 'i');
  const redactParts = (text: string): string => {
    if (!anyPart.test(text)) return text;
    const masked = maskParts(text, parts);
    // Again as long as there was something to mask: a mask may stand where it completes another secret.
    return masked === text ? text : redactParts(masked);
  };
  return redactParts;
}

function substringsOf(secret: string): readonly string[] {
  const lower = asciiLowercase(secret);
  const count = Math.max(1, lower.length - PART_LENGTH + 1);
  return Array.from({ length: count }, (_, start) => lower.slice(start, start + PART_LENGTH));
}

/** Masks every stretch of `text` that consists of parts, overlapping ones taken together. */
function maskParts(text: string, parts: ReadonlySet<string>): string {
  const lower = asciiLowercase(text);
  const lengths = new Set([...parts].map((part) => part.length));
  let masked = '';
  let shownTo = 0;
  let hiddenTo = 0;
  for (let start = 0; start < lower.length; start++) {
    for (const length of lengths) {
      if (!parts.has(lower.slice(start, start + length))) continue;
      if (start >= hiddenTo) {
        masked += text.slice(shownTo, start) + MASK;
      }
      hiddenTo = Math.max(hiddenTo, start + length);
      shownTo = hiddenTo;
    }
  }
  return masked + text.slice(shownTo);
}

const WHITE_SPACE = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
// Control, format (zero-width characters, bidirectional overrides), private-use characters and lone surrogates:
// none of them belongs in a name, and each can make one look like another.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

function stripCommands(text: string): string {
  return (
    text
      .replace(WHITE_SPACE, ' ')
      .replace(INVISIBLE, '\uFFFD')
      // The runner's two forms of a command: the old one counts anywhere in a line, the new one after white space.
      // The runner compares by culture, which skips characters that weigh nothing: all beyond ASCII are taken for such.
      .replace(/#(?=[^ -~]*#[^ -~]*\[)/g, '# ')
      .replace(/^([^!-~]*):(?=[^ -~]*:)/, '$1: ')
  );
}

/** At most `maxLength` UTF-16 units of `text`, a mark of omission included. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // A pair of surrogates is one character.
  return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
}
