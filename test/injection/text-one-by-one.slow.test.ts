import { describe, expect, test } from 'vitest';
import type { Fault, ReplyTemplate } from '../../sandbox/cloudflare.ts';
import { fetchFailed } from '../../sandbox/fetch.ts';
import { toLine } from '../../src/report/text.ts';
import { invite, inviteId } from '../run.ts';
import { commandsOf } from './corpus.ts';
import { CHUNKS, expectNoEffect, failing, idsFor, REPLIES } from './payloads.ts';

describe('hostile text, one at a time', () => {
  test.each(Object.entries(REPLIES))(
    'hostile text does nothing as %s of a failed list, one at a time',
    async (_what, replyOf) => {
      for (const text of CHUNKS.flat()) {
        const fault = (of: string): Fault => ({ times: Number.POSITIVE_INFINITY, reply: replyOf(of) });
        await expectNoEffect(
          ([of = '']) => ({ inputs: { roles: '*', retries: '0' }, world: { faults: [fault(of)] } }),
          [text],
        );
      }
    },
  );

  test.each([401, 429, 500, 503])('hostile text does nothing in HTTP %i, one at a time', async (status) => {
    for (const text of CHUNKS.flat()) {
      const reply = (of: string): ReplyTemplate => ({
        status,
        headers: { 'retry-after-ms': '5' },
        body: failing({ code: 1001, message: of }),
      });
      await expectNoEffect(
        ([of = '']) => ({
          inputs: { 'invite-id': idsFor(['', '']), retries: '1' },
          world: {
            invites: [invite(1, { organization_name: of }), invite(2, { organization_name: of })],
            faults: [{ times: Number.POSITIVE_INFINITY, reply: reply(of) }],
          },
        }),
        [text],
      );
    }
  });

  test('hostile text does nothing in the reason of a failed connection, one at a time', async () => {
    for (const text of CHUNKS.flat()) {
      await expectNoEffect(
        ([of = '']) => ({
          inputs: { 'invite-id': inviteId(1), retries: '1' },
          fetch: () => Promise.reject(fetchFailed(of, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })),
        }),
        [text],
      );
    }
  });
});

describe('a line', () => {
  test('a line starts no command through any character that a comparison ignores', () => {
    const found: string[] = [];
    for (let point = 0x80; point <= 0x10ffff; point += 1) {
      const character = String.fromCodePoint(point);
      if (point >= 0xd800 && point <= 0xdfff) continue;
      for (const text of [`:${character}:error::x`, `#${character}#[error]x`, `##${character}[error]x`]) {
        // Only a character that toLine keeps can be ignored by the runner.
        const shown = toLine(text);
        if (shown === text && commandsOf(shown).length > 0) found.push(`U+${point.toString(16)}`);
      }
    }
    expect(new Set(found)).toEqual(new Set());
  }, 30_000);
});
