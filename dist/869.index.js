export const id = 869;
export const ids = [869];
export const modules = {

/***/ 848:
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
const INTRODUCTION = '<p>Cloudflare invitations need a person. A workflow keeps this issue: each of its runs updates it, and the first ' +
    'complete run in which nothing needs a person closes it.</p>';
function issueBody(report, link) {
    const remarks = report.warnings.map(({ lines }) => lines.join(' '));
    const content = { ...report, remarks, ignored: [], policy: undefined };
    const summary = (0,report_summary/* buildSummary */.f)(content, escapeForIssue, MAX_BODY - FRAME_BYTES);
    return [MARKER, INTRODUCTION, summary, `<p>Last run: ${linkTo(link)}.</p>`].join('\n\n');
}
function closingComment(link) {
    return `<p>Nothing needs a person any more: see ${linkTo(link)}.</p>`;
}
function linkTo({ runUrl, endMs }) {
    const time = new Date(endMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const run = runUrl === undefined ? 'a run' : `<a href="${escapeForIssue(runUrl)}">the run</a>`;
    return `${run} of <code>${time}</code>`;
}
function escapeForIssue(text, maxLength = MAX_TEXT) {
    return (0,report_text/* toLine */.S)(text, maxLength).replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// EXTERNAL MODULE: ../node_modules/@actions/github/lib/github.js + 17 modules
var github = __webpack_require__(312);
// EXTERNAL MODULE: ../build/cloudflare/body.js
var body = __webpack_require__(766);
// EXTERNAL MODULE: ../build/json.js
var json = __webpack_require__(214);
// EXTERNAL MODULE: ../build/network-error.js
var network_error = __webpack_require__(527);
// EXTERNAL MODULE: ../build/words.js
var words = __webpack_require__(415);
;// CONCATENATED MODULE: ../build/problems/github-refusal.js



const MAX_MESSAGE = 300;
const LIMIT_HINT = 'The next run tries again. The limit counts every request with this token: in a job, those of all workflows of the repository.';
const BURST_HINT = 'GitHub accepts no more requests with this token for a while. The next run tries again; let fewer workflows that use the token run at the same time.';
const REFUSALS = [
    {
        reason: /secondary rate limit|abuse detection|temporarily blocked|submitted too quickly/i,
        isRateLimit: true,
        hint: BURST_HINT,
    },
    { reason: /rate limit exceeded/i, isRateLimit: true, hint: LIMIT_HINT },
    {
        reason: /IP allow ?list/i,
        hint: 'The allow list of the organization or enterprise lacks the address of the runner. Add it, or use a runner whose address is on the list; those of GitHub-hosted runners change.',
    },
    {
        reason: /\bSAML\b|single sign-on/i,
        hint: 'Authorize the token of github-token for the single sign-on of the organization, or leave github-token out: the token of the job needs no authorization.',
    },
    {
        reason: /forbids access|access restrictions|third-party application/i,
        hint: 'The organization does not allow this kind of token. Leave github-token out, or store one of a kind that it allows.',
    },
    {
        reason: /archived/i,
        hint: 'The repository is archived, and nothing in it can be changed. Unarchive it, or leave report-issue out.',
    },
    {
        reason: /issues.*disabled/i,
        hint: 'Issues are switched off in this repository. Switch them on, or leave report-issue out.',
    },
    { reason: /\blocked\b/i, hint: 'Unlock the conversation of the issue, or close the issue.' },
    { reason: /was deleted/i, hint: 'The issue was deleted meanwhile. The next run opens a new one.' },
    {
        reason: /suspended|flagged/i,
        hint: 'GitHub has restricted the account of the token. Leave github-token out, or ask GitHub’s support.',
    },
    { reason: /not accessible by|must have|needs? .*permission|write access/i, hint: tracker_problem/* PERMISSION_HINT */.aJ },
    { statuses: [403, 429], header: ['x-ratelimit-remaining', /^0$/], isRateLimit: true, hint: LIMIT_HINT },
    { statuses: [403, 429], header: ['retry-after', /\d/], isRateLimit: true, hint: BURST_HINT },
    { statuses: [429], isRateLimit: true, hint: BURST_HINT },
    { statuses: [401], hint: tracker_problem/* TOKEN_HINT */.WJ },
    {
        statuses: [403],
        hint: `GitHub, or a proxy or firewall before it, refuses the request. If it is GitHub: ${tracker_problem/* PERMISSION_HINT */.aJ}`,
    },
    { statuses: [404], hint: `GitHub hides what a token may not see. ${tracker_problem/* PERMISSION_HINT */.aJ}` },
    {
        statuses: [400, 413, 422],
        hint: 'GitHub does not accept this title or body. If its message is about the title, change report-issue; else report the message.',
    },
];
const OTHER_REFUSAL = {
    hint: 'The next run of the workflow tries again. If it fails too, look at GitHub’s status page.',
};
function rowOf({ status, reason, headers }) {
    const row = REFUSALS.find((row) => (row.statuses?.includes(status) ?? true) &&
        (row.reason?.test(reason) ?? true) &&
        (row.header === undefined || row.header[1].test(String(headers[row.header[0]]))));
    return row ?? OTHER_REFUSAL;
}
function limitEnd({ 'retry-after': seconds, 'x-ratelimit-reset': reset }) {
    if (/^\d{1,6}$/.test(String(seconds))) {
        return `GitHub accepts requests again in ${(0,build_clock/* formatSeconds */.Xo)(Number(seconds) * 1_000)}.`;
    }
    if (!/^\d{1,11}$/.test(String(reset)))
        return undefined;
    return `GitHub accepts requests again at ${new Date(Number(reset) * 1_000).toISOString().replace('.000', '')}.`;
}
function refusalProblem(request, message, refusal) {
    const { hint, isRateLimit } = rowOf(refusal);
    const what = `${request} failed: HTTP ${refusal.status}, "${(0,words/* truncate */.xv)(message, MAX_MESSAGE)}".`;
    return (0,tracker_problem/* trackerProblem */.QM)(what, hint, isRateLimit && limitEnd(refusal.headers));
}

// EXTERNAL MODULE: ../build/version.js
var version = __webpack_require__(290);
;// CONCATENATED MODULE: ../build/tracking-issue/github.js







const PER_PAGE = 100;
const MAX_PAGES = 10;
const MAX_RESPONSE_BYTES = 50_000_000;
const MAX_REFUSAL = 2_000;
const OUTSIDER = /^(?:NONE|CONTRIBUTOR|FIRST_TIMER|FIRST_TIME_CONTRIBUTOR|MANNEQUIN)$/;
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
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.noToken());
        if (!/^[\x21-\x7e]+$/.test(token))
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.unprintableToken());
        if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.noRepository());
        const ignore = () => undefined;
        const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
        const request = { fetch: withBodyLimit(fetch, signal), signal, log, redirect: 'manual' };
        this.#octokit = (0,github/* getOctokit */.Q)(token, { baseUrl: apiUrl, userAgent: version/* USER_AGENT */._, log, request });
        this.#repository = repository;
        this.#redact = redact;
    }
    async *listOpenIssues() {
        const query = { state: 'open', sort: 'updated', direction: 'desc', per_page: PER_PAGE };
        for (let page = 1; page <= MAX_PAGES; page++) {
            const { data, link } = await this.#call('GET', '/issues', { ...query, page });
            if (!Array.isArray(data))
                throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.unreadable('the list of issues'));
            yield data.map((entry) => this.#toIssue(entry)).filter((issue) => issue !== undefined);
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
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.unreadable('the new issue'));
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
            if (error instanceof Error && 'response' in error && (0,json/* isObject */.G)(error.response)) {
                const { status, data, headers } = error.response;
                const message = this.#redact(error.message.slice(0, MAX_REFUSAL));
                const reason = (0,json/* isObject */.G)(data) ? message.replace(/ - https?:\S+$/, '') : '';
                const refusal = { status: Number(status), reason, headers: (0,json/* isObject */.G)(headers) ? headers : {} };
                throw new TrackerError(refusalProblem(request, message, refusal), refusal.status);
            }
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.unreachable(request, this.#redact((0,network_error/* describeCauses */.wh)(error))));
        });
        if (status >= 300)
            throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.redirected(request, status), status);
        return { data, link: headers.link ?? '' };
    }
    #toIssue(entry) {
        if (!(0,json/* isObject */.G)(entry) || entry.pull_request !== undefined)
            return undefined;
        const { number, title, body, user, html_url: url, author_association: association } = entry;
        if (typeof number !== 'number' || typeof title !== 'string')
            return undefined;
        const { login, type } = (0,json/* isObject */.G)(user) ? user : {};
        const isOutsider = OUTSIDER.test(String(association));
        const author = typeof login === 'string' ? { login, isBot: type === 'Bot', isOutsider } : undefined;
        return { number, title, body: typeof body === 'string' ? body : '', author, url: this.#redact(String(url)) };
    }
}
function withBodyLimit(send, signal) {
    return async (input, init) => {
        const response = await send(input, init);
        const text = await (0,body/* readText */.yR)(response.body, MAX_RESPONSE_BYTES, signal);
        return new Response(text || null, response);
    };
}

