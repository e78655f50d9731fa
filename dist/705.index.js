export const id = 705;
export const ids = [705];
export const modules = {

/***/ 268:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runTrackingIssue: () => (/* binding */ runTrackingIssue)
});

// UNUSED EXPORTS: connectToIssues

// EXTERNAL MODULE: ../node_modules/@actions/github/lib/github.js + 17 modules
var github = __webpack_require__(312);
// EXTERNAL MODULE: ../build/cloudflare/errors.js
var errors = __webpack_require__(337);
// EXTERNAL MODULE: ../build/version.js
var version = __webpack_require__(290);
// EXTERNAL MODULE: ../build/clock.js
var build_clock = __webpack_require__(432);
// EXTERNAL MODULE: ../build/invites/outcome.js
var outcome = __webpack_require__(551);
// EXTERNAL MODULE: ../build/report/summary.js
var report_summary = __webpack_require__(841);
;// CONCATENATED MODULE: ../build/tracking-issue/update.js



class TrackerError extends Error {
    name = 'TrackerError';
    hint;
    constructor(message, hint = 'The next run of the workflow tries again.') {
        super(message);
        this.hint = hint;
    }
}
function decide({ outcomes, stop, isNoMatch = false, found, dryRun, isCancelled, }) {
    if (isCancelled)
        return 'leave';
    const isStopped = stop !== undefined && !isNoMatch;
    const isExpiringSoon = found !== undefined && found.expiringSoon.length > 0;
    if (isStopped || isExpiringSoon || outcomes.some(outcome/* isFailed */.Ix))
        return 'open';
    return found !== undefined && !dryRun && !isNoMatch ? 'close' : 'leave';
}
const TIME_LIMIT_MS = 30_000;
async function updateTrackingIssue(task) {
    const decision = decide(task.run);
    if (decision === 'leave')
        return;
    const { connect, workflow } = task;
    try {
        const done = await withinTimeLimit(task, async (signal) => {
            const tracker = await connect(signal);
            return decision === 'open' ? openIssue(tracker, task) : closeIssue(tracker, task);
        });
        if (done !== undefined)
            workflow.info(done);
    }
    catch (error) {
        const isKnown = error instanceof TrackerError;
        const lines = [
            isKnown ? error.message : `This action has a defect: ${error}.`,
            'What became of the invites stands.',
            `What to do: ${isKnown ? error.hint : 'Report what it says.'}`,
        ];
        workflow.annotate('warning', { title: 'The tracking issue could not be updated', lines });
    }
}
async function openIssue(tracker, task) {
    const body = issueBody(task);
    const title = issueTitle(task);
    const known = await findIssue(tracker, title);
    if (known !== undefined) {
        await tracker.update(known.number, { body });
        return `Tracking issue #${known.number} is up to date: ${known.url}`;
    }
    const { number, url, author } = await tracker.create({ title, body });
    if (!(await isTrusted(author, tracker))) {
        throw new TrackerError(`Issue #${number} was opened, but its author${author === undefined ? '' : `, ${author.login},`} has no write access to the repository. No run will take the issue for its own, so the next one would open another.`, 'Leave github-token out, or give it a token of somebody with write access.');
    }
    return `Tracking issue #${number} opened: ${url}`;
}
async function closeIssue(tracker, task) {
    const known = await findIssue(tracker, issueTitle(task));
    if (known === undefined)
        return undefined;
    await tracker.close(known.number);
    await tracker.comment(known.number, closingComment(task));
    return `Tracking issue #${known.number} closed: ${known.url}`;
}
const MARKER = '<!-- cloudflare-invite-action: tracking issue -->';
async function findIssue(tracker, title) {
    const alike = [];
    for await (const issue of tracker.listOpenIssues()) {
        if (issue.title === title && issue.body.includes(MARKER))
            alike.push(issue);
    }
    const trusted = new Map();
    for (const issue of alike.toSorted((a, b) => a.number - b.number)) {
        const login = issue.author?.login ?? '';
        const isKnown = trusted.get(login) ?? (await isTrusted(issue.author, tracker));
        trusted.set(login, isKnown);
        if (isKnown)
            return issue;
    }
    return undefined;
}
async function isTrusted(author, tracker) {
    return author !== undefined && (author.isBot || (await tracker.canWrite(author.login)));
}
function issueTitle({ title, safe }) {
    return safe.redact(title).trim();
}
const MAX_BODY = 65_536;
const FRAME_BYTES = 4_000;
const INTRODUCTION = '<p>Something about invitations to Cloudflare needs a person. This issue belongs to a workflow: each of its runs ' +
    'brings it up to date, and the first complete one in which nothing needs a person closes it.</p>';
