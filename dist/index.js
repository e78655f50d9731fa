import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 529:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ asciiLowercase)
/* harmony export */ });
function asciiLowercase(text) {
    return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}


/***/ }),

/***/ 432:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bv: () => (/* binding */ withTimeLimit),
/* harmony export */   Xo: () => (/* binding */ formatSeconds),
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   ml: () => (/* binding */ systemClock)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(415);

const MAX_TIMER_MS = 2_147_483_647;
const systemClock = {
    nowMs: () => performance.timeOrigin + performance.now(),
    async sleep(ms, signal) {
        signal?.throwIfAborted();
        const { promise, resolve, reject } = Promise.withResolvers();
        const onAbort = () => reject(signal?.reason);
        const timer = setTimeout(resolve, Math.min(ms, MAX_TIMER_MS));
        signal?.addEventListener('abort', onAbort);
        try {
            await promise;
        }
        finally {
            clearTimeout(timer);
            signal?.removeEventListener('abort', onAbort);
        }
    },
};
async function withTimeLimit(limit, work) {
    limit.signal.throwIfAborted();
    const end = new AbortController();
    const signal = AbortSignal.any([limit.signal, end.signal]);
    const { promise: aborted, reject } = Promise.withResolvers();
    signal.addEventListener('abort', () => reject(signal.reason));
    const timeOut = () => end.abort(limit.timeoutError);
    limit.clock.sleep(limit.ms, signal).then(timeOut, () => undefined);
    try {
        return await Promise.race([aborted, work(signal)]);
    }
    finally {
        end.abort();
    }
}
function formatDuration(ms) {
    const minutes = Math.floor(ms / 60_000);
    const hours = Math.floor(minutes / 60);
    if (hours >= 48)
        return (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .countOf */ .pq)(Math.floor(hours / 24), 'day');
    return hours >= 2 ? (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .countOf */ .pq)(hours, 'hour') : (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .countOf */ .pq)(minutes, 'minute');
}
function formatSeconds(ms) {
    return `${ms >= 10_000 ? Math.round(ms / 1_000) : Math.round(ms / 100) / 10} s`;
}


/***/ }),

/***/ 766:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Au: () => (/* binding */ BodyTooLargeError),
/* harmony export */   YK: () => (/* binding */ MAX_BODY_BYTES),
/* harmony export */   yR: () => (/* binding */ readText)
/* harmony export */ });
const MAX_BODY_BYTES = 8 * 1024 * 1024;
class BodyTooLargeError extends Error {
    name = 'BodyTooLargeError';
    constructor(maxBytes) {
        super(`the response is longer than ${maxBytes} bytes`);
    }
}
async function readText(body, maxBytes, signal) {
    if (!body)
        return '';
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', cancel);
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
            bytes += part.value.byteLength;
            if (bytes > maxBytes)
                throw new BodyTooLargeError(maxBytes);
            text += decoder.decode(part.value, { stream: true });
        }
        return text + decoder.decode();
    }
    catch (error) {
        cancel();
        throw error;
    }
    finally {
        signal.removeEventListener('abort', cancel);
    }
}


/***/ }),

/***/ 689:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   NO: () => (/* binding */ UNAUTHORIZED_HINT),
/* harmony export */   Xg: () => (/* binding */ NOT_FOUND_HINT),
/* harmony export */   y9: () => (/* binding */ findErrorRule)
/* harmony export */ });
/* unused harmony export ERROR_RULES */
/* harmony import */ var _http_status_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(877);

const CREDENTIAL_NAMES = {
    'api-token': 'API token',
    'global-api-key': 'Global API Key',
};
const ROLLED = 'If it was rolled, deleted or has expired, store the new one as the secret.';
const MALFORMED = 'The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.';
const ACCOUNT_TOKEN_HINT = 'This token belongs to an account, not to a user. Only the invited user can respond: create an API token under My Profile > API Tokens, as that user.';
const PERMISSION = 'It must be a user API token with User > Memberships: Edit, not Read.';
function tokenHint(hint) {
    return ({ scheme, isAccountToken }) => {
        if (scheme === 'global-api-key')
            return `Cloudflare did not accept api-key and api-email. ${ROLLED}`;
        return isAccountToken ? ACCOUNT_TOKEN_HINT : hint;
    };
}
const SCHEME_HINT = tokenHint(`Cloudflare does not accept this token for this call. ${PERMISSION} If it is one, use the Global API Key instead: inputs api-email and api-key.`);
const BLOCKED_HINT = ({ scheme }) => `Cloudflare saw too many failed authentications and blocks requests for a while. Correct the ${CREDENTIAL_NAMES[scheme]} before you run this again.`;
const UNAUTHORIZED_HINT = ({ scheme, isAccountToken }) => isAccountToken ? ACCOUNT_TOKEN_HINT : `Cloudflare does not accept this ${CREDENTIAL_NAMES[scheme]}. ${ROLLED}`;
const NOT_FOUND_HINT = 'The user of these credentials has no such invite or membership. Check the id, and that the credentials are those of the invited user: nobody else, the inviter included, can see it or respond to it.';
const ERROR_RULES = [
    { code: 10502, kind: 'credentials', hint: BLOCKED_HINT },
    { message: /max auth failures|too many authentication failures/i, kind: 'credentials', hint: BLOCKED_HINT },
    { code: 6103, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-key (X-Auth-Key).` },
    { code: 6102, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-email (X-Auth-Email).` },
    { code: 6111, kind: 'credentials', hint: `${MALFORMED} Cloudflare cannot read the api-token (Authorization).` },
    { code: 6003, kind: 'credentials', hint: MALFORMED },
    {
        code: 9106,
        message: /authentication failed/i,
        kind: 'credentials',
        hint: tokenHint('Cloudflare does not accept this token for a user’s invites, often because it belongs to an account. Create an API token under My Profile > API Tokens, as the invited user.'),
    },
    {
        code: 9106,
        kind: 'credentials',
        hint: 'Cloudflare saw no credentials. Check whether a proxy between the runner and Cloudflare removes the authentication headers.',
    },
    {
        code: 9103,
        kind: 'credentials',
        hint: `api-key and api-email do not belong to the same user, or the key is no longer valid. ${ROLLED}`,
    },
    { code: 1000, message: /invalid api token/i, kind: 'credentials', hint: UNAUTHORIZED_HINT },
    { code: 971, kind: 'rate-limit', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .RATE_LIMIT_HINT */ .tc },
    { code: 10429, kind: 'rate-limit', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .RATE_LIMIT_HINT */ .tc },
    { code: 10100, message: /^$|throttl|limit|too many/i, kind: 'rate-limit', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .RATE_LIMIT_HINT */ .tc },
    { message: /consider throttling|\brate[ _-]?limit|too many requests/i, kind: 'rate-limit', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .RATE_LIMIT_HINT */ .tc },
    { message: /\binternal[ _-]?(?:server[ _-]?)?error|\btimed?[ _-]?out\b/i, kind: 'transient', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .TROUBLE_HINT */ .au },
    {
        code: 9109,
        message: /valid user-level authentication not found/i,
        kind: 'credentials-here',
        hint: ACCOUNT_TOKEN_HINT,
    },
    {
        code: 9109,
        message: /from location/i,
        kind: 'credentials-here',
        hint: 'The token has a client IP filter that excludes this runner. Allow the runner’s address, use a self-hosted runner with a fixed one, or remove the filter.',
    },
    {
        code: 9109,
        message: /unauthorized to access/i,
        kind: 'credentials-here',
        hint: tokenHint(`The token lacks a permission. ${PERMISSION}`),
    },
    { code: 9109, kind: 'credentials-here', hint: tokenHint(`Cloudflare does not know this token. ${ROLLED}`) },
    { code: 10000, message: /authentication scheme/i, kind: 'credentials-here', hint: SCHEME_HINT },
    { code: 10405, kind: 'credentials-here', hint: SCHEME_HINT },
    ...[10000, 10001].map((code) => ({
        code,
        ...(code === 10001 && { message: /^$|authenticat|authoriz|permission/i }),
        kind: 'credentials-here',
        hint: tokenHint(`The token is not valid or lacks a permission. ${PERMISSION}`),
    })),
    {
        code: 7003,
        message: /route to \/(?!client\/v4\/(?:user\/invites\/|memberships\/|[^a-z]))/i,
        kind: 'routing',
        hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .ROUTING_HINT */ .xH,
    },
    { code: 7003, kind: 'not-found', hint: NOT_FOUND_HINT },
    { code: 7000, kind: 'routing', hint: _http_status_js__WEBPACK_IMPORTED_MODULE_0__/* .ROUTING_HINT */ .xH },
];
const MAX_ENTRIES = 1_000;
function findErrorRule(details) {
    const entries = details.flatMap((detail) => [detail, ...detail.chain]).slice(0, MAX_ENTRIES);
    return ERROR_RULES.find(({ code, message }) => (code === undefined || entries.some((entry) => entry.code === code)) &&
        (message === undefined || entries.some((entry) => message.test(entry.message))));
}


/***/ }),

/***/ 337:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ errorLine),
/* harmony export */   T: () => (/* binding */ StopError)
/* harmony export */ });
function errorLine({ method, path, reason }) {
    return `${method} ${path}: ${reason}`;
}
class StopError extends Error {
    name = 'StopError';
    reason;
    constructor(reason) {
        super(reason.kind);
        this.reason = reason;
    }
}


/***/ }),

/***/ 877:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   au: () => (/* binding */ TROUBLE_HINT),
/* harmony export */   l8: () => (/* binding */ statusRule),
/* harmony export */   tc: () => (/* binding */ RATE_LIMIT_HINT),
/* harmony export */   xH: () => (/* binding */ ROUTING_HINT),
/* harmony export */   xg: () => (/* binding */ CONFLICT_HINT),
/* harmony export */   zR: () => (/* binding */ UNKNOWN_EFFECT_HINT)
/* harmony export */ });
const UNKNOWN_EFFECT_HINT = 'Run the job again: an invite that has the desired status by then counts as success. If it goes on, ask Cloudflare’s support.';
const TROUBLE_HINT = 'Cloudflare has trouble: see https://www.cloudflarestatus.com, and run the job again later.';
const CONFLICT_HINT = 'Something else was changing the invite at the same time. Run the job again.';
const RATE_LIMIT_HINT = 'The user is over Cloudflare’s rate limit (1,200 requests in 5 minutes, shared by everything that uses the same user; a block lasts 5 minutes). Raise timeout-seconds, or run fewer jobs with this user at the same time.';
const ROUTING_HINT = 'There is no such API at this address: check api-base-url. Cloudflare’s own ends with /client/v4.';
const REDIRECTED = {
    isRetryable: false,
    effect: 'not-applied',
    hint: 'The credentials are never sent on to another address. Check api-base-url, and whether a proxy or login page stands in the way.',
};
const REFUSED = {
    isRetryable: false,
    effect: 'rejected',
    hint: 'Cloudflare refused this request for a reason of its own: see its message.',
};
const UNCLEAR = { isRetryable: true, effect: 'unknown', hint: UNKNOWN_EFFECT_HINT };
const TROUBLE = { ...UNCLEAR, hint: TROUBLE_HINT };
const INSECURE_ORIGIN = {
    ...TROUBLE,
    hint: 'Cloudflare could not make a secure connection to the server behind it. This workflow does not cause that: see https://www.cloudflarestatus.com.',
};
const STATUS_RULES = {
    403: {
        ...REFUSED,
        hint: 'Cloudflare refused this request, but not the credentials: see its message. Cloudflare’s description marks this API as available to Enterprise customers; it is not known how strictly that is enforced.',
    },
    404: { ...REFUSED, hint: ROUTING_HINT },
    408: UNCLEAR,
    409: {
        ...REFUSED,
        isRetryable: true,
        hint: CONFLICT_HINT,
    },
    429: { isRetryable: true, effect: 'not-applied', hint: RATE_LIMIT_HINT },
    525: INSECURE_ORIGIN,
    526: INSECURE_ORIGIN,
};
const CLASS_RULES = [TROUBLE, TROUBLE, UNCLEAR, REDIRECTED, REFUSED];
function statusRule(status) {
    return STATUS_RULES[status] ?? CLASS_RULES[Math.floor(status / 100)] ?? TROUBLE;
}


/***/ }),

/***/ 839:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $u: () => (/* binding */ INVITE_STATUSES),
/* harmony export */   I: () => (/* binding */ kindOf),
/* harmony export */   PM: () => (/* binding */ UNREADABLE_ROLE),
/* harmony export */   Qx: () => (/* binding */ MAX_ID_LENGTH),
/* harmony export */   Rb: () => (/* binding */ ID_RULE),
/* harmony export */   VQ: () => (/* binding */ isReadableRole),
/* harmony export */   fd: () => (/* binding */ toRoles),
/* harmony export */   n$: () => (/* binding */ isInviteId),
/* harmony export */   rd: () => (/* binding */ parseRef),
/* harmony export */   rq: () => (/* binding */ formatRef),
/* harmony export */   sN: () => (/* binding */ INVITE_FIELDS),
/* harmony export */   xW: () => (/* binding */ toInvite)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(214);

const INVITE_FIELDS = {
    id: 'text',
    status: 'text',
    organization_id: 'text',
    organization_name: 'text',
    roles: 'names',
    invited_by: 'text',
    invited_on: 'text',
    expires_on: 'text',
    invited_member_id: 'text',
    invited_member_email: 'text',
    organization_is_enforcing_twofactor: 'boolean',
};
function kindOf({ kind = 'invite' }) {
    return kind;
}
const INVITE_STATUSES = new Set([
    'pending',
    'accepted',
    'rejected',
    'expired',
    'canceled',
    'left',
]);
const MAX_ID_LENGTH = 32;
const ID_RULE = `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_", and at least one letter or digit`;
function isInviteId(id) {
    return /^(?=.*[^_-])[\w-]+$/.test(id) && id.length <= MAX_ID_LENGTH;
}
const MEMBERSHIP_PREFIX = 'membership.';
function formatRef({ id, kind }) {
    return kind === 'membership' ? `${MEMBERSHIP_PREFIX}${id}` : id;
}
function parseRef(text) {
    return text.startsWith(MEMBERSHIP_PREFIX)
        ? { id: text.slice(MEMBERSHIP_PREFIX.length), kind: 'membership' }
        : { id: text };
}
const FIELD_PARSERS = {
    text: (value) => (typeof value === 'string' ? value : undefined),
    boolean: (value) => (typeof value === 'boolean' ? value : undefined),
    names: toRoles,
};
function toInvite(result) {
    if (!(0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .G)(result))
        return undefined;
    const fields = Object.entries(INVITE_FIELDS).flatMap(([name, type]) => {
        const value = FIELD_PARSERS[type](result[name]);
        return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(fields);
}
const UNREADABLE_ROLE = '(unreadable role)';
function isReadableRole(role) {
    return role !== UNREADABLE_ROLE;
}
function toRoles(roles) {
    if (roles === undefined || roles === null)
        return undefined;
    return (Array.isArray(roles) ? roles : [roles]).map((role) => {
        const name = (0,_json_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .G)(role) ? role.name : role;
        return typeof name === 'string' ? name : UNREADABLE_ROLE;
    });
}


/***/ }),

/***/ 866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ toMembership)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(214);
/* harmony import */ var _invite_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(839);


function toMembership(result) {
    if (!(0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isObject */ .G)(result))
        return undefined;
    const { id, status, roles, policies } = result;
    const account = (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isObject */ .G)(result.account) ? result.account : {};
    const settings = (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isObject */ .G)(account.settings) ? account.settings : {};
    const fields = (0,_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .toInvite */ .xW)({
        ...{ id, status, organization_id: account.id, organization_name: account.name },
        organization_is_enforcing_twofactor: settings.enforce_twofactor,
        roles: rolesOf(roles, policies),
    });
    return { ...fields, kind: 'membership' };
}
function rolesOf(roles, policies) {
    const hasPolicies = policies !== undefined && policies !== null;
    const names = (0,_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .toRoles */ .fd)(roles) ?? [];
    if (!hasPolicies)
        return names.length === 0 ? undefined : [...names, _invite_js__WEBPACK_IMPORTED_MODULE_0__/* .UNREADABLE_ROLE */ .PM];
    return [...new Set([...names, ...(Array.isArray(policies) ? policies : [undefined]).flatMap(groupsOf)])];
}
function groupsOf(policy) {
    if (!(0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .isObject */ .G)(policy))
        return [_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .UNREADABLE_ROLE */ .PM];
    if (policy.access === 'deny')
        return [];
    return (0,_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .toRoles */ .fd)(policy.permission_groups) ?? [_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .UNREADABLE_ROLE */ .PM];
}


/***/ }),

/***/ 972:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ isExpired),
/* harmony export */   f: () => (/* binding */ expiresMs)
/* harmony export */ });
const HAS_ZONE = /(?:Z|GMT|UTC|:\d{2}\S*\s*[+-]\d{2}:?\d{2})\s*$/i;
const MAX_DATE_LENGTH = 200;
function expiresMs({ expires_on: date }) {
    if (date === undefined || date.length > MAX_DATE_LENGTH)
        return Number.NaN;
    return Date.parse(HAS_ZONE.test(date) ? date : `${date}Z`);
}
function isExpired(invite, nowMs) {
    return expiresMs(invite) <= nowMs;
}


/***/ }),

/***/ 588:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   SC: () => (/* binding */ FILTERS),
/* harmony export */   Tu: () => (/* binding */ EXCLAMATION_MARKS),
/* harmony export */   WS: () => (/* binding */ FILTER_NAMES),
/* harmony export */   XN: () => (/* binding */ matchFilters),
/* harmony export */   eZ: () => (/* binding */ namesOneOrganization)
/* harmony export */ });
/* harmony import */ var _cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(839);
/* harmony import */ var _pattern_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(81);


const EXCLAMATION_MARKS = '!¡ǃ՜߹᥄‼⁈⁉ⵑ❕❗❢ꜝꜞꜟ︕﹗！';
const LETTER = String.raw `[[\p{L}\p{M}\p{Nd}]--[\p{DI}${EXCLAMATION_MARKS}]]`;
const ESCAPED = String.raw `\\(?![nrt])[\s\S]`;
const WHITE = String.raw `\p{White_Space}`;
const COMMENT = String.raw `${WHITE}(?:--|\/\/)`;
const EXCLUSION = String.raw `!(?![\s\S]*${COMMENT})(?:${LETTER}|\*|${ESCAPED})(?:${LETTER}|${WHITE}|[*${_pattern_js__WEBPACK_IMPORTED_MODULE_1__/* .PUNCTUATION */ .T0}]|${ESCAPED})*`;
const MARK_IN_NAME = String.raw `(?<=${LETTER}|[!?])!(?!${LETTER}|[*\\])`;
const INCLUSION = String.raw `(?:${LETTER}|[*\[\(]|${ESCAPED})(?:[^\\#${EXCLAMATION_MARKS}]|(?<!${WHITE})#|${MARK_IN_NAME}|${ESCAPED})*`;
const PLAIN_NAME = new RegExp(`^(?:${EXCLUSION}|${INCLUSION})$`, 'v');
const PLAIN_ADDRESS = /^!?(?:\*|[A-Za-z0-9*._%+-]+@[A-Za-z0-9*._%+-]+)$/;
const PLAIN_ID = new RegExp(String.raw `^!?(?=\*+$|.*[^!*_-])\**(?:[\w-]\**){0,${_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .MAX_ID_LENGTH */ .Qx}}$`);
const NAME_RULE = 'An entry is a name or a pattern, one per line, without quotes and bullets; a comment stands on a line of its own.';
const FILTERS = {
    'organization-id': {
        layout: 'words',
        plain: PLAIN_ID,
        rule: `${_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .ID_RULE */ .Rb}. In a pattern, "*" stands for any of these.`,
        exclusionsMatchWords: false,
        values: ({ organization_id: id }) => [id],
    },
    'organization-name': {
        layout: 'lines',
        plain: PLAIN_NAME,
        rule: NAME_RULE,
        exclusionsMatchWords: false,
        values: ({ organization_name: name }) => [name],
    },
    'invited-by': {
        layout: 'words',
        plain: PLAIN_ADDRESS,
        rule: 'An entry is an e-mail address or a pattern of one, such as `*@acme.example`.',
        exclusionsMatchWords: false,
        values: ({ kind, status, invited_by: inviter = '' }) => kind === 'membership' && status === 'accepted' ? [] : [ONE_ADDRESS.test(inviter) ? inviter : undefined],
    },
    roles: {
        layout: 'lines',
        plain: PLAIN_NAME,
        rule: NAME_RULE,
        exclusionsMatchWords: true,
        values: ({ roles = [] }) => roles.length === 0 ? [undefined] : roles.map((role) => ((0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .isReadableRole */ .VQ)(role) ? role : undefined)),
    },
};
const ONE_ADDRESS = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/;
const MAX_VALUE_LENGTH = 1_000;
const FILTER_NAMES = Object.keys(FILTERS);
function namesOneOrganization({ 'organization-id': list }) {
    return list?.entries.length === 1 && list.entries.every(_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .isInviteId */ .n$);
}
function matchFilters(invite, filters) {
    const mismatches = FILTER_NAMES.flatMap((filter) => {
        const list = filters[filter];
        if (list === undefined)
            return [];
        const { values } = FILTERS[filter];
        return values(invite).flatMap((given) => {
            const value = given !== undefined && given.length > MAX_VALUE_LENGTH ? undefined : given;
            const kind = (0,_pattern_js__WEBPACK_IMPORTED_MODULE_1__/* .matchList */ .Kl)(list, value);
            return kind === 'included' ? [] : [{ kind, filter, value }];
        });
    });
    return mismatches.find(({ kind }) => kind === 'excluded') ?? mismatches[0] ?? { kind: 'match' };
}


/***/ }),

/***/ 507:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ listInvites),
/* harmony export */   i: () => (/* binding */ LIST_LIMITS)
/* harmony export */ });
/* harmony import */ var _ascii_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(529);
/* harmony import */ var _cloudflare_body_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(766);
/* harmony import */ var _cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(839);
/* harmony import */ var _cloudflare_membership_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(866);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(415);





