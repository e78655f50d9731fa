import { toOneLine, truncate } from '../words.ts';

// The one place where text becomes safe to show. Everything that people read passes through `toLine`, and through an
// `Escape` where it becomes markup. Outputs are data and keep their text. Credentials are redacted where text comes in.

/** Turns at most `maxLength` characters of a text into a line of HTML. */
export type Escape = (text: string, maxLength?: number) => string;

/** Long enough for any name and any sentence of Cloudflare's, short enough for a table. */
const MAX_LINE = 1_000;

/** One line without control characters or anything that the runner takes for a command. */
export function toLine(text: string, maxLength = MAX_LINE): string {
  return truncate(stripCommands(text), maxLength);
}

/** `toLine`, escaped for use inside an HTML element. */
export const toHtml: Escape = (text, maxLength) =>
  toLine(text, maxLength).replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');

const HTML_ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

// Control, format (zero-width, bidirectional), private-use and ignorable characters, and lone surrogates. A few names
// lose the variant of a letter; each of these can make one name look like another. U+FE0F belongs to emoji and keycaps.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}[\p{DI}--\uFE0F]]|(?<!\p{ExtPict}|[#*\d](?=\uFE0F\u20E3))\uFE0F/gv;

function stripCommands(text: string): string {
  return (
    toOneLine(text)
      .replace(INVISIBLE, '\uFFFD')
      // The runner has two forms of a command: the old one counts anywhere in a line, the new one after white space.
      // The runner's comparison ignores some characters (.NET compares by culture): ignore all beyond ASCII here.
      .replace(/#(?=[^ -~]*#[^ -~]*\[)/g, '# ')
      .replace(/^([^!-~]*):(?=[^ -~]*:)/, '$1: ')
  );
}
