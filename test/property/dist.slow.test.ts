import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CloudflareSandbox, type Fault } from '../../sandbox/cloudflare.ts';
import { runStep } from '../../sandbox/runner.ts';
import { serve } from '../../sandbox/server.ts';
import { systemClock } from '../../src/clock.ts';
import { CREDENTIALS, START_MS } from '../run.ts';
import { checkInvariants } from './invariants.ts';
import { observe } from './observed.ts';
import { stepInputs } from './property.ts';
import { type RandomStep, randomSteps } from './random-step.ts';

/** Whether a case does not wait long: real time passes here. */
function isQuick(step: RandomStep): boolean {
  const waits = (fault: Fault): boolean =>
    'hang' in fault || 'slowBody' in fault || 'refuseConnection' in fault || (fault.delayMs ?? 0) > 100;
  return (
    step.retries <= 1 &&
    step.waitSeconds === 0 &&
    step.cancelAt === undefined &&
    step.world.rateLimit === undefined &&
    step.clockOffsetMs === 0 &&
    !step.world.faults?.some((fault) => waits(fault) || fault.name === 'tooManyRequests')
  );
}

/** The same case with its invites expiring as long after now as they do after the start of virtual time. */
function movedToNow(step: RandomStep): RandomStep {
  const offsetMs = Date.now() - START_MS;
  const invites = step.invites.map((invite) => ({
    ...invite,
    expires_on: new Date(Date.parse(String(invite.expires_on)) + offsetMs).toISOString(),
  }));
  return { ...step, invites };
}

async function checkInDist(original: RandomStep): Promise<void> {
  const step = movedToNow(original);
  const sandbox = new CloudflareSandbox({
    credentials: CREDENTIALS,
    ...step.world,
    invites: step.invites,
    clock: systemClock,
  });
  const server = await serve(sandbox);
  try {
    const startMs = systemClock.nowMs();
    const result = await runStep({
      with: { 'api-token': CREDENTIALS.token, 'api-base-url': server.url, ...stepInputs(step) },
      debug: true,
    });
    checkInvariants(step, observe(result, sandbox, startMs));
  } finally {
    await server.close();
  }
}

test('dist keeps every invariant in a sample of random steps', { timeout: 120_000 }, async () => {
  const seed = Date.now();
  const sample = fc.sample(randomSteps.filter(isQuick), { numRuns: 40, seed });
  const broken: string[] = [];
  const queue = sample.entries();
  const work = async (): Promise<void> => {
    for (const [index, step] of queue) {
      await checkInDist(step).catch((error: unknown) => {
        broken.push(`seed ${seed}, case ${index}: ${error}\n${fc.stringify(step)}`);
      });
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(broken).toEqual([]);
});