const PER_PAGE = 50;
const LIST_LIMITS = { pages: 1_000, entries: 200_000, megabytes: 64 };
const MAX_DESCRIBED = 10;
async function listInvites(client, options = {}) {
    const list = new ListBuilder(options.kind === 'membership');
    for (let page = 1;; page++) {
        const result = await client.listPage(page, PER_PAGE, options);
        if (!result.ok)
            return { ok: false, failure: { kind: 'request', failure: result.failure } };
        const isLast = list.add(result.value, page);
        const limit = list.exceededLimit ?? (isLast || page < LIST_LIMITS.pages ? undefined : 'pages');
        if (limit !== undefined)
            return { ok: false, failure: { kind: 'too-long', limit } };
        if (isLast)
            return { ok: true, value: list.listing };
    }
}
class ListBuilder {
    #invites = new Map();
    #skipped = [];
    #ids = new Set();
    #skippedCount = 0;
    #entryCount = 0;
    #characterCount = 0;
    #totalCount;
    #lastPage;
    #isOfMemberships;
    constructor(isOfMemberships) {
        this.#isOfMemberships = isOfMemberships;
    }
    add({ entries, totalCount, perPage }, page) {
        const text = pageText(entries);
        const idCount = this.#ids.size;
        if (text === undefined || text !== this.#lastPage)
            for (const entry of entries)
                this.#addEntry(entry);
        this.#lastPage = text;
        this.#characterCount += text?.length ?? _cloudflare_body_js__WEBPACK_IMPORTED_MODULE_0__/* .MAX_BODY_BYTES */ .YK;
        this.#entryCount += entries.length;
        const isRepeated = this.#ids.size === idCount;
        if (this.#isOfMemberships)
            return isRepeated || entries.length < (perPage ?? 0);
        this.#totalCount = totalCount ?? this.#totalCount;
        const mayCountPage = page === 1 && entries.length >= (perPage ?? 0);
        return isRepeated || (this.#entryCount === totalCount && !mayCountPage);
    }
    get exceededLimit() {
        if (this.#entryCount > LIST_LIMITS.entries)
            return 'entries';
        return this.#characterCount > LIST_LIMITS.megabytes * 1_000_000 ? 'megabytes' : undefined;
    }
    get listing() {
        const missingCount = Math.max(0, (this.#totalCount ?? 0) - this.#invites.size - this.#skippedCount);
        return {
            invites: [...this.#invites.values()],
            skipped: this.#skipped,
            skippedCount: this.#skippedCount,
            missingCount,
        };
    }
    #addEntry(entry) {
        const invite = parseEntry(this.#isOfMemberships ? (0,_cloudflare_membership_js__WEBPACK_IMPORTED_MODULE_2__/* .toMembership */ .Q)(entry) : (0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__/* .toInvite */ .xW)(entry), entry);
        const { id = '' } = invite;
        const key = (0,_ascii_js__WEBPACK_IMPORTED_MODULE_3__/* .asciiLowercase */ .T)(id);
        if (id !== '')
            this.#ids.add(key);
        if ('reason' in invite) {
            this.#invites.delete(key);
            this.#skippedCount += 1;
            if (this.#skipped.length < MAX_DESCRIBED)
                this.#skipped.push(invite);
        }
        else {
            this.#invites.set(key, invite);
        }
    }
}
function pageText(entries) {
    try {
        return JSON.stringify(entries);
    }
    catch {
        return undefined;
    }
}
function parseEntry(invite, entry) {
    if (invite === undefined)
        return { reason: 'not-an-object', type: entry === null ? 'null' : typeof entry };
    const { id, status, organization_name: organization } = invite;
    if (id === undefined)
        return { reason: 'no-id', organization };
    if (id.includes(_words_js__WEBPACK_IMPORTED_MODULE_4__/* .MASK */ .v5))
        return { reason: 'secret-id', organization };
    if (!(0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__/* .isInviteId */ .n$)(id))
        return { reason: 'unusable-id', id, organization };
    if (status === undefined)
        return { reason: 'no-status', id, organization };
    if (!_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__/* .INVITE_STATUSES */ .$u.has(status))
        return { reason: 'unknown-status', id, organization, status };
    return { ...invite, id };
}


/***/ }),

/***/ 551:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ isFailed)
/* harmony export */ });
function isFailed(outcome) {
    return outcome.kind === 'failed' || outcome.kind === 'not_attempted';
}


/***/ }),

/***/ 81:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Kl: () => (/* binding */ matchList),
/* harmony export */   T0: () => (/* binding */ PUNCTUATION),
/* harmony export */   Yk: () => (/* binding */ parsePatternList),
/* harmony export */   e8: () => (/* binding */ trimWhiteSpace),
/* harmony export */   n7: () => (/* binding */ MAX_PATTERN_LENGTH)
/* harmony export */ });
/* harmony import */ var _ascii_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(529);

const MAX_PATTERN_LENGTH = 256;
const WHITE_SPACE = String.raw `[\p{White_Space}\uFEFF]`;
const RUNS_OF_WHITE_SPACE = new RegExp(`${WHITE_SPACE}+`, 'gu');
const WHITE_SPACE_AT_ENDS = new RegExp(`^${WHITE_SPACE}+|(?<!${WHITE_SPACE})${WHITE_SPACE}+$`, 'gu');
function trimWhiteSpace(text) {
    return text.replace(WHITE_SPACE_AT_ENDS, '');
}
function normalize(text) {
    return (0,_ascii_js__WEBPACK_IMPORTED_MODULE_0__/* .asciiLowercase */ .T)(text.normalize('NFC').replace(RUNS_OF_WHITE_SPACE, ' '));
}
function normalizeLoosely(text) {
    return normalize(text.normalize('NFKC'));
}
const PUNCTUATION = String.raw `\-\(\).@_&\/+'`;
const PUNCTUATION_BEFORE = new RegExp(`^[${PUNCTUATION} ]+`, 'v');
const PUNCTUATION_AFTER = new RegExp(`(?<![${PUNCTUATION} ])[${PUNCTUATION} ]+$`, 'v');
function parsePatternList(entries, exclusionsMatchWords) {
    const patterns = entries.map((entry) => parsePattern(entry, exclusionsMatchWords));
    const findUndoing = (pattern, index) => {
        const example = exampleOf(pattern);
        return patterns.slice(index).find((other) => other.isExclusion !== pattern.isExclusion && matches(other, example));
    };
    for (const [index, pattern] of patterns.entries()) {
        const by = pattern.isExclusion ? findUndoing(pattern, index) : undefined;
        if (by !== undefined)
            return { kind: 'dead-exclusion', entry: pattern.entry, by: by.entry };
    }
    if (patterns.every((pattern, index) => pattern.isExclusion || findUndoing(pattern, index) !== undefined)) {
        return { kind: 'nothing-included' };
    }
    return { patterns, entries, isAnything: entries.length === 1 && entries[0] === '*' };
}
function parsePattern(entry, exclusionsMatchWords) {
    const isExclusion = entry.startsWith('!');
    const segments = [''];
    for (const [token] of (isExclusion ? entry.slice(1) : entry).matchAll(/\\?[\s\S]/g)) {
        if (token === '*')
            segments.push('');
        else
            segments[segments.length - 1] += token.length > 1 ? token.slice(1) : token;
    }
    const normalizeText = isExclusion ? normalizeLoosely : normalize;
    const [before, after] = isExclusion ? [PUNCTUATION_BEFORE, PUNCTUATION_AFTER] : [/^ /, / $/];
    const [first = '', ...rest] = segments.map((segment, index) => {
        const text = normalizeText(segment);
        const fromStart = index === 0 ? text.replace(before, '') : text;
        return index === segments.length - 1 ? fromStart.replace(after, '') : fromStart;
    });
    return { entry, isExclusion, matchesWords: isExclusion && exclusionsMatchWords, first, rest };
}
function matchList(list, value = '') {
    const forms = formsOf(value);
    if (forms.exact === '')
        return list.isAnything ? 'included' : 'unmatched';
    const last = list.patterns.findLast((pattern) => matches(pattern, forms));
    if (last === undefined)
        return 'unmatched';
    return last.isExclusion ? 'excluded' : 'included';
}
function formsOf(value) {
    const words = normalizeLoosely(value);
    const loose = words.replace(PUNCTUATION_BEFORE, '').replace(PUNCTUATION_AFTER, '');
    return { exact: normalize(value).trim(), loose, words };
}
function matches(pattern, { exact, loose, words }) {
    if (pattern.matchesWords)
        return matchesWithin(pattern, words);
    const text = pattern.isExclusion ? loose : exact;
    const { first, rest } = pattern;
    const last = rest.at(-1);
    if (last === undefined)
        return text === first;
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last))
        return false;
    return skipSegments(rest.slice(0, -1), text.slice(first.length, end), 0) !== undefined;
}
function matchesWithin({ first, rest }, text) {
    const last = rest.at(-1);
    for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, start + 1)) {
        if (!isBoundary(text, start))
            continue;
        const position = start + first.length;
        if (last === undefined) {
            if (isBoundary(text, position))
                return true;
            continue;
        }
        const middle = skipSegments(rest.slice(0, -1), text, position);
        return middle !== undefined && endsWord(last, text, middle);
    }
    return false;
}
function endsWord(segment, text, from) {
    for (let start = text.indexOf(segment, from); start >= 0; start = text.indexOf(segment, start + 1)) {
        if (isBoundary(text, start + segment.length))
            return true;
    }
    return false;
}
function skipSegments(segments, text, from) {
    let position = from;
    for (const segment of segments) {
        const found = text.indexOf(segment, position);
        if (found < 0)
            return undefined;
        position = found + segment.length;
    }
    return position;
}
const ANY_TEXT = '\uFFFF';
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_\uFFFF]$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_\uFFFF]/u;
function isBoundary(text, index) {
    return !(WORD_BEFORE.test(text.slice(Math.max(0, index - 2), index)) && WORD_AFTER.test(text.slice(index, index + 2)));
}
function exampleOf({ first, rest, matchesWords }) {
    const text = [first, ...rest].join(ANY_TEXT);
    return formsOf(matchesWords ? ANY_TEXT + text + ANY_TEXT : text);
}


/***/ }),

/***/ 214:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ isObject)
/* harmony export */ });
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}


/***/ }),

/***/ 527:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Y4: () => (/* binding */ isCertificateError),
/* harmony export */   wh: () => (/* binding */ describeCauses),
/* harmony export */   x$: () => (/* binding */ connectionFault)
/* harmony export */ });
/* unused harmony export causesOf */
const MAX_CAUSES = 6;
function causesOf(error) {
    const found = [];
    const queue = [error];
    while (queue.length > 0 && found.length < MAX_CAUSES) {
        const current = queue.shift();
        found.push(current);
        if (current instanceof AggregateError)
            queue.push(...current.errors);
        if (current instanceof Error && current.cause !== undefined)
            queue.push(current.cause);
    }
    return found;
}
function describeCauses(error) {
    const causes = causesOf(error);
    if (causes.some(isHiddenResponse))
        return 'a response that Node hides: HTTP 407, proxy authentication required';
    const texts = causes.map((cause) => {
        const code = codeOf(cause);
        const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
        const message = text || (code ?? 'unknown error');
        return code === undefined || message.includes(code) ? message : `${message} (${code})`;
    });
    const distinct = [...new Set(texts)];
    return (distinct.length > 1 ? distinct.filter((text) => text !== 'fetch failed') : distinct).join(': ');
}
function isHiddenResponse(error) {
    const cause = error instanceof TypeError && error.message === 'fetch failed' ? error.cause : undefined;
    return cause instanceof Error && cause.message === '' && codeOf(cause) === undefined;
}
function codeOf(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
const NEVER = /(?!)/;
const FAULTS = [
    ['proxy-password', NEVER, /^Proxy response \(407\)/],
    ['proxy-refusal', NEVER, /^Proxy response/],
    ['client-certificate', /^ERR_SSL_.*(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)/, NEVER],
    ['no-tls', /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)/, NEVER],
    ['tls', /^ERR_SSL_|^EPROTO$/, /before secure TLS connection was established/],
    ['certificate-too-early', /^CERT_NOT_YET_VALID$/, NEVER],
    ['certificate-expired', /^CERT_HAS_EXPIRED$/, NEVER],
    ['certificate-of-another-name', /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, NEVER],
    ['certificate-authority', /SELF_SIGNED|^UNABLE_TO_(?:VERIFY|GET_ISSUER)|^CERT_UNTRUSTED$/, NEVER],
    ['certificate', /CERT|^INVALID_PURPOSE$|^INVALID_CA$|^PATH_LENGTH_EXCEEDED$/, NEVER],
];
function connectionFault(error) {
    const causes = causesOf(error);
    if (causes.some(isHiddenResponse))
        return 'proxy-password';
    return FAULTS.find(([, code, message]) => causes.some((cause) => code.test(codeOf(cause) ?? '') || (cause instanceof Error && message.test(cause.message))))?.[0];
}
function isCertificateError(error) {
    return connectionFault(error)?.startsWith('certificate') === true;
}


/***/ }),

/***/ 349:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   SN: () => (/* binding */ outcomeProblem),
/* harmony export */   vt: () => (/* binding */ STATE_TEXTS),
/* harmony export */   wg: () => (/* binding */ RESEND_INVITE)
/* harmony export */ });
/* harmony import */ var _cloudflare_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(337);
/* harmony import */ var _cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(839);
/* harmony import */ var _problem_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(468);
/* harmony import */ var _request_problem_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(384);
/* harmony import */ var _stop_problem_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(465);





const STATE_TEXTS = {
    read: 'Pending when last read; this step has not changed it',
    unsettled: 'Pending when last read; an attempt may still take effect',
    unread: 'Not changed by this step',
    unknown: 'State unknown',
};
const RESEND_INVITE = 'Members › the user › Resend invite, in the account’s dashboard.';
function outcomeProblem(outcome, context) {
    const { invite, id, cause, state, kind } = outcome;
    const { desiredStatus, dryRun, scheme } = context;
    const name = (0,_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .inviteTitle */ .cG)(invite, id);
    const title = `Could not ${dryRun ? 'read' : (0,_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .verbOf */ .rl)(desiredStatus)} ${(0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__/* .kindOf */ .I)(invite)} ${(0,_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .inviteLabel */ .Kb)(invite, id)}`;
    const withState = (problem) => ({
        ...problem,
        message: `${problem.message} ${STATE_TEXTS[state]}.`,
    });
    switch (cause.kind) {
        case 'request': {
            const problem = (0,_request_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .requestProblem */ .J)(title, cause.failure, scheme);
            return cause.isNotFound ? problem : withState(problem);
        }
        case 'stop': {
            const { title: reason, hint } = (0,_stop_problem_js__WEBPACK_IMPORTED_MODULE_4__/* .stopProblem */ .E)(cause.stop.reason, scheme);
            const message = `${reason}.`;
            if (kind === 'not_attempted')
                return { title: `${name} was not attempted`, message, details: [], hint };
            return withState({ title, message, details: [], hint });
        }
        case 'outside-policy':
            return outsidePolicyProblem(outcome, (0,_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .describeMismatch */ ._e)(cause.mismatch), cause.failure);
        case 'final-status':
            return finalStatusProblem(name, desiredStatus, cause.status, cause.failure);
        case 'defect': {
            const message = `This action has a defect. ${cause.description}`;
            return withState({ title, message, details: [], hint: 'Please report it, with this message.' });
        }
    }
}
function outsidePolicyProblem({ invite, id, state }, why, failure) {
    const title = `${(0,_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .inviteTitle */ .cG)(invite, id)} is outside the policy`;
    if (failure === undefined) {
        const message = `It was left untouched: ${why}.`;
        const hint = 'With invite-id, the filters must match too. Check the id, or change the filter.';
        return { title, message, details: [], hint };
    }
    const message = `It has changed since this step selected it, and no further attempt was made: ${why}. ${STATE_TEXTS[state]}.`;
    const hint = 'Look at it in Cloudflare’s dashboard before you respond to it.';
    return { title, message, details: describeAttempt(failure), hint };
}
function finalStatusProblem(name, desiredStatus, status, failure) {
    const title = `${name} cannot be ${desiredStatus}`;
    const details = describeAttempt(failure);
    if (status === 'expired') {
        const hint = `Invites expire after about four days. Ask the inviter to send it again: ${RESEND_INVITE}`;
        return { title, message: 'It has expired.', details, hint };
    }
    const message = `It is already ${status}. An invitation can be responded to once.`;
    const hint = 'If that is not what you want, ask the inviter to remove the member or to send a new invite.';
    return { title, message, details, hint };
}
function describeAttempt(failure) {
    return failure === undefined ? [] : [`${(0,_cloudflare_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .errorLine */ .B)(failure.error)}.`, ...(0,_request_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .requestDetails */ ._)(failure)];
}


/***/ }),

/***/ 468:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Kb: () => (/* binding */ inviteLabel),
/* harmony export */   YK: () => (/* binding */ problemLine),
/* harmony export */   _e: () => (/* binding */ describeMismatch),
/* harmony export */   cG: () => (/* binding */ inviteTitle),
/* harmony export */   ej: () => (/* binding */ problemSentences),
/* harmony export */   rl: () => (/* binding */ verbOf)
/* harmony export */ });
/* harmony import */ var _cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(839);

function problemSentences({ title, message }) {
    return `${title}. ${message}`.trimEnd();
}
function problemLine(problem) {
    return [problemSentences(problem), ...problem.details].join(' ');
}
function inviteLabel(invite, id) {
    const ref = (0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_0__/* .formatRef */ .rq)({ id, kind: invite.kind });
    return invite.organization_name ? `${invite.organization_name} (${ref})` : ref;
}
function inviteTitle(invite, id) {
    return `${invite.kind === 'membership' ? 'Membership' : 'Invite'} ${inviteLabel(invite, id)}`;
}
function verbOf(response) {
    return response === 'accepted' ? 'accept' : 'reject';
}
function describeMismatch({ kind, filter, value }) {
    const shown = value === undefined ? 'missing or unreadable' : `"${value}"`;
    return `${filter} ${kind === 'excluded' ? 'excludes it' : 'does not match'} (${shown})`;
}


/***/ }),

/***/ 384:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ requestProblem),
/* harmony export */   _: () => (/* binding */ requestDetails)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);
/* harmony import */ var _cloudflare_error_codes_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(689);
/* harmony import */ var _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(877);
/* harmony import */ var _network_error_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(527);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(415);





function requestProblem(title, failure, scheme) {
    const { error, attempts } = failure;
    const count = attempts > 1 ? ` (${attempts} attempts)` : '';
    return {
        title,
        message: `${error.method} ${error.path} failed: ${error.reason}${count}.`,
        details: requestDetails(failure),
        hint: requestHint(error, scheme),
    };
}
const MAX_SHOWN = 10;
function requestDetails({ error, retryExceedsDeadline }) {
    return [
        ...(0,_words_js__WEBPACK_IMPORTED_MODULE_4__/* .firstOf */ .Ku)((error.details ?? []).map(describeDetail), MAX_SHOWN),
        ...describeDelay(error.retryAfterMs, retryExceedsDeadline),
        ...(error.cfRay === undefined ? [] : [`cf-ray: ${error.cfRay}.`]),
    ];
}
function describeDetail(detail) {
    const entries = (0,_words_js__WEBPACK_IMPORTED_MODULE_4__/* .firstOf */ .Ku)([detail, ...detail.chain].map(describeCodedMessage), MAX_SHOWN).join(' > ');
    const at = detail.pointer === undefined ? '' : ` (at ${detail.pointer})`;
    const see = detail.documentationUrl === undefined ? '' : ` (see ${detail.documentationUrl})`;
    return `Cloudflare: ${entries}${at}${see}.`;
}
function describeCodedMessage({ code, message }) {
    return `${code === undefined ? 'no code' : `code ${code}`}: ${message || 'no message'}`;
}
function describeDelay(retryAfterMs, retryExceedsDeadline) {
    if (retryAfterMs !== undefined) {
        const asked = `The server asked to wait ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(retryAfterMs)} before another attempt`;
        return [retryExceedsDeadline ? `${asked}, for which timeout-seconds leaves no time.` : `${asked}.`];
    }
    return retryExceedsDeadline ? ['There was no time left in timeout-seconds for another attempt.'] : [];
}
const TLS_HINT = 'No TLS connection was established. Check api-base-url and its port, HTTPS_PROXY and its scheme, and whether a firewall stands between the runner and the API.';
const CONNECTION_HINT = 'The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.';
const FAULT_HINTS = {
    'certificate-too-early': 'The server’s certificate is not valid yet, by the runner’s clock. Set the clock of the runner; if it is right, the server’s certificate is wrong.',
    'certificate-expired': 'The server’s certificate has expired, by the runner’s clock. Check the clock of the runner; if it is right, whoever runs the server or a company proxy that re-signs connections has to renew the certificate.',
    'certificate-of-another-name': 'The server’s certificate is for another name. Check api-base-url, and whether DNS or a proxy leads the runner to another server.',
    'certificate-authority': 'The server’s certificate is not trusted: its authority is unknown to the runner. If a company proxy re-signs connections, set NODE_EXTRA_CA_CERTS on the runner to its certificate authority.',
    certificate: 'The server’s certificate cannot be used. Check api-base-url, and whether a proxy stands between the runner and the API.',
    'proxy-password': 'The proxy did not let the request through: it wants a user and a password. Check HTTPS_PROXY, which holds both: http://user:password@proxy.example:3128.',
    'proxy-refusal': 'The proxy did not let the request through. Check HTTPS_PROXY, and whether the proxy allows the API’s host.',
    'client-certificate': 'The server wants a certificate of the client, which Cloudflare’s API does not. Check api-base-url, and which server has this address.',
    'no-tls': 'The server responded without TLS. Check that api-base-url has the port for https, and that HTTPS_PROXY begins with http:// unless the proxy itself speaks TLS.',
    tls: TLS_HINT,
};
const EDGE_HINT = 'Something in front of Cloudflare’s API responded: Cloudflare’s protection, a firewall, a proxy or a login page. It concerns the runner, not an invite. Allow the runner’s address there or use another runner, and check api-base-url.';
const NO_REASON_HINT = 'Cloudflare refused this request and gave no reason. Give the cf-ray to Cloudflare’s support.';
const NOT_FROM_API_HINT = 'This is not a response of Cloudflare’s API. Check api-base-url, and whether a firewall or proxy responded in its place.';
const APPLIED_HINT = 'An earlier attempt of this step may have responded to it, and Cloudflare may not show it since then. Look at the account, or at the user’s memberships.';
const ONE_REFUSAL_HINT = 'It may concern this id only. First check that it is right and belongs to this user.';
const READ_AGAIN_HINT = 'Run the job again. If it goes on, ask Cloudflare’s support.';
function requestHint(error, scheme) {
    const hint = hintOf(error, scheme);
    const isOfOneResponse = hint === _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .UNKNOWN_EFFECT_HINT */ .zR || hint === _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .CONFLICT_HINT */ .xg;
    return isOfOneResponse && error.method === 'GET' ? READ_AGAIN_HINT : hint;
}
function hintOf(error, scheme) {
    const { status, rule, cause, stopKind, details = [] } = error;
    if (status === undefined) {
        const fault = (0,_network_error_js__WEBPACK_IMPORTED_MODULE_3__/* .connectionFault */ .x$)(cause);
        if (fault !== undefined)
            return FAULT_HINTS[fault];
        return error.effect === 'not-applied' ? CONNECTION_HINT : _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .UNKNOWN_EFFECT_HINT */ .zR;
    }
    if (stopKind === 'credentials') {
        const hint = rule?.hint ?? _cloudflare_error_codes_js__WEBPACK_IMPORTED_MODULE_1__/* .UNAUTHORIZED_HINT */ .NO;
        const text = typeof hint === 'string' ? hint : hint({ scheme, isAccountToken: error.isAccountToken });
        return error.isAuthError ? text : `${ONE_REFUSAL_HINT} ${text}`;
    }
    if (stopKind === 'edge')
        return EDGE_HINT;
    if (stopKind === 'rate-limit')
        return _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .RATE_LIMIT_HINT */ .tc;
    if (error.isNotFound) {
        if (error.isList)
            return _cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .ROUTING_HINT */ .xH;
        return error.followsUnclear ? APPLIED_HINT : _cloudflare_error_codes_js__WEBPACK_IMPORTED_MODULE_1__/* .NOT_FOUND_HINT */ .Xg;
    }
    if (typeof rule?.hint === 'string')
        return rule.hint;
    if (error.effect !== 'rejected' || status === 404 || status === 409)
        return (0,_cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .statusRule */ .l8)(status).hint;
    if (error.isFromApi === false)
        return NOT_FROM_API_HINT;
    const messages = details.flatMap((detail) => [detail, ...detail.chain]).map(({ message }) => message);
    return messages.some(Boolean) ? (0,_cloudflare_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .statusRule */ .l8)(status).hint : NO_REASON_HINT;
}


/***/ }),

/***/ 28:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _A: () => (/* binding */ listProblem),
/* harmony export */   d0: () => (/* binding */ runProblem),
/* harmony export */   im: () => (/* binding */ UNCHECKED_CERTIFICATES),
/* harmony export */   j: () => (/* binding */ defectProblem)
/* harmony export */ });
/* harmony import */ var _invites_list_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(507);
/* harmony import */ var _request_problem_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(384);
/* harmony import */ var _stop_problem_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(465);



