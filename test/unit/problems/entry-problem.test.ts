import { expect, test } from 'vitest';
import { FILTERS, type FilterName } from '../../../src/invites/filters.ts';
import { entryProblem } from '../../../src/problems/entry-problem.ts';

test.each<[FilterName, string, string]>([
  [
    'organization-name',
    'x'.repeat(257),
    'organization-name has the entry `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`. An entry has at most 256 characters.',
  ],
  [
    'organization-name',
    'Acme # customer',
    'organization-name has the entry `Acme # customer`. Character 6, `#` (U+0023), is not plain. A comment stands on a line of its own: write `Acme`. If that character belongs to the name, write `Acme \\# customer`.',
  ],
  [
    'organization-name',
    '- Acme',
    'organization-name has the entry `- Acme`. Character 1, `-` (U+002D), is not plain. A list has no bullets: write `Acme`. If that character belongs to the name, write `\\- Acme`.',
  ],
  [
    'organization-name',
    '"Acme"',
    'organization-name has the entry `"Acme"`. Character 1, `"` (U+0022), is not plain. A list has no quotes: write `Acme`. If that character belongs to the name, write `\\"Acme"`.',
  ],
  [
    'organization-name',
    '!"Acme"',
    'organization-name has the entry `!"Acme"`. Character 2, `"` (U+0022), is not plain. A list has no quotes: write `!Acme`. If that character belongs to the name, write `!\\"Acme\\"`.',
  ],
  [
    'organization-name',
    '!  Acme',
    'organization-name has the entry `!  Acme`. Character 2, ` ` (U+0020), is not plain. No space follows "!": write `!Acme`. If that character belongs to the name, write `!\\  Acme`.',
  ],
  [
    'organization-name',
    '!!!Acme',
    'organization-name has the entry `!!!Acme`. Character 2, `!` (U+0021), is not plain. One "!" is enough: write `!Acme`. If that character belongs to the name, write `!\\!\\!Acme`.',
  ],
  [
    'organization-name',
    '！Acme',
    'organization-name has the entry `！Acme`. Character 1, `！` (U+FF01), is not plain. Exclude with the ASCII "!" (U+0021): write `!Acme`.',
  ],
  [
    'organization-name',
    '- !Acme.',
    'organization-name has the entry `- !Acme.`. Character 1, `-` (U+002D), is not plain. A list has no bullets: write `!Acme.`.',
  ],
  [
    'organization-name',
    '-!Acme...',
    'organization-name has the entry `-!Acme...`. Character 1, `-` (U+002D), is not plain. Nothing stands before the "!" of an exclusion: write `!Acme`.',
  ],
  [
    'organization-name',
    'Acme !Globex',
    'organization-name has the entry `Acme !Globex`. Character 6, `!` (U+0021), is not plain. One line holds one entry: write `Acme` and `!Globex`.',
  ],
  [
    'organization-name',
    'Acme,  !Globex',
    'organization-name has the entry `Acme,  !Globex`. Character 8, `!` (U+0021), is not plain. One line holds one entry: write `Acme` and `!Globex`.',
  ],
  [
    'organization-name',
    'Acme;!Globex',
    'organization-name has the entry `Acme;!Globex`. Character 6, `!` (U+0021), is not plain. One line holds one entry: write `Acme` and `!Globex`.',
  ],
  [
    'organization-name',
    '!Acme, Inc.',
    'organization-name has the entry `!Acme, Inc.`. Character 6, `,` (U+002C), is not plain. One line holds one entry: write `!Acme` and `Inc.`. If that character belongs to the name, write `!Acme\\, Inc.`.',
  ],
  [
    'organization-name',
    '!Acme | Globex',
    'organization-name has the entry `!Acme | Globex`. Character 7, `|` (U+007C), is not plain. One line holds one entry: write `!Acme` and `Globex`. If that character belongs to the name, write `!Acme \\| Globex`.',
  ],
  [
    'organization-name',
    'Acme \\',
    'organization-name has the entry `Acme \\`. Character 6, `\\` (U+005C), is not plain. If that character belongs to the name, write `Acme \\\\`.',
  ],
  [
    'organization-name',
    'Acme\\n',
    'organization-name has the entry `Acme\\n`. Character 5, `\\` (U+005C), is not plain. An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.',
  ],
  [
    'organization-name',
    '!',
    'organization-name has the entry `!`. It ends too early. An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.',
  ],
  [
    'organization-name',
    'Ac!me',
    'organization-name has the entry `Ac!me`. Character 3, `!` (U+0021), is not plain. If that character belongs to the name, write `Ac\\!me`.',
  ],
  [
    'organization-name',
    '#1 Plumbing',
    'organization-name has the entry `#1 Plumbing`. Character 1, `#` (U+0023), is not plain. If that character belongs to the name, write `\\#1 Plumbing`.',
  ],
  [
    'organization-name',
    'Acme ¡Globex',
    'organization-name has the entry `Acme ¡Globex`. Character 6, `¡` (U+00A1), is not plain. If that character belongs to the name, write `Acme \\¡Globex`.',
  ],
  [
    'organization-name',
    '!Ac\u200bme',
    'organization-name has the entry `!Ac\u200bme`. Character 4, U+200B, is not plain. Remove the invisible character: write `!Acme`. If that character belongs to the name, write `!Ac\\\u200bme`.',
  ],
  [
    'organization-name',
    '!Ac\u00a0#me',
    'organization-name has the entry `!Ac\u00a0#me`. Character 5, `#` (U+0023), is not plain. A comment stands on a line of its own: write `!Ac`. If that character belongs to the name, write `!Ac\u00a0\\#me`.',
  ],
  [
    'roles',
    '!Admin -- not allowed',
    'roles has the entry `!Admin -- not allowed`. Character 9, `-` (U+002D), is not plain. If that character belongs to the name, write `!Admin -\\- not allowed`.',
  ],
  [
    'invited-by',
    'acme.example',
    'invited-by has the entry `acme.example`. It ends too early. A domain needs "*@" in front: write `*@acme.example`.',
  ],
  [
    'invited-by',
    '@acme.example',
    'invited-by has the entry `@acme.example`. Character 1, `@` (U+0040), is not plain. A domain needs "*@" in front: write `*@acme.example`.',
  ],
  [
    'invited-by',
    '!acme.example',
    'invited-by has the entry `!acme.example`. It ends too early. A domain needs "*@" in front: write `!*@acme.example`.',
  ],
  [
    'invited-by',
    '<it@acme.example>',
    'invited-by has the entry `<it@acme.example>`. Character 1, `<` (U+003C), is not plain. Only the address is allowed: write `it@acme.example`.',
  ],
  [
    'invited-by',
    '<!it@acme.example>;',
    'invited-by has the entry `<!it@acme.example>;`. Character 1, `<` (U+003C), is not plain. Nothing stands before the "!" of an exclusion: write `!it@acme.example`.',
  ],
  [
    'invited-by',
    'it@acm\u200be.example',
    'invited-by has the entry `it@acm\u200be.example`. Character 7, U+200B, is not plain. Remove the invisible character: write `it@acme.example`.',
  ],
  [
    'invited-by',
    'a@@b',
    'invited-by has the entry `a@@b`. Character 3, `@` (U+0040), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'organization-id',
    'a b',
    'organization-id has the entry `a b`. Character 2, ` ` (U+0020), is not plain. An id has at most 32 letters, digits, "-" or "_", and at least one letter or digit. In a pattern, "*" stands for any of these.',
  ],
  [
    'organization-id',
    '"abc"',
    'organization-id has the entry `"abc"`. Character 1, `"` (U+0022), is not plain. A list has no quotes: write `abc`.',
  ],
  [
    'organization-id',
    'x'.repeat(33),
    'organization-id has the entry `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`. Character 33, `x` (U+0078), is not plain. An id has at most 32 letters, digits, "-" or "_", and at least one letter or digit. In a pattern, "*" stands for any of these.',
  ],
  [
    'organization-id',
    'a.b',
    'organization-id has the entry `a.b`. Character 2, `.` (U+002E), is not plain. An id has at most 32 letters, digits, "-" or "_", and at least one letter or digit. In a pattern, "*" stands for any of these.',
  ],
  [
    'organization-name',
    ';',
    'organization-name has the entry `;`. Character 1, `;` (U+003B), is not plain. If that character belongs to the name, write `\\;`.',
  ],
  [
    'organization-name',
    '!Acme;',
    'organization-name has the entry `!Acme;`. Character 6, `;` (U+003B), is not plain. One line holds one entry: write `!Acme`. If that character belongs to the name, write `!Acme\\;`.',
  ],
  [
    'organization-name',
    'Acme  !Globex',
    'organization-name has the entry `Acme  !Globex`. Character 7, `!` (U+0021), is not plain. One line holds one entry: write `Acme` and `!Globex`.',
  ],
  [
    'organization-name',
    '!！Acme',
    'organization-name has the entry `!！Acme`. Character 2, `！` (U+FF01), is not plain. Exclude with the ASCII "!" (U+0021): write `!Acme`. If that character belongs to the name, write `!\\！Acme`.',
  ],
  [
    'organization-name',
    'Acme\\\\!',
    'organization-name has the entry `Acme\\\\!`. Character 7, `!` (U+0021), is not plain. If that character belongs to the name, write `Acme\\\\\\!`.',
  ],
  [
    'organization-name',
    '\\\\\\!！',
    'organization-name has the entry `\\\\\\!！`. Character 5, `！` (U+FF01), is not plain. An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.',
  ],
  [
    'roles',
    '"it@acme.example',
    'roles has the entry `"it@acme.example`. Character 1, `"` (U+0022), is not plain. If that character belongs to the name, write `\\"it@acme.example`.',
  ],
  [
    'invited-by',
    '!@acme.example',
    'invited-by has the entry `!@acme.example`. Character 2, `@` (U+0040), is not plain. A domain needs "*@" in front: write `!*@acme.example`.',
  ],
  [
    'invited-by',
    '<a@x.example>;<b@x.example>',
    'invited-by has the entry `<a@x.example>;<b@x.example>`. Character 1, `<` (U+003C), is not plain. Only the address is allowed: write `a@x.example` and `b@x.example`.',
  ],
  [
    'organization-name',
    '-!Acme "Ltd" -- note',
    'organization-name has the entry `-!Acme "Ltd" -- note`. Character 1, `-` (U+002D), is not plain. An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.',
  ],
  [
    'organization-name',
    '😀 #1',
    'organization-name has the entry `😀 #1`. Character 1, `😀` (U+1F600), is not plain. If that character belongs to the name, write `\\😀 \\#1`.',
  ],
  [
    'invited-by',
    '!<evil@x.example>',
    'invited-by has the entry `!<evil@x.example>`. Character 2, `<` (U+003C), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'invited-by',
    '！<evil@x.example>',
    'invited-by has the entry `！<evil@x.example>`. Character 1, `！` (U+FF01), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'invited-by',
    'jörg@acme.example',
    'invited-by has the entry `jörg@acme.example`. Character 2, `ö` (U+00F6), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'invited-by',
    'it@acme.exämple',
    'invited-by has the entry `it@acme.exämple`. Character 11, `ä` (U+00E4), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'invited-by',
    '!jörg@acme.example',
    'invited-by has the entry `!jörg@acme.example`. Character 3, `ö` (U+00F6), is not plain. An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
  ],
  [
    'organization-id',
    '-',
    'organization-id has the entry `-`. It ends too early. An id has at most 32 letters, digits, "-" or "_", and at least one letter or digit. In a pattern, "*" stands for any of these.',
  ],
  [
    'organization-id',
    '*-*',
    'organization-id has the entry `*-*`. It ends too early. An id has at most 32 letters, digits, "-" or "_", and at least one letter or digit. In a pattern, "*" stands for any of these.',
  ],
])('the filter %s refuses the entry %j, and says what to write', (filter, entry, text) => {
  expect(entryProblem(filter, entry, FILTERS[filter])).toBe(text);
});

test('an entry of 256 characters is not too long', () => {
  expect(entryProblem('roles', `#${'x'.repeat(255)}`, FILTERS.roles)).not.toContain('at most 256');
});
