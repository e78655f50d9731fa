export const id = 641;
export const ids = [641];
export const modules = {

/***/ 436:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  updateTrackingIssue: () => (/* binding */ updateTrackingIssue)
});

// EXTERNAL MODULE: ../build/clock.js
var build_clock = __webpack_require__(432);
// EXTERNAL MODULE: ../build/problems/tracker-problem.js
var tracker_problem = __webpack_require__(37);
// EXTERNAL MODULE: ../build/report/annotations.js
var annotations = __webpack_require__(879);
// EXTERNAL MODULE: ../build/report/summary.js
var report_summary = __webpack_require__(841);
// EXTERNAL MODULE: ../build/report/text.js
var report_text = __webpack_require__(114);
;// CONCATENATED MODULE: ../build/tracking-issue/body.js


const MARKER = '<!-- cloudflare-invite-action: tracking issue -->';
const MAX_BODY = 65_536;
const FRAME_BYTES = 4_000;
const MAX_TEXT = 500;
const INTRODUCTION = '<p>Something about invitations to Cloudflare needs a person. This issue belongs to a workflow: each of its runs ' +
    'brings it up to date, and the first complete one in which nothing needs a person closes it.</p>';
function issueBody(report, link) {
    const remarks = report.warnings.map(({ lines }) => lines.join(' '));
    const summary = (0,report_summary/* buildSummary */.f)({ ...report, remarks, ignored: [] }, escapeForIssue, MAX_BODY - FRAME_BYTES);
    return [MARKER, INTRODUCTION, summary, `<p>Last run: ${linkTo(link)}.</p>`].join('\n\n');
}
function closingComment(link) {
    return `<p>Nothing needs a person any more, says ${linkTo(link)}.</p>`;
}
function linkTo({ runUrl, endMs }) {
    const time = new Date(endMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const run = runUrl === undefined ? 'a run' : `<a href="${escapeForIssue(runUrl)}">the run</a>`;
    return `${run} of <code>${time}</code>`;
}
const escapeForIssue = (text, maxLength = MAX_TEXT) => (0,report_text/* toLine */.S)(text, maxLength).replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);

// EXTERNAL MODULE: ../node_modules/@actions/github/lib/github.js + 17 modules
var github = __webpack_require__(312);
// EXTERNAL MODULE: ../build/json.js
var json = __webpack_require__(214);
// EXTERNAL MODULE: ../build/network-error.js
var network_error = __webpack_require__(527);
// EXTERNAL MODULE: ../build/version.js
var version = __webpack_require__(290);
;// CONCATENATED MODULE: ../build/tracking-issue/github.js





const PER_PAGE = 100;
const MAX_PAGES = 10;
class TrackerError extends Error {
    name = 'TrackerError';
    problem;
    status;
    constructor(problem, status) {
        super(problem.message);
        this.problem = problem;
        this.status = status;
    }
}
class GitHubIssues {
    #octokit;
    #repository;
    #redact;
    constructor({ apiUrl, repository, token, fetch, redact }, signal) {
        if (token === undefined)
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.noToken());
        if (!/^[\x21-\x7e]+$/.test(token))
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.unprintableToken());
        if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.noRepository());
        const ignore = () => undefined;
        const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
        const request = { fetch, signal, log, redirect: 'manual' };
        const userAgent = `cloudflare-invite-action/${version/* VERSION */.x}`;
        this.#octokit = (0,github/* getOctokit */.Q)(token, { baseUrl: apiUrl, userAgent, log, request });
        this.#repository = repository;
        this.#redact = redact;
    }
    async *listOpenIssues() {
        const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
        for (let page = 1; page <= MAX_PAGES; page++) {
            const { data, link } = await this.#call('GET', '/issues', { ...query, page });
            if (!Array.isArray(data))
                throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.unreadable('the list of issues'));
            for (const entry of data) {
                const issue = this.#toIssue(entry);
                if (issue !== undefined)
                    yield issue;
            }
            if (!/rel="next"/.test(link))
                return;
        }
    }
    async canWrite(login) {
        try {
            const { data } = await this.#call('GET', `/collaborators/${encodeURIComponent(login)}/permission`);
            return (0,json/* isObject */.G)(data) && (data.permission === 'admin' || data.permission === 'write');
        }
        catch (error) {
            if (error instanceof TrackerError && error.status === 404)
                return false;
            throw error;
        }
    }
    async create(issue) {
        const { data } = await this.#call('POST', '/issues', issue);
        const created = this.#toIssue(data);
        if (created === undefined)
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.unreadable('the new issue'));
        return created;
    }
    async update(number, changes) {
        await this.#call('PATCH', `/issues/${number}`, changes);
    }
    async comment(number, body) {
        await this.#call('POST', `/issues/${number}/comments`, { body });
    }
    async #call(method, path, parameters = {}) {
        const request = `${method} /repos/${this.#repository}${path}`;
        const { status, data, headers } = await this.#octokit.request(request, parameters).catch((error) => {
            if (error instanceof Error && 'response' in error && 'status' in error && error.response !== undefined) {
                const refusal = tracker_problem/* TRACKER_PROBLEMS */.C.refused(request, Number(error.status), this.#redact(error.message));
                throw new TrackerError(refusal, Number(error.status));
            }
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.unreachable(request, this.#redact((0,network_error/* describeCauses */.wh)(error))));
        });
        if (status >= 300)
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.redirected(request, status), status);
        return { data, link: headers.link ?? '' };
    }
    #toIssue(entry) {
        if (!(0,json/* isObject */.G)(entry) || entry.pull_request !== undefined)
            return undefined;
        const { number, title, body, user, html_url: url } = entry;
        if (typeof number !== 'number' || typeof title !== 'string')
            return undefined;
        const { login, type } = (0,json/* isObject */.G)(user) ? user : {};
        const author = typeof login === 'string' ? { login, isBot: type === 'Bot' } : undefined;
        return { number, title, body: typeof body === 'string' ? body : '', author, url: this.#redact(String(url)) };
    }
}