const PROXY_MESSAGES = {
    unsupported: `HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot use it. The runner needs Node 24.14 or later: update it, or set NODE_USE_ENV_PROXY: '1' as an env of the step, which Node 24 obeys from 24.0 on.`,
    malformed: 'HTTPS_PROXY or HTTP_PROXY is malformed (its value is not shown). It must be a URL such as http://proxy.example:3128.',
};
const UNCHECKED_CERTIFICATES = {
    title: 'Certificates are checked anyway',
    message: 'NODE_TLS_REJECT_UNAUTHORIZED is 0, which would accept any certificate and show the credential to any server. This step ignores it.',
    details: [],
    hint: 'Remove the variable. Where a proxy re-signs connections, set NODE_EXTRA_CA_CERTS to the file with the certificate of its authority.',
};
function runProblem(result) {
    switch (result.kind) {
        case 'handled':
            return result.stop && (0,_stop_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .stopProblem */ .E)(result.stop.reason, result.context.scheme);
        case 'no-match': {
            const message = result.waitSeconds > 0 ? `None came within ${result.waitSeconds} s.` : '';
            const hint = 'Check the filters, and that the credentials are those of the invited user. If the invite comes later, raise wait-seconds.';
            return { title: `No pending ${result.search.kind} matches the filters`, message, details: [], hint };
        }
        case 'list-failed':
            return listProblem(result.failure, result.context.scheme, result.list);
        case 'invalid-inputs':
            return {
                title: 'The inputs cannot be used',
                message: 'Nothing was sent to Cloudflare.',
                details: result.problems,
            };
        case 'proxy':
            return { title: 'The proxy cannot be used', message: PROXY_MESSAGES[result.problem], details: [] };
        case 'defect':
            return defectProblem(result.description);
    }
}
function defectProblem(description) {
    const message = `This action has a defect: ${description}.`;
    const hint = 'Run the job again with debug logging, and report what it says.';
    return { title: 'Unexpected error', message, details: [], hint };
}
function listProblem(failure, scheme, kind) {
    const title = `The list of ${kind}s could not be read`;
    switch (failure.kind) {
        case 'stop':
            return (0,_stop_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .stopProblem */ .E)(failure.stop.reason, scheme);
        case 'request': {
            const { error } = failure.failure;
            if (error.isAuthError)
                return (0,_stop_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .stopProblem */ .E)({ kind: 'credentials', error }, scheme);
            if (error.stopKind === 'edge')
                return (0,_stop_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .stopProblem */ .E)({ kind: 'edge', error }, scheme);
            return (0,_request_problem_js__WEBPACK_IMPORTED_MODULE_1__/* .requestProblem */ .J)(title, failure.failure, scheme);
        }
        case 'too-long': {
            const limit = `${_invites_list_js__WEBPACK_IMPORTED_MODULE_0__/* .LIST_LIMITS */ .i[failure.limit]} ${failure.limit}`;
            return { title, message: `It did not end within ${limit}. Nothing was changed.`, details: [] };
        }
    }
}


/***/ }),

/***/ 465:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ stopProblem),
/* harmony export */   F: () => (/* binding */ PAUSE_REASONS)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);
/* harmony import */ var _request_problem_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(384);


const PAUSE_REASONS = {
    refused: 'Cloudflare responded with HTTP 429, too many requests',
    'refused-by-code': 'Cloudflare responded that there were too many requests',
    announced: 'no request left in Cloudflare’s rate limit',
};
function stopProblem(reason, scheme) {
    const fromResponse = (title, error) => (0,_request_problem_js__WEBPACK_IMPORTED_MODULE_1__/* .requestProblem */ .J)(title, { error, attempts: 1, retryExceedsDeadline: false }, scheme);
    switch (reason.kind) {
        case 'cancelled': {
            const hint = 'Run the job again: an invite that has the desired status by then is left as it is.';
            return { title: 'The job was cancelled', message: '', details: [], hint };
        }
        case 'deadline': {
            const message = `The step’s budget of ${reason.timeoutSeconds} s is used up.`;
            const hint = 'Raise timeout-seconds, or handle fewer invites in one step.';
            return { title: 'The step ran out of time', message, details: [], hint };
        }
        case 'rate-limit':
            return rateLimitProblem(reason, scheme);
        case 'credentials':
            return fromResponse('Cloudflare refused the credentials', reason.error);
        case 'edge':
            return fromResponse('The runner was refused in front of Cloudflare’s API', reason.error);
    }
}
function rateLimitProblem(reason, scheme) {
    const { pause, waitedMs, leftMs, timeoutSeconds } = reason;
    const waited = waitedMs > 0 ? ` The step has waited ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(waitedMs)} for the limit.` : '';
    const needed = `A pause of ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(pause.durationMs)} is needed (${PAUSE_REASONS[pause.reason]})`;
    const isNeverWaited = leftMs === undefined;
    const message = isNeverWaited
        ? `${needed}, and with retries: 0 the step does not wait for a rate limit.`
        : `${needed}, and the step has ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(leftMs)} of its ${timeoutSeconds} s left.${waited}`;
    const title = isNeverWaited ? 'Cloudflare’s rate limit ended the step' : 'Cloudflare’s rate limit leaves no time';
    const hint = isNeverWaited
        ? 'Run the job again after the pause, or fewer jobs with this user at the same time; with retries of 1 or more the step waits by itself.'
        : 'Raise timeout-seconds, or run the job again after the pause.';
    if (pause.error === undefined)
        return { title, message, details: [], hint };
    const failure = { error: pause.error, attempts: 1, retryExceedsDeadline: false };
    const problem = (0,_request_problem_js__WEBPACK_IMPORTED_MODULE_1__/* .requestProblem */ .J)(title, failure, scheme);
    return { ...problem, message: `${message} ${problem.message}`, ...(isNeverWaited && { hint }) };
}


/***/ }),

/***/ 37:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CQ: () => (/* binding */ TRACKER_PROBLEMS),
/* harmony export */   QM: () => (/* binding */ trackerProblem),
/* harmony export */   WJ: () => (/* binding */ TOKEN_HINT),
/* harmony export */   aJ: () => (/* binding */ PERMISSION_HINT)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);

const PERMISSION_HINT = 'Give the job the permission "issues: write" (permissions in the workflow), or github-token a token that may write issues of this repository. Workflows started from forks or by Dependabot get a token that cannot.';
const TOKEN_HINT = 'github-token is not a valid token of this GitHub. Leave the input out, or store a new token.';
const TRACKER_PROBLEMS = {
    noToken: () => trackerProblem('There is no token for GitHub: github-token is empty.', PERMISSION_HINT),
    unprintableToken: () => trackerProblem('github-token holds a space, a line break or a character outside ASCII.', TOKEN_HINT),
    noRepository: () => trackerProblem('GITHUB_REPOSITORY names no repository.', 'The tracking issue works in GitHub Actions only.'),
    redirected: (request, status) => trackerProblem(`${request} met a redirect (HTTP ${status}), which is refused.`),
    unreachable: (request, reason) => trackerProblem(`${request} failed: ${reason}.`),
    unreadable: (what) => trackerProblem(`GitHub’s response does not hold ${what}.`),
    authorWithoutAccess: (number, login) => trackerProblem(`Issue #${number} was opened, but its author${login === undefined ? '' : `, ${login},`} has no write access to the repository. No run will update it, so the next run opens another.`, 'Leave github-token out, or give it a token of somebody with write access.'),
    tooSlow: (limitMs) => trackerProblem(`GitHub did not accept the report within ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(limitMs)}.`),
    cancelled: () => trackerProblem('The job was cancelled before the report was finished.'),
    unloadable: (reason) => trackerProblem(`The code for it could not be loaded: ${reason}.`),
    defect: (description) => trackerProblem(`This action has a defect: ${description}.`, 'Report this message.'),
};
function trackerProblem(message, hint = 'The next run of the workflow tries again.', detail) {
    const details = [...(detail === undefined ? [] : [detail]), 'The invites are not affected.'];
    return { title: 'The tracking issue could not be updated', message, details, hint };
}


/***/ }),

/***/ 879:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BO: () => (/* binding */ clockNotice),
/* harmony export */   Lj: () => (/* binding */ problemAnnotation),
/* harmony export */   XO: () => (/* binding */ capAnnotations),
/* harmony export */   pm: () => (/* binding */ successWarnings),
/* harmony export */   rb: () => (/* binding */ failureAnnotations),
/* harmony export */   vW: () => (/* binding */ MAX_NAMED),
/* harmony export */   y6: () => (/* binding */ nameInvites)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);
/* harmony import */ var _invites_outcome_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(551);
/* harmony import */ var _problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(349);
/* harmony import */ var _problems_problem_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(468);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(415);





const MAX_ANNOTATIONS = 10;
const MAX_NAMED = 5;
function problemAnnotation(problem) {
    const { title, details, hint } = problem;
    const lines = [(0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .problemSentences */ .ej)(problem), ...details, ...(hint === undefined ? [] : [`What to do: ${hint}`])];
    return { title, lines };
}
function failureAnnotations(outcomes, stop, others) {
    const failed = outcomes.filter(_invites_outcome_js__WEBPACK_IMPORTED_MODULE_3__/* .isFailed */ .I);
    const shared = failed.filter(({ causedByStop }) => causedByStop);
    const own = failed.filter(({ causedByStop }) => !causedByStop).map(({ problem }) => problemAnnotation(problem));
    const isStopShown = stop !== undefined && (shared.length > 0 || own.length === 0);
    const annotations = isStopShown ? [stopAnnotation(stop, shared), ...own] : own;
    return capAnnotations(annotations, 'failures', others);
}
function stopAnnotation(stop, affected) {
    const { lines, title } = problemAnnotation(stop);
    const named = (what, outcomes) => outcomes.length === 0 ? [] : [`${what}: ${nameInvites(outcomes)}.`];
    const inState = (state) => named(_problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_1__/* .STATE_TEXTS */ .vt[state], affected.filter((outcome) => outcome.state === state));
    const notAttempted = affected.filter(({ kind }) => kind === 'not_attempted');
    const consequences = [...named('Not attempted', notAttempted), ...inState('unsettled'), ...inState('unknown')];
    return { title, lines: lines.toSpliced(1, 0, ...consequences) };
}
function successWarnings(outcome, { desiredStatus }) {
    const { invite, id, kind, mismatch, isExpired } = outcome;
    const name = (0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .inviteTitle */ .cG)(invite, id);
    const warnings = [];
    if (mismatch !== undefined) {
        const title = `${name} is ${desiredStatus}, but outside the policy`;
        const line = `${title}: ${(0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .describeMismatch */ ._e)(mismatch)}. It has changed since this step selected it.`;
        warnings.push({ title, lines: [line, 'What to do: look at it in Cloudflare’s dashboard.'] });
    }
    if (kind !== 'planned' || !isExpired)
        return warnings;
    const title = `${name} is pending, but its date has passed`;
    const line = `${title}: it expired at ${invite.expires_on}. It is not known whether Cloudflare accepts a response to it.`;
    return [...warnings, { title, lines: [line] }];
}
function clockNotice(skewMs) {
    const title = `The runner’s clock is ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatDuration */ .a3)(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead'}`;
    const line = `${title}, compared with Cloudflare’s. The step uses Cloudflare’s time. Set the runner’s clock.`;
    return { title, lines: [line] };
}
function nameInvites(invites, maxCount = MAX_NAMED) {
    const labels = invites.map(({ invite, id }) => (0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .inviteLabel */ .Kb)(invite, id));
    return (0,_words_js__WEBPACK_IMPORTED_MODULE_4__/* .firstOf */ .Ku)(labels, maxCount).join(', ');
}
function capAnnotations(annotations, what, others = 0) {
    const room = MAX_ANNOTATIONS - others;
    if (annotations.length <= room)
        return annotations;
    const rest = annotations.slice(room - 1).map(({ title }) => title);
    const title = `${rest.length} more ${what}`;
    const last = {
        title,
        lines: [`${title}.`, ...(0,_words_js__WEBPACK_IMPORTED_MODULE_4__/* .firstOf */ .Ku)(rest, MAX_NAMED), 'The summary of the job lists all of them.'],
    };
    return [...annotations.slice(0, room - 1), last];
}


/***/ }),

/***/ 247:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ei: () => (/* binding */ describePause),
/* harmony export */   MS: () => (/* binding */ describeIgnored),
/* harmony export */   MU: () => (/* binding */ describeOptionalFailure),
/* harmony export */   Ng: () => (/* binding */ describeWait),
/* harmony export */   Rm: () => (/* binding */ describeListed),
/* harmony export */   SS: () => (/* binding */ describeOutcome),
/* harmony export */   SZ: () => (/* binding */ groupTitle),
/* harmony export */   em: () => (/* binding */ describeSearch),
/* harmony export */   kh: () => (/* binding */ runTitle),
/* harmony export */   rp: () => (/* binding */ ignoredTitle),
/* harmony export */   tg: () => (/* binding */ otherListTitle),
/* harmony export */   wX: () => (/* binding */ outcomeWords),
/* harmony export */   wy: () => (/* binding */ describePolicy)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);
/* harmony import */ var _invites_filters_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(588);
/* harmony import */ var _invites_outcome_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(551);
/* harmony import */ var _problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(349);
/* harmony import */ var _problems_problem_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(468);
/* harmony import */ var _problems_run_problem_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(28);
/* harmony import */ var _problems_stop_problem_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(465);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(415);








const MAX_DATE_MS = 8.64e15;
function describePause({ reason, durationMs, untilMs }) {
    const until = new Date(Math.min(untilMs, MAX_DATE_MS)).toISOString();
    return `Pausing all requests for ${(0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatSeconds */ .Xo)(durationMs)}, until ${until}: ${_problems_stop_problem_js__WEBPACK_IMPORTED_MODULE_5__/* .PAUSE_REASONS */ .F[reason]}.`;
}
function describePolicy(filters) {
    const parts = _invites_filters_js__WEBPACK_IMPORTED_MODULE_1__/* .FILTER_NAMES */ .WS.flatMap((name) => {
        const entries = filters[name]?.entries;
        return entries === undefined ? [] : [`${name} ${entries.map(describeEntry).join(' ')}`];
    });
    return `Policy: ${parts.join('; ')}`;
}
function describeEntry(entry, index) {
    if (entry.startsWith('!'))
        return `but not ${entry.slice(1)}`;
    return index === 0 ? entry : `or ${entry}`;
}
function ignoredTitle(count, kind = 'invite') {
    return `${(0,_words_js__WEBPACK_IMPORTED_MODULE_6__/* .countOf */ .pq)(count, `pending ${kind}`)} left alone`;
}
function describeIgnored({ invite, reason }) {
    const why = reason.kind === 'expired' ? `expired at ${invite.expires_on}` : (0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .describeMismatch */ ._e)(reason);
    return `${describeListed(invite)}: ${why}.`;
}
function describeWait(secondsLeft) {
    return `No invitation matches yet; the step looks again, for ${secondsLeft} s at most.`;
}
function otherListTitle(count) {
    return `${(0,_words_js__WEBPACK_IMPORTED_MODULE_6__/* .countOf */ .pq)(count, 'pending membership')} in Cloudflare’s other list`;
}
function describeListed(invite) {
    const organization = invite.organization_id === undefined ? '' : `, organization ${invite.organization_id}`;
    return `${(0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .inviteLabel */ .Kb)(invite, invite.id)}${organization}`;
}
function describeOptionalFailure(failure, { scheme }) {
    return `The step goes on without the memberships. ${(0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .problemLine */ .YK)((0,_problems_run_problem_js__WEBPACK_IMPORTED_MODULE_4__/* .listProblem */ ._A)(failure, scheme, 'membership'))}`;
}
function describeSearch({ kind, selected, ignored, alreadyDone }) {
    const pending = (0,_words_js__WEBPACK_IMPORTED_MODULE_6__/* .countOf */ .pq)(selected.length + ignored.length, `pending ${kind}`);
    const done = (0,_words_js__WEBPACK_IMPORTED_MODULE_6__/* .countOf */ .pq)(alreadyDone.length, `matching ${kind}`);
    return `${pending}: ${selected.length} to respond to, ${ignored.length} left alone. ${done} responded to before.`;
}
function groupTitle(count, { dryRun, desiredStatus }) {
    const invitations = (0,_words_js__WEBPACK_IMPORTED_MODULE_6__/* .countOf */ .pq)(count, 'invitation');
    return dryRun ? `Dry run: ${invitations}` : `Trying to ${(0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .verbOf */ .rl)(desiredStatus)} ${invitations}`;
}
function describeOutcome(outcome, context) {
    const label = (0,_problems_problem_js__WEBPACK_IMPORTED_MODULE_3__/* .inviteLabel */ .Kb)(outcome.invite, outcome.id);
    if ((0,_invites_outcome_js__WEBPACK_IMPORTED_MODULE_7__/* .isFailed */ .I)(outcome)) {
        const what = outcome.kind === 'failed' ? 'failed' : 'not attempted';
        return `${label}: ${what}. ${(0,_problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .outcomeProblem */ .SN)(outcome, context).message}`;
    }
    const words = { changed: '', unchanged: 'was already ', planned: 'would be ' }[outcome.kind];
    return `${label}: ${words}${context.desiredStatus}.`;
}
function outcomeWords(desiredStatus) {
    return {
        changed: desiredStatus,
        unchanged: `already ${desiredStatus}`,
        planned: `would be ${desiredStatus}`,
        failed: 'failed',
        not_attempted: 'not attempted',
    };
}
function runTitle(outcomes, { desiredStatus, dryRun }) {
    const parts = Object.entries(outcomeWords(desiredStatus)).flatMap(([kind, text]) => {
        const count = outcomes.filter((outcome) => outcome.kind === kind).length;
        return count === 0 ? [] : [`${count} ${text}`];
    });
    return `Cloudflare invites${dryRun ? ' (dry run)' : ''}: ${parts.join(', ') || 'none'}`;
}


/***/ }),

/***/ 841:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ buildSummary)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(432);
/* harmony import */ var _cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(839);
/* harmony import */ var _invites_expiry_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(972);
/* harmony import */ var _invites_outcome_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(551);
/* harmony import */ var _problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(349);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(415);
/* harmony import */ var _log_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(247);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(114);