function issueBody(task) {
    const safe = escapeForIssue(task.safe);
    const { run } = task;
    const remarks = run.remarks.warnings.map(({ lines }) => lines.join(' '));
    const summary = (0,report_summary/* buildSummary */.f)({ ...run, remarks }, safe, MAX_BODY - FRAME_BYTES);
    return [MARKER, INTRODUCTION, summary, `<p>Last run: ${runLink(task, safe)}.</p>`].join('\n\n');
}
function closingComment(task) {
    return `<p>Nothing needs a person any more, says ${runLink(task, escapeForIssue(task.safe))}.</p>`;
}
function runLink({ runUrl, clock }, safe) {
    const time = new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
    const run = runUrl === undefined ? 'a run' : `<a href="${safe.html(runUrl)}">the run</a>`;
    return `${run} of <code>${time}</code>`;
}
const MAX_TEXT = 500;
function escapeForIssue({ redact, line }) {
    const html = (text, maxLength = MAX_TEXT) => line(text, maxLength).replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
    return { redact, line, html };
}
async function withinTimeLimit({ clock, cancelled }, work) {
    const late = new AbortController();
    const finished = new AbortController();
    clock.sleep(TIME_LIMIT_MS, finished.signal).then(() => late.abort(new TrackerError(`GitHub did not take the report within ${(0,build_clock/* formatSeconds */.X)(TIME_LIMIT_MS)}.`)), () => undefined);
    const signal = AbortSignal.any([late.signal, cancelled]);
    const { promise: aborted, reject } = Promise.withResolvers();
    signal.addEventListener('abort', () => reject(signal.reason));
    try {
        return await Promise.race([work(signal), aborted]);
    }
    catch (error) {
        throw cancelled.aborted ? new TrackerError('The job was cancelled before the report was finished.') : error;
    }
    finally {
        finished.abort();
    }
}

;// CONCATENATED MODULE: ../build/tracking-issue/github.js




