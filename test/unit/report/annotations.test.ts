import { describe, expect, test } from 'vitest';
import type { Outcome, Problem } from '../../../src/invites/outcome.ts';
import { capAnnotations, failureAnnotations, problemAnnotation } from '../../../src/report/annotations.ts';

const STOP: Problem = {
  title: 'Cloudflare refused the credentials',
  message: 'PATCH failed.',
  details: ['Cloudflare: code 9109.', 'cf-ray: 1.'],
  hint: 'Check them.',
};

function problem(title: string): Problem {
  return { title, message: `${title} happened.`, details: [] };
}

function failed(id: string, title = `failure of ${id}`): Outcome {
  return { kind: 'failed', id, invite: { status: 'pending' }, problem: problem(title), causedByStop: false };
}

function stopped(kind: 'failed' | 'not_attempted', id: string, invite: Outcome['invite'] = {}): Outcome {
  return { kind, id, invite, problem: STOP, causedByStop: true };
}

function many<T>(count: number, make: (id: string) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(`id${index + 1}`));
}

function titlesOf(outcomes: readonly Outcome[], stop?: Problem): readonly string[] {
  return failureAnnotations(outcomes, stop).map(({ title }) => title);
}

describe('problemAnnotation', () => {
  test('says what happened, then the facts, then what to do', () => {
    expect(problemAnnotation(STOP)).toEqual({
      title: 'Cloudflare refused the credentials',
      lines: ['PATCH failed.', 'Cloudflare: code 9109.', 'cf-ray: 1.', 'What to do: Check them.'],
    });
  });

  test('has no advice where there is no hint', () => {
    expect(problemAnnotation(problem('It'))).toEqual({ title: 'It', lines: ['It happened.'] });
  });
});

describe('failureAnnotations', () => {
  test('there are none for invites that went well', () => {
    const kinds = ['changed', 'unchanged', 'planned'] as const;
    expect(
      failureAnnotations(
        kinds.map((kind) => ({ kind, id: kind, invite: {} })),
        undefined,
      ),
    ).toEqual([]);
  });

  test('each failed invite has its own, in order', () => {
    const changed: Outcome = { kind: 'changed', id: 'c', invite: {} };
    expect(failureAnnotations([failed('a'), changed, failed('b')], undefined)).toEqual([
      { title: 'failure of a', lines: ['failure of a happened.'] },
      { title: 'failure of b', lines: ['failure of b happened.'] },
    ]);
  });

  test('one cause that stopped the step is told once, first, with the invites that it kept from being attempted', () => {
    const outcomes = [
      failed('a'),
      stopped('failed', 'b', { status: 'pending' }),
      stopped('not_attempted', 'c', { organization_name: 'Acme, Inc.', status: 'pending' }),
      stopped('not_attempted', 'd', { status: 'pending' }),
    ];
    const [first, ...others] = failureAnnotations(outcomes, STOP);
    expect(first).toEqual({
      title: STOP.title,
      lines: [
        'PATCH failed.',
        'Not attempted: Acme, Inc. (c), d.',
        'Cloudflare: code 9109.',
        'cf-ray: 1.',
        'What to do: Check them.',
      ],
    });
    expect(others).toEqual([{ title: 'failure of a', lines: ['failure of a happened.'] }]);
  });

  test('invites of unknown state are named as such, those of known state are not', () => {
    const outcomes = [stopped('failed', 'a'), stopped('failed', 'b', { status: 'pending' })];
    expect(failureAnnotations(outcomes, STOP)[0]?.lines[1]).toBe('State unknown, because it could not be read: a.');
  });

  test('five invites are named and the rest is counted', () => {
    const known = { status: 'pending' };
    const linesFor = (count: number) =>
      failureAnnotations(
        many(count, (id) => stopped('not_attempted', id, known)),
        STOP,
      )[0]?.lines;
    expect(linesFor(5)).toContain('Not attempted: id1, id2, id3, id4, id5.');
    expect(linesFor(7)).toContain('Not attempted: id1, id2, id3, id4, id5 and 2 more.');
  });

  test('a cause that stopped the step before any invite is told', () => {
    expect(failureAnnotations([], STOP)).toEqual([problemAnnotation(STOP)]);
    expect(titlesOf([{ kind: 'changed', id: 'a', invite: {} }], STOP)).toEqual([STOP.title]);
  });

  test('a cause that no invite is left to blame for is not told besides the invites’ own failures', () => {
    expect(titlesOf([failed('a')], STOP)).toEqual(['failure of a']);
  });

  test('ten failures have an annotation each', () => {
    expect(titlesOf(many(10, (id) => failed(id)))).toEqual(many(10, (id) => `failure of ${id}`));
  });

  test('of more than ten the last one counts the rest, names five and says where all of them are', () => {
    const annotations = failureAnnotations(
      many(16, (id) => failed(id)),
      undefined,
    );
    expect(annotations).toHaveLength(10);
    expect(annotations[8]?.title).toBe('failure of id9');
    expect(annotations[9]).toEqual({
      title: '7 more failures',
      lines: [
        ...[10, 11, 12, 13, 14].map((number) => `failure of id${number}`),
        '… and 2 more.',
        expect.stringContaining('summary'),
      ],
    });
  });

  test('the cause that stopped the step is one of the ten', () => {
    const outcomes = [...many(10, (id) => failed(id)), stopped('not_attempted', 'x')];
    expect(titlesOf(outcomes, STOP)).toEqual([STOP.title, ...many(8, (id) => `failure of ${id}`), '2 more failures']);
  });
});

describe('capAnnotations', () => {
  const annotations = (count: number) => many(count, (id) => ({ title: id, lines: [] }));

  test.each([0, 1, 10])('leaves %i as they are', (count) => {
    expect(capAnnotations(annotations(count), 'things', 'There.')).toEqual(annotations(count));
  });

  test('counts none beyond those it names', () => {
    expect(capAnnotations(annotations(11), 'things', 'There.').at(-1)).toEqual({
      title: '2 more things',
      lines: ['id10', 'id11', 'There.'],
    });
  });

  test.each([11, 14, 15, 200])('of %i none is lost', (count) => {
    const capped = capAnnotations(annotations(count), 'things', 'There.');
    expect(capped).toHaveLength(10);
    expect(capped.slice(0, 9)).toEqual(annotations(9));
    const { title, lines } = capped[9] ?? { title: '', lines: [] };
    expect(title).toBe(`${count - 9} more things`);
    const named = lines.filter((line) => line.startsWith('id')).length;
    const counted = Number(/^… and (\d+) more\.$/m.exec(lines.join('\n'))?.[1] ?? 0);
    expect(named + counted).toBe(count - 9);
  });
});