const MAX_BYTES = 1_000_000;
const FRAME_BYTES = 2_000;
const MAX_CELL = 300;
const MAX_POLICY = 20_000;
const SHORT_ID = 9;
const OUTCOME_SIGNS = {
    changed: '✅',
    unchanged: '✅',
    planned: '📝',
    failed: '❌',
    not_attempted: '⏸️',
};
function buildSummary({ title, outcomes, rowContext, stop, remarks, list, ignored, policy }, escapeText = _text_js__WEBPACK_IMPORTED_MODULE_4__/* .toHtml */ .V, maxBytes = MAX_BYTES) {
    const own = outcomes.filter(_invites_outcome_js__WEBPACK_IMPORTED_MODULE_5__/* .isFailed */ .I).filter(({ causedByStop }) => !causedByStop);
    const problems = [...(stop === undefined ? [] : [stop]), ...own.map(({ problem }) => problem)];
    const room = maxBytes - FRAME_BYTES;
    const failures = takeWithin(room, problems, (problem) => problemItem(problem, escapeText));
    const roomLeft = room - failures.bytes;
    const notes = takeWithin(roomLeft, remarks, (remark) => `<p><code>${escapeText(remark)}</code></p>`);
    const toRow = (outcome) => (rowContext ? outcomeRow(outcome, rowContext, escapeText) : '');
    const rows = takeWithin(roomLeft - notes.bytes, outcomes, toRow);
    const roomForIgnored = roomLeft - notes.bytes - rows.bytes;
    const folded = takeWithin(roomForIgnored, ignored, (line) => `<li><code>${escapeText(line)}</code></li>`);
    const policies = policy === undefined ? [] : [`<code>${escapeText(policy, MAX_POLICY)}</code>`];
    const foldedPolicy = takeWithin(roomForIgnored - folded.bytes, policies, (text) => foldedBlock('Policy', text));
    return [
        `<h3>${escapeText(title, MAX_CELL)}</h3>`,
        ...(outcomes.length > 0 ? [`<table>${TABLE_HEAD}${rows.html}</table>`] : []),
        ...omittedNote(rows.omitted, 'row'),
        ...(problems.length > 0 ? [`<ul>${failures.html}</ul>`] : []),
        ...omittedNote(failures.omitted, 'failure'),
        ...(notes.html === '' ? [] : [notes.html]),
        ...omittedNote(notes.omitted, 'remark'),
        ...(ignored.length === 0 ? [] : [foldedBlock((0,_log_js__WEBPACK_IMPORTED_MODULE_3__/* .ignoredTitle */ .rp)(ignored.length, list), `<ul>${folded.html}</ul>`)]),
        ...omittedNote(folded.omitted, 'invite'),
        ...(foldedPolicy.html === '' ? [] : [foldedPolicy.html]),
    ].join('\n\n');
}
function foldedBlock(title, html) {
    return `<details><summary>${title}</summary>${html}</details>`;
}
const TABLE_HEAD = '<tr><th>Outcome</th><th>Organization</th><th>Roles</th><th>Invited by</th><th>Expires</th><th>Invite</th></tr>';
function outcomeRow(outcome, { desiredStatus, endMs }, escapeText) {
    const { invite, id, kind } = outcome;
    const toCode = (text, maxLength = MAX_CELL) => `<code>${escapeText(text, maxLength)}</code>`;
    const state = (0,_invites_outcome_js__WEBPACK_IMPORTED_MODULE_5__/* .isFailed */ .I)(outcome) ? ` (${toCode(invite.status ?? _problems_outcome_problem_js__WEBPACK_IMPORTED_MODULE_2__/* .STATE_TEXTS */ .vt[outcome.state])})` : '';
    const cells = [invite.organization_name, invite.roles?.join(', '), invite.invited_by, describeExpiry(invite, endMs)];
    const data = [
        `${OUTCOME_SIGNS[kind]} ${(0,_log_js__WEBPACK_IMPORTED_MODULE_3__/* .outcomeWords */ .wX)(desiredStatus)[kind]}${state}`,
        ...cells.map((cell) => (cell ? toCode(cell) : '')),
        foldedBlock(toCode(id, SHORT_ID), toCode((0,_cloudflare_invite_js__WEBPACK_IMPORTED_MODULE_1__/* .formatRef */ .rq)({ id, kind: invite.kind }))),
    ];
    return `<tr>${data.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}
function describeExpiry(invite, nowMs) {
    const { expires_on: date } = invite;
    const ms = (0,_invites_expiry_js__WEBPACK_IMPORTED_MODULE_6__/* .expiresMs */ .f)(invite);
    if (date === undefined || Number.isNaN(ms) || !RFC_3339.test(date))
        return date;
    const distance = (0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .formatDuration */ .a3)(Math.abs(ms - nowMs));
    const exact = new Date(ms).toISOString().replace(/T(.{5}).*/, ' $1 UTC');
    return [ms > nowMs ? `in ${distance},` : `${distance} ago,`, exact].map(withoutBreaks).join(' ');
}
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]/;
const withoutBreaks = (text) => text.replaceAll(' ', '\u00A0').replaceAll('-', '\u2011');
function problemItem({ title, message, details, hint }, escapeText) {
    const facts = [message, ...details]
        .filter(Boolean)
        .map((line) => `<br><code>${escapeText(line)}</code>`)
        .join('');
    return `<li><strong><code>${escapeText(title)}</code></strong>${facts}${hint === undefined ? '' : `<br>${escapeText(hint)}`}</li>`;
}
function takeWithin(maxBytes, items, toItem) {
    let html = '';
    let bytes = 0;
    for (const [index, item] of items.entries()) {
        const text = toItem(item);
        const size = Buffer.byteLength(text);
        if (bytes + size > maxBytes)
            return { html, bytes, omitted: items.length - index };
        html += text;
        bytes += size;
    }
    return { html, bytes, omitted: 0 };
}
function omittedNote(count, what) {
    return count === 0 ? [] : [`<p>${(0,_words_js__WEBPACK_IMPORTED_MODULE_7__/* .countOf */ .pq)(count, `more ${what}`)} did not fit into this summary.</p>`];
}


/***/ }),

/***/ 114:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ toLine),
/* harmony export */   V: () => (/* binding */ toHtml)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(415);

const MAX_LINE = 1_000;
function toLine(text, maxLength = MAX_LINE) {
    return (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .truncate */ .xv)(stripCommands(text), maxLength);
}
const toHtml = (text, maxLength) => toLine(text, maxLength).replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
const HTML_ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}[\p{DI}--\uFE0F]]|(?<!\p{ExtPict}|[#*\d](?=\uFE0F\u20E3))\uFE0F/gv;
function stripCommands(text) {
    return ((0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .toOneLine */ .GX)(text)
        .replace(INVISIBLE, '\uFFFD')
        .replace(/#(?=[^ -~]*#[^ -~]*\[)/g, '# ')
        .replace(/^([^!-~]*):(?=[^ -~]*:)/, '$1: '));
}


/***/ }),

/***/ 290:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ USER_AGENT)
/* harmony export */ });
/* unused harmony export VERSION */
const VERSION = '1.0.0';
const USER_AGENT = `cloudflare-invite-action/${VERSION}`;


/***/ }),

/***/ 415:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   GX: () => (/* binding */ toOneLine),
/* harmony export */   Ku: () => (/* binding */ firstOf),
/* harmony export */   pq: () => (/* binding */ countOf),
/* harmony export */   v5: () => (/* binding */ MASK),
/* harmony export */   xv: () => (/* binding */ truncate)
/* harmony export */ });
const MASK = '***';
function truncate(text, maxLength) {
    if (text.length <= maxLength)
        return text;
    return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
function toOneLine(text) {
    return text.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, ' ');
}
function countOf(count, noun, plural = `${noun}s`) {
    return `${count} ${count === 1 ? noun : plural}`;
}
function firstOf(items, max) {
    const rest = items.length - max;
    return rest > 0 ? [...items.slice(0, max), `and ${rest} more`] : items;
}


/***/ }),

/***/ 691:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ay: () => (__WEBPACK_DEFAULT_EXPORT__),
/* harmony export */   Qq: () => (/* binding */ HttpClient),
/* harmony export */   VL: () => (/* binding */ withQuery),
/* harmony export */   cV: () => (/* binding */ withBase)
/* harmony export */ });
/* unused harmony exports BearerCredentialHandler, getExecOutput */
// Stands in for packages that others import, but that never run in this action: see tsconfig.json beside it.
function absent() {
  throw new Error('This package is not part of the bundle: see bundle/tsconfig.json.');
}

// @actions/github asks for a proxy's agents when it is loaded. There are none: Node's own fetch obeys the proxy.
class HttpClient {
  getAgent() {}

  getAgentDispatcher() {}

  getJson() {
    absent();
  }
}

class BearerCredentialHandler {
  constructor() {
    absent();
  }
}

const getExecOutput = (/* unused pure expression or super */ null && (absent));

const withBase = absent;

const withQuery = absent;

/* harmony default export */ const __WEBPACK_DEFAULT_EXPORT__ = (absent);


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXTERNAL MODULE: ../build/ascii.js
var ascii = __nccwpck_require__(529);
// EXTERNAL MODULE: ../build/clock.js
var build_clock = __nccwpck_require__(432);
// EXTERNAL MODULE: ../build/json.js
var build_json = __nccwpck_require__(214);
// EXTERNAL MODULE: ../build/cloudflare/errors.js
var errors = __nccwpck_require__(337);
// EXTERNAL MODULE: ../build/cloudflare/invite.js
var cloudflare_invite = __nccwpck_require__(839);
// EXTERNAL MODULE: ../build/cloudflare/membership.js
var membership = __nccwpck_require__(866);
// EXTERNAL MODULE: ./unused-stubs.js
var unused_stubs = __nccwpck_require__(691);
;// CONCATENATED MODULE: ../node_modules/ofetch/dist/shared/ofetch.CWycOUEr.mjs



class FetchError extends Error {
  constructor(message, opts) {
    super(message, opts);
    this.name = "FetchError";
    if (opts?.cause && !this.cause) {
      this.cause = opts.cause;
    }
  }
}
function createFetchError(ctx) {
  const errorMessage = ctx.error?.message || ctx.error?.toString() || "";
  const method = ctx.request?.method || ctx.options?.method || "GET";
  const url = ctx.request?.url || String(ctx.request) || "/";
  const requestStr = `[${method}] ${JSON.stringify(url)}`;
  const statusStr = ctx.response ? `${ctx.response.status} ${ctx.response.statusText}` : "<no response>";
  const message = `${requestStr}: ${statusStr}${errorMessage ? ` ${errorMessage}` : ""}`;
  const fetchError = new FetchError(
    message,
    ctx.error ? { cause: ctx.error } : void 0
  );
  for (const key of ["request", "options", "response"]) {
    Object.defineProperty(fetchError, key, {
      get() {
        return ctx[key];
      }
    });
  }
  for (const [key, refKey] of [
    ["data", "_data"],
    ["status", "status"],
    ["statusCode", "status"],
    ["statusText", "statusText"],
    ["statusMessage", "statusText"]
  ]) {
    Object.defineProperty(fetchError, key, {
      get() {
        return ctx.response && ctx.response[refKey];
      }
    });
  }
  return fetchError;
}

const payloadMethods = new Set(
  Object.freeze(["PATCH", "POST", "PUT", "DELETE"])
);
function isPayloadMethod(method = "GET") {
  return payloadMethods.has(method.toUpperCase());
}
function isJSONSerializable(value) {
  if (value === void 0) {
    return false;
  }
  const t = typeof value;
  if (t === "string" || t === "number" || t === "boolean" || t === null) {
    return true;
  }
  if (t !== "object") {
    return false;
  }
  if (Array.isArray(value)) {
    return true;
  }
  if (value.buffer) {
    return false;
  }
  if (value instanceof FormData || value instanceof URLSearchParams) {
    return false;
  }
  return value.constructor && value.constructor.name === "Object" || typeof value.toJSON === "function";
}
const textTypes = /* @__PURE__ */ new Set([
  "image/svg",
  "application/xml",
  "application/xhtml",
  "application/html"
]);
const JSON_RE = /^application\/(?:[\w!#$%&*.^`~-]*\+)?json(;.+)?$/i;
function detectResponseType(_contentType = "") {
  if (!_contentType) {
    return "json";
  }
  const contentType = _contentType.split(";").shift() || "";
  if (JSON_RE.test(contentType)) {
    return "json";
  }
  if (contentType === "text/event-stream") {
    return "stream";
  }
  if (textTypes.has(contentType) || contentType.startsWith("text/")) {
    return "text";
  }
  return "blob";
}
function resolveFetchOptions(request, input, defaults, Headers) {
  const headers = mergeHeaders(
    input?.headers ?? request?.headers,
    defaults?.headers,
    Headers
  );
  let query;
  if (defaults?.query || defaults?.params || input?.params || input?.query) {
    query = {
      ...defaults?.params,
      ...defaults?.query,
      ...input?.params,
      ...input?.query
    };
  }
  return {
    ...defaults,
    ...input,
    query,
    params: query,
    headers
  };
}
function mergeHeaders(input, defaults, Headers) {
  if (!defaults) {
    return new Headers(input);
  }
  const headers = new Headers(defaults);
  if (input) {
    for (const [key, value] of Symbol.iterator in input || Array.isArray(input) ? input : new Headers(input)) {
      headers.set(key, value);
    }
  }
  return headers;
}
async function callHooks(context, hooks) {
  if (hooks) {
    if (Array.isArray(hooks)) {
      for (const hook of hooks) {
        await hook(context);
      }
    } else {
      await hooks(context);
    }
  }
}

const retryStatusCodes = /* @__PURE__ */ new Set([
  408,
  // Request Timeout
  409,
  // Conflict
  425,
  // Too Early (Experimental)
  429,
  // Too Many Requests
  500,
  // Internal Server Error
  502,
  // Bad Gateway
  503,
  // Service Unavailable
  504
  // Gateway Timeout
]);
const nullBodyResponses = /* @__PURE__ */ new Set([101, 204, 205, 304]);
function createFetch(globalOptions = {}) {
  const {
    fetch = globalThis.fetch,
    Headers = globalThis.Headers,
    AbortController = globalThis.AbortController
  } = globalOptions;
  async function onError(context) {
    const isAbort = context.error && context.error.name === "AbortError" && !context.options.timeout || false;
    if (context.options.retry !== false && !isAbort) {
      let retries;
      if (typeof context.options.retry === "number") {
        retries = context.options.retry;
      } else {
        retries = isPayloadMethod(context.options.method) ? 0 : 1;
      }
      const responseCode = context.response && context.response.status || 500;
      if (retries > 0 && (Array.isArray(context.options.retryStatusCodes) ? context.options.retryStatusCodes.includes(responseCode) : retryStatusCodes.has(responseCode))) {
        const retryDelay = typeof context.options.retryDelay === "function" ? context.options.retryDelay(context) : context.options.retryDelay || 0;
        if (retryDelay > 0) {
          await new Promise((resolve) => setTimeout(resolve, retryDelay));
        }
        return $fetchRaw(context.request, {
          ...context.options,
          retry: retries - 1
        });
      }
    }
    const error = createFetchError(context);
    if (Error.captureStackTrace) {
      Error.captureStackTrace(error, $fetchRaw);
    }
    throw error;
  }
  const $fetchRaw = async function $fetchRaw2(_request, _options = {}) {
    const context = {
      request: _request,
      options: resolveFetchOptions(
        _request,
        _options,
        globalOptions.defaults,
        Headers
      ),
      response: void 0,
      error: void 0
    };
    if (context.options.method) {
      context.options.method = context.options.method.toUpperCase();
    }
    if (context.options.onRequest) {
      await callHooks(context, context.options.onRequest);
      if (!(context.options.headers instanceof Headers)) {
        context.options.headers = new Headers(
          context.options.headers || {}
          /* compat */
        );
      }
    }
    if (typeof context.request === "string") {
      if (context.options.baseURL) {
        context.request = (0,unused_stubs/* withBase */.cV)(context.request, context.options.baseURL);
      }
      if (context.options.query) {
        context.request = (0,unused_stubs/* withQuery */.VL)(context.request, context.options.query);
        delete context.options.query;
      }
      if ("query" in context.options) {
        delete context.options.query;
      }
      if ("params" in context.options) {
        delete context.options.params;
      }
    }
    if (context.options.body && isPayloadMethod(context.options.method)) {
      if (isJSONSerializable(context.options.body)) {
        const contentType = context.options.headers.get("content-type");
        if (typeof context.options.body !== "string") {
          context.options.body = contentType === "application/x-www-form-urlencoded" ? new URLSearchParams(
            context.options.body
          ).toString() : JSON.stringify(context.options.body);
        }
        if (!contentType) {
          context.options.headers.set("content-type", "application/json");
        }
        if (!context.options.headers.has("accept")) {
          context.options.headers.set("accept", "application/json");
        }
      } else if (
        // ReadableStream Body
        "pipeTo" in context.options.body && typeof context.options.body.pipeTo === "function" || // Node.js Stream Body
        typeof context.options.body.pipe === "function"
      ) {
        if (!("duplex" in context.options)) {
          context.options.duplex = "half";
        }
      }
    }
    let abortTimeout;
    if (!context.options.signal && context.options.timeout) {
      const controller = new AbortController();
      abortTimeout = setTimeout(() => {
        const error = new Error(
          "[TimeoutError]: The operation was aborted due to timeout"
        );
        error.name = "TimeoutError";
        error.code = 23;
        controller.abort(error);
      }, context.options.timeout);
      context.options.signal = controller.signal;
    }
    try {
      context.response = await fetch(
        context.request,
        context.options
      );
    } catch (error) {
      context.error = error;
      if (context.options.onRequestError) {
        await callHooks(
          context,
          context.options.onRequestError
        );
      }
      return await onError(context);
    } finally {
      if (abortTimeout) {
        clearTimeout(abortTimeout);
      }
    }
    const hasBody = (context.response.body || // https://github.com/unjs/ofetch/issues/324
    // https://github.com/unjs/ofetch/issues/294
    // https://github.com/JakeChampion/fetch/issues/1454
    context.response._bodyInit) && !nullBodyResponses.has(context.response.status) && context.options.method !== "HEAD";
    if (hasBody) {
      const responseType = (context.options.parseResponse ? "json" : context.options.responseType) || detectResponseType(context.response.headers.get("content-type") || "");
      switch (responseType) {
        case "json": {
          const data = await context.response.text();
          const parseFunction = context.options.parseResponse || unused_stubs/* default */.Ay;
          context.response._data = parseFunction(data);
          break;
        }
        case "stream": {
          context.response._data = context.response.body || context.response._bodyInit;
          break;
        }
        default: {
          context.response._data = await context.response[responseType]();
        }
      }
    }
    if (context.options.onResponse) {
      await callHooks(
        context,
        context.options.onResponse
      );
    }
    if (!context.options.ignoreResponseError && context.response.status >= 400 && context.response.status < 600) {
      if (context.options.onResponseError) {
        await callHooks(
          context,
          context.options.onResponseError
        );
      }
      return await onError(context);
    }
    return context.response;
  };
  const $fetch = async function $fetch2(request, options) {
    const r = await $fetchRaw(request, options);
    return r._data;
  };
  $fetch.raw = $fetchRaw;
  $fetch.native = (...args) => fetch(...args);
  $fetch.create = (defaultOptions = {}, customGlobalOptions = {}) => createFetch({
    ...globalOptions,
    ...customGlobalOptions,
    defaults: {
      ...globalOptions.defaults,
      ...customGlobalOptions.defaults,
      ...defaultOptions
    }
  });
  return $fetch;
}



;// CONCATENATED MODULE: ../node_modules/ofetch/dist/index.mjs





const _globalThis = (function() {
  if (typeof globalThis !== "undefined") {
    return globalThis;
  }
  if (typeof self !== "undefined") {
    return self;
  }
  if (typeof window !== "undefined") {
    return window;
  }
  if (typeof global !== "undefined") {
    return global;
  }
  throw new Error("unable to locate global object");
})();
const dist_fetch = _globalThis.fetch ? (...args) => _globalThis.fetch(...args) : () => Promise.reject(new Error("[ofetch] global.fetch is not supported!"));
const Headers = _globalThis.Headers;
const dist_AbortController = _globalThis.AbortController;
const ofetch = createFetch({ fetch: dist_fetch, Headers, AbortController: dist_AbortController });
const $fetch = (/* unused pure expression or super */ null && (ofetch));



// EXTERNAL MODULE: ../build/network-error.js
var network_error = __nccwpck_require__(527);
// EXTERNAL MODULE: ../build/version.js
var version = __nccwpck_require__(290);
// EXTERNAL MODULE: ../build/cloudflare/body.js
var body = __nccwpck_require__(766);
;// CONCATENATED MODULE: ../build/cloudflare/credentials.js
function credentialHeaders(credentials) {
    return credentials.scheme === 'api-token'
        ? { authorization: `Bearer ${credentials.token}` }
        : { 'x-auth-email': credentials.email, 'x-auth-key': credentials.key };
}

// EXTERNAL MODULE: ../build/words.js
var words = __nccwpck_require__(415);
;// CONCATENATED MODULE: ../build/redact.js


const PART_LENGTH = 8;
function createRedactor(secrets) {
    const parts = new Set(secrets.flatMap(partsOf));
    const units = new Set([...parts].join('').split(''));
    if (parts.size === 0)
        return (text) => text;
    const redact = (text) => {
        const masked = maskParts(text, parts, units);
        return units.has('*') && masked !== text ? maskCompleted(masked, parts) : masked;
    };
    return (text) => {
        const redacted = redact(text);
        if (!units.has(' '))
            return redacted;
        const asShown = (0,words/* toOneLine */.GX)(redacted);
        const shown = redact(asShown);
        return shown === asShown ? redacted : shown;
    };
}
function redactId(id, redact) {
    return (redact.inId ?? redact)(id);
}
function partsOf(secret) {
    const lower = (0,ascii/* asciiLowercase */.T)(secret);
    const count = Math.max(0, lower.length - PART_LENGTH + 1);
    return Array.from({ length: count }, (_, start) => lower.slice(start, start + PART_LENGTH));
}
function maskParts(text, parts, units) {
    const lower = (0,ascii/* asciiLowercase */.T)(text);
    let masked = '';
    let hiddenTo = 0;
    for (let start = 0; start + PART_LENGTH <= lower.length; start++) {
        const last = start + PART_LENGTH - 1;
        if (!units.has(lower.charAt(last)))
            start = last;
        else if (parts.has(lower.slice(start, start + PART_LENGTH))) {
            if (start >= hiddenTo)
                masked += text.slice(hiddenTo, start) + words/* MASK */.v5;
            hiddenTo = start + PART_LENGTH;
        }
    }
    return masked + text.slice(hiddenTo);
}
function maskCompleted(text, parts) {
    const kept = [];
    const isPart = () => parts.has((0,ascii/* asciiLowercase */.T)(kept.slice(-PART_LENGTH).join('')));
    for (let index = 0; index < text.length; index++) {
        const next = [text[index] ?? ''];
        for (let character = next.pop(); character !== undefined; character = next.pop()) {
            kept.push(character);
            if (!isPart())
                continue;
            kept.length -= PART_LENGTH;
            next.push(...words/* MASK */.v5);
        }
    }
    return kept.join('');
}

;// CONCATENATED MODULE: ../build/cloudflare/envelope.js