const PER_PAGE = 100;
const MAX_PAGES = 10;
const MAX_MESSAGE = 300;
const PERMISSION_HINT = 'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';
const HINTS = {
    401: 'github-token is no valid token of this GitHub. Leave the input out, or store a new token.',
    403: PERMISSION_HINT,
    404: PERMISSION_HINT,
    410: 'Issues are switched off in this repository. Switch them on, or leave report-issue out.',
};
class StatusError extends TrackerError {
    name = 'StatusError';
    status;
    constructor(status, message) {
        super(message, HINTS[status]);
        this.status = status;
    }
}
function runTrackingIssue(task) {
    return updateTrackingIssue({ ...task, connect: (signal) => connectToIssues({ ...task, signal }) });
}
async function connectToIssues(options) {
    const { apiUrl, repository, token, fetch, signal } = options;
    if (token === '')
        throw new TrackerError('There is no token for GitHub: github-token is empty.', PERMISSION_HINT);
    if (!/^[\x21-\x7e]+$/.test(token)) {
        throw new TrackerError('github-token holds a space, a line break or a character outside ASCII.', HINTS[401]);
    }
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
        throw new TrackerError('GITHUB_REPOSITORY names no repository.', 'The tracking issue works in GitHub Actions only.');
    }
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    const octokit = (0,github/* getOctokit */.Q)(token, {
        baseUrl: apiUrl,
        userAgent: `cloudflare-invite-action/${version/* VERSION */.x}`,
        log,
        request: { fetch, signal, log, redirect: 'manual' },
    });
    return new GitHubIssues(`/repos/${repository}`, (route, parameters) => octokit.request(route, parameters));
}
function ignore() { }
class GitHubIssues {
    #repository;
    #send;
    constructor(repository, send) {
        this.#repository = repository;
        this.#send = send;
    }
    async *listOpenIssues() {
        const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
        for (let page = 1; page <= MAX_PAGES; page++) {
            const { data, link } = await this.#call('GET', '/issues', { ...query, page });
            if (!Array.isArray(data))
                throw unreadable('the list of issues');
            yield* data.flatMap((entry) => toIssue(entry) ?? []);
            if (!/rel="next"/.test(link))
                return;
        }
    }
    async canWrite(login) {
        try {
            const { data } = await this.#call('GET', `/collaborators/${encodeURIComponent(login)}/permission`);
            return isObject(data) && (data.permission === 'admin' || data.permission === 'write');
        }
        catch (error) {
            if (error instanceof StatusError && error.status === 404)
                return false;
            throw error;
        }
    }
    async create(issue) {
        const { data } = await this.#call('POST', '/issues', issue);
        const created = toIssue(data);
        if (created === undefined)
            throw unreadable('the new issue');
        return created;
    }
    async update(number, changes) {
        await this.#call('PATCH', `/issues/${number}`, changes);
    }
    async comment(number, body) {
        await this.#call('POST', `/issues/${number}/comments`, { body });
    }
    async close(number) {
        await this.#call('PATCH', `/issues/${number}`, { state: 'closed' });
    }
    async #call(method, path, parameters = {}) {
        const request = `${method} ${this.#repository}${path}`;
        const response = await this.#send(request, parameters).catch((error) => {
            throw toTrackerError(request, error);
        });
        if (response.status >= 300) {
            throw new StatusError(response.status, `${request} met a redirect (HTTP ${response.status}), which is refused.`);
        }
        return { data: response.data, link: response.headers.link ?? '' };
    }
}
function toTrackerError(request, error) {
    if (error instanceof Error && 'response' in error && 'status' in error && error.response !== undefined) {
        const status = Number(error.status);
        return new StatusError(status, `${request} failed: HTTP ${status}, "${error.message.slice(0, MAX_MESSAGE)}".`);
    }
    return new TrackerError(`${request} failed: ${(0,errors/* describeCauses */.wh)(error)}.`);
}
function unreadable(what) {
    return new TrackerError(`GitHub’s answer does not hold ${what}.`);
}
function toIssue(entry) {
    if (!isObject(entry) || entry.pull_request !== undefined)
        return undefined;
    const { number, title, body, user, html_url: url } = entry;
    if (typeof number !== 'number' || typeof title !== 'string')
        return undefined;
    return { number, title, body: typeof body === 'string' ? body : '', author: toAuthor(user), url: String(url) };
}
function toAuthor(user) {
    if (!isObject(user) || typeof user.login !== 'string')
        return undefined;
    return { login: user.login, isBot: user.type === 'Bot' };
}
function isObject(value) {
    return typeof value === 'object' && value !== null;
}


/***/ }),

/***/ 424:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _y: () => (/* binding */ restEndpointMethods),
/* harmony export */   hd: () => (/* binding */ fetch),
/* harmony export */   ud: () => (/* binding */ paginateRest)
/* harmony export */ });
// Stands in for packages that @actions/github imports and src/tracking-issue/github.ts does without: see tsconfig.json beside it.
// A file of its own, so that it is no part of index.js.

/** Of undici. */
function fetch() {
  throw new Error('This package is not part of the bundle: see bundle/tsconfig.json.');
}

/** Plug-ins of octokit, which calls them when it is made: they add nothing to it. */
function restEndpointMethods() {}

function paginateRest() {}


/***/ })

};