// EXTERNAL MODULE: ../build/invites/outcome.js
var outcome = __webpack_require__(551);
;// CONCATENATED MODULE: ../build/tracking-issue/state.js

function nextIssueState(result, isCancelled) {
    if (isCancelled)
        return 'unchanged';
    const search = 'search' in result ? result.search : undefined;
    const isBroken = result.kind !== 'handled' && result.kind !== 'no-match';
    const hasFailed = result.kind === 'handled' && (result.stop !== undefined || result.outcomes.some(outcome/* isFailed */.I));
    if (isBroken || hasFailed || (search?.expiringSoon ?? []).length > 0)
        return 'open';
    const isUndecided = result.kind === 'no-match' && result.ifNoMatch === 'error';
    const isDryRun = 'context' in result && result.context.dryRun;
    const isComplete = search !== undefined && search.skippedCount === 0 && search.missingCount === 0;
    return isComplete && !isDryRun && !isUndecided ? 'closed' : 'unchanged';
}

;// CONCATENATED MODULE: ../build/tracking-issue/update.js






const TIME_LIMIT_MS = 30_000;
async function updateTrackingIssue(options) {
    const { result, cancelled, clock, workflow, redact } = options;
    const state = nextIssueState(result, cancelled.aborted);
    if (state === 'unchanged')
        return;
    const timeoutError = new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.tooSlow(TIME_LIMIT_MS));
    try {
        const line = await (0,build_clock/* withTimeLimit */.Bv)({ clock, ms: TIME_LIMIT_MS, timeoutError, signal: cancelled }, async (signal) => {
            const issues = new GitHubIssues(options, signal);
            return state === 'open' ? openIssue(issues, options) : closeIssue(issues, options);
        });
        if (line !== undefined)
            workflow.info(line);
    }
    catch (error) {
        const problem = error instanceof TrackerError ? error.problem : tracker_problem/* TRACKER_PROBLEMS */.C.defect(redact(String(error)));
        workflow.annotate('warning', (0,annotations/* problemAnnotation */.Lj)(cancelled.aborted ? tracker_problem/* TRACKER_PROBLEMS */.C.cancelled() : problem));
    }
}
async function openIssue(issues, options) {
    const body = issueBody(options.report, linkOf(options));
    const title = options.title.trim();
    const known = await findIssue(issues, title);
    if (known !== undefined) {
        await issues.update(known.number, { body });
        return `Tracking issue #${known.number} is up to date: ${known.url}`;
    }
    const { number, url, author } = await issues.create({ title, body });
    if (!(await isTrusted(author, issues))) {
        throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.C.authorWithoutAccess(number, author && options.redact(author.login)));
    }
    return `Tracking issue #${number} opened: ${url}`;
}
async function closeIssue(issues, options) {
    const known = await findIssue(issues, options.title.trim());
    if (known === undefined)
        return undefined;
    await issues.update(known.number, { state: 'closed' });
    await issues.comment(known.number, closingComment(linkOf(options)));
    return `Tracking issue #${known.number} closed: ${known.url}`;
}
const linkOf = ({ runUrl, clock }) => ({ runUrl, endMs: clock.nowMs() });
async function findIssue(issues, title) {
    const candidates = [];
    for await (const issue of issues.listOpenIssues()) {
        if (issue.title === title && issue.body.includes(MARKER))
            candidates.push(issue);
    }
    const trusted = new Map();
    for (const issue of candidates.toSorted((a, b) => a.number - b.number)) {
        const login = issue.author?.login ?? '';
        const isKnown = trusted.get(login) ?? (await isTrusted(issue.author, issues));
        trusted.set(login, isKnown);
        if (isKnown)
            return issue;
    }
    return undefined;
}
async function isTrusted(author, issues) {
    return author !== undefined && (author.isBot || (await issues.canWrite(author.login)));
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