const MAX_MESSAGE = 500;
const MAX_FIRST_WORDS = 200;
function parseBody(text, redact) {
    const trimmed = text.trim();
    if (trimmed === '')
        return { kind: 'unreadable', description: 'an empty body', errors: [] };
    const redactString = (key, value) => {
        if (typeof value !== 'string' || (key === 'status' && cloudflare_invite/* INVITE_STATUSES */.$u.has(value)))
            return value;
        const isId = key === 'id' && (0,cloudflare_invite/* isInviteId */.n$)(value);
        const redacted = isId ? redactId(value, redact) : redact(value);
        if (redacted !== value)
            redact.altered?.add(redacted);
        return redacted;
    };
    let json;
    try {
        const isClean = !trimmed.includes('\\') && redact(trimmed) === trimmed;
        json = JSON.parse(trimmed, isClean ? undefined : redactString);
    }
    catch {
        return parseText(redact(trimmed), redact);
    }
    if (!(0,build_json/* isObject */.G)(json)) {
        return { kind: 'unreadable', description: `JSON that is not an object: ${firstWords(json, redact)}`, errors: [] };
    }
    const { success, result, retryable } = json;
    const errors = reasonsOf(json);
    const delays = [json, json.error, ...listOf(json.errors).slice(0, MAX_REASONS)].map((part) => (0,build_json/* isObject */.G)(part) && part.retry_after);
    const retryAfter = delays.filter((delay) => delay !== undefined && delay !== false);
    if (typeof success === 'boolean') {
        const info = (0,build_json/* isObject */.G)(json.result_info) ? json.result_info : {};
        const resultInfo = { totalCount: numberOf(info.total_count), perPage: numberOf(info.per_page) };
        const isUnexplained = !success && errors.every(isBlank) && Object.values(json).some(hasContent);
        const shown = isUnexplained ? [...errors, { message: firstWords(json, redact), chain: [] }] : errors;
        return { kind: 'envelope', success, errors: shown, retryAfter, result, resultInfo };
    }
    if (json.cloudflare_error === true || (typeof json.title === 'string' && typeof json.status === 'number')) {
        return { kind: 'problem', errors, retryAfter, retryable: typeof retryable === 'boolean' ? retryable : undefined };
    }
    const shown = errors.every(isBlank) ? `: ${firstWords(json, redact)}` : '';
    const description = `JSON that is not a response of the API (it has no "success")${shown}`;
    return { kind: 'unreadable', description, errors, retryAfter };
}
function firstWords(json, redact) {
    try {
        return (0,words/* truncate */.xv)(redact(JSON.stringify(json)), MAX_FIRST_WORDS);
    }
    catch {
        return 'nested too deep';
    }
}
function parseText(text, redact) {
    const edgeCode = /^error code: (1\d{3})\b/i.exec(text)?.[1];
    const description = `text: "${(0,words/* truncate */.xv)(text, MAX_FIRST_WORDS)}"`;
    if (edgeCode !== undefined) {
        return { kind: 'page', description, errors: [{ code: Number(edgeCode), message: text.slice(0, 50), chain: [] }] };
    }
    if (/^[[{"]/.test(text))
        return { kind: 'unreadable', description: 'JSON that is broken or cut off', errors: [] };
    const html = withoutComments(text);
    const signs = text.startsWith('<')
        ? [/<(?:!doctype html|html|head|title|body)\b/i]
        : [/<(?:!doctype html|html)\b/i, /<title\b/i];
    if (!signs.every((sign) => sign.test(html)))
        return { kind: 'unreadable', description, errors: [] };
    const title = (/<title[^>]{0,200}>([^<]{1,500})/i.exec(html)?.[1] ?? '').replace(/\s+/g, ' ').trim();
    const titled = title === '' ? '' : ` titled "${(0,words/* truncate */.xv)(redact(title), MAX_FIRST_WORDS)}"`;
    return { kind: 'page', description: `an HTML page${titled}`, errors: [] };
}
function withoutComments(html) {
    return html
        .split('-->')
        .map((part) => part.split('<!--', 1)[0])
        .join('');
}
const REASONS = ['errors', 'messages', 'error', 'error_description', 'reason'];
const MAX_REASONS = 1_000;
function reasonsOf(json) {
    const title = [json.title, json.detail].filter((value) => typeof value === 'string').join(': ');
    const own = toErrorDetail({ code: json.error_code ?? json.code, message: title || json.message });
    const others = [...(title === '' ? [] : [json.message]), ...REASONS.flatMap((name) => listOf(json[name]))];
    const found = [...(isBlank(own) ? [] : [own]), ...others.filter(isReason).slice(0, MAX_REASONS).map(toErrorDetail)];
    return [...new Map(found.map((detail) => [JSON.stringify(detail), detail])).values()];
}
function toErrorDetail(error) {
    if (!(0,build_json/* isObject */.G)(error))
        return { ...toCodedMessage(error), chain: [] };
    return {
        ...toCodedMessage(error),
        chain: chainOf(error),
        documentationUrl: textOf(error.documentation_url),
        pointer: (0,build_json/* isObject */.G)(error.source) ? textOf(error.source.pointer) : undefined,
    };
}
function chainOf(error) {
    const chain = [];
    const queue = [...listOf(error.error_chain)];
    for (const entry of queue) {
        if (chain.length === MAX_REASONS)
            break;
        if (isReason(entry))
            chain.push(toCodedMessage(entry));
        if ((0,build_json/* isObject */.G)(entry))
            queue.push(...listOf(entry.error_chain).slice(0, MAX_REASONS));
    }
    return chain;
}
function toCodedMessage(error) {
    if (!(0,build_json/* isObject */.G)(error))
        return { message: textOf(error)?.trim() ?? '' };
    const { code = error.error_code } = error;
    const number = typeof code === 'string' && /^\d{1,9}$/.test(code) ? Number(code) : code;
    const message = [error.message, error.error, error.detail, error.title, error.reason].map(textOf).find(Boolean) ?? '';
    const isCode = typeof number === 'number' || (typeof number === 'string' && number !== '');
    return { ...(isCode && { code: typeof number === 'string' ? (0,words/* truncate */.xv)(number, MAX_MESSAGE) : number }), message };
}
const isReason = (value) => (0,build_json/* isObject */.G)(value) || (typeof value === 'string' && value.trim() !== '');
const isBlank = ({ code, message }) => code === undefined && message === '';
function hasContent(value) {
    return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
const listOf = (value) => (Array.isArray(value) ? value : [value]);
const numberOf = (value) => (typeof value === 'number' ? value : undefined);
const textOf = (value) => typeof value === 'string' ? (0,words/* truncate */.xv)(value, MAX_MESSAGE) : undefined;

// EXTERNAL MODULE: ../build/cloudflare/error-codes.js
var error_codes = __nccwpck_require__(689);
// EXTERNAL MODULE: ../build/cloudflare/http-status.js
var http_status = __nccwpck_require__(877);
;// CONCATENATED MODULE: ../build/cloudflare/meaning.js


const REFUSED = { effect: 'not-applied', isRetryable: false, stopKind: 'credentials' };
const KIND_MEANINGS = {
    credentials: { ...REFUSED, isForAll: true },
    'credentials-here': REFUSED,
    'rate-limit': { effect: 'not-applied', isRetryable: true, stopKind: 'rate-limit' },
    transient: { effect: 'unknown', isRetryable: true },
    'not-found': { effect: 'rejected', isRetryable: false, isNotFound: true },
    routing: { effect: 'rejected', isRetryable: false },
};
const STATUSES_BEFORE_PAGES = new Set([408, 409, 429]);
function meaningOf(status, body) {
    const statusClass = Math.floor(status / 100);
    const isRefusal = statusClass === 2 || statusClass === 4;
    const edge = edgeRefusal(body);
    if (edge === 'rate-limit')
        return KIND_MEANINGS[edge];
    if (edge !== undefined && isRefusal && !STATUSES_BEFORE_PAGES.has(status)) {
        return { effect: statusClass === 2 ? 'unknown' : 'not-applied', isRetryable: false, stopKind: 'edge' };
    }
    const rule = (0,error_codes/* findErrorRule */.y9)(body.errors);
    const byCode = rule && { ...KIND_MEANINGS[rule.kind], rule };
    if (byCode?.stopKind !== undefined)
        return byCode;
    if (status === 429)
        return KIND_MEANINGS['rate-limit'];
    if (byCode !== undefined && isRefusal && (status !== 401 || rule?.kind === 'transient'))
        return byCode;
    if (status === 401)
        return KIND_MEANINGS.credentials;
    const { effect, isRetryable } = (0,http_status/* statusRule */.l8)(status);
    return {
        effect,
        isRetryable: isRetryable && !(statusClass === 2 && body.kind === 'envelope'),
        isNotFound: status === 404 && body.kind === 'envelope' && body.errors.length > 0,
    };
}
function edgeRefusal({ kind, errors }) {
    if (kind !== 'page' && kind !== 'problem')
        return undefined;
    const code = Number(errors[0]?.code);
    if (code === 1015)
        return 'rate-limit';
    return kind === 'page' || (code >= 1000 && code < 1100) ? 'edge' : undefined;
}

;// CONCATENATED MODULE: ../build/cloudflare/retry.js
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
const JITTER = 0.25;
function retryDelayMs(failures, serverDelayMs, random) {
    if (serverDelayMs !== undefined)
        return serverDelayMs;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
    return backoffMs * (1 - JITTER * random());
}
const HTTP_DATES = [
    /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
    /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
    /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];
function serverDelayMs(headers, bodyDelays, nowMs) {
    const delays = [
        parseNumber(headers.get('retry-after-ms'), 1),
        parseNumber(headers.get('retry-after'), 1_000),
        (parseHttpDate(headers.get('retry-after')) ?? 0) - (parseHttpDate(headers.get('date')) ?? nowMs),
        ...bodyDelays.map((delay) => parseNumber(delay, 1_000)),
    ];
    const longest = Math.max(...delays.map((delay) => delay ?? 0));
    return longest > 0 ? longest : undefined;
}
function parseNumber(value, unitMs) {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * unitMs : undefined;
}
function parseHttpDate(value) {
    const date = value ?? '';
    if (!HTTP_DATES.some((form) => form.test(date)))
        return undefined;
    const epochMs = Date.parse(date.endsWith('GMT') ? date : `${date} GMT`);
    return Number.isNaN(epochMs) ? undefined : epochMs;
}
const LIMIT_PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000];
const MAX_LIMIT_PAUSE_MS = 300_000;
function limitPauseMs(inRow, serverDelayMs) {
    if (inRow === 1 && serverDelayMs !== undefined)
        return serverDelayMs;
    return Math.max(serverDelayMs ?? 0, LIMIT_PAUSES_MS[inRow - 1] ?? MAX_LIMIT_PAUSE_MS);
}
const RATELIMIT_ITEM = /"[^"]*"((?:\s*;\s*[a-z-]+=(?:"[^"]*"|[^\s;,"]+))*)/g;
function rateLimitPauseMs(header, inFlight) {
    const pauses = [...(header ?? '').matchAll(RATELIMIT_ITEM)].flatMap(([, parameters = '']) => {
        const left = /;\s*r=(\d+)/.exec(parameters)?.[1];
        const seconds = /;\s*t=(\d+)/.exec(parameters)?.[1];
        return left !== undefined && Number(left) <= inFlight && seconds !== undefined ? [Number(seconds) * 1_000] : [];
    });
    return pauses.length > 0 ? Math.max(...pauses) : undefined;
}

;// CONCATENATED MODULE: ../build/cloudflare/request.js










const ATTEMPT_TIMEOUT_MS = 30_000;
class RequestSender {
    #options;
    #ofetch;
    #refusedPath;
    #unclearPaths = new Set();
    #edgeErrors = new Map();
    #inFlight = 0;
    constructor(options) {
        this.#options = options;
        this.#ofetch = ofetch.create({}, { fetch: options.fetch });
    }
    async send(request) {
        const { limiter, clock, onDebug } = this.#options;
        const acquired = await limiter.acquire(request.method === 'PUT');
        const startMs = clock.nowMs();
        const response = await this.#fetchWithTimeout(request);
        const result = response.ok ? this.#parseResponse(request, response.value) : response;
        const elapsed = `after ${Math.round(clock.nowMs() - startMs)} ms`;
        if (result.ok) {
            onDebug(`${request.method} ${request.path}${request.query ?? ''}: HTTP ${result.value.status} ${elapsed}`);
        }
        else {
            onDebug(`${(0,errors/* errorLine */.B)(result.failure)} ${elapsed}, cf-ray ${result.failure.cfRay ?? 'none'}`);
        }
        this.#updateLimiter(request, result.ok ? undefined : result.failure, acquired);
        return result;
    }
    #updateLimiter(request, error, acquired) {
        const { method, path, isOptional } = request;
        const { limiter } = this.#options;
        if (error?.stopKind === 'rate-limit') {
            limiter.limitMet(error, acquired, isOptional);
            return;
        }
        if (error === undefined || error.status !== undefined)
            limiter.otherResponse(acquired, method);
        if (isOptional)
            return;
        const isRead = method === 'GET';
        if (error?.isAuthError)
            limiter.stop(new errors/* StopError */.T({ kind: 'credentials', error }));
        else if (error?.stopKind === 'credentials')
            this.#refusedPath = path;
        else if (error === undefined && !isRead)
            this.#refusedPath = undefined;
        const isUnclear = !isRead && (error === undefined || error.effect === 'unknown');
        if (isUnclear)
            this.#unclearPaths.add(path);
        const edgeError = error?.stopKind === 'edge' ? error : this.#edgeErrors.get(path);
        if (edgeError !== undefined && isUnclear)
            this.#edgeErrors.set(path, edgeError);
        else if (edgeError !== undefined)
            limiter.stop(new errors/* StopError */.T({ kind: 'edge', error: edgeError }));
    }
    async #fetchWithTimeout(request) {
        const { limiter, clock } = this.#options;
        const ms = Math.min(ATTEMPT_TIMEOUT_MS, limiter.remainingMs);
        const timeoutError = new Error(`no complete response within ${(0,build_clock/* formatSeconds */.Xo)(ms)}`);
        this.#inFlight += 1;
        try {
            const limit = { clock, ms, timeoutError, signal: limiter.abortSignal };
            return { ok: true, value: await (0,build_clock/* withTimeLimit */.Bv)(limit, (signal) => this.#fetchText(request, signal)) };
        }
        catch (error) {
            return { ok: false, failure: this.#toConnectionError(request, error, timeoutError) };
        }
        finally {
            this.#inFlight -= 1;
        }
    }
    async #fetchText(request, signal) {
        const { baseUrl, credentials } = this.#options;
        const response = await this.#ofetch.raw(urlOf(baseUrl, request), {
            method: request.method,
            headers: { accept: 'application/json', 'user-agent': version/* USER_AGENT */._, ...credentialHeaders(credentials) },
            ...(request.body && { body: request.body }),
            redirect: 'manual',
            retry: false,
            ignoreResponseError: true,
            responseType: 'stream',
            signal,
        });
        return { response, text: await (0,body/* readText */.yR)(response.body, body/* MAX_BODY_BYTES */.YK, signal) };
    }
    #parseResponse(request, { response, text }) {
        const { limiter, clock, redact, credentials } = this.#options;
        const pauseMs = rateLimitPauseMs(response.headers.get('ratelimit'), this.#inFlight);
        if (pauseMs !== undefined)
            limiter.pause(pauseMs, 'announced');
        const body = parseBody(text, redact);
        const { status } = response;
        const cfRay = redact(response.headers.get('cf-ray') ?? '') || undefined;
        if (response.ok && body.kind === 'envelope' && body.success) {
            this.#options.serverClock.observe(response.headers.get('date'));
            return { ok: true, value: { result: body.result, resultInfo: body.resultInfo, status, cfRay } };
        }
        const { isForAll, ...meaning } = meaningOf(status, body);
        const isRefusedAgain = !request.isOptional && (request.isList === true || ![undefined, request.path].includes(this.#refusedPath));
        const isAuthError = meaning.stopKind === 'credentials' && (isForAll || isRefusedAgain);
        const failure = {
            ...identify(request),
            ...meaning,
            status,
            details: body.errors,
            cfRay,
            reason: describeFailure(response, body, redact),
            retryAfterMs: serverDelayMs(response.headers, body.retryAfter ?? [], clock.nowMs()),
            isRetryable: meaning.isRetryable && allowsRetry(response, body),
            isAuthError,
            isFromApi: body.kind === 'envelope' || body.kind === 'problem',
            isAccountToken: credentials.scheme === 'api-token' && credentials.token.startsWith('cfat_'),
            followsUnclear: this.#unclearPaths.has(request.path),
        };
        return { ok: false, failure };
    }
    #toConnectionError(request, thrown, timeoutError) {
        const { redact, wasSent, baseUrl } = this.#options;
        const cause = thrown instanceof FetchError ? thrown.cause : thrown;
        const isCancelled = cause instanceof errors/* StopError */.T;
        const text = (0,network_error/* describeCauses */.wh)(cause);
        const isOwnText = cause === timeoutError || cause instanceof body/* BodyTooLargeError */.Au;
        const shown = isOwnText ? text : redact(text);
        const reason = isCancelled ? 'cut off, because the job was cancelled' : shown;
        const isSent = wasSent(request.method, urlOf(baseUrl, request));
        const effect = isSent ? 'unknown' : 'not-applied';
        return { ...identify(request), reason, effect, isRetryable: !(0,network_error/* isCertificateError */.Y4)(cause), cause };
    }
}
function urlOf(baseUrl, { path, query = '' }) {
    return `${baseUrl}${path}${query}`;
}
function identify({ method, path, isList }) {
    return { method, path, isList };
}
function allowsRetry({ headers }, body) {
    return headers.get('x-should-retry') !== 'false' && !(body.kind === 'problem' && body.retryable === false);
}
function describeFailure({ ok, status, headers, url }, body, redact) {
    if (status >= 300 && status < 400) {
        const location = headers.get('location');
        const target = location === null ? null : URL.parse(location, url || undefined);
        return `HTTP ${status}, a redirect${target === null ? '' : ` to ${redact(target.origin)}`}, which is refused`;
    }
    if ('description' in body)
        return `HTTP ${status} with ${body.description}`;
    return ok ? `HTTP ${status} without success` : `HTTP ${status}`;
}

;// CONCATENATED MODULE: ../build/cloudflare/client.js








const ENDPOINTS = {
    invite: { path: '/user/invites', method: 'PATCH', parse: cloudflare_invite/* toInvite */.xW },
    membership: { path: '/memberships', method: 'PUT', parse: membership/* toMembership */.Q },
};
class InvitesClient {
    #options;
    #sender;
    #limits = new Map();
    #unpaged = new Set();
    constructor(options) {
        this.#options = options;
        this.#sender = new RequestSender(options);
    }
    get isLimited() {
        return this.#options.limiter.isLimited;
    }
    get(ref, { retry, isOptional } = {}) {
        const request = { method: 'GET', path: pathOf(ref), isOptional };
        return this.#withRetries(retry, request, (success) => inviteOf(success, ref));
    }
    respond(ref, response) {
        const { method } = endpointOf(ref);
        const request = { method, path: pathOf(ref), body: { status: response } };
        return this.#sendOnce(request, (success) => {
            const invite = inviteOf(success, ref);
            if (typeof invite === 'string')
                return invite;
            if (invite.status !== response)
                return `but shows the status "${invite.status}"`;
            const { roles, ...rest } = invite;
            return ref.kind === 'membership' && roles?.every(cloudflare_invite/* isReadableRole */.VQ) !== true ? rest : invite;
        });
    }
    async listPage(page, perPage, options = {}) {
        const { status, retry, isOptional } = options;
        const kind = (0,cloudflare_invite/* kindOf */.I)(options);
        const request = { method: 'GET', path: ENDPOINTS[kind].path, isList: true, isOptional };
        const ofStatus = status === undefined ? {} : { status };
        const query = `?${new URLSearchParams({ ...ofStatus, page: String(page), per_page: String(perPage) })}`;
        if (!this.#unpaged.has(kind)) {
            const result = await this.#withRetries(retry, { ...request, query }, pageOf);
            if (page > 1 || retry === 'none' || result.ok || !refusesParameters(result.failure.error))
                return result;
            this.#unpaged.add(kind);
        }
        return page === 1 ? this.#withRetries(retry, request, pageOf) : { ok: true, value: { entries: [] } };
    }
    decideRetry(error, attempts) {
        const limits = (this.#limits.get(error.path) ?? 0) + (error.stopKind === 'rate-limit' ? 1 : 0);
        this.#limits.set(error.path, limits);
        return this.#decideRetry(error, attempts - limits);
    }
    async #decideRetry(error, attempts) {
        const { retries, random, limiter, onRetry } = this.#options;
        const failure = { error, attempts: Math.max(1, attempts), retryExceedsDeadline: false };
        if (error.stopKind === 'rate-limit')
            return { again: error.isRetryable, failure };
        if (!error.isRetryable || attempts > retries)
            return { again: false, failure };
        const delayMs = retryDelayMs(attempts, error.retryAfterMs, random);
        if (!limiter.hasTimeFor(delayMs))
            return { again: false, failure: { ...failure, retryExceedsDeadline: true } };
        onRetry(`${(0,errors/* errorLine */.B)(error)} (attempt ${attempts} of ${retries + 1} failed; next in ${(0,build_clock/* formatSeconds */.Xo)(delayMs)})`);
        await limiter.wait(delayMs);
        return { again: true, failure };
    }
    async #withRetries(retry, request, parse) {
        for (let attempts = 1;;) {
            const result = await this.#sendOnce(request, parse);
            if (result.ok)
                return result;
            const error = result.failure;
            const isLimit = error.stopKind === 'rate-limit';
            if (retry === 'none' || (retry === 'rate-limit' && !isLimit)) {
                return { ok: false, failure: { error, attempts, retryExceedsDeadline: false } };
            }
            const { again, failure } = await this.#decideRetry(error, attempts);
            if (!again)
                return { ok: false, failure };
            if (!isLimit)
                attempts += 1;
        }
    }
    async #sendOnce(request, parse) {
        const sent = await this.#sender.send(request);
        if (!sent.ok)
            return sent;
        const value = parse(sent.value);
        if (typeof value !== 'string')
            return { ok: true, value };
        const { method, path, isList } = request;
        const { status, cfRay } = sent.value;
        const reason = `HTTP ${status} reports success, ${value}`;
        return {
            ok: false,
            failure: { method, path, isList, status, reason, effect: 'unknown', isRetryable: true, cfRay },
        };
    }
}
const endpointOf = (ref) => ENDPOINTS[(0,cloudflare_invite/* kindOf */.I)(ref)];
const pathOf = (ref) => `${endpointOf(ref).path}/${encodeURIComponent(ref.id)}`;
function pageOf({ result, resultInfo }) {
    if (Array.isArray(result))
        return { entries: result, ...resultInfo };
    const isNone = result === undefined || result === null || ((0,build_json/* isObject */.G)(result) && Object.keys(result).length === 0);
    return isNone ? { entries: [], ...resultInfo } : 'but holds no list';
}
function refusesParameters(error) {
    const { status, isRetryable, stopKind, isNotFound, reason, details = [] } = error;
    const texts = details.flatMap(({ message, pointer = '', chain }) => [
        message,
        pointer,
        ...chain.map((entry) => entry.message),
    ]);
    const isRefusal = status !== undefined && !isRetryable && stopKind === undefined && !isNotFound;
    return isRefusal && [reason, ...texts].some((text) => /\bpage\b|per_?page|\bquery\b|\bparam/i.test(text));
}
function inviteOf({ result }, ref) {
    const invite = endpointOf(ref).parse(result);
    if (invite === undefined)
        return 'but holds no invitation';
    if (invite.id !== undefined && (0,ascii/* asciiLowercase */.T)(invite.id) !== (0,ascii/* asciiLowercase */.T)(ref.id))
        return `but shows another id, "${invite.id}"`;
    const { status } = invite;
    if (status === undefined)
        return 'but shows no status';
    return cloudflare_invite/* INVITE_STATUSES */.$u.has(status) ? invite : `but shows the unknown status "${status}"`;
}

;// CONCATENATED MODULE: ../build/cloudflare/limiter.js