// EXTERNAL MODULE: ../build/invites/outcome.js
var outcome = __webpack_require__(551);
;// CONCATENATED MODULE: ../build/tracking-issue/state.js

function nextIssueState(result, isCancelled) {
    if (isCancelled || ('context' in result && result.context.dryRun))
        return 'unchanged';
    const search = 'search' in result ? result.search : undefined;
    const isBroken = result.kind !== 'handled' && result.kind !== 'no-match';
    const hasFailed = result.kind === 'handled' && (result.stop !== undefined || result.outcomes.some(outcome/* isFailed */.I));
    if (isBroken || hasFailed || (search?.expiringSoon ?? []).length > 0)
        return 'open';
    const isUndecided = result.kind === 'no-match' && result.ifNoMatch === 'error';
    const isComplete = search !== undefined && search.skippedCount === 0 && search.missingCount === 0;
    return isComplete && !isUndecided ? 'closed' : 'unchanged';
}

;// CONCATENATED MODULE: ../build/tracking-issue/update.js






const TIME_LIMIT_MS = 30_000;
const SEARCH_LIMIT_MS = 15_000;
const MAX_AUTHORS = 10;
async function updateTrackingIssue(options) {
    const { result, cancelled, clock, workflow, redact } = options;
    const state = nextIssueState(result, cancelled.aborted);
    if (state === 'unchanged')
        return;
    const timeoutError = new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.tooSlow(TIME_LIMIT_MS));
    try {
        const line = await (0,build_clock/* withTimeLimit */.Bv)({ clock, ms: TIME_LIMIT_MS, timeoutError, signal: cancelled }, async (signal) => {
            const issues = new GitHubIssues(options, signal);
            return state === 'open' ? openIssue(issues, options) : closeIssue(issues, options);
        });
        if (line !== undefined)
            workflow.info(line);
    }
    catch (error) {
        const problem = error instanceof TrackerError ? error.problem : tracker_problem/* TRACKER_PROBLEMS */.CQ.defect(redact(String(error)));
        workflow.annotate('warning', (0,annotations/* problemAnnotation */.Lj)(cancelled.aborted ? tracker_problem/* TRACKER_PROBLEMS */.CQ.cancelled() : problem));
    }
}
async function openIssue(issues, options) {
    const body = issueBody(options.report, linkOf(options));
    const title = options.title.trim();
    const known = await findIssue(issues, title, options.clock);
    if (known !== undefined) {
        await issues.update(known.number, { body });
        return `Tracking issue #${known.number} is up to date: ${known.url}`;
    }
    const { number, url, author } = await issues.create({ title, body });
    if (!(await isTrusted(author, issues))) {
        throw new TrackerError(tracker_problem/* TRACKER_PROBLEMS */.CQ.authorWithoutAccess(number, author && options.redact(author.login)));
    }
    return `Tracking issue #${number} opened: ${url}`;
}
async function closeIssue(issues, options) {
    const known = await findIssue(issues, options.title.trim(), options.clock);
    if (known === undefined)
        return undefined;
    await issues.update(known.number, { state: 'closed' });
    await issues.comment(known.number, closingComment(linkOf(options)));
    return `Tracking issue #${known.number} closed: ${known.url}`;
}
const linkOf = ({ runUrl, clock }) => ({ runUrl, endMs: clock.nowMs() });
async function findIssue(issues, title, clock) {
    const endMs = clock.nowMs() + SEARCH_LIMIT_MS;
    const candidates = [];
    for await (const page of issues.listOpenIssues()) {
        const matching = page.filter((issue) => issue.title === title && issue.body.includes(MARKER)).toSorted(byTrust);
        const ofApp = matching.find(({ author }) => author?.isBot);
        if (ofApp !== undefined)
            return ofApp;
        candidates.push(...matching);
        if (clock.nowMs() >= endMs)
            break;
    }
    const asked = new Set();
    for (const issue of candidates.toSorted(byTrust)) {
        if (asked.size >= MAX_AUTHORS || clock.nowMs() >= endMs)
            break;
        const login = issue.author?.login ?? '';
        if (!asked.has(login) && (await isTrusted(issue.author, issues)))
            return issue;
        asked.add(login);
    }
    return undefined;
}
function byTrust(a, b) {
    const isOutsider = ({ author }) => author?.isOutsider !== false;
    return Number(isOutsider(a)) - Number(isOutsider(b)) || a.number - b.number;
}
async function isTrusted(author, issues) {
    if (author === undefined)
        return false;
    if (author.isBot)
        return true;
    return issues.canWrite(author.login).catch((error) => {
        if (author.isOutsider)
            return false;
        throw error;
    });
}


/***/ }),

/***/ 424:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _y: () => (/* binding */ restEndpointMethods),
/* harmony export */   hd: () => (/* binding */ fetch),
/* harmony export */   ud: () => (/* binding */ paginateRest)
/* harmony export */ });
// Stands in for packages that @actions/github imports and src/tracking-issue/github.ts does not use: see tsconfig.json
// beside it.
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
