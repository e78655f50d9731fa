import fc from 'fast-check';

/** Hostile text: characters with a meaning to the runner, a terminal or a browser. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['::', ':', '##[', '##', '#', '[', ']', '::error::', '##[error]', '::add-mask::x', 'stop-commands'],
        ...[' ', '\t', '\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u00a0', '\u2028', '\u2029', '\u3000', '%0A'],
        ...['\u0000', '\u001b[31m', '\u007f', '\u200b', '\u202e', '\u2066', '\ufeff', '\ue000', '\ufe0f', '\u{e0001}'],
        ...['<b>', '</code>', '<', '>', '"', "'", '&', '&lt;', '`', '😀', '\ud83d', '\ude00', '***'],
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** What a browser shows of a piece of HTML. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|(\w+));/g, (_reference, code: string | undefined, name: string) =>
      code === undefined ? (NAMED_CHARACTERS[name] ?? '') : String.fromCodePoint(Number(code)),
    );
}
