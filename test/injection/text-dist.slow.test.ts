import { describe, expect, test } from 'vitest';
import type { Fault, SandboxInvite } from '../../sandbox/cloudflare.ts';
import type { StepResult } from '../../sandbox/runner.ts';
import type { Invite } from '../../src/cloudflare/invite.ts';
import { DistHarness } from '../dist/step.ts';
import { inviteId } from '../run.ts';
import { commandsOf, HOSTILE_TEXTS, LINE_ENDS, skeletonOf, UNSHOWABLE, withoutIgnorable } from './corpus.ts';
import { CHUNKS, chunksOf, expectHarmlessLines, failing, fieldsOf, harmlessFor, headerValue } from './payloads.ts';

describe.concurrent('hostile text in dist', { timeout: 60_000 }, () => {
  /** Everything that the runner read, without the texts themselves. */
  function shapeOfStep(result: StepResult): object {
    const { exitCode, commands, annotations, droppedAnnotations, log, debug, outputs, environmentFiles } = result;
    return {
      exitCode,
      commands: commands.map(({ command, properties, stream }) => [command, Object.keys(properties), stream]).sort(),
      annotations: annotations.map(({ level, message }) => `${level}: ${message.split('\n').length} lines`),
      droppedAnnotations,
      lines: log.length,
      marked: log.filter((line) => line.includes('##[')).length,
      debug: debug.length,
      outputs: Object.keys(outputs),
      environmentFiles,
      summary: skeletonOf(result.summary),
      masks: result.masks,
    };
  }

  function expectNoEffectOfStep(hostile: StepResult, harmless: StepResult): void {
    expect(shapeOfStep(hostile)).toEqual(shapeOfStep(harmless));
    expect(hostile.stderr).toBe('');
    expect(hostile.stdout.isWellFormed()).toBe(true);
    const lines = hostile.stdout.split('\n');
    expect(lines.filter((line) => UNSHOWABLE.test(line))).toEqual([]);
    // Both comparisons find the same command.
    for (const line of lines)
      expect(commandsOf(line)).toEqual(
        commandsOf(line)
          .slice(0, 1)
          .flatMap((name) => [name, name]),
      );
    expect(lines.filter((line) => withoutIgnorable(line).includes('##['))).toEqual([]);
    for (const { title, message } of hostile.annotations) expectHarmlessLines([title, ...message.split('\n')]);
  }

  const withDebug = (chunks: readonly (readonly string[])[]) =>
    chunks.flatMap((texts, chunk) => [false, true].map((debug) => ({ texts, chunk, debug })));
  // A list needs no annotation for each text, so that more of them fit into one step.
  const isHuge = (texts: readonly string[]): boolean => texts.length === 1;
  const ordinary = HOSTILE_TEXTS.map(({ text }) => text);
  const lists = withDebug([...chunksOf(ordinary, 45), ...CHUNKS.filter(isHuge)]);
  const failures = withDebug(CHUNKS);
  const harmlessSteps = new Map<string, Promise<StepResult>>();
  /** The step with harmless texts, which is the same for all chunks of a size. */
  function harmlessStep(
    kind: string,
    { texts, debug }: { texts: readonly string[]; debug: boolean },
    step: (of: readonly string[]) => Promise<StepResult>,
  ): Promise<StepResult> {
    const key = `${kind} ${texts.length} ${debug}`;
    const known = harmlessSteps.get(key) ?? step(texts.map(harmlessFor));
    harmlessSteps.set(key, known);
    return known;
  }
  const ofIds = (texts: readonly string[]) => texts.map((_, index) => inviteId(index + 1));
  const pending = (id: string, details: Invite): SandboxInvite => ({ id, status: 'pending', ...details });

  test.for(lists)(
    'hostile text does nothing in a list of invites with dist, chunk $chunk, debug $debug',
    async ({ texts, debug }) => {
      const fields = (text: string): Invite => (!isHuge(texts) ? fieldsOf(text) : { organization_name: text });
      const step = async (of: readonly string[]): Promise<StepResult> => {
        const invites = ofIds(of).map((id, index) => pending(id, fields(of[index] ?? '')));
        await using harness = await DistHarness.open({ invites, latencyMs: 0 });
        return await harness.step({ with: { 'invite-id': undefined, 'organization-name': '*' }, debug });
      };
      const hostile = await step(texts);
      expect(hostile.exitCode).toBe(0);
      expectNoEffectOfStep(hostile, await harmlessStep('list', { texts, debug }, step));
      // JSON keeps even what UTF-8 cannot encode.
      expect(JSON.parse(hostile.outputs.invites ?? '')).toMatchObject(texts.map(fields));
      if (texts.length === 1) expect(hostile.outputs.organization_name).toBe(texts[0]?.toWellFormed());
    },
  );

  test.for(failures)(
    'hostile text does nothing in failures with dist, chunk $chunk, debug $debug',
    async ({ texts, debug }) => {
      const step = async (of: readonly string[]): Promise<StepResult> => {
        const invites = ofIds(of).map((id, index) => pending(id, { organization_name: of[index] ?? '' }));
        const faults = ofIds(of).map((id, index): Fault => {
          const text = of[index] ?? '';
          const error = { code: 1001, message: text, documentation_url: text, source: { pointer: text } };
          const body = failing({ ...error, error_chain: [{ code: 1002, message: text }] });
          // Control characters are no part of HTTP, and Node's parser refuses them.
          const ray = headerValue(text).replace(/[^\x20-\x7e\x80-\xff]/g, '');
          const reply = { status: 400, headers: { 'content-type': 'application/json', 'cf-ray': ray }, body };
          return { on: { method: 'PATCH', id }, reply };
        });
        await using harness = await DistHarness.open({ invites, faults });
        return await harness.step({ with: { 'invite-id': ofIds(of).join(' '), retries: '0' }, debug });
      };
      const hostile = await step(texts);
      expect(hostile.annotations.filter(({ level }) => level === 'error')).toHaveLength(texts.length);
      expectNoEffectOfStep(hostile, await harmlessStep('failures', { texts, debug }, step));
    },
  );

  const ends = Object.entries(LINE_ENDS).map(([name, end]) => ({ name, end }));
  test.for(ends)('an output of dist keeps $name as it is', async ({ end }) => {
    const text = `Acme${end}status=forged${end}::set-output name=status::forged${end}EOF${end}`;
    const invites = [pending(inviteId(1), { organization_name: text, roles: [text] })];
    await using harness = await DistHarness.open({ invites });
    const { outputs, annotations, commands } = await harness.step({ with: { 'invite-id': inviteId(1) } });
    expect(outputs).toMatchObject({ status: 'accepted', organization_name: text, roles: JSON.stringify([text]) });
    expect(annotations).toEqual([]);
    expect(commands.map(({ command }) => command)).not.toContain('set-output');
  });
});
