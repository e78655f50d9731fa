import { expect, test } from 'vitest';
import { capAnnotations } from '../../../src/report/annotations.ts';

const annotations = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ title: `id${index + 1}`, lines: [] }));

test.each([0, 1, 10])('%i annotations stay as they are', (count) => {
  expect(capAnnotations(annotations(count), 'things')).toEqual(annotations(count));
});

test.each([11, 14, 15, 200])('%i annotations become 10, of which the last names five and counts the rest', (count) => {
  const capped = capAnnotations(annotations(count), 'things');
  const rest = count - 9;
  expect(capped.slice(0, 9)).toEqual(annotations(9));
  expect(capped.slice(9)).toEqual([
    {
      title: `${rest} more things`,
      lines: [
        `${rest} more things.`,
        ...annotations(Math.min(count, 14))
          .slice(9)
          .map(({ title }) => title),
        ...(rest > 5 ? [`and ${rest - 5} more`] : []),
        'The summary of the job lists all of them.',
      ],
    },
  ]);
});
