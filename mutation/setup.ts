// A module that a test loads on demand would count as covered by that test. Loaded before, what it makes once is known
// as such.
import '../src/tracking-issue/update.ts';
