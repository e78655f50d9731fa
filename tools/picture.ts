import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CloudflareSandbox, text504 } from '../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../sandbox/demo-account.ts';
import { runAction } from '../sandbox/runner.ts';
import { serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';

const PICTURE = join(import.meta.dirname, '..', 'docs', 'summary.png');
const MAX_BYTES = 150_000;
/** In CSS pixels; the picture has as many times more as SCALE says, so that it is sharp on good screens. */
const WIDTH = 1080;
const SCALE = 1.2;

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--hide-scrollbars',
  '--disable-lcd-text',
  '--virtual-time-budget=1000',
];
const INSTALL = 'apt-get update && apt-get install -y chromium fonts-liberation fonts-noto-color-emoji';

const run = promisify(execFile);

/** The summary of a real run: two known organizations, one of which cannot be answered, and others left alone. */
async function summaryOfRun(): Promise<string> {
  const { credentials, invites } = demoAccount(systemClock.nowMs());
  const agency = invites.find(({ id }) => id === DEMO_IDS.agency);
  const acme = invites.find(({ id }) => id === DEMO_IDS.acmeDns);
  const faults = [{ ...text504(), on: { method: 'PATCH', id: DEMO_IDS.agency }, times: 2 }];
  const server = await serve(new CloudflareSandbox({ clock: systemClock, credentials, invites, faults }));
  try {
    const { exitCode, summary, stderr } = await runAction({
      with: {
        status: 'accepted',
        'organization-id': `${acme?.organization_id} ${agency?.organization_id}`,
        'api-token': credentials.token,
        'api-base-url': server.url,
        retries: '1',
      },
    });
    if (exitCode !== 1 || summary === '') throw new Error(`The run did not end as it should. ${stderr}`);
    return summary;
  } finally {
    await server.close();
  }
}

/** A page that shows a summary about as GitHub does, in its light theme. */
function pageOf(summary: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>Summary</title>
<style>
  * { box-sizing: border-box; }
  body {
    width: ${WIDTH}px; margin: 0; padding: 16px; background: #f6f8fa; color: #1f2328;
    font: 14px/1.5 "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji";
  }
  .box { background: #fff; border: 1px solid #d1d9e0; border-radius: 6px; }
  .head { padding: 12px 16px; border-bottom: 1px solid #d1d9e0; font-weight: 600; }
  .head span { color: #59636e; font-weight: 400; }
  .body { padding: 16px; overflow-wrap: break-word; }
  .body > :first-child { margin-top: 0; }
  .body > :last-child { margin-bottom: 0; }
  h3 { margin: 24px 0 16px; font-size: 17.5px; line-height: 1.25; }
  p, ul, table { margin: 0 0 16px; }
  ul { padding-left: 28px; }
  table { border-collapse: collapse; width: 100%; }
  th, td { padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; }
  th { font-weight: 600; }
  tr:nth-child(odd):not(:first-child) { background: #f6f8fa; }
  code {
    padding: 2px 5px; border-radius: 6px; background: #818b981f;
    font: 85%/1.5 "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  }
</style>
<div class="box">
  <div class="head">accept <span>summary</span></div>
  <div class="body">${summary}</div>
</div>
<script>document.title = 'height:' + Math.ceil(document.body.getBoundingClientRect().height);</script>
`;
}

/** Runs the first browser that is there, and gives what it wrote. */
async function browse(...args: readonly string[]): Promise<string> {
  for (const browser of BROWSERS) {
    try {
      const { stdout } = await run(browser, [...FLAGS, ...args], { timeout: 60_000, maxBuffer: 16_000_000 });
      return stdout;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`The picture needs Chromium, which is not installed. On Debian and Ubuntu: ${INSTALL}`);
}

async function draw(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  try {
    const page = join(folder, 'summary.html');
    await writeFile(page, pageOf(await summaryOfRun()));
    const { href } = pathToFileURL(page);
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const dom = await browse(profile, `--window-size=${WIDTH},100`, '--dump-dom', href);
    const [, height] = /<title>height:(\d+)<\/title>/.exec(dom) ?? [];
    if (height === undefined) throw new Error('The browser did not say how high the page is.');
    const window = [`--window-size=${WIDTH},${height}`, `--force-device-scale-factor=${SCALE}`];
    await browse(profile, ...window, `--screenshot=${PICTURE}`, href);
    const { size } = await stat(PICTURE);
    if (size > MAX_BYTES) throw new Error(`The picture has ${size} bytes, which is more than ${MAX_BYTES}.`);
    console.log(`${relative('.', PICTURE)}: ${size} bytes`);
  } finally {
    // The browser may still be writing to its profile when it has answered.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  await draw();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