const MAX_CONCURRENT_REQUESTS = 4;
const SAME_PAUSE_MS = 2_000;
const CANCEL_GRACE_MS = 1_000;
class RequestLimiter {
    abortSignal;
    #options;
    #deadlineMs;
    #stop = new AbortController();
    #pause;
    #limits = 0;
    #limitsInRow = 0;
    #isLimitOfRead = true;
    #waitedMs = 0;
    #waitedUntilMs = 0;
    constructor(options) {
        const { clock, timeoutSeconds, cancelled } = options;
        this.#options = options;
        this.#deadlineMs = clock.nowMs() + timeoutSeconds * 1_000;
        const abort = new AbortController();
        this.abortSignal = abort.signal;
        const cancel = () => {
            this.stop(new errors/* StopError */.T({ kind: 'cancelled' }));
            void clock.sleep(CANCEL_GRACE_MS).then(() => abort.abort(this.stopError));
        };
        if (cancelled.aborted)
            cancel();
        else
            cancelled.addEventListener('abort', cancel);
    }
    get stopError() {
        return this.#stop.signal.reason;
    }
    get remainingMs() {
        return this.#deadlineMs - this.#options.clock.nowMs();
    }
    get isLimited() {
        const pause = this.#currentPause;
        return pause !== undefined && pause.reason !== 'announced';
    }
    get #currentPause() {
        const pause = this.#pause;
        return pause !== undefined && pause.untilMs > this.#options.clock.nowMs() ? pause : undefined;
    }
    stop(error) {
        this.#stop.abort(error);
    }
    hasTimeFor(ms) {
        return ms < this.remainingMs;
    }
    async acquire(passesAnnounced = false) {
        const { clock, timeoutSeconds, onPause } = this.#options;
        for (let pause = this.#currentPause; pause !== undefined; pause = this.#currentPause) {
            if (passesAnnounced && pause.reason === 'announced')
                break;
            const leftMs = Math.max(0, this.remainingMs);
            const waitMs = pause.untilMs - clock.nowMs();
            if (!this.hasTimeFor(waitMs))
                this.#stopForLimit(pause, leftMs);
            this.#stop.signal.throwIfAborted();
            if (!pause.isAnnounced)
                onPause(pause);
            this.#pause = { ...pause, isAnnounced: true };
            const startMs = Math.max(clock.nowMs(), this.#waitedUntilMs);
            await this.wait(waitMs);
            this.#waitedMs += Math.max(0, clock.nowMs() - startMs);
            this.#waitedUntilMs = clock.nowMs();
        }
        if (this.remainingMs <= 0)
            this.stop(new errors/* StopError */.T({ kind: 'deadline', timeoutSeconds }));
        this.#stop.signal.throwIfAborted();
        return this.#limits;
    }
    limitMet(error, acquired, isOptional = false) {
        let pauseMs = error.retryAfterMs ?? 0;
        if (acquired === this.#limits) {
            this.#limits += 1;
            this.#limitsInRow += 1;
            this.#isLimitOfRead = error.method === 'GET';
            pauseMs = limitPauseMs(this.#limitsInRow, error.retryAfterMs);
        }
        this.pause(pauseMs, error.status === 429 ? 'refused' : 'refused-by-code', error);
        if (this.#options.stopsAtLimit && !isOptional && this.#pause !== undefined)
            this.#stopForLimit(this.#pause, undefined);
    }
    otherResponse(acquired, method) {
        if (acquired === this.#limits && (this.#isLimitOfRead || method !== 'GET'))
            this.#limitsInRow = 0;
    }
    #stopForLimit(pause, leftMs) {
        const { timeoutSeconds } = this.#options;
        this.stop(new errors/* StopError */.T({ kind: 'rate-limit', pause, waitedMs: this.#waitedMs, leftMs, timeoutSeconds }));
    }
    wait(ms) {
        return this.#options.clock.sleep(ms, this.#stop.signal);
    }
    pause(durationMs, reason, error) {
        const untilMs = this.#options.clock.nowMs() + durationMs;
        const current = this.#currentPause;
        if (current === undefined || untilMs > current.untilMs) {
            const isAnnounced = current?.isAnnounced === true && untilMs - current.untilMs <= SAME_PAUSE_MS;
            const isKept = error === undefined && current?.error !== undefined;
            const cause = isKept
                ? { reason: current.reason, error: { ...current.error, retryAfterMs: undefined } }
                : { reason, error };
            this.#pause = { ...cause, untilMs, durationMs, isAnnounced };
        }
        else if (current.error === undefined) {
            this.#pause = { ...current, reason, error };
        }
    }
}

;// CONCATENATED MODULE: ../build/cloudflare/server-clock.js

const NOTABLE_SKEW_MS = 5 * 60 * 1_000;
class ServerClock {
    #clock;
    #onSkew;
    #skewMs = 0;
    #isSkewReported = false;
    constructor(clock, onSkew) {
        this.#clock = clock;
        this.#onSkew = onSkew;
    }
    nowMs() {
        return this.#clock.nowMs() + this.#skewMs;
    }
    observe(date) {
        const dateMs = parseHttpDate(date);
        if (dateMs === undefined)
            return;
        this.#skewMs = dateMs - this.#clock.nowMs();
        if (this.#isSkewReported || Math.abs(this.#skewMs) <= NOTABLE_SKEW_MS)
            return;
        this.#isSkewReported = true;
        this.#onSkew(this.#skewMs);
    }
}

;// CONCATENATED MODULE: ../build/inputs/environment.js
function readRaw(env, name) {
    return env[`INPUT_${name.toUpperCase()}`]?.trim();
}
function isOnRunner({ GITHUB_ACTIONS }) {
    return GITHUB_ACTIONS === 'true';
}
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
function readGitHubContext(env) {
    const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
    const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID: id } = env;
    return {
        apiUrl: apiUrl.replace(/\/+$/, ''),
        repository,
        runUrl: repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined,
    };
}

// EXTERNAL MODULE: ../build/invites/filters.js
var invites_filters = __nccwpck_require__(588);
;// CONCATENATED MODULE: ../build/problems/input-problems.js

const MAX_VALUE = 80;
const SECRETS_HINT = 'A secret that does not exist is an empty value, and secrets are not passed to workflows started from forks or by Dependabot.';
const INPUT_PROBLEMS = {
    notAllowed: (name, value, allowed) => `${name} is ${JSON.stringify((0,words/* truncate */.xv)(value, MAX_VALUE))}. ${allowed}`,
    empty: (name, fallback) => `${name} is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. ${fallback === undefined ? 'Give it a value, or leave the input out.' : `Write a default beside the expression: \${{ inputs.${name} || ${fallback === 'false' ? fallback : `'${fallback}'`} }}.`}`,
    emptyCredential: (name) => `${name} is written but empty. ${SECRETS_HINT}`,
    secretInList: (name) => `${name} has an entry that holds a part of a credential (its value is not shown). Remove it.`,
    listIsJson: (layout) => `It is JSON. Write ${layout === 'lines' ? 'one entry per line' : 'the entries with spaces, commas or line breaks between them'}, without brackets and quotes.`,
    noEntries: (hasComments) => `It must hold at least one entry.${hasComments ? ' A line that begins with "#" is a comment; write `\\#` for a name that begins with "#".' : ''}`,
    exclusionInComment: (name) => `${name} has a comment that holds a word beginning with "!": an exclusion has no effect in a comment. A folded block (>) makes one line of all lines; use | instead, or take the "!" out of the comment.`,
    unknown: (name, meant, all) => `There is no input "${name}". ${meant === undefined ? `The inputs are ${all.join(', ')}.` : `Did you mean ${meant}?`} If env: sets INPUT_${name.toUpperCase()}, give that variable another name.`,
    unprintable: (name, kind) => `${name} holds a space, a line break or a character outside ASCII (its value is not shown). Store the ${kind} alone, without "Bearer" and quotes.`,
    notAnAddress: (name) => `${name} is not an e-mail address (its value is not shown). Write the address of the Cloudflare user.`,
    urlWithUser: (name) => `${name} holds an "@" (its value is not shown). Write it without user name and password.`,
    twoSchemes: () => 'api-token and api-email or api-key are inputs of two different schemes. Write api-token alone, or api-email with api-key.',
    keyMissing: (input, variable) => `The Global API Key needs a key and the user’s e-mail; there is an e-mail and no key. Write ${input}, or set ${variable} in the environment. ${SECRETS_HINT}`,
    emailMissing: (input, variable) => `The Global API Key needs a key and the user’s e-mail; there is a key and no e-mail. Write ${input}, or set ${variable} in the environment. ${SECRETS_HINT}`,
    emptyTokenVariable: () => `CLOUDFLARE_API_TOKEN is set in the environment but empty. ${SECRETS_HINT} If the Global API Key is meant, do not set CLOUDFLARE_API_TOKEN.`,
    noCredentials: () => `There are no credentials. Write api-token, or api-email with api-key, or set CLOUDFLARE_API_TOKEN in the environment. ${SECRETS_HINT}`,
    waitBesideIds: (waitSeconds) => `wait-seconds is "${waitSeconds}" beside invite-id. A wait is for finding an invite by filters; leave one of the two out.`,
    kindBesideIds: () => 'kind is "membership" beside invite-id, where each id says its kind. Write "membership." before the id of a membership, and leave kind out.',
    inviterOfMembership: () => 'invited-by is written for memberships, for which Cloudflare names no inviter: nothing could match. Leave it out, or write exactly "*", which accepts a missing inviter.',
    nothingToSelectBy: (filterNames) => `There is neither an invite-id nor a filter. Write invite-id, or select by ${filterNames.join(', ')}; organization-name: '*' means every invite.`,
    timeoutTooShort: (timeoutSeconds, waitSeconds) => `timeout-seconds is "${timeoutSeconds}" and wait-seconds is "${waitSeconds}". timeout-seconds includes the wait, so it must be more.`,
};
function otherVariable(variable) {
    return `${variable} is not an input of this action. It is ignored.`;
}
const TOKEN_PREFERRED = 'The environment has both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL. The token is used.';

// EXTERNAL MODULE: ../build/invites/pattern.js
var pattern = __nccwpck_require__(81);
;// CONCATENATED MODULE: ../build/loopback.js
function isLoopbackAddress(hostname) {
    return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
function isThisMachine(hostname) {
    return isLoopbackAddress(hostname) || /^(?:(?:.+\.)?localhost\.?|\[::ffff:7f..:.+\])$/.test(hostname);
}

;// CONCATENATED MODULE: ../build/problems/entry-problem.js




function entryProblem(input, entry, { plain, rule }) {
    const shown = `${input} has the entry ${quote(entry)}`;
    if (entry.length > pattern/* MAX_PATTERN_LENGTH */.n7)
        return `${shown}. An entry has at most ${pattern/* MAX_PATTERN_LENGTH */.n7} characters.`;
    const tokens = tokensOf(entry);
    const index = firstUnusual(tokens, plain);
    const token = tokens[index];
    const before = tokens.slice(0, index).join('');
    const isPlain = (text) => plain.test(text);
    const guess = guesses(entry, plain, before, token).find(({ write }) => write.length > 0 && write.every(isPlain));
    const isExclusion = guess === undefined ? LATE_EXCLUSION.test(entry) : MARK.test(entry);
    const mayEscape = entry.startsWith('!') || !isExclusion;
    const escaped = mayEscape ? escapeUnusual(tokens, plain) : undefined;
    const advice = [
        ...(guess === undefined ? [] : [`${guess.advice}: write ${guess.write.map(quote).join(' and ')}.`]),
        ...(escaped === undefined ? [] : [`If that character belongs to the name, write ${quote(escaped)}.`]),
    ];
    const where = token === undefined
        ? 'It ends too early.'
        : `Character ${[...before].length + 1}, ${nameCharacter(token)}, is not plain.`;
    return `${shown}. ${where} ${advice.join(' ') || rule}`;
}
function tokensOf(entry) {
    return Array.from(entry.matchAll(/\\?[\s\S]/gu), ([token]) => token);
}
const COMPLETIONS = ['', 'x', '@x', 'x@x'];
function firstUnusual(tokens, plain) {
    const isUnusual = (token, index) => {
        const start = tokens.slice(0, index + 1).join('');
        return token === '\\' || !COMPLETIONS.some((completion) => plain.test(start + completion));
    };
    const index = tokens.findIndex(isUnusual);
    if (index === -1)
        return tokens.length;
    return index > 1 && tokens[index - 1] === '!' ? index - 1 : index;
}
function escapeUnusual(entry, plain) {
    const tokens = [...entry];
    while (!plain.test(tokens.join(''))) {
        const index = firstUnusual(tokens, plain);
        const token = tokens[index];
        if (token === undefined || /^\\./su.test(token))
            return undefined;
        tokens[index] = `\\${token}`;
    }
    return tokens.join('');
}
const MARK = new RegExp(`[${invites_filters/* EXCLAMATION_MARKS */.Tu}]`, 'u');
const MARKS_AT_START = new RegExp(`^[${invites_filters/* EXCLAMATION_MARKS */.Tu}]+`, 'u');
const QUOTES = '["\'`´‘’‚‛“”„‟«»‹›「」『』＂＇]';
const QUOTED = new RegExp(`^(!?)${QUOTES}+\\s*(.*?)\\s*${QUOTES}+$`, 'u');
const ADDRESS = /(?<![\p{L}\p{M}\w.*%+-])[\w.*%+-]+@[\w.*%+-]+(?![\p{L}\p{M}\w.*%+-])/gu;
const BULLET = /^[-–—•‣·●○▪+]\s+(?=\S)/u;
const LATE_EXCLUSION = /^[^!\p{L}*]+!\s*(.*?)[^\p{L}\p{M}\p{N}*]*$/su;
function guesses(entry, plain, before, token = '') {
    const isAddress = plain.test('x@x') && !plain.test('x');
    return [
        { advice: 'A comment stands on a line of its own', write: token === '#' ? [before.trimEnd()] : [] },
        { advice: 'A list has no bullets', write: [entry.replace(BULLET, '')] },
        { advice: 'A list has no quotes', write: [entry.replace(QUOTED, '$1$2')] },
        { advice: 'No space follows "!"', write: [entry.replace(/^!\s+/u, '!')] },
        { advice: 'One "!" is enough', write: [entry.replace(/!+/, '!')] },
        { advice: 'Exclude with the ASCII "!" (U+0021)', write: [entry.replace(MARKS_AT_START, '!')] },
        { advice: 'Nothing stands before the "!" of an exclusion', write: [entry.replace(LATE_EXCLUSION, '!$1')] },
        {
            advice: 'One line holds one entry',
            write: /[!,;|]/.test(token) ? entry.split(/\s*[,;|]\s*|\s+(?=!)/).filter(Boolean) : [],
        },
        { advice: 'Remove the invisible character', write: [entry.replace(/[\p{C}\p{DI}]/gu, '')] },
        { advice: 'A domain needs "*@" in front', write: isAddress ? [entry.replace(/^(!?)@?/, '$1*@')] : [] },
        {
            advice: 'Only the address is allowed',
            write: isAddress && !MARK.test(entry) ? (entry.match(ADDRESS) ?? []) : [],
        },
    ];
}
function nameCharacter(token) {
    const [character = ''] = token;
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return /[\p{C}\p{Z}\p{DI}]/u.test(character) && character !== ' ' ? code : `${quote(character)} (${code})`;
}
function quote(text) {
    return `\`${(0,words/* truncate */.xv)(text, MAX_VALUE)}\``;
}
function listFault(input, fault, redact) {
    if (fault.kind === 'nothing-included') {
        return `${input} can match nothing: every entry is an exclusion, or a later exclusion covers it. Begin the list with what is allowed, and exclude less.`;
    }
    const [entry, by] = [fault.entry, fault.by].map((text) => quote(redact(text)));
    return `${input} has the entry ${entry}, which has no effect: ${by} stands after it and includes all of it again. The last entry that matches decides, so write exclusions last.`;
}

;// CONCATENATED MODULE: ../build/inputs/entries.js


function splitList(text, layout) {
    const lines = text.split(/\r\n?|\n/).map(pattern/* trimWhiteSpace */.e8);
    if (layout === 'lines') {
        return {
            entries: lines.filter((line) => line !== '' && !line.startsWith('#')),
            comments: lines.filter((line) => line.startsWith('#')),
        };
    }
    const ends = lines.map((line) => /(?<=^|\p{White_Space})#/u.exec(line)?.index ?? line.length);
    return {
        entries: lines.flatMap((line, index) => line.slice(0, ends[index]).split(/[\p{White_Space},]/u)).filter(Boolean),
        comments: lines.map((line, index) => line.slice(ends[index])).filter(Boolean),
    };
}
const HIDDEN_EXCLUSION = new RegExp(String.raw `(?<![\p{L}\p{M}\p{N}!?.)"'])[${invites_filters/* EXCLAMATION_MARKS */.Tu}]|[!?.)"'][${invites_filters/* EXCLAMATION_MARKS */.Tu}](?=[\p{L}\p{N}*])`, 'u');
function hidesExclusion(comment) {
    return HIDDEN_EXCLUSION.test(comment);
}
function parseJson(text) {
    if (!/^[[{]/.test(text))
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ../build/inputs/parsers.js









function oneOf(...words) {
    const allowed = `It must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`;
    return (text, context) => words.find((word) => word === text) ?? refuse(context, text, allowed);
}
const parsers_boolean = (text, context) => {
    if (/^(?:true|True|TRUE)$/.test(text))
        return true;
    if (/^(?:false|False|FALSE)$/.test(text))
        return false;
    return refuse(context, text, 'It must be true or false.');
};
function integer(min, max) {
    return (text, context) => {
        const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
        if (number >= min && number <= max)
            return number;
        return refuse(context, text, `It must be a whole number from ${min} to ${max}.`);
    };
}
const MAX_TITLE_LENGTH = 256;
const issueTitle = (text, context) => {
    if (/^(?:true|false)$/i.test(text))
        return refuse(context, text, 'It must be the title of an issue, or empty.');
    return text.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(text)
        ? refuse(context, text, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`)
        : context.redact(text);
};
const baseUrl = (text, context) => {
    if (text.includes('@'))
        return void context.report(INPUT_PROBLEMS.urlWithUser(context.name));
    const url = URL.parse(text);
    if (url === null)
        return refuse(context, text, 'It must be a URL such as https://api.cloudflare.com/client/v4.');
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackAddress(url.hostname))) {
        return refuse(context, text, 'It must use https; http is for loopback addresses, such as 127.0.0.1 or [::1], only.');
    }
    if (/[?#]/.test(text))
        return refuse(context, text, 'It must have no query and no fragment.');
    return url.href.replace(/\/+$/, '');
};
const inviteIds = (text, context) => {
    const ids = jsonStrings(text) ?? listEntries(text, 'words', context);
    if (ids === undefined)
        return undefined;
    if (ids.length === 0)
        return refuse(context, text, 'It must hold at least one id.');
    const { redact, name, report } = context;
    if (ids.some((id) => redactId(id, redact) !== id))
        return void report(INPUT_PROBLEMS.secretInList(name));
    const bad = ids.filter((id) => !(0,cloudflare_invite/* isInviteId */.n$)((0,cloudflare_invite/* parseRef */.rd)(id).id));
    for (const id of bad)
        refuse(context, id, `${cloudflare_invite/* ID_RULE */.Rb}. Write "membership." before a membership’s.`);
    return bad.length > 0 ? undefined : [...new Map(ids.map((id) => [(0,ascii/* asciiLowercase */.T)(id), id])).values()];
};
function jsonStrings(text) {
    const value = parseJson(text);
    return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;
}
function patternList(filterName) {
    const filter = invites_filters/* FILTERS */.SC[filterName];
    return (text, context) => {
        const { name, report, redact } = context;
        const entries = listEntries(text, filter.layout, context);
        if (entries === undefined)
            return undefined;
        const bad = entries.filter((entry) => entry.length > pattern/* MAX_PATTERN_LENGTH */.n7 || !filter.plain.test(entry));
        for (const entry of bad) {
            report(redact(entry) === entry ? entryProblem(name, entry, filter) : INPUT_PROBLEMS.secretInList(name));
        }
        if (bad.length > 0)
            return undefined;
        const list = (0,pattern/* parsePatternList */.Yk)(entries, filter.exclusionsMatchWords);
        if (!('kind' in list))
            return { ...list, entries: entries.map((entry) => redact(entry)) };
        report(listFault(name, list, redact));
        return undefined;
    };
}
function listEntries(text, layout, context) {
    const { name, report } = context;
    if (parseJson(text) !== undefined)
        return refuse(context, text, INPUT_PROBLEMS.listIsJson(layout));
    const { entries, comments } = splitList(text, layout);
    if (comments.some(hidesExclusion)) {
        report(INPUT_PROBLEMS.exclusionInComment(name));
        return undefined;
    }
    return entries.length === 0 ? refuse(context, text, INPUT_PROBLEMS.noEntries(comments.length > 0)) : entries;
}
function credential(kind) {
    return (text, { name, report }) => {
        if (!/^[\x21-\x7e]+$/.test(text))
            return void report(INPUT_PROBLEMS.unprintable(name, kind));
        if (kind === 'address' && !/^[^@]+@[^@]+$/.test(text))
            return void report(INPUT_PROBLEMS.notAnAddress(name));
        return text;
    };
}
function refuse({ name, report, redact }, value, allowed) {
    report(INPUT_PROBLEMS.notAllowed(name, redact(value), allowed));
}

;// CONCATENATED MODULE: ../build/inputs/table.js


const NOT_SET = '(none)';
const MAX_RETRIES = 10;
const MAX_TIMEOUT_SECONDS = 86_400;
const INPUTS = {
    status: { default: undefined, isOptional: false, whenEmpty: 'default', parse: oneOf('accepted', 'rejected') },
    'invite-id': optional(inviteIds),
    kind: { ...withDefault('invite', oneOf('invite', 'membership')), whenEmpty: 'refuse' },
    'api-token': { ...credentialRow('CLOUDFLARE_API_TOKEN', 'credential'), secret: 'value' },
    'api-email': credentialRow('CLOUDFLARE_EMAIL', 'address'),
    'api-key': { ...credentialRow('CLOUDFLARE_API_KEY', 'credential'), secret: 'value' },
    ...filterRows(),
    'if-no-match': { ...withDefault('', oneOf('ignore', 'warn', 'error')), isOptional: true },
    'wait-seconds': withDefault('0', integer(0, MAX_TIMEOUT_SECONDS)),
    'dry-run': { ...withDefault('false', parsers_boolean), whenEmpty: 'refuse' },
    retries: withDefault('4', integer(0, MAX_RETRIES)),
    'timeout-seconds': withDefault('600', integer(1, MAX_TIMEOUT_SECONDS)),
    'api-base-url': {
        ...withDefault('https://api.cloudflare.com/client/v4', baseUrl),
        whenEmpty: 'refuse',
        secret: 'url-password',
    },
    'report-issue': { ...optional(issueTitle), whenEmpty: 'default' },
    'github-token': { ...withDefault(`\${{ github.token }}`, (text) => text), isOptional: true, secret: 'value' },
};
const INPUT_NAMES = Object.keys(INPUTS);
function inputRow(name) {
    return INPUTS[name];
}
function optional(parse) {
    return { default: NOT_SET, isOptional: true, whenEmpty: 'refuse', parse };
}
function withDefault(text, parse) {
    return { default: text, isOptional: false, whenEmpty: 'default', parse };
}
function credentialRow(variable, kind) {
    return { ...optional(credential(kind)), default: `$${variable}`, variable };
}
function filterRows() {
    const rows = invites_filters/* FILTER_NAMES */.WS.map((name) => [name, optional(patternList(name))]);
    return Object.fromEntries(rows);
}

;// CONCATENATED MODULE: ../build/inputs/credentials.js



function readCredentials(env, inputs, context, notice) {
    const { report } = context;
    const { 'api-token': token, 'api-email': email, 'api-key': key } = inputs;
    const isFilled = (name) => inputs[name] !== null && readRaw(env, name) !== '';
    const variableOf = (name) => env[INPUTS[name].variable]?.trim() ?? '';
    const partOf = (name) => {
        if (inputs[name] !== null)
            return inputs[name];
        const { variable, parse } = INPUTS[name];
        const text = variableOf(name);
        return text === '' ? null : parse(text, { ...context, name: `${variable} (environment)` });
    };
    if (isFilled('api-token') && (isFilled('api-email') || isFilled('api-key'))) {
        return void report(INPUT_PROBLEMS.twoSchemes());
    }
    if (token !== null)
        return tokenCredentials(token);
    if (email === null && key === null) {
        const tokenOfEnvironment = partOf('api-token');
        if (tokenOfEnvironment !== null) {
            if (variableOf('api-key') && variableOf('api-email'))
                notice(TOKEN_PREFERRED);
            return tokenCredentials(tokenOfEnvironment);
        }
        if (env[INPUTS['api-token'].variable] !== undefined)
            return void report(INPUT_PROBLEMS.emptyTokenVariable());
    }
    return keyCredentials(partOf('api-email'), partOf('api-key'), report);
}
function tokenCredentials(token) {
    return token === undefined ? undefined : { scheme: 'api-token', token };
}
function keyCredentials(email, key, report) {
    if (email === null && key === null)
        report(INPUT_PROBLEMS.noCredentials());
    else if (email === null)
        report(INPUT_PROBLEMS.emailMissing('api-email', INPUTS['api-email'].variable));
    else if (key === null)
        report(INPUT_PROBLEMS.keyMissing('api-key', INPUTS['api-key'].variable));
    else if (email !== undefined && key !== undefined)
        return { scheme: 'global-api-key', email, key };
    return undefined;
}

;// CONCATENATED MODULE: ../build/inputs/unknown-inputs.js


const OTHER_WORDS = new Map(Object.entries({
    'invite-id': ['invite', 'invitation', 'invitationid', 'membership', 'membershipid', 'memberid'],
    kind: ['invitekind', 'invitationkind', 'invitetype', 'invitationtype'],
    'api-token': ['token', 'cftoken', 'cfapitoken', 'cloudflaretoken', 'cloudflareapitoken'],
    'api-email': ['email', 'mail', 'cfemail', 'cloudflareemail'],
    'api-key': ['key', 'globalapikey', 'cfapikey', 'cloudflareapikey'],
    'organization-id': ['account', 'accountid', 'org', 'orgid', 'organization', 'organisation', 'organisationid'],
    'organization-name': ['accountname', 'orgname', 'organisationname'],
    'invited-by': ['inviter', 'inviteremail', 'inviterid'],
    'if-no-match': ['nomatch', 'onnomatch', 'ifnone', 'ifnomatches'],
    'wait-seconds': ['wait', 'waittime', 'waitfor'],
    'dry-run': ['dry'],
    retries: ['retry', 'maxretrie', 'retrycount'],
    'timeout-seconds': ['timeout'],
    'api-base-url': ['baseurl', 'apiurl'],
    'report-issue': ['issue', 'issuetitle', 'trackingissue'],
    'github-token': ['ghtoken'],
}).flatMap(([name, words]) => words.map((word) => [word, name])));
const COMMON_VARIABLE = 'GITHUB_TOKEN';
function normalizeName(name) {
    return name
        .toLowerCase()
        .replace(/[-_\s]/g, '')
        .replace(/s$/, '');
}
function isSlip(written, meant) {
    let start = 0;
    while (start < written.length && written[start] === meant[start])
        start += 1;
    const [rest, other] = [written.slice(start), meant.slice(start)];
    const forms = [
        rest.slice(1),
        `${other[0]}${rest}`,
        `${other[0]}${rest.slice(1)}`,
        `${rest[1]}${rest[0]}${rest.slice(2)}`,
    ];
    return forms.includes(other);
}
function checkUnknownInputs(env, report, note) {
    const declared = new Set(INPUT_NAMES.map((name) => name.toUpperCase()));
    const forms = INPUT_NAMES.map((name) => [normalizeName(name), name]);
    const byForm = new Map(forms);
    for (const variable of Object.keys(env)) {
        const name = /^INPUT_(.+)/is.exec(variable)?.[1];
        if (name === undefined || declared.has(name.toUpperCase()))
            continue;
        const form = normalizeName(name);
        const meant = byForm.get(form) ?? OTHER_WORDS.get(form) ?? forms.find(([near]) => isSlip(form, near))?.[1];
        const isMisspelt = name.includes('-') || (meant !== undefined && name.toUpperCase() !== COMMON_VARIABLE);
        if (isMisspelt)
            report(INPUT_PROBLEMS.unknown(name.toLowerCase(), meant, INPUT_NAMES));
        else
            note(otherVariable(variable));
    }
}

;// CONCATENATED MODULE: ../build/inputs/parse.js







class InputError extends Error {
    problems;
    constructor(problems) {
        super(problems.join('\n'));
        this.problems = problems;
    }
}
function parseInputs(env, redact) {
    const problems = [];
    const notices = [];
    const logLines = [];
    const context = { report: (problem) => void problems.push(problem), redact };
    const values = INPUT_NAMES.map((name) => [name, parseInput(env, { ...context, name }, inputRow(name))]);
    const parsed = Object.fromEntries(values);
    const credentials = readCredentials(env, parsed, context, (notice) => notices.push(notice));
    checkMode(parsed, context.report);
    checkUnknownInputs(env, context.report, (line) => logLines.push(line));
    if (problems.length > 0 || credentials === undefined || !isComplete(parsed))
        throw new InputError(problems);
    return { ...toInputs(parsed, credentials, notices, env), logLines };
}
function parseInput(env, context, row) {
    const raw = readRaw(env, context.name) ?? row.default ?? '';
    if (raw === '' && row.whenEmpty === 'refuse') {
        const { empty, emptyCredential } = INPUT_PROBLEMS;
        const fallback = row.isOptional ? undefined : row.default;
        return context.report(row.variable === undefined ? empty(context.name, fallback) : emptyCredential(context.name));
    }
    const text = raw || (row.default ?? '');
    return row.isOptional && text === row.default ? null : row.parse(text, context);
}
function isComplete(parsed) {
    return Object.values(parsed).every((value) => value !== undefined);
}
function checkMode(parsed, report) {
    const { 'wait-seconds': waitSeconds = 0, 'timeout-seconds': timeoutSeconds = Number.POSITIVE_INFINITY } = parsed;
    const { 'invite-id': ids, kind } = parsed;
    const hasMemberships = ids?.some((id) => (0,cloudflare_invite/* parseRef */.rd)(id).kind === 'membership') || (ids === null && kind === 'membership');
    if (hasMemberships && parsed['invited-by']?.isAnything === false)
        report(INPUT_PROBLEMS.inviterOfMembership());
    if (ids !== null) {
        if (kind === 'membership')
            report(INPUT_PROBLEMS.kindBesideIds());
        if (waitSeconds > 0)
            report(INPUT_PROBLEMS.waitBesideIds(waitSeconds));
    }
    else if (invites_filters/* FILTER_NAMES */.WS.every((name) => parsed[name] === null)) {
        report(INPUT_PROBLEMS.nothingToSelectBy(invites_filters/* FILTER_NAMES */.WS));
    }
    if (timeoutSeconds <= waitSeconds)
        report(INPUT_PROBLEMS.timeoutTooShort(timeoutSeconds, waitSeconds));
}
function toInputs(parsed, credentials, notices, env) {
    const { status, retries, 'wait-seconds': waitSeconds, 'timeout-seconds': timeoutSeconds, ...others } = parsed;
    const { kind, 'invite-id': inviteIds, 'dry-run': dryRun, 'if-no-match': ifNoMatch, ...more } = others;
    const { 'report-issue': title, 'github-token': token, 'api-base-url': apiBaseUrl, ...rest } = more;
    const { 'api-token': _token, 'api-email': _email, 'api-key': _key, ...filters } = rest;
    return {
        status,
        inviteIds: inviteIds ?? [],
        kind,
        filters: writtenFilters(filters),
        ifNoMatch: ifNoMatch ?? (waitSeconds > 0 ? 'error' : 'ignore'),
        waitSeconds,
        credentials,
        dryRun,
        retries,
        timeoutSeconds,
        apiBaseUrl,
        usesProxy: PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
        reportIssue: title === null || dryRun ? undefined : { title, token: token ?? undefined, ...readGitHubContext(env) },
        notices,
    };
}
function writtenFilters(lists) {
    const written = invites_filters/* FILTER_NAMES */.WS.map((name) => [name, lists[name]]);
    return Object.fromEntries(written.filter(([, list]) => list !== null));
}

;// CONCATENATED MODULE: ../build/inputs/secrets.js


function readSecrets(env) {
    const proxies = PROXY_VARIABLES.flatMap((name) => passwordsOf(env[name] ?? ''));
    return distinct([...INPUT_NAMES.flatMap((name) => secretsOf(env, name)), ...proxies]);
}
function readApiSecrets(env) {
    return distinct(['api-token', 'api-key'].flatMap((name) => secretsOf(env, name)));
}
function secretsOf(env, name) {
    const { secret, default: text, variable } = inputRow(name);
    if (secret === undefined)
        return [];
    const written = readRaw(env, name) ?? '';
    const values = [written === text ? '' : written, env[variable ?? ''] ?? ''];
    return secret === 'value' ? values : values.flatMap(passwordsOf);
}
function distinct(secrets) {
    return [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== '');
}
const USER_PASSWORD = /^(?:[a-z][a-z\d+.-]*:\/\/|(?![a-z][a-z\d+.-]*:\/\/))[^/@:]*:([\s\S]*)@/i;
function passwordsOf(url) {
    const password = USER_PASSWORD.exec(url.trim())?.[1];
    if (password === undefined)
        return [];
    return [password, decodePercent(password)].flatMap((secret) => [secret, ...secret.split(/[\r\n]/)]);
}
function decodePercent(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

// EXTERNAL MODULE: ../build/invites/expiry.js
var expiry = __nccwpck_require__(972);
;// CONCATENATED MODULE: ../build/invites/known-state.js
class InviteKnowledge {
    #invite;
    #isUnsettled = false;
    constructor(invite) {
        this.#invite = invite;
    }
    get fields() {
        return this.#invite;
    }
    get state() {
        if (this.#invite.status === undefined)
            return this.#isUnsettled ? 'unknown' : 'unread';
        return this.#isUnsettled ? 'unsettled' : 'read';
    }
    get reported() {
        return this.state === 'unsettled' ? withoutStatus(this.#invite) : this.#invite;
    }
    get mayBeChanged() {
        return this.#isUnsettled;
    }
    update(invite) {
        this.#invite = { ...this.#invite, ...invite };
    }
    settle() {
        this.#isUnsettled = false;
    }
    attempted(effect) {
        if (effect === 'not-applied')
            return;
        if (effect === 'unknown')
            this.#isUnsettled = true;
        this.#invite = withoutStatus(this.#invite);
    }
}
function withoutStatus({ status: _, ...rest }) {
    return rest;
}

;// CONCATENATED MODULE: ../build/invites/respond.js




async function respondToInvite(target, options) {
    const responder = new InviteResponder(target, options);
    try {
        return await responder.run();
    }
    catch (error) {
        return error instanceof errors/* StopError */.T ? responder.stopped(error) : responder.crashed(error);
    }
}
class InviteResponder {
    #id;
    #options;
    #known;
    #isMembership;
    #lastFailure;
    #isReadRefused = false;
    constructor({ id, kind, invite }, options) {
        this.#id = id;
        this.#options = options;
        this.#known = new InviteKnowledge(invite ?? { id, kind });
        this.#isMembership = this.#known.fields.kind === 'membership';
    }
    async run() {
        const { dryRun, filters } = this.#options;
        if (this.#isMembership && this.#finalStatus === undefined) {
            const decided = await this.#readBeforeAttempt();
            if (decided !== undefined)
                return decided;
        }
        else if (this.#known.state === 'unread' && (dryRun || Object.keys(filters).length > 0)) {
            const failure = await this.#read();
            if (failure !== undefined)
                return this.#failedBy(failure);
        }
        const decided = this.#conclude();
        if (decided !== undefined)
            return decided;
        return dryRun ? this.#succeeded('planned') : await this.#respond();
    }
    stopped(stop) {
        const failure = this.#lastFailure;
        if (failure === undefined)
            return this.#failed({ kind: 'stop', stop }, true, 'not_attempted');
        const isOwnFault = failure.error.stopKind === undefined && stop.reason.kind !== 'cancelled';
        return isOwnFault ? this.#failedBy(failure) : this.#failed({ kind: 'stop', stop }, true);
    }
    crashed(error) {
        this.#known.attempted('unknown');
        const description = this.#options.redact(String(error instanceof Error ? error.stack : error));
        return this.#failed({ kind: 'defect', description });
    }
    async #respond() {
        const { client, desiredStatus } = this.#options;
        for (let attempts = 1;; attempts++) {
            const response = await client.respond(this.#ref, desiredStatus);
            if (response.ok) {
                this.#known.update(response.value);
                return this.#succeeded('changed');
            }
            const error = response.failure;
            this.#lastFailure = { error, attempts, retryExceedsDeadline: false };
            this.#known.attempted(error.effect);
            const { again, failure } = await client.decideRetry(error, attempts);
            this.#lastFailure = failure;
            const isRefused = error.stopKind === 'credentials';
            const isStillUnknown = this.#known.state === 'unknown' && !this.#isReadRefused;
            const mayHaveEffect = error.effect !== 'not-applied' || isStillUnknown;
            const mustReadBack = !isRefused && mayHaveEffect && !(again && this.#isMembership);
            const readFailure = mustReadBack ? await this.#read('rate-limit') : undefined;
            const decided = this.#conclude();
            if (decided !== undefined)
                return decided;
            if (!again)
                return this.#failedBy(failure, readFailure);
            const ended = this.#isMembership ? await this.#readBeforeAttempt() : undefined;
            if (ended !== undefined)
                return ended;
        }
    }
    async #readBeforeAttempt() {
        const { client, dryRun } = this.#options;
        do {
            const failure = await this.#read();
            if (failure !== undefined)
                return this.#failedBy(this.#lastFailure ?? failure, failure);
            const decided = this.#conclude();
            if (decided !== undefined)
                return decided;
        } while (client.isLimited && !dryRun);
        return undefined;
    }
    async #read(retry) {
        const read = await this.#options.client.get(this.#ref, { retry });
        if (!read.ok) {
            this.#isReadRefused = read.failure.error.stopKind === 'credentials';
            return read.failure;
        }
        this.#known.update(read.value);
        return undefined;
    }
    #conclude() {
        const status = this.#finalStatus;
        const failure = this.#lastFailure;
        const mismatch = this.#mismatch();
        if (mismatch !== undefined && (status === undefined || failure === undefined)) {
            return this.#failed({ kind: 'outside-policy', mismatch, failure });
        }
        if (status === undefined)
            return undefined;
        if (status === this.#options.desiredStatus) {
            return this.#succeeded(this.#known.mayBeChanged ? 'changed' : 'unchanged');
        }
        this.#known.settle();
        return this.#failed({ kind: 'final-status', status, failure });
    }
    #mismatch() {
        const match = (0,invites_filters/* matchFilters */.XN)(this.#known.fields, this.#options.filters);
        return match.kind === 'match' ? undefined : match;
    }
    #failedBy(failure, readFailure) {
        const isMissing = failure.error.isNotFound || readFailure?.error.isNotFound === true;
        const isNotFound = isMissing && this.#known.state === 'unread';
        return this.#failed({ kind: 'request', failure, isNotFound }, failure.error.isAuthError);
    }
    get #finalStatus() {
        const { status } = this.#known.fields;
        return status === 'pending' ? undefined : status;
    }
    get #ref() {
        return { id: this.#serverId, kind: this.#known.fields.kind };
    }
    get #serverId() {
        return this.#known.fields.id ?? this.#id;
    }
    #succeeded(kind) {
        this.#known.settle();
        const invite = this.#known.reported;
        const hasExpired = (0,expiry/* isExpired */._)(invite, this.#options.serverNowMs());
        return { kind, id: this.#serverId, invite, mismatch: this.#mismatch(), isExpired: hasExpired };
    }
    #failed(cause, causedByStop = false, kind = 'failed') {
        const { reported: invite, state } = this.#known;
        return { kind, id: this.#serverId, invite, cause, state, causedByStop };
    }
}

;// CONCATENATED MODULE: ../build/invites/respond-all.js


async function respondToAll(targets, options, onOutcome) {
    const outcomes = new Map();
    const queue = targets.values();
    const work = async () => {
        for (const target of queue) {
            const outcome = await respondToInvite(target, options);
            outcomes.set(target, outcome);
            try {
                onOutcome(outcome, outcomes.size);
            }
            catch {
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT_REQUESTS, targets.length) }, work));
    return targets.flatMap((target) => outcomes.get(target) ?? []);
}

// EXTERNAL MODULE: ../build/invites/list.js
var list = __nccwpck_require__(507);
;// CONCATENATED MODULE: ../build/invites/select.js


const EXPIRES_SOON_MS = 24 * 60 * 60 * 1_000;
function selectInvites(invites, filters, desiredStatus, nowMs) {
    const pending = invites.filter(({ status }) => status === 'pending');
    const judged = pending.map((invite) => ({ invite, reason: reasonToIgnore(invite, filters, nowMs) }));
    const expiresSoon = (invite) => (0,expiry/* expiresMs */.f)(invite) - nowMs <= EXPIRES_SOON_MS;
    return {
        selected: judged.filter(({ reason }) => reason === undefined).map(({ invite }) => invite),
        ignored: judged.flatMap(({ invite, reason }) => (reason === undefined ? [] : [{ invite, reason }])),
        expiringSoon: judged
            .filter(({ invite, reason }) => reason?.kind === 'unmatched' && expiresSoon(invite))
            .map(({ invite }) => invite),
        alreadyDone: invites.filter((invite) => invite.status === desiredStatus && reasonToIgnore(invite, filters, nowMs) === undefined),
    };
}
function reasonToIgnore(invite, filters, nowMs) {
    if ((0,expiry/* isExpired */._)(invite, nowMs))
        return { kind: 'expired' };
    const match = (0,invites_filters/* matchFilters */.XN)(invite, filters);
    return match.kind === 'match' ? undefined : match;
}

;// CONCATENATED MODULE: ../build/invites/search.js





const LOOK_INTERVAL_MS = 5_000;
const OPTIONAL = { kind: 'membership', retry: 'none', isOptional: true };
async function searchInvites(options) {
    const { limiter, clock, kind, waitSeconds, onWait } = options;
    const waitUntilMs = clock.nowMs() + waitSeconds * 1_000;
    try {
        for (let looks = 1;; looks++) {
            const found = await look(options);
            if (!found.ok)
                return found;
            const { selected, alreadyDone } = found.value;
            const isFound = selected.length > 0 || alreadyDone.length > 0;
            const joined = isFound || looks > 1 ? undefined : await findJoined(options);
            if (joined !== undefined)
                return { ok: true, value: { ...found.value, alreadyDone: [joined] } };
            const leftMs = waitUntilMs - clock.nowMs();
            if (isFound || leftMs <= 0) {
                const isHandled = selected.length > 0 || (alreadyDone.length > 0 && waitSeconds > 0);
                const otherList = isHandled || kind === 'membership' ? [] : await lookAtOtherList(options);
                return { ok: true, value: { ...found.value, otherList } };
            }
            onWait(Math.ceil(leftMs / 1_000));
            await limiter.wait(Math.min(LOOK_INTERVAL_MS, leftMs));
        }
    }
    catch (error) {
        if (error instanceof errors/* StopError */.T)
            return { ok: false, failure: { kind: 'stop', stop: error } };
        throw error;
    }
}
async function look(options) {
    const { client, serverClock, kind, filters, desiredStatus } = options;
    const isOfInvites = kind === 'invite';
    const listing = await (0,list/* listInvites */.T)(client, isOfInvites ? {} : { kind, status: 'pending' });
    if (!listing.ok)
        return listing;
    const { invites, ...gaps } = listing.value;
    const open = isOfInvites ? invites : invites.filter(({ status }) => status === 'pending');
    const { complete, unread } = await withPolicies(open, options);
    const selection = selectInvites(complete, filters, desiredStatus, serverClock.nowMs());
    const selected = [...selection.selected, ...unread.map(({ invite }) => withoutStatus(invite))];
    return { ok: true, value: { kind, otherList: [], ...selection, selected, ...gaps } };
}
async function withPolicies(listed, { client, filters }, read) {
    const complete = [];
    const unread = [];
    for (const invite of listed) {
        const match = (0,invites_filters/* matchFilters */.XN)(invite, filters);
        const isUnread = match.kind === 'unmatched' && match.filter === 'roles' && match.value === undefined;
        const shown = isUnread && invite.kind === 'membership' ? await client.get(invite, read) : undefined;
        if (shown?.ok === false && !shown.failure.error.isNotFound)
            unread.push({ invite, failure: shown.failure });
        else
            complete.push({ ...invite, ...(shown?.ok && shown.value), id: invite.id });
    }
    return { complete, unread };
}
async function findJoined(options) {
    const { filters, desiredStatus, waitSeconds } = options;
    if (waitSeconds === 0 || desiredStatus !== 'accepted' || !(0,invites_filters/* namesOneOrganization */.eZ)(filters))
        return undefined;
    const members = await lookAtMemberships(options, 'accepted');
    const { complete, unread } = await withPolicies(members, options, OPTIONAL);
    for (const { failure } of unread)
        options.onOptionalFailure({ kind: 'request', failure });
    return complete.find((member) => member.status === 'accepted' && (0,invites_filters/* matchFilters */.XN)(member, filters).kind === 'match');
}
async function lookAtOtherList(options) {
    const { 'organization-id': id, 'organization-name': name } = options.filters;
    const filters = { ...(id && { 'organization-id': id }), ...(name && { 'organization-name': name }) };
    const memberships = await lookAtMemberships(options, 'pending');
    return memberships.filter((membership) => (0,invites_filters/* matchFilters */.XN)(membership, filters).kind === 'match');
}
async function lookAtMemberships({ client, onOptionalFailure }, status) {
    try {
        const listing = await (0,list/* listInvites */.T)(client, { ...OPTIONAL, status });
        if (listing.ok)
            return listing.value.invites.filter((membership) => membership.status === status);
        onOptionalFailure(listing.failure);
    }
    catch (error) {
        if (!(error instanceof errors/* StopError */.T))
            throw error;
        onOptionalFailure({ kind: 'stop', stop: error });
    }
    return [];
}

// EXTERNAL MODULE: ../build/invites/outcome.js
var invites_outcome = __nccwpck_require__(551);
;// CONCATENATED MODULE: ../build/invites/run-result.js

function relevantStop(stop, outcomes) {
    const isCancelled = stop?.reason.kind === 'cancelled';
    return isCancelled || outcomes.filter(invites_outcome/* isFailed */.I).some(({ causedByStop }) => causedByStop) ? stop : undefined;
}

;// CONCATENATED MODULE: ../build/invites/shared-cause.js



function attributeToStop(outcomes, stop) {
    const refusal = outcomes.length === 1 ? outcomes.flatMap((outcome) => errorOf(outcome) ?? [])[0] : undefined;
    const isRefused = refusal?.stopKind === 'credentials' && stop === undefined;
    const cause = isRefused ? new errors/* StopError */.T({ kind: 'credentials', error: { ...refusal, isAuthError: true } }) : stop;
    const attributed = outcomes.map((outcome) => cause !== undefined && errorOf(outcome)?.stopKind === cause.reason.kind
        ? { ...outcome, causedByStop: true }
        : outcome);
    return { outcomes: attributed, stop: relevantStop(cause, attributed) };
}
function errorOf(outcome) {
    return (0,invites_outcome/* isFailed */.I)(outcome) && outcome.cause.kind === 'request' ? outcome.cause.failure.error : undefined;
}

// EXTERNAL MODULE: ../build/problems/run-problem.js
var run_problem = __nccwpck_require__(28);
// EXTERNAL MODULE: ../build/problems/tracker-problem.js
var tracker_problem = __nccwpck_require__(37);
;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");
;// CONCATENATED MODULE: ../build/proxy.js


class ProxyError extends Error {
    name = 'ProxyError';
    problem;
    constructor(problem) {
        super(problem);
        this.problem = problem;
    }
}
const DISPATCHER_KEY = Symbol.for('undici.globalDispatcher.1');
function useProxyFromEnv(env, urls, dispatcher, setGlobalProxy = external_node_http_namespaceObject.setGlobalProxyFromEnv) {
    const hosts = urls.map((url) => URL.parse(url)?.hostname ?? '').filter(isThisMachine);
    const written = env.no_proxy || env.NO_PROXY || '';
    if (hosts.length > 0 && written !== '*')
        env.no_proxy = [written, ...hosts].join(',');
    if (setGlobalProxy === undefined) {
        if (Object(dispatcher).constructor.name !== 'EnvHttpProxyAgent')
            throw new ProxyError('unsupported');
        return;
    }
    try {
        setGlobalProxy(env);
    }
    catch {
        throw new ProxyError('malformed');
    }
}

// EXTERNAL MODULE: ../build/report/annotations.js
var annotations = __nccwpck_require__(879);
// EXTERNAL MODULE: ../build/report/log.js
var log = __nccwpck_require__(247);
// EXTERNAL MODULE: ../build/problems/outcome-problem.js
var outcome_problem = __nccwpck_require__(349);
// EXTERNAL MODULE: ../build/problems/problem.js
var problem = __nccwpck_require__(468);
;// CONCATENATED MODULE: ../build/report/list-annotations.js






const MAX_IN_NOTICE = 3;
function annotateList(search) {
    const { expiringSoon, ignored } = search;
    const warned = new Set(expiringSoon);
    const invitesBy = (isExpired) => ignored
        .filter(({ invite, reason }) => (reason.kind === 'expired') === isExpired && !warned.has(invite))
        .map(({ invite }) => invite);
    const others = invitesBy(false);
    const expired = invitesBy(true);
    return {
        warnings: [...gapWarnings(search), ...expiringSoon.map(expiringWarning)],
        notices: [
            ...(others.length > 0 ? [ignoredNotice(others, search.kind, expiringSoon.length > 0)] : []),
            ...(expired.length > 0 ? [expiredNotice(expired)] : []),
            ...(search.otherList.length > 0 ? [otherListNotice(search.otherList)] : []),
        ],
    };
}
function expiringWarning(invite) {
    const name = (0,problem/* inviteTitle */.cG)(invite, invite.id);
    const facts = [
        `expires at ${invite.expires_on}`,
        ...(invite.invited_by === undefined ? [] : [`invited by ${invite.invited_by}`]),
        ...(invite.roles === undefined ? [] : [`roles ${invite.roles.join(', ')}`]),
        ...(invite.organization_id === undefined ? [] : [`organization ${invite.organization_id}`]),
    ];
    const hint = 'What to do: if it is wanted, add it to the filters or respond to it by its id; if not, exclude it with a "!" entry.';
    const line = `${name} is not selected and was left alone: ${facts.join('; ')}.`;
    return { title: `${name} is about to expire`, lines: [line, hint] };
}
function ignoredNotice(invites, kind, isOther) {
    const count = invites.length;
    const title = `${(0,words/* countOf */.pq)(count, `${isOther ? 'other ' : ''}pending ${kind}`)} ${count === 1 ? 'was' : 'were'} left alone`;
    const why = `the filters do not select ${count === 1 ? 'it' : 'them'}: ${nameListed(invites)}`;
    return { title, lines: [`${title}: ${why}. The log says which filter decided.`] };
}
function expiredNotice(invites) {
    const title = `${(0,words/* countOf */.pq)(invites.length, 'pending invite')} ${invites.length === 1 ? 'has' : 'have'} expired`;
    const hint = `What to do: if one is wanted, ask its inviter to send it again: ${outcome_problem/* RESEND_INVITE */.wg}`;
    return { title, lines: [`${title}: ${nameListed(invites)}.`, hint] };
}
function otherListNotice(memberships) {
    const title = (0,log/* otherListTitle */.tg)(memberships.length);
    const [first] = memberships.map(cloudflare_invite/* formatRef */.rq);
    const hint = `What to do: to respond by id, write invite-id: ${first}. To respond by filters, write kind: membership, without invited-by.`;
    return { title, lines: [`${title}: ${nameListed(memberships)}. This step responds to invites alone.`, hint] };
}
function nameListed(invites) {
    return (0,annotations/* nameInvites */.y6)(invites.map((invite) => ({ id: invite.id, invite })), MAX_IN_NOTICE);
}
function gapWarnings({ skipped, skippedCount, missingCount }) {
    const warnings = [];
    if (skippedCount > 0) {
        const title = `${(0,words/* countOf */.pq)(skippedCount, 'entry', 'entries')} of the list could not be used`;
        const texts = skipped.map((entry) => `Skipped: ${describeSkipped(entry)}.`);
        const rest = skippedCount - skipped.length;
        warnings.push({ title, lines: [`${title}.`, ...texts, ...(rest > 0 ? [`And ${rest} more.`] : [])] });
    }
    if (missingCount > 0) {
        const title = `${(0,words/* countOf */.pq)(missingCount, 'entry', 'entries')} of the list ${missingCount === 1 ? 'is' : 'are'} missing`;
        const line = `${title}: fewer came than the list says it has (total_count). An invite may have been overlooked.`;
        warnings.push({ title, lines: [line] });
    }
    return warnings;
}
function describeSkipped({ reason, type, id, status, organization }) {
    const of = organization === undefined ? '' : ` of ${organization}`;
    const texts = {
        'not-an-object': `an entry that is not an object (${type})`,
        'no-id': `an entry${of} without an id`,
        'unusable-id': `an entry${of} with the unusable id "${id}"`,
        'secret-id': `an entry${of} whose id holds a part of a credential (it is not shown)`,
        'no-status': `the entry ${id}${of} without a status`,
        'unknown-status': `the entry ${id}${of} with the unknown status "${status}"`,
    };
    return texts[reason];
}

;// CONCATENATED MODULE: ../build/report/outputs.js




const INVITE_OUTPUTS = Object.keys(cloudflare_invite/* INVITE_FIELDS */.sN);
const KIND_OUTPUTS = ['kind', 'membership_id'];
const COUNT_OUTPUTS = ['changed', 'matched_count', 'changed_count', 'failed_count', 'invite_ids', 'invites'];
const OUTPUT_NAMES = [...INVITE_OUTPUTS, ...KIND_OUTPUTS, ...COUNT_OUTPUTS];
const MAX_INVITES_LENGTH = 400_000;
const MAX_VARIABLE_BYTES = 100_000;
const MAX_LISTS_LENGTH = 500_000;
function buildOutputs(outcomes) {
    const only = outcomes.length === 1 ? outcomes[0] : undefined;
    const changedCount = outcomes.filter(({ kind }) => kind === 'changed').length;
    const inviteIds = JSON.stringify(outcomes.map(({ id, invite: { kind } }) => (0,cloudflare_invite/* formatRef */.rq)({ id, kind })));
    const maxLength = Math.min(MAX_INVITES_LENGTH, MAX_LISTS_LENGTH - inviteIds.length);
    const { json, omitted } = stringifyWithin(outcomes.map(toEntry), maxLength);
    return {
        outputs: {
            ...inviteOutputs(only === undefined ? {} : { ...only.invite, id: only.id }),
            kind: only === undefined ? '' : (0,cloudflare_invite/* kindOf */.I)(only.invite),
            membership_id: only?.invite.kind === 'membership' ? only.id : '',
            changed: String(changedCount > 0),
            matched_count: String(outcomes.length),
            changed_count: String(changedCount),
            failed_count: String(outcomes.filter(invites_outcome/* isFailed */.I).length),
            invite_ids: inviteIds,
            invites: json,
        },
        omitted,
    };
}
function outputWarnings({ outputs, omitted }, outcomes, altered = new Set()) {
    const warnings = [];
    const warn = (title, text) => void warnings.push({ title, lines: [`${title}. ${text}`] });
    if (omitted > 0) {
        const left = `${omitted} of ${outcomes.length} invites were left out of "invites"`;
        warn('The output "invites" is not complete', `GitHub limits the size of outputs: ${left}. "invite_ids" has them all.`);
    }
    const long = OUTPUT_NAMES.filter((name) => Buffer.byteLength(outputs[name]) > MAX_VARIABLE_BYTES);
    if (long.length > 0) {
        const limits = 'Linux takes 128 KiB each, Windows 32,767 characters in all';
        warn('An output may be too long for an environment variable', `More than ${MAX_VARIABLE_BYTES.toLocaleString('en')} bytes: ${long.join(', ')}. ${limits}, so a step that gets it in "env" may not start. Use the counts instead, or let one step handle fewer invites.`);
    }
    const isAltered = (value) => Array.isArray(value) ? value.some(isAltered) : altered.has(String(value));
    const fields = INVITE_OUTPUTS.filter((name) => outcomes.some(({ invite }) => isAltered(invite[name])));
    if (fields.length > 0) {
        const where = `Cloudflare sent a part of a credential of this step in ${fields.join(', ')}`;
        warn('Values in the outputs were altered', `${where}; "${words/* MASK */.v5}" stands in its place. Find out how it came there.`);
    }
    return warnings;
}
async function writeOutputs(outputs, workflow) {
    const names = [];
    let reason;
    for (const [name, value] of Object.entries(outputs)) {
        try {
            await workflow.setOutput(name, value);
        }
        catch (error) {
            names.push(name);
            reason = error;
        }
    }
    return { names, reason };
}
function inviteOutputs(invite) {
    const texts = INVITE_OUTPUTS.map((name) => {
        const value = invite[name] ?? '';
        return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    });
    return Object.fromEntries(texts);
}
function toEntry(outcome) {
    const { invite, id, kind } = outcome;
    const ofMembership = invite.kind === 'membership' && { membership_id: id };
    const facts = { kind: (0,cloudflare_invite/* kindOf */.I)(invite), ...ofMembership, outcome: kind };
    return { ...invite, id, ...facts, ...((0,invites_outcome/* isFailed */.I)(outcome) && { error: (0,problem/* problemLine */.YK)(outcome.problem) }) };
}
function stringifyWithin(entries, maxLength) {
    const texts = [];
    let length = '[]'.length;
    for (const entry of entries) {
        const text = JSON.stringify(entry);
        length += text.length + (texts.length > 0 ? ','.length : 0);
        if (length > maxLength)
            break;
        texts.push(text);
    }
    return { json: `[${texts.join(',')}]`, omitted: entries.length - texts.length };
}

// EXTERNAL MODULE: ../build/report/summary.js
var summary = __nccwpck_require__(841);
;// CONCATENATED MODULE: ../build/report/report.js










function createReport(result, filters = {}) {
    const outcomes = reportedOutcomes(result);
    const problem = (0,run_problem/* runProblem */.d0)(result);
    const severity = result.kind === 'no-match' ? result.ifNoMatch : 'error';
    const stop = severity === 'error' ? problem : undefined;
    const search = 'search' in result ? result.search : undefined;
    const list = search === undefined ? { warnings: [], notices: [] } : annotateList(search);
    const warnings = severity === 'warn' && problem !== undefined ? [(0,annotations/* problemAnnotation */.Lj)(problem)] : [];
    return {
        title: titleOf(result, outcomes, problem),
        outcomes,
        ...(result.kind === 'handled' && { rowContext: { ...result.context, endMs: result.endMs } }),
        stop,
        warnings: [...warnings, ...warningsOf(result), ...list.warnings],
        notices: list.notices,
        list: search?.kind,
        ignored: (search?.ignored ?? []).map(log/* describeIgnored */.MS),
        policy: Object.keys(filters).length > 0 ? (0,log/* describePolicy */.wy)(filters) : undefined,
        exitCode: stop !== undefined || outcomes.some(invites_outcome/* isFailed */.I) ? 1 : 0,
    };
}
function reportedOutcomes(result) {
    if (result.kind !== 'handled')
        return [];
    return result.outcomes.map((outcome) => (0,invites_outcome/* isFailed */.I)(outcome) ? { ...outcome, problem: (0,outcome_problem/* outcomeProblem */.SN)(outcome, result.context) } : outcome);
}
function warningsOf(result) {
    if (result.kind !== 'handled')
        return [];
    return result.outcomes.flatMap((outcome) => ((0,invites_outcome/* isFailed */.I)(outcome) ? [] : (0,annotations/* successWarnings */.pm)(outcome, result.context)));
}
function titleOf(result, outcomes, problem) {
    if (result.kind === 'handled')
        return (0,log/* runTitle */.kh)(outcomes, result.context);
    return `Cloudflare invites: ${problem?.title.replace(/^(?!Cloudflare)./, (first) => first.toLowerCase())}`;
}
function reportRun(result, redact, filters) {
    try {
        return createReport(result, filters);
    }
    catch (error) {
        const stop = (0,run_problem/* defectProblem */.j)(describeThrown(error, redact));
        const outcomes = result.kind === 'handled' ? result.outcomes : [];
        return {
            title: 'Cloudflare invites',
            outcomes: outcomes.map((outcome) => ((0,invites_outcome/* isFailed */.I)(outcome) ? { ...outcome, problem: stop } : outcome)),
            stop,
            warnings: [],
            notices: [],
            ignored: [],
            policy: undefined,
            exitCode: 1,
        };
    }
}
function describeThrown(thrown, redact) {
    try {
        return redact((0,network_error/* describeCauses */.wh)(thrown));
    }
    catch {
        return 'a value that cannot be shown';
    }
}
async function publishReport(report, workflow, redact, otherWarnings = 0) {
    const { outcomes, stop, notices } = report;
    const publish = async (level, what, part, details = () => []) => {
        try {
            await part();
            return true;
        }
        catch (error) {
            const title = `The ${what} could not be written`;
            const lines = [`${title}: ${describeThrown(error, redact)}.`, resultLine(report), ...details()];
            workflow.annotate(level, { title, lines });
            return false;
        }
    };
    const annotate = (level, annotations) => {
        for (const annotation of annotations)
            workflow.annotate(level, annotation);
    };
    let warnings = report.warnings;
    let missing = [];
    const setOutputs = async () => {
        const built = buildOutputs(outcomes);
        const failed = await writeOutputs(built.outputs, workflow);
        missing = failed.names;
        warnings = [...outputWarnings(built, outcomes, redact.altered), ...warnings];
        if (missing.length > 0)
            throw failed.reason;
    };
    const isWritten = await publish('error', 'outputs', setOutputs, () => [
        `Missing: ${(0,words/* firstOf */.Ku)(missing, annotations/* MAX_NAMED */.vW).join(', ') || 'all'}.`,
        'What to do: check the disk of the runner and the file that GITHUB_OUTPUT names. Do not rely on the outputs of this step.',
    ]);
    const failures = () => (0,annotations/* failureAnnotations */.rb)(outcomes, stop, isWritten ? 0 : 1);
    await publish('error', 'errors', () => annotate('error', failures()));
    const isSummarized = await publish('warning', 'job summary', () => {
        const remarks = [...warnings, ...notices].map(({ lines }) => lines[0] ?? '');
        return workflow.addSummary((0,summary/* buildSummary */.f)({ ...report, remarks }));
    });
    const others = otherWarnings + (isSummarized ? 0 : 1);
    await publish('warning', 'warnings', () => annotate('warning', (0,annotations/* capAnnotations */.XO)(warnings, 'warnings', others)));
    await publish('warning', 'notices', () => annotate('notice', notices));
    return isWritten ? report.exitCode : 1;
}
function resultLine({ title, outcomes }) {
    const changed = outcomes.filter(({ kind }) => kind === 'changed');
    const names = changed.length === 0 ? '' : ` Changed: ${(0,annotations/* nameInvites */.y6)(changed)}.`;
    return `The invites are not affected. ${title}.${names}`;
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
// EXTERNAL MODULE: external "os"
var external_os_ = __nccwpck_require__(857);
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
// EXTERNAL MODULE: external "fs"
var external_fs_ = __nccwpck_require__(896);
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_.appendFileSync(filePath, `${utils_toCommandValue(message)}${external_os_.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = utils_toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_.EOL}${convertedValue}${external_os_.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/oidc-utils.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return __awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return __awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_.constants.R_OK | external_fs_.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary_summary = _summary;
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_.platform();
const arch = external_os_.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', file_command_prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_.EOL);
    command_issueCommand('set-output', { name }, utils_toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    command_issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
// EXTERNAL MODULE: ../build/report/text.js
var report_text = __nccwpck_require__(114);
;// CONCATENATED MODULE: ../build/report/workflow.js




const MAX_ANNOTATION = 4_000;
const MAX_TITLE = 200;
async function appendSummary(html) {
    if (process.env.GITHUB_STEP_SUMMARY)
        await summary_summary.addRaw(html, true).write();
}
const ACTIONS_CORE = { debug: core_debug, error: error, group: group, info: info, notice: notice, setSecret: core_setSecret, warning: warning, appendSummary };
function connectRunner({ stdout, stderr }) {
    for (const stream of [stdout, stderr])
        stream.on('error', () => undefined);
    const write = stdout.write.bind(stdout);
    stdout.write = (text, callback) => write(text, (error) => {
        if (error)
            stderr.write(text);
        callback?.(error);
    });
    return { ...ACTIONS_CORE, setOutput: (name, value) => storeOutput(name, value, stdout) };
}
async function storeOutput(name, value, stdout) {
    const path = process.env.GITHUB_OUTPUT || undefined;
    const size = path && (0,external_node_fs_namespaceObject.statSync)(path, { throwIfNoEntry: false })?.size;
    try {
        setOutput(name, value);
    }
    catch (error) {
        if (path && size && (0,external_node_fs_namespaceObject.statSync)(path).size > size)
            (0,external_node_fs_namespaceObject.truncateSync)(path, size);
        throw error;
    }
    if (path)
        return;
    await new Promise((resolve, reject) => stdout.write('', (error) => (error ? reject(error) : resolve())));
}
function createWorkflow(commands) {
    return {
        mask: (secrets) => {
            for (const secret of secrets)
                commands.setSecret(secret);
        },
        info: (line) => commands.info((0,report_text/* toLine */.S)(line)),
        debug: (line) => commands.debug((0,report_text/* toLine */.S)(line)),
        annotate: (level, { title, lines }) => commands[level](messageOf(lines), { title: (0,report_text/* toLine */.S)(title, MAX_TITLE) }),
        group: (title, work) => commands.group((0,report_text/* toLine */.S)(title), work),
        setOutput: (name, value) => commands.setOutput(name, value),
        addSummary: (html) => commands.appendSummary(html),
    };
}
function withoutFailures(workflow) {
    const attempt = (write) => {
        try {
            write();
        }
        catch {
        }
    };
    return {
        mask: (secrets) => {
            for (const secret of secrets)
                attempt(() => workflow.mask([secret]));
        },
        info: (line) => attempt(() => workflow.info(line)),
        debug: (line) => attempt(() => workflow.debug(line)),
        annotate: (level, annotation) => attempt(() => workflow.annotate(level, annotation)),
        group: async (title, work) => {
            let result;
            const workOnce = () => {
                result ??= (async () => work())();
                return result;
            };
            try {
                await workflow.group(title, workOnce);
            }
            catch {
            }
            return workOnce();
        },
        setOutput: async (name, value) => workflow.setOutput(name, value),
        addSummary: async (html) => workflow.addSummary(html),
    };
}
function messageOf(lines) {
    const last = (0,report_text/* toLine */.S)(lines.at(-1) ?? '');
    const others = lines.slice(0, -1).map((line) => (0,report_text/* toLine */.S)(line));
    if (others.length === 0)
        return last;
    return `${(0,words/* truncate */.xv)(others.join('\n'), MAX_ANNOTATION - last.length - 1)}\n${last}`;
}

;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");
;// CONCATENATED MODULE: ../build/tls.js

const MIN_VERSION = 'TLSv1.2';
function restoreTls(env) {
    if (external_node_tls_namespaceObject.DEFAULT_MIN_VERSION < MIN_VERSION)
        external_node_tls_namespaceObject.DEFAULT_MIN_VERSION = MIN_VERSION;
    if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0')
        return false;
    delete env.NODE_TLS_REJECT_UNAUTHORIZED;
    return true;
}

;// CONCATENATED MODULE: ../build/action.js




















async function runAction(runtime) {
    const workflow = withoutFailures(runtime.workflow);
    const safeRuntime = { ...runtime, workflow };
    const isUnchecked = restoreTls(runtime.env);
    const { result, inputs, redact } = await runStep(safeRuntime, isUnchecked);
    const report = reportRun(result, redact, inputs?.filters);
    const isTracked = inputs?.reportIssue !== undefined;
    const exitCode = await publishReport(report, workflow, redact, Number(isUnchecked) + Number(isTracked));
    if (isTracked)
        await trackIssue({ ...inputs.reportIssue, ...safeRuntime, result, report, redact }, runtime.env);
    workflow.info(`${report.title}.`);
    return exitCode;
}
async function runStep(runtime, isUnchecked) {
    const { env, workflow, useProxy } = runtime;
    let inputs;
    let redact = () => words/* MASK */.v5;
    try {
        const secrets = readSecrets(env);
        if (isOnRunner(env))
            workflow.mask(secrets);
        const inId = createRedactor(readApiSecrets(env));
        redact = Object.assign(createRedactor(secrets), { inId, altered: new Set() });
        inputs = parseInputs(env, redact);
        for (const notice of inputs.notices)
            workflow.annotate('notice', { title: 'Credentials', lines: [notice] });
        for (const line of inputs.logLines)
            workflow.info(line);
        if (isUnchecked)
            workflow.annotate('warning', (0,annotations/* problemAnnotation */.Lj)(run_problem/* UNCHECKED_CERTIFICATES */.im));
        if (inputs.usesProxy)
            useProxy([inputs.apiBaseUrl, inputs.reportIssue?.apiUrl ?? '']);
        return { result: await selectAndRespond(inputs, runtime, redact), inputs, redact };
    }
    catch (error) {
        if (error instanceof InputError)
            return { result: { kind: 'invalid-inputs', problems: error.problems }, redact };
        if (error instanceof ProxyError)
            return { result: { kind: 'proxy', problem: error.problem }, redact };
        if (error instanceof Error && typeof error.stack === 'string')
            workflow.debug(redact(error.stack));
        return { result: { kind: 'defect', description: describeThrown(error, redact) }, inputs, redact };
    }
}
async function selectAndRespond(inputs, runtime, redact) {
    const { clock, cancelled, workflow } = runtime;
    const { status: desiredStatus, inviteIds, kind, filters, dryRun, waitSeconds, timeoutSeconds } = inputs;
    const context = { desiredStatus, dryRun, scheme: inputs.credentials.scheme };
    const onPause = (pause) => workflow.info((0,log/* describePause */.Ei)(pause));
    const stopsAtLimit = inputs.retries === 0;
    const limiter = new RequestLimiter({ clock, timeoutSeconds, cancelled, stopsAtLimit, onPause });
    const serverClock = new ServerClock(clock, (skewMs) => workflow.annotate('notice', (0,annotations/* clockNotice */.BO)(skewMs)));
    const client = createClient(inputs, runtime, limiter, serverClock, redact);
    const hasFilters = Object.keys(filters).length > 0;
    if (hasFilters)
        workflow.info((0,log/* describePolicy */.wy)(filters));
    let search;
    if (inviteIds.length === 0) {
        const found = await searchInvites({
            ...{ client, limiter, clock, serverClock, kind, filters, desiredStatus, waitSeconds },
            onWait: (secondsLeft) => workflow.info((0,log/* describeWait */.Ng)(secondsLeft)),
            onOptionalFailure: (failure) => workflow.info((0,log/* describeOptionalFailure */.MU)(failure, context)),
        });
        if (!found.ok)
            return { kind: 'list-failed', context, list: kind, failure: found.failure };
        search = found.value;
        workflow.info((0,log/* describeSearch */.em)(search));
        await logLeftAlone(search, workflow);
    }
    const targets = search === undefined ? inviteIds.map(cloudflare_invite/* parseRef */.rd) : targetsOf(search, waitSeconds);
    const serverNowMs = () => serverClock.nowMs();
    const options = { client, desiredStatus, dryRun, filters, serverNowMs, redact };
    const onOutcome = (outcome, position) => workflow.info(`[${position}/${targets.length}] ${(0,log/* describeOutcome */.SS)(outcome, context)}`);
    const respond = () => respondToAll(targets, options, onOutcome);
    const handled = targets.length === 0 ? [] : await workflow.group((0,log/* groupTitle */.SZ)(targets.length, context), respond);
    const { outcomes, stop } = attributeToStop(handled, limiter.stopError);
    return search !== undefined && targets.length === 0 && stop === undefined
        ? { kind: 'no-match', context, search, ifNoMatch: inputs.ifNoMatch, waitSeconds }
        : { kind: 'handled', context, outcomes, search, stop, endMs: serverNowMs() };
}
async function logLeftAlone({ kind, ignored, otherList }, workflow) {
    const groups = [
        { title: (0,log/* ignoredTitle */.rp)(ignored.length, kind), lines: ignored.map(log/* describeIgnored */.MS) },
        { title: (0,log/* otherListTitle */.tg)(otherList.length), lines: otherList.map(log/* describeListed */.Rm) },
    ];
    for (const { title, lines } of groups) {
        if (lines.length === 0)
            continue;
        await workflow.group(title, async () => {
            for (const line of lines)
                workflow.info(line);
        });
    }
}
function createClient(inputs, runtime, limiter, serverClock, redact) {
    const { fetch, wasSent, clock, random, workflow } = runtime;
    const { apiBaseUrl: baseUrl, credentials, retries } = inputs;
    const { info: onRetry, debug: onDebug } = workflow;
    return new InvitesClient({
        ...{ baseUrl, credentials, retries, fetch, wasSent, clock, random },
        ...{ limiter, serverClock, redact, onRetry, onDebug },
    });
}
function targetsOf({ selected, alreadyDone }, waitSeconds) {
    const invites = selected.length > 0 || waitSeconds === 0 ? selected : alreadyDone;
    return invites.map((invite) => ({ id: invite.id, invite }));
}
async function trackIssue(options, env) {
    delete env.GITHUB_EVENT_PATH;
    try {
        const { updateTrackingIssue } = await Promise.all(/* import() */[__nccwpck_require__.e(312), __nccwpck_require__.e(869)]).then(__nccwpck_require__.bind(__nccwpck_require__, 848));
        await updateTrackingIssue(options);
    }
    catch (error) {
        const problem = tracker_problem/* TRACKER_PROBLEMS */.CQ.unloadable(describeThrown(error, options.redact));
        options.workflow.annotate('warning', (0,annotations/* problemAnnotation */.Lj)(problem));
    }
}

;// CONCATENATED MODULE: external "node:diagnostics_channel"
const external_node_diagnostics_channel_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");
;// CONCATENATED MODULE: ../build/sent-requests.js

function watchSentRequests() {
    const sent = new Map();
    const watch = (channel, isSent) => (0,external_node_diagnostics_channel_namespaceObject.subscribe)(channel, (message) => {
        const { method, path } = message.request;
        sent.set(`${method} ${path}`, isSent);
    });
    watch('undici:request:create', false);
    watch('undici:client:sendHeaders', true);
    return (method, url) => {
        const { pathname, search } = new URL(url);
        return sent.get(`${method} ${pathname}${search}`) ?? false;
    };
}

;// CONCATENATED MODULE: ../build/index.js





const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => cancellation.abort());
process.exitCode = 1;
void runAction({
    env: process.env,
    clock: build_clock/* systemClock */.ml,
    random: Math.random,
    fetch,
    wasSent: watchSentRequests(),
    cancelled: cancellation.signal,
    workflow: createWorkflow(connectRunner(process)),
    useProxy: (urls) => useProxyFromEnv(process.env, urls, Reflect.get(globalThis, DISPATCHER_KEY)),
}).then((exitCode) => {
    process.exitCode = exitCode;
    setTimeout(() => process.exit(), 1_000).unref();
});

