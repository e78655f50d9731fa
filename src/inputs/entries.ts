import { EXCLAMATION_MARKS, type Filter } from '../invites/filters.ts';
import { trimWhiteSpace } from '../invites/pattern.ts';

/** The entries of a list as a workflow has it, and its comments. */
export interface ListText {
  readonly entries: readonly string[];
  readonly comments: readonly string[];
}

/**
 * Splits the text of a list. A line that begins with `#` is a comment; between words, a `#` after white space begins one
 * that ends with the line.
 */
export function splitList(text: string, layout: Filter['layout']): ListText {
  const lines = text.split(/\r\n?|\n/).map(trimWhiteSpace);
  if (layout === 'lines') {
    return {
      entries: lines.filter((line) => line !== '' && !line.startsWith('#')),
      comments: lines.filter((line) => line.startsWith('#')),
    };
  }
  const ends = lines.map((line) => /(?<=^|\p{White_Space})#/u.exec(line)?.index ?? line.length);
  return {
    entries: lines.flatMap((line, index) => line.slice(0, ends[index]).split(/[\p{White_Space},]/u)).filter(Boolean),
    comments: lines.map((line, index) => line.slice(ends[index])).filter(Boolean),
  };
}

// An exclamation mark that begins a word. One that ends a word, as in "Important!" and "(really!)", is only a text.
const HIDDEN_EXCLUSION = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}!?.)"'])[${EXCLAMATION_MARKS}]|[!?.)"'][${EXCLAMATION_MARKS}](?=[\p{L}\p{N}*])`,
  'u',
);

/** Whether a comment holds a word that begins with `!`: an exclusion that has no effect there. */
export function hidesExclusion(comment: string): boolean {
  return HIDDEN_EXCLUSION.test(comment);
}

/** The array or object of a text that is JSON as a whole; undefined for any other text. */
export function parseJson(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
