import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CloudflareSandbox, text504 } from '../sandbox/cloudflare.ts';
import { DEMO_IDS, demoAccount } from '../sandbox/demo-account.ts';
import { runStep } from '../sandbox/runner.ts';
import { serve } from '../sandbox/server.ts';
import { systemClock } from '../src/clock.ts';

const PICTURE = join(import.meta.dirname, '..', 'docs', 'summary.png');
const MAX_BYTES = 150_000;
/** In pixels. */
const WIDTH = 1080;

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

/** Package with GitHub's style of rendered Markdown. Not a dependency: only the picture needs it. */
const STYLE = 'github-markdown-css@5.9.0';

const run = promisify(execFile);

/** The summary of a real run: two known organizations, one of which fails, and others left alone. */
async function summaryOfRun(): Promise<string> {
  const { credentials, invites } = demoAccount(systemClock.nowMs());
  const agency = invites.find(({ id }) => id === DEMO_IDS.agency);
  const acme = invites.find(({ id }) => id === DEMO_IDS.acmeDns);
  const faults = [{ ...text504(), on: { method: 'PATCH', id: DEMO_IDS.agency }, times: 2 }];
  const server = await serve(new CloudflareSandbox({ clock: systemClock, credentials, invites, faults }));
  try {
    const { exitCode, summary, stderr } = await runStep({
      with: {
        status: 'accepted',
        'organization-id': `${acme?.organization_id} ${agency?.organization_id}`,
        'api-token': credentials.token,
        'api-base-url': server.url,
        retries: '1',
      },
    });
    if (exitCode !== 1 || summary === '')
      throw new Error(`The run should have failed and written a summary. ${stderr}`);
    return summary;
  } finally {
    await server.close();
  }
}

/** GitHub's light theme, downloaded to `folder`. */
async function fetchStyle(folder: string): Promise<string> {
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', STYLE]);
  return readFile(join(folder, 'node_modules', 'github-markdown-css', 'github-markdown-light.css'), 'utf8');
}

/** A page that shows a summary about as GitHub does, with every folded part open. */
function pageOf(summary: string, style: string): string {
  const unfolded = summary.replace(/(^|\n\n)<details>/g, '$1<details open>');
  return `<!doctype html>
<meta charset="utf-8">
<title>Summary</title>
<style>${style}</style>
<style>
  * { box-sizing: border-box; }
  body { width: ${WIDTH}px; margin: 0; padding: 16px; background: #f6f8fa; font: 14px/1.5 "Liberation Sans", sans-serif; }
  .box { background: #fff; border: 1px solid #d1d9e0; border-radius: 6px; }
  .head { padding: 12px 16px; border-bottom: 1px solid #d1d9e0; font-weight: 600; }
  .head span { color: #59636e; font-weight: 400; }
  .markdown-body { padding: 16px; font-size: 14px; }
</style>
<div class="box">
  <div class="head">accept <span>summary</span></div>
  <div class="markdown-body">${unfolded}</div>
</div>
<script>document.title = 'height:' + Math.ceil(document.body.getBoundingClientRect().height);</script>
`;
}

/** Runs the first browser that is installed. Returns its output. */
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
    await writeFile(page, pageOf(await summaryOfRun(), await fetchStyle(folder)));
    const { href } = pathToFileURL(page);
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const dom = await browse(profile, `--window-size=${WIDTH},100`, '--dump-dom', href);
    const [, height] = /<title>height:(\d+)<\/title>/.exec(dom) ?? [];
    if (height === undefined) throw new Error('The browser did not say how high the page is.');
    await browse(profile, `--window-size=${WIDTH},${height}`, `--screenshot=${PICTURE}`, href);
    const { size } = await stat(PICTURE);
    if (size > MAX_BYTES) throw new Error(`The picture has ${size} bytes, which is more than ${MAX_BYTES}.`);
    console.log(`${relative('.', PICTURE)}: ${size} bytes`);
  } finally {
    // The browser may still be writing to its profile after it has printed its result.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  await draw();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
