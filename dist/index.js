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

/***/ 432:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ formatSeconds),
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
const MAX_TIMER_MS = 2_147_483_647;
const systemClock = {
    nowMs: () => performance.timeOrigin + performance.now(),
    sleep: (ms, signal) => new Promise((resolve, reject) => {
        if (signal?.aborted) {
            reject(signal.reason);
            return;
        }
        const onAbort = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
        }, Math.min(ms, MAX_TIMER_MS));
        signal?.addEventListener('abort', onAbort);
    }),
};
function formatSeconds(ms) {
    return `${ms >= 10_000 ? Math.round(ms / 1_000) : Math.round(ms / 100) / 10} s`;
}


/***/ }),

/***/ 337:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CA: () => (/* binding */ errorCode),
/* harmony export */   HY: () => (/* binding */ isAuthError),
/* harmony export */   Tj: () => (/* binding */ StopError),
/* harmony export */   fv: () => (/* binding */ errorCodes),
/* harmony export */   hD: () => (/* binding */ ApiError),
/* harmony export */   ps: () => (/* binding */ causes),
/* harmony export */   wh: () => (/* binding */ describeCauses)
/* harmony export */ });
class ApiError extends Error {
    name = 'ApiError';
    method;
    path;
    reason;
    effect;
    retryable;
    status;
    details;
    cfRay;
    retryAfterMs;
    attempts = 1;
    retryExceedsDeadline = false;
    constructor(fields) {
        super(`${fields.method} ${fields.path}: ${fields.reason}`, { cause: fields.cause });
        this.method = fields.method;
        this.path = fields.path;
        this.reason = fields.reason;
        this.effect = fields.effect;
        this.retryable = fields.retryable;
        this.status = fields.status;
        this.details = fields.details ?? [];
        this.cfRay = fields.cfRay;
        this.retryAfterMs = fields.retryAfterMs;
    }
    get codes() {
        return errorCodes(this.details);
    }
    get isAuthError() {
        return this.status !== undefined && isAuthError(this.status, this.codes);
    }
    get isNotFound() {
        const isNotFound = this.status === 404 && this.details.length > 0;
        return this.effect === 'refused' && (isNotFound || this.codes.includes(NO_ROUTE));
    }
}
const NO_ROUTE = 7003;
function errorCodes(details) {
    return details
        .flatMap((detail) => [detail.code, ...detail.chain.map((link) => link.code)])
        .filter((code) => code !== undefined);
}
function isAuthError(status, codes) {
    const has = (...wanted) => wanted.some((code) => codes.includes(code));
    return (status === 401 ||
        ((status === 403 || status === 405) && has(9103, 9109, 10000)) ||
        (status === 400 && has(6003, 9106)) ||
        has(10502));
}
class StopError extends Error {
    name = 'StopError';
    reason;
    error;
    constructor(reason, message, error) {
        super(message);
        this.reason = reason;
        this.error = error;
    }
}
const MAX_CAUSES = 6;
function describeCauses(error) {
    const texts = causes(error).map((cause) => {
        const code = errorCode(cause);
        const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
        const message = text || (code ?? 'unknown error');
        return code === undefined || message.includes(code) ? message : `${message} (${code})`;
    });
    const distinct = [...new Set(texts)];
    return (distinct.length > 1 ? distinct.filter((text) => text !== 'fetch failed') : distinct).join(': ');
}
function causes(error) {
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
function errorCode(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}


/***/ }),

/***/ 551:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ix: () => (/* binding */ isFailed),
/* harmony export */   Kb: () => (/* binding */ inviteLabel),
/* harmony export */   YK: () => (/* binding */ problemLine),
/* harmony export */   rl: () => (/* binding */ verbOf)
/* harmony export */ });
function problemLine({ message, details }) {
    return [message, ...details].join(' ');
}
function isFailed(outcome) {
    return outcome.kind === 'failed' || outcome.kind === 'not_attempted';
}
function inviteLabel(invite, id) {
    return invite.organization_name ? `${invite.organization_name} (${id})` : id;
}
function verbOf(status) {
    return status === 'accepted' ? 'accept' : 'reject';
}


/***/ }),

/***/ 841:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ buildSummary)
/* harmony export */ });
/* unused harmony export problemItem */
/* harmony import */ var _invites_outcome_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(551);

const MAX_BYTES = 1_000_000;
const FRAME_BYTES = 1_000;
const MAX_CELL = 300;
const OUTCOME_TEXTS = {
    changed: '✅ changed',
    unchanged: '✅ unchanged',
    planned: '📝 planned',
    failed: '❌ failed',
    not_attempted: '⏸️ not attempted',
};
function buildSummary({ title, outcomes, stop, remarks }, safe, maxBytes = MAX_BYTES) {
    const failed = outcomes.filter(_invites_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .isFailed */ .Ix);
    const problems = [
        ...(stop === undefined ? [] : [stop]),
        ...failed.filter((outcome) => !outcome.causedByStop).map(({ problem }) => problem),
    ];
    const heading = `<h3>${safe.html(title)}</h3>`;
    const room = maxBytes - byteLength(heading) - FRAME_BYTES;
    const notes = takeWithin(remarks.map((remark) => `<p><code>${safe.html(remark)}</code></p>`), room / 4);
    const failures = takeWithin(problems.map((problem) => problemItem(problem, safe)), (room - byteLength(notes.html)) / 2);
    const rows = takeWithin(outcomes.map((outcome) => outcomeRow(outcome, safe)), room - byteLength(notes.html) - byteLength(failures.html));
    return [
        heading,
        ...(outcomes.length > 0 ? [`<table>${TABLE_HEAD}${rows.html}</table>`] : []),
        ...missing(rows.omitted, 'row'),
        ...(problems.length > 0 ? [`<ul>${failures.html}</ul>`] : []),
        ...missing(failures.omitted, 'failure'),
        ...(notes.html === '' ? [] : [notes.html]),
        ...missing(notes.omitted, 'remark'),
    ].join('\n\n');
}
const TABLE_HEAD = '<tr><th>Organization</th><th>Roles</th><th>Invited by</th><th>Expires</th><th>Invite</th><th>Outcome</th></tr>';
function outcomeRow({ invite, id, kind }, safe) {
    const cells = [invite.organization_name, invite.roles?.join(', '), invite.invited_by, invite.expires_on, id];
    const data = cells.map((cell) => `<td>${cell ? `<code>${safe.html(cell, MAX_CELL)}</code>` : ''}</td>`).join('');
    const status = invite.status === undefined ? 'state unknown' : invite.status;
    return `<tr>${data}<td>${OUTCOME_TEXTS[kind]} (<code>${safe.html(status, MAX_CELL)}</code>)</td></tr>`;
}
function problemItem({ title, message, details, hint }, safe) {
    const facts = [message, ...details].map((line) => `<br><code>${safe.html(line)}</code>`).join('');
    return `<li><strong><code>${safe.html(title)}</code></strong>${facts}${hint === undefined ? '' : `<br>${safe.html(hint)}`}</li>`;
}
function takeWithin(items, maxBytes) {
    const kept = [];
    let bytes = 0;
    for (const item of items) {
        bytes += byteLength(item);
        if (bytes > maxBytes)
            break;
        kept.push(item);
    }
    return { html: kept.join(''), omitted: items.length - kept.length };
}
function missing(count, what) {
    return count === 0 ? [] : [`<p>${count} more ${what}${count === 1 ? '' : 's'} did not fit into this summary.</p>`];
}
function byteLength(text) {
    return new TextEncoder().encode(text).length;
}


/***/ }),

/***/ 290:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
const VERSION = '1.0.0';


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



// EXTERNAL MODULE: ../build/clock.js
var build_clock = __nccwpck_require__(432);
// EXTERNAL MODULE: ../build/cloudflare/errors.js
var errors = __nccwpck_require__(337);
;// CONCATENATED MODULE: ../build/network-error.js

const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED/;
function isCertificateError(error) {
    return (0,errors/* causes */.ps)(error).some((cause) => CERTIFICATE_CODE.test((0,errors/* errorCode */.CA)(cause) ?? ''));
}
function isProxyRefusal(error) {
    return (0,errors/* causes */.ps)(error).some((cause) => cause instanceof Error && cause.message.startsWith('Proxy response'));
}
const NEVER_CONNECTED = new Set([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EADDRNOTAVAIL',
    'UND_ERR_CONNECT_TIMEOUT',
]);
function wasNeverConnected(error) {
    if (isProxyRefusal(error))
        return true;
    return (0,errors/* causes */.ps)(error).some((cause) => {
        const syscall = cause instanceof Error && 'syscall' in cause ? cause.syscall : undefined;
        return NEVER_CONNECTED.has((0,errors/* errorCode */.CA)(cause) ?? '') || syscall === 'connect' || syscall === 'getaddrinfo';
    });
}

// EXTERNAL MODULE: ../build/version.js
var version = __nccwpck_require__(290);
;// CONCATENATED MODULE: ../build/cloudflare/body.js
class BodyTooLargeError extends Error {
    name = 'BodyTooLargeError';
    constructor(maxBytes) {
        super(`the answer is longer than ${maxBytes} bytes`);
    }
}
async function readText(body, maxBytes, signal) {
    if (!body)
        return '';
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const aborted = rejectOnAbort(signal);
    let text = '';
    let bytes = 0;
    try {
        for (;;) {
            const { done, value } = await Promise.race([reader.read(), aborted.promise]);
            if (done)
                return text + decoder.decode();
            bytes += value.byteLength;
            if (bytes > maxBytes)
                throw new BodyTooLargeError(maxBytes);
            text += decoder.decode(value, { stream: true });
        }
    }
    catch (error) {
        reader.cancel().catch(() => undefined);
        throw error;
    }
    finally {
        aborted.dispose();
    }
}
function rejectOnAbort(signal) {
    const { promise, reject } = Promise.withResolvers();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted)
        onAbort();
    return { promise, dispose: () => signal.removeEventListener('abort', onAbort) };
}

;// CONCATENATED MODULE: ../build/cloudflare/credentials.js
function credentialHeaders(credentials) {
    return credentials.scheme === 'api-token'
        ? { authorization: `Bearer ${credentials.token}` }
        : { 'x-auth-email': credentials.email, 'x-auth-key': credentials.key };
}

;// CONCATENATED MODULE: ../build/cloudflare/envelope.js
const MAX_MESSAGE = 500;
function parseBody(text) {
    const trimmed = text.trim();
    if (trimmed === '')
        return { kind: 'unreadable', description: 'an empty body' };
    let json;
    try {
        json = JSON.parse(trimmed);
    }
    catch {
        return { kind: 'unreadable', description: describeText(trimmed) };
    }
    if (!isObject(json))
        return { kind: 'unreadable', description: 'JSON that is no object' };
    if (typeof json.success === 'boolean') {
        return {
            kind: 'envelope',
            success: json.success,
            errors: Array.isArray(json.errors) ? json.errors.filter(isObject).map(toErrorDetail) : [],
            result: json.result,
            resultInfo: toResultInfo(json.result_info),
        };
    }
    if (json.cloudflare_error === true || (typeof json.title === 'string' && typeof json.status === 'number')) {
        return {
            kind: 'problem',
            error: toProblemDetail(json),
            retryable: typeof json.retryable === 'boolean' ? json.retryable : undefined,
            retryAfter: json.retry_after,
        };
    }
    return { kind: 'unreadable', description: 'JSON that is no answer of the API (it has no "success")' };
}
function describeText(text) {
    if (/^(?:<!doctype html|<html)/i.test(text)) {
        const title = /<title[^>]{0,200}>([^<]{1,500})/i.exec(text)?.[1]?.trim();
        return title === undefined ? 'an HTML page' : `an HTML page titled "${cut(title, 200)}"`;
    }
    if (/^[[{"]/.test(text))
        return 'JSON that is broken or cut off';
    return `text: "${cut(text, 200)}"`;
}
function toErrorDetail(error) {
    const chain = Array.isArray(error.error_chain) ? error.error_chain.filter(isObject) : [];
    return {
        ...codeAndMessage(error),
        chain: chain.map(codeAndMessage),
        ...(typeof error.documentation_url === 'string' && { documentationUrl: cut(error.documentation_url, MAX_MESSAGE) }),
        ...(isObject(error.source) &&
            typeof error.source.pointer === 'string' && { pointer: cut(error.source.pointer, MAX_MESSAGE) }),
    };
}
function codeAndMessage(error) {
    return {
        ...(typeof error.code === 'number' && { code: error.code }),
        message: typeof error.message === 'string' ? cut(error.message, MAX_MESSAGE) : '',
    };
}
function toProblemDetail(problem) {
    const texts = [problem.title, problem.detail].filter((text) => typeof text === 'string');
    return {
        ...(typeof problem.error_code === 'number' && { code: problem.error_code }),
        message: cut(texts.join(': '), MAX_MESSAGE),
        chain: [],
    };
}
function toResultInfo(info) {
    if (!isObject(info))
        return {};
    return {
        ...(typeof info.total_count === 'number' && { totalCount: info.total_count }),
        ...(typeof info.per_page === 'number' && { perPage: info.per_page }),
    };
}
const TEXT_FIELDS = [
    'id',
    'status',
    'organization_id',
    'organization_name',
    'invited_by',
    'invited_on',
    'expires_on',
    'invited_member_id',
    'invited_member_email',
];
function toInvite(result) {
    if (!isObject(result))
        return undefined;
    const fields = TEXT_FIELDS.flatMap((name) => {
        const value = result[name];
        return typeof value === 'string' ? [[name, value]] : [];
    });
    const roles = toRoles(result.roles);
    return {
        ...Object.fromEntries(fields),
        ...(typeof result.organization_is_enforcing_twofactor === 'boolean' && {
            organization_is_enforcing_twofactor: result.organization_is_enforcing_twofactor,
        }),
        ...(roles !== undefined && { roles }),
    };
}
const UNREADABLE_ROLE = '(unreadable role)';
function toRoles(roles) {
    if (roles === undefined || roles === null)
        return undefined;
    return (Array.isArray(roles) ? roles : [roles]).map((role) => {
        const name = isObject(role) ? role.name : role;
        return typeof name === 'string' ? name : UNREADABLE_ROLE;
    });
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function cut(text, length) {
    return text.length <= length ? text : `${text.slice(0, length)}…`;
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
function isRetryableStatus(status) {
    return status === 408 || status === 409 || status === 429 || status >= 500;
}
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
const NUMBER = /^\d+(?:\.\d+)?$/;
function serverDelayMs(headers, bodyRetryAfter, nowMs) {
    return (parseNumber(headers.get('retry-after-ms'), 1) ??
        parseNumber(headers.get('retry-after'), 1_000) ??
        parseDateDelay(headers.get('retry-after'), nowMs) ??
        parseNumber(typeof bodyRetryAfter === 'number' ? String(bodyRetryAfter) : bodyRetryAfter, 1_000));
}
function parseNumber(value, unitMs) {
    return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) * unitMs : undefined;
}
function parseDateDelay(value, nowMs) {
    const date = value ?? '';
    const epochMs = IMF_FIXDATE.test(date) || RFC_850_DATE.test(date)
        ? Date.parse(date)
        : ASCTIME_DATE.test(date)
            ? Date.parse(`${date} GMT`)
            : Number.NaN;
    return Number.isNaN(epochMs) ? undefined : Math.max(0, epochMs - nowMs);
}
const RATELIMIT_ITEM = /"[^"]*"((?:\s*;\s*[a-z-]+=(?:"[^"]*"|[^\s;,"]+))*)/g;
function rateLimitPauseMs(header, underWay) {
    const pauses = [...(header ?? '').matchAll(RATELIMIT_ITEM)].flatMap(([, parameters = '']) => {
        const left = /;\s*r=(\d+)/.exec(parameters)?.[1];
        const seconds = /;\s*t=(\d+)/.exec(parameters)?.[1];
        return left !== undefined && Number(left) <= underWay && seconds !== undefined ? [Number(seconds) * 1_000] : [];
    });
    return pauses.length > 0 ? Math.max(...pauses) : undefined;
}

;// CONCATENATED MODULE: ../build/cloudflare/client.js









const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const USER_AGENT = `cloudflare-invite-action/${version/* VERSION */.x}`;
class InvitesClient {
    #options;
    #ofetch;
    #rateLimited = 0;
    #underWay = 0;
    constructor(options) {
        this.#options = options;
        this.#ofetch = ofetch.create({}, { fetch: options.fetch });
    }
    async read(id) {
        const request = { method: 'GET', path: invitePath(id) };
        const success = await this.#send(request);
        return inviteOf(request, success, id);
    }
    readBack(id) {
        return this.#withRetries(() => this.read(id), (error) => error.status === 429);
    }
    readPatiently(id) {
        return this.#withRetries(() => this.read(id));
    }
    async answer(id, status) {
        const request = { method: 'PATCH', path: invitePath(id), body: { status } };
        const success = await this.#send(request);
        const invite = inviteOf(request, success, id);
        if (invite.status !== status) {
            throw unexpectedSuccess(request, success, `but the invite has the status "${invite.status}"`);
        }
        return invite;
    }
    listPage(page, perPage) {
        const query = `?${new URLSearchParams({ page: String(page), per_page: String(perPage) })}`;
        const request = { method: 'GET', path: '/user/invites', query };
        return this.#withRetries(async () => {
            const success = await this.#send(request);
            if (!Array.isArray(success.result))
                throw unexpectedSuccess(request, success, 'but holds no list of invites');
            return {
                entries: success.result,
                totalCount: success.resultInfo.totalCount,
                perPage: success.resultInfo.perPage,
            };
        });
    }
    async backOff(error, failures) {
        const { retries, random, gate, onRetry } = this.#options;
        error.attempts = failures;
        if (!error.retryable || failures > retries)
            return false;
        const attempt = `attempt ${failures} of ${retries + 1} failed`;
        if (error.status === 429) {
            onRetry(`${error.message} (${attempt})`);
            return true;
        }
        const delayMs = retryDelayMs(failures, error.retryAfterMs, random);
        error.retryExceedsDeadline = !gate.fits(delayMs);
        if (error.retryExceedsDeadline)
            return false;
        onRetry(`${error.message} (${attempt}; next in ${(0,build_clock/* formatSeconds */.X)(delayMs)})`);
        await gate.wait(delayMs);
        return true;
    }
    async #withRetries(operation, mayRetry = (_error) => true) {
        for (let failures = 1;; failures++) {
            try {
                return await operation();
            }
            catch (error) {
                if (!(error instanceof errors/* ApiError */.hD))
                    throw error;
                if (!mayRetry(error) || !(await this.backOff(error, failures)))
                    throw error;
            }
        }
    }
    async #send(request) {
        const { gate, clock, onDebug } = this.#options;
        await gate.enter();
        const startMs = clock.nowMs();
        try {
            const success = this.#judge(request, await this.#exchange(request));
            this.#rateLimited = 0;
            onDebug(`${request.method} ${request.path}${request.query ?? ''}: HTTP ${success.status} after ${Math.round(clock.nowMs() - startMs)} ms`);
            return success;
        }
        catch (error) {
            if (error instanceof errors/* ApiError */.hD) {
                onDebug(`${error.message} after ${Math.round(clock.nowMs() - startMs)} ms, cf-ray ${error.cfRay ?? 'none'}`);
                this.#heedStepWide(error);
            }
            throw error;
        }
    }
    #heedStepWide(error) {
        const { gate, random } = this.#options;
        if (error.isAuthError) {
            gate.stop(new errors/* StopError */.Tj('credentials', 'Cloudflare refused the credentials.', error));
        }
        else if (error.status !== 429) {
            this.#rateLimited = 0;
        }
        else {
            if (!gate.isPaused)
                this.#rateLimited += 1;
            const delayMs = retryDelayMs(Math.max(1, this.#rateLimited), error.retryAfterMs, random);
            gate.pause(delayMs, 'Cloudflare answered HTTP 429, too many requests', error);
        }
    }
    async #exchange(request) {
        const { gate, clock } = this.#options;
        const limitMs = Math.min(ATTEMPT_TIMEOUT_MS, gate.remainingMs);
        const timeout = new AbortController();
        const finished = new AbortController();
        clock.sleep(limitMs, finished.signal).then(() => timeout.abort(new Error(`no complete answer within ${(0,build_clock/* formatSeconds */.X)(limitMs)}`)), () => undefined);
        const signal = AbortSignal.any([timeout.signal, gate.abortSignal]);
        this.#underWay += 1;
        try {
            return await this.#fetchText(request, signal);
        }
        catch (error) {
            throw toConnectionError(request, error, signal);
        }
        finally {
            this.#underWay -= 1;
            finished.abort();
        }
    }
    async #fetchText(request, signal) {
        const { baseUrl, credentials } = this.#options;
        const response = await this.#ofetch.raw(`${baseUrl}${request.path}${request.query ?? ''}`, {
            method: request.method,
            headers: {
                accept: 'application/json',
                'user-agent': USER_AGENT,
                ...credentialHeaders(credentials),
            },
            ...(request.body && { body: request.body }),
            redirect: 'manual',
            retry: false,
            ignoreResponseError: true,
            responseType: 'stream',
            signal,
        });
        return { response, text: await readText(response.body, MAX_BODY_BYTES, signal) };
    }
    #judge(request, { response, text }) {
        const { gate, clock } = this.#options;
        const pauseMs = rateLimitPauseMs(response.headers.get('ratelimit'), this.#underWay);
        if (pauseMs !== undefined)
            gate.pause(pauseMs, 'no request left in Cloudflare’s rate limit');
        const body = parseBody(text);
        const cfRay = response.headers.get('cf-ray') ?? undefined;
        if (response.ok && body.kind === 'envelope' && body.success) {
            return { result: body.result, resultInfo: body.resultInfo, status: response.status, cfRay };
        }
        const { status } = response;
        const details = body.kind === 'envelope' ? body.errors : body.kind === 'problem' ? [body.error] : [];
        const retryAfterMs = serverDelayMs(response.headers, body.kind === 'problem' ? body.retryAfter : undefined, clock.nowMs());
        throw new errors/* ApiError */.hD({
            ...request,
            status,
            details,
            reason: describeFailure(response, body),
            effect: effectOf(status, details),
            retryable: isRetryable(response, body, details),
            ...(cfRay !== undefined && { cfRay }),
            ...(retryAfterMs !== undefined && { retryAfterMs }),
        });
    }
}
function invitePath(id) {
    return `/user/invites/${encodeURIComponent(id)}`;
}
function inviteOf(request, success, id) {
    const invite = toInvite(success.result);
    if (invite === undefined)
        throw unexpectedSuccess(request, success, 'but holds no invite');
    if (invite.id !== undefined && invite.id !== id) {
        throw unexpectedSuccess(request, success, `but shows another invite, "${invite.id}"`);
    }
    if (invite.status === undefined)
        throw unexpectedSuccess(request, success, 'but shows no status of the invite');
    return invite;
}
function unexpectedSuccess(request, success, but) {
    return new errors/* ApiError */.hD({
        ...request,
        status: success.status,
        reason: `HTTP ${success.status} reports success, ${but}`,
        effect: 'unclear',
        retryable: true,
        ...(success.cfRay !== undefined && { cfRay: success.cfRay }),
    });
}
function isRedirect(status) {
    return status >= 300 && status < 400;
}
function effectOf(status, details) {
    if (status === 429 || isRedirect(status) || (0,errors/* isAuthError */.HY)(status, (0,errors/* errorCodes */.fv)(details)))
        return 'none';
    return status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unclear';
}
function isRetryable(response, body, details) {
    if (response.headers.get('x-should-retry') === 'false')
        return false;
    if (body.kind === 'problem' && body.retryable === false)
        return false;
    if ((0,errors/* isAuthError */.HY)(response.status, (0,errors/* errorCodes */.fv)(details)))
        return false;
    return isRetryableStatus(response.status) || (response.ok && body.kind !== 'envelope');
}
function describeFailure(response, body) {
    const http = `HTTP ${response.status}`;
    if (isRedirect(response.status))
        return `${http}, a redirect${redirectTarget(response)}, which is refused`;
    if (body.kind === 'unreadable')
        return `${http} with ${body.description}`;
    return response.ok ? `${http} without success` : http;
}
function redirectTarget(response) {
    const location = response.headers.get('location');
    const target = location === null ? null : URL.parse(location, response.url || undefined);
    return target === null ? '' : ` to ${target.origin}`;
}
function toConnectionError(request, thrown, signal) {
    const cause = signal.aborted ? signal.reason : thrown instanceof FetchError ? thrown.cause : thrown;
    const isUntouched = !signal.aborted && wasNeverConnected(cause);
    return new errors/* ApiError */.hD({
        ...request,
        reason: cause instanceof errors/* StopError */.Tj ? 'cut off, because the job was cancelled' : (0,errors/* describeCauses */.wh)(cause),
        effect: isUntouched || isCertificateError(cause) ? 'none' : 'unclear',
        retryable: !isCertificateError(cause),
        cause,
    });
}

;// CONCATENATED MODULE: ../build/cloudflare/limiter.js


const SAME_PAUSE_MS = 2_000;
const CANCEL_GRACE_MS = 1_000;
class RequestLimiter {
    deadlineMs;
    abortSignal;
    #clock;
    #timeoutSeconds;
    #onPause;
    #stopping = new AbortController();
    #pause;
    #pauseError;
    #isAnnounced = false;
    constructor(options) {
        this.#clock = options.clock;
        this.#timeoutSeconds = options.timeoutSeconds;
        this.#onPause = options.onPause;
        this.deadlineMs = options.clock.nowMs() + options.timeoutSeconds * 1_000;
        const abortSignal = new AbortController();
        this.abortSignal = abortSignal.signal;
        const cancel = () => {
            this.stop(new errors/* StopError */.Tj('cancelled', 'The job was cancelled.'));
            void options.clock.sleep(CANCEL_GRACE_MS).then(() => abortSignal.abort(this.stopped));
        };
        if (options.cancelled.aborted)
            cancel();
        else
            options.cancelled.addEventListener('abort', cancel);
    }
    get stopped() {
        return this.#stopping.signal.reason;
    }
    get remainingMs() {
        return this.deadlineMs - this.#clock.nowMs();
    }
    get isPaused() {
        return this.#pauseLeftMs() > 0;
    }
    stop(reason) {
        this.#stopping.abort(reason);
    }
    fits(ms) {
        return ms < this.remainingMs;
    }
    async enter() {
        this.#throwIfStopped();
        for (let waitMs = this.#pauseLeftMs(); waitMs > 0; waitMs = this.#pauseLeftMs()) {
            if (!this.fits(waitMs))
                this.#stopForPause();
            this.#announcePause();
            await this.wait(waitMs);
        }
        if (this.remainingMs <= 0) {
            this.stop(new errors/* StopError */.Tj('deadline', `The step’s budget of ${this.#timeoutSeconds} s is used up.`));
        }
        this.#throwIfStopped();
    }
    wait(ms) {
        return this.#clock.sleep(ms, this.#stopping.signal);
    }
    pause(ms, reason, error) {
        const untilMs = this.#clock.nowMs() + ms;
        const extraMs = untilMs - (this.#pause?.untilMs ?? 0);
        if (!this.isPaused || extraMs > SAME_PAUSE_MS)
            this.#isAnnounced = false;
        const explainsBetter = error !== undefined && this.#pauseError === undefined;
        if (extraMs > 0)
            this.#pause = { reason, untilMs, durationMs: ms };
        else if (explainsBetter && this.#pause !== undefined)
            this.#pause = { ...this.#pause, reason };
        if (extraMs > 0 || explainsBetter)
            this.#pauseError = error;
    }
    #pauseLeftMs() {
        return (this.#pause?.untilMs ?? 0) - this.#clock.nowMs();
    }
    #announcePause() {
        if (this.#isAnnounced || this.#pause === undefined)
            return;
        this.#isAnnounced = true;
        this.#onPause(this.#pause);
    }
    #stopForPause() {
        const asked = (0,build_clock/* formatSeconds */.X)(this.#pause?.durationMs ?? 0);
        const left = (0,build_clock/* formatSeconds */.X)(Math.max(0, this.remainingMs));
        this.stop(new errors/* StopError */.Tj('rate-limit', `A pause of ${asked} is needed (${this.#pause?.reason}), and the step has ${left} of its ${this.#timeoutSeconds} s left.`, this.#pauseError));
        this.#throwIfStopped();
    }
    #throwIfStopped() {
        if (this.stopped !== undefined)
            throw this.stopped;
    }
}

;// CONCATENATED MODULE: ../build/invites/invite-id.js
const MAX_ID_LENGTH = 32;
function isInviteId(id) {
    return /^[\w-]+$/.test(id) && id.length <= MAX_ID_LENGTH;
}

;// CONCATENATED MODULE: ../build/ascii.js
function asciiLowercase(text) {
    return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

;// CONCATENATED MODULE: ../build/invites/pattern.js

class PatternError extends Error {
    name = 'PatternError';
}
function parsePatternList(entries) {
    const patterns = entries.map(parsePattern);
    if (patterns.every(({ isExclusion }) => isExclusion)) {
        throw new PatternError('It holds nothing but exclusions, so nothing could ever match; begin it with what is allowed.');
    }
    return { patterns, isAnything: entries.length === 1 && entries[0] === '*' };
}
function parsePattern(entry) {
    const isExclusion = entry.startsWith('!');
    const body = isExclusion ? entry.slice(1) : entry;
    if (body === '')
        throw new PatternError('An exclusion needs a pattern after the "!".');
    const segments = [''];
    for (let index = 0; index < body.length; index++) {
        const character = body.charAt(index);
        if (character === '*') {
            segments.push('');
            continue;
        }
        if (character === '\\') {
            index++;
            if (index === body.length)
                throw new PatternError('A "\\" at the end escapes nothing; write "\\\\" for a backslash.');
        }
        segments[segments.length - 1] += body.charAt(index);
    }
    return { isExclusion, segments: segments.map(asciiLowercase) };
}
function decide(list, text) {
    if (text === undefined)
        return list.isAnything ? 'included' : 'unmatched';
    const lower = asciiLowercase(text);
    const last = list.patterns.findLast(({ segments }) => matches(segments, lower));
    if (last === undefined)
        return 'unmatched';
    return last.isExclusion ? 'excluded' : 'included';
}
function matches(segments, text) {
    const first = segments[0] ?? '';
    if (segments.length === 1)
        return text === first;
    const last = segments[segments.length - 1] ?? '';
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last))
        return false;
    let position = first.length;
    for (const segment of segments.slice(1, -1)) {
        const found = indexOf(text, segment, position, end);
        if (found === undefined)
            return false;
        position = found + segment.length;
    }
    return true;
}
function indexOf(text, part, from, to) {
    const fallbacks = fallbacksOf(part);
    let matched = 0;
    for (let position = from; matched < part.length; position++) {
        if (position >= to)
            return undefined;
        matched = advance(part, fallbacks, matched, text.charAt(position));
        if (matched === part.length)
            return position + 1 - matched;
    }
    return from;
}
function fallbacksOf(part) {
    const fallbacks = [0];
    for (let position = 1; position < part.length; position++) {
        fallbacks.push(advance(part, fallbacks, fallbacks[position - 1] ?? 0, part.charAt(position)));
    }
    return fallbacks;
}
function advance(part, fallbacks, matched, character) {
    let length = matched;
    while (length > 0 && part.charAt(length) !== character)
        length = fallbacks[length - 1] ?? 0;
    return part.charAt(length) === character ? length + 1 : length;
}

;// CONCATENATED MODULE: ../build/invites/select.js

const FILTER_NAMES = ['organization-id', 'organization-name', 'invited-by', 'roles'];
function judge(invite, filters) {
    const objections = FILTER_NAMES.flatMap((filter) => {
        const list = filters[filter];
        if (list === undefined)
            return [];
        const { decision, value } = decideFilter(filter, list, invite);
        return decision === 'included' ? [] : [{ kind: decision, filter, value }];
    });
    return objections.find(({ kind }) => kind === 'excluded') ?? objections[0] ?? { kind: 'match' };
}
function decideFilter(filter, list, invite) {
    switch (filter) {
        case 'organization-id':
            return decideValue(list, invite.organization_id);
        case 'organization-name':
            return decideValue(list, invite.organization_name);
        case 'invited-by':
            return decideValue(list, invite.invited_by);
        case 'roles':
            return decideRoles(list, invite.roles ?? []);
    }
}
function decideValue(list, value) {
    return { decision: decide(list, value), value };
}
function decideRoles(list, roles) {
    if (roles.length === 0)
        return decideValue(list, undefined);
    const decisions = roles.map((role) => decideValue(list, role));
    return (decisions.find(({ decision }) => decision === 'excluded') ??
        decisions.find(({ decision }) => decision === 'unmatched') ?? { decision: 'included', value: undefined });
}
function describeMismatch(invite, filters) {
    const verdict = judge(invite, filters);
    if (verdict.kind === 'match')
        return undefined;
    const value = verdict.value === undefined ? 'the invite has none' : `"${verdict.value}"`;
    return `${verdict.filter} ${verdict.kind === 'excluded' ? 'excludes it' : 'does not match'} (${value})`;
}
const EXPIRES_SOON_MS = 24 * 60 * 60 * 1_000;
function choose(invites, filters, wanted, nowMs) {
    const candidates = invites.filter((invite) => invite.status === 'pending' && !(expiresMs(invite) <= nowMs));
    const verdicts = candidates.map((invite) => ({ invite, verdict: judge(invite, filters) }));
    const ignored = verdicts.filter(({ verdict }) => verdict.kind !== 'match');
    const isExpiringSoon = (invite) => expiresMs(invite) - nowMs <= EXPIRES_SOON_MS;
    return {
        chosen: verdicts.filter(({ verdict }) => verdict.kind === 'match').map(({ invite }) => invite),
        ignored: ignored.map(({ invite }) => invite),
        expiringSoon: ignored
            .filter(({ invite, verdict }) => verdict.kind === 'unmatched' && isExpiringSoon(invite))
            .map(({ invite }) => invite),
        alreadyDone: invites.filter((invite) => invite.status === wanted && judge(invite, filters).kind === 'match'),
    };
}
function expiresMs({ expires_on }) {
    return expires_on === undefined ? Number.NaN : Date.parse(expires_on);
}

;// CONCATENATED MODULE: ../build/inputs/inputs.js



class InputError extends Error {
    name = 'InputError';
    problems;
    constructor(problems) {
        super(problems.join('\n'));
        this.problems = problems;
    }
}
const NOT_SET = '(none)';
const CREDENTIAL_VARIABLES = {
    'api-token': 'CLOUDFLARE_API_TOKEN',
    'api-email': 'CLOUDFLARE_EMAIL',
    'api-key': 'CLOUDFLARE_API_KEY',
};
const DEFAULTS = {
    'invite-id': NOT_SET,
    'organization-id': NOT_SET,
    'organization-name': NOT_SET,
    'invited-by': NOT_SET,
    roles: NOT_SET,
    'if-no-match': '',
    'wait-seconds': '0',
    'dry-run': 'false',
    retries: '4',
    'timeout-seconds': '600',
    'api-base-url': 'https://api.cloudflare.com/client/v4',
    'report-issue': NOT_SET,
    'github-token': `\${{ github.token }}`,
};
const INPUT_DEFAULTS = {
    status: undefined,
    ...DEFAULTS,
    ...Object.fromEntries(Object.entries(CREDENTIAL_VARIABLES).map(([name, variable]) => [name, `$${variable}`])),
};
const FILTER_SEPARATORS = {
    'organization-id': /[\s,]+/,
    'organization-name': /\r\n?|\n/,
    'invited-by': /[\s,]+/,
    roles: /\r\n?|\n/,
};
const ID_RULE = `An id has at most ${MAX_ID_LENGTH} letters, digits, "-" or "_".`;
const MAX_RETRIES = 10;
const MAX_TIMEOUT_SECONDS = 86_400;
const MAX_TITLE_LENGTH = 256;
const MAX_SHOWN = 80;
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
function readSecrets(env) {
    const credentials = ['api-token', 'api-key'].flatMap((name) => [
        readRaw(env, name) === `$${CREDENTIAL_VARIABLES[name]}` ? undefined : readRaw(env, name),
        env[CREDENTIAL_VARIABLES[name]],
    ]);
    const baseUrl = readRaw(env, 'api-base-url') ?? '';
    const passwords = [baseUrl, ...PROXY_VARIABLES.map((name) => env[name] ?? '')].flatMap(passwordsOf);
    const secrets = [...credentials, readGitHubToken(env), ...passwords]
        .map((secret) => secret?.trim() ?? '')
        .filter((secret) => secret !== '');
    return [...new Set(secrets)];
}
const USER_PASSWORD = /^(?:[a-z][a-z\d+.-]*:\/\/|(?![a-z][a-z\d+.-]*:\/\/))[^/@:]*:([\s\S]*)@/i;
function passwordsOf(url) {
    const password = USER_PASSWORD.exec(url.trim())?.[1];
    if (password === undefined)
        return [];
    return [password, decodePercent(password)].flatMap((secret) => [secret, ...secret.split(/[\r\n]+/)]);
}
function decodePercent(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
function readGitHubContext(env) {
    const { GITHUB_API_URL: apiUrl = 'https://api.github.com', GITHUB_REPOSITORY: repository = '' } = env;
    const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID: id } = env;
    const runUrl = repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
    return { apiUrl: apiUrl.replace(/\/+$/, ''), repository, runUrl };
}
function parseInputs(env) {
    const reader = new Reader(env);
    const waitSeconds = reader.integer('wait-seconds', 0, MAX_TIMEOUT_SECONDS);
    const inputs = {
        status: reader.status(),
        inviteIds: reader.inviteIds(),
        filters: reader.filters(),
        ifNoMatch: reader.ifNoMatch(waitSeconds),
        waitSeconds,
        credentials: reader.credentials(),
        dryRun: reader.boolean('dry-run'),
        retries: reader.integer('retries', 0, MAX_RETRIES),
        timeoutSeconds: reader.integer('timeout-seconds', 1, MAX_TIMEOUT_SECONDS),
        apiBaseUrl: reader.baseUrl(),
        reportIssue: reader.reportIssue(),
        usesProxy: PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
    };
    reader.checkMode(inputs);
    const { credentials } = inputs;
    if (credentials === undefined || reader.problems.length > 0)
        throw new InputError(reader.problems);
    return { ...inputs, credentials, notices: reader.notices };
}
function readRaw(env, name) {
    return env[`INPUT_${name.toUpperCase()}`]?.trim();
}
function readGitHubToken(env) {
    const token = readRaw(env, 'github-token') ?? '';
    return token === DEFAULTS['github-token'] ? '' : token;
}
class Reader {
    problems = [];
    notices = [];
    #env;
    constructor(env) {
        this.#env = env;
    }
    status() {
        const value = readRaw(this.#env, 'status') ?? '';
        if (value === 'accepted' || value === 'rejected')
            return value;
        this.#refuse('status', value, 'It must be accepted or rejected.');
        return 'rejected';
    }
    inviteIds() {
        const text = this.#optional('invite-id');
        const ids = entriesOf(text ?? '', /[\s,]+/);
        for (const id of ids) {
            if (!isInviteId(id)) {
                this.#refuse('invite-id', id, ID_RULE);
            }
        }
        if (text && ids.length === 0)
            this.#refuse('invite-id', text, 'It must hold at least one id.');
        return [...new Set(ids)];
    }
    filters() {
        return Object.fromEntries(FILTER_NAMES.flatMap((name) => {
            const text = this.#optional(name);
            const list = text ? this.#patternList(name, text) : undefined;
            return list === undefined ? [] : [[name, list]];
        }));
    }
    ifNoMatch(waitSeconds) {
        const value = this.#orDefault('if-no-match') || (waitSeconds > 0 ? 'error' : 'ignore');
        if (value === 'ignore' || value === 'warn' || value === 'error')
            return value;
        this.#refuse('if-no-match', value, 'It must be ignore, warn or error.');
        return 'error';
    }
    reportIssue() {
        const title = this.#orDefault('report-issue');
        if (title === NOT_SET)
            return undefined;
        if (title.length > MAX_TITLE_LENGTH || /\p{Cc}/u.test(title)) {
            this.#refuse('report-issue', title, `A title is one line of at most ${MAX_TITLE_LENGTH} characters.`);
        }
        return { title, token: readGitHubToken(this.#env), ...readGitHubContext(this.#env) };
    }
    checkMode(inputs) {
        const { waitSeconds, timeoutSeconds } = inputs;
        const isWritten = (name) => (readRaw(this.#env, name) ?? NOT_SET) !== NOT_SET;
        if (isWritten('invite-id')) {
            if (waitSeconds > 0) {
                this.problems.push(`wait-seconds is "${waitSeconds}" beside invite-id. Waiting is for finding an invite by filters; leave one of the two out.`);
            }
        }
        else if (!FILTER_NAMES.some(isWritten)) {
            this.problems.push(`There is neither an invite-id nor a filter. Write invite-id, or choose by ${FILTER_NAMES.join(', ')}; organization-name: '*' means every invite.`);
        }
        if (waitSeconds > 0 && timeoutSeconds <= waitSeconds) {
            this.problems.push(`timeout-seconds is "${timeoutSeconds}" and wait-seconds is "${waitSeconds}". timeout-seconds holds the wait and everything else, so it must be more.`);
        }
    }
    credentials() {
        const token = this.#credentialInput('api-token');
        const email = this.#credentialInput('api-email');
        const key = this.#credentialInput('api-key');
        if (this.#isWritten('api-token') && (this.#isWritten('api-email') || this.#isWritten('api-key'))) {
            this.problems.push('api-token and api-email or api-key are inputs of two different schemes. Write api-token alone, or api-email with api-key.');
            return undefined;
        }
        if (token !== undefined)
            return { scheme: 'api-token', token };
        if (email === undefined && key === undefined)
            return this.#credentialsOfEnvironment();
        return this.#globalApiKey(email ?? this.#variable('api-email'), key ?? this.#variable('api-key'));
    }
    boolean(name) {
        const value = this.#orDefault(name);
        if (/^(?:true|True|TRUE)$/.test(value))
            return true;
        if (!/^(?:false|False|FALSE)$/.test(value))
            this.#refuse(name, value, 'It must be true or false.');
        return false;
    }
    integer(name, min, max) {
        const value = this.#orDefault(name);
        const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
        if (number >= min && number <= max)
            return number;
        this.#refuse(name, value, `It must be a whole number from ${min} to ${max}.`);
        return Number.NaN;
    }
    baseUrl() {
        const value = this.#orDefault('api-base-url');
        const url = URL.parse(value);
        if (value.includes('@')) {
            this.problems.push('api-base-url holds an "@" (its value is not shown). Write it without user name and password.');
        }
        else if (url === null) {
            this.#refuse('api-base-url', value, `It must be a URL such as ${DEFAULTS['api-base-url']}.`);
        }
        else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackAddress(url.hostname))) {
            this.#refuse('api-base-url', value, 'It must use https; http is for loopback addresses, 127.0.0.1 or [::1], only.');
        }
        else if (/[?#]/.test(value)) {
            this.#refuse('api-base-url', value, 'It must have no query and no fragment.');
        }
        return url?.href.replace(/\/+$/, '') ?? '';
    }
    #globalApiKey(email, key) {
        if (email !== undefined && key !== undefined)
            return { scheme: 'global-api-key', email, key };
        const [given, missing] = email === undefined ? ['key', 'e-mail'] : ['e-mail', 'key'];
        const input = missing === 'key' ? 'api-key' : 'api-email';
        this.problems.push(`The Global API Key needs a key and the user’s e-mail; there is a ${given} and no ${missing}. Write ${input}, or set ${CREDENTIAL_VARIABLES[input]} in the environment. ${SECRETS_HINT}`);
        return undefined;
    }
    #credentialsOfEnvironment() {
        const token = this.#variable('api-token');
        const hasKeyPair = Boolean(this.#env.CLOUDFLARE_API_KEY?.trim() && this.#env.CLOUDFLARE_EMAIL?.trim());
        if (token !== undefined) {
            if (hasKeyPair) {
                this.notices.push('The environment has both CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL. The token is used.');
            }
            return { scheme: 'api-token', token };
        }
        if (this.#env.CLOUDFLARE_API_TOKEN !== undefined) {
            this.problems.push(`CLOUDFLARE_API_TOKEN is set in the environment but empty. ${SECRETS_HINT} If the Global API Key is meant, do not set CLOUDFLARE_API_TOKEN.`);
            return undefined;
        }
        const email = this.#variable('api-email');
        const key = this.#variable('api-key');
        if (email !== undefined || key !== undefined)
            return this.#globalApiKey(email, key);
        this.problems.push(`There are no credentials. Write api-token, or api-email with api-key, or set CLOUDFLARE_API_TOKEN in the environment. ${SECRETS_HINT}`);
        return undefined;
    }
    #isWritten(name) {
        const value = readRaw(this.#env, name) ?? '';
        return value !== '' && value !== `$${CREDENTIAL_VARIABLES[name]}`;
    }
    #credentialInput(name) {
        const value = readRaw(this.#env, name);
        if (value === undefined || value === `$${CREDENTIAL_VARIABLES[name]}`)
            return undefined;
        if (value === '') {
            this.problems.push(`${name} is written but empty. ${SECRETS_HINT}`);
            return REFUSED;
        }
        return this.#checkedCredential(name, name, value);
    }
    #variable(name) {
        const variable = CREDENTIAL_VARIABLES[name];
        const value = this.#env[variable]?.trim() ?? '';
        return value === '' ? undefined : this.#checkedCredential(name, `${variable} (environment)`, value);
    }
    #checkedCredential(name, label, value) {
        if (!/^[\x21-\x7e]+$/.test(value)) {
            this.problems.push(`${label} holds a space, a line break or a character outside ASCII (its value is not shown). Store the ${name === 'api-email' ? 'address' : 'credential'} alone, without "Bearer" and quotes.`);
            return REFUSED;
        }
        if (name === 'api-email' && !/^[^@]+@[^@]+$/.test(value)) {
            this.problems.push(`${label} is no e-mail address (its value is not shown). Write the address of the Cloudflare user.`);
            return REFUSED;
        }
        return value;
    }
    #patternList(name, text) {
        const entries = entriesOf(text, FILTER_SEPARATORS[name]);
        if (name === 'organization-id') {
            for (const entry of entries) {
                if (!/^!?[\w*-]+$/.test(entry) || entry.replace(/[!*]/g, '').length > MAX_ID_LENGTH) {
                    this.#refuse(name, entry, ID_RULE);
                }
            }
        }
        if (entries.length === 0) {
            this.#refuse(name, text, 'It must hold at least one entry.');
            return undefined;
        }
        try {
            return parsePatternList(entries);
        }
        catch (error) {
            if (!(error instanceof PatternError))
                throw error;
            this.#refuse(name, text, error.message);
            return undefined;
        }
    }
    #optional(name) {
        const value = readRaw(this.#env, name);
        if (value === NOT_SET)
            return undefined;
        if (value === '') {
            this.problems.push(`${name} is written but empty, as it is for \${{ vars.UNSET }} or a misspelt name. Give it a value, or leave the input out.`);
        }
        return value;
    }
    #orDefault(name) {
        return readRaw(this.#env, name) || DEFAULTS[name];
    }
    #refuse(name, value, allowed) {
        const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
        this.problems.push(`${name} is ${JSON.stringify(shown)}. ${allowed}`);
    }
}
function entriesOf(text, separator) {
    return text
        .split(separator)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
}
const REFUSED = '';
const SECRETS_HINT = 'A secret that does not exist is an empty value, and secrets are not passed to workflows started from forks or by Dependabot.';
function isLoopbackAddress(hostname) {
    return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

;// CONCATENATED MODULE: ../build/invites/list.js


const PER_PAGE = 50;
const MAX_PAGES = 1_000;
class EndlessListError extends Error {
    name = 'EndlessListError';
}
async function listInvites(client) {
    const invites = new Map();
    const skipped = [];
    let entryCount = 0;
    for (let page = 1; page <= MAX_PAGES; page++) {
        const { entries, totalCount, perPage } = await client.listPage(page, PER_PAGE);
        const knownIds = invites.size;
        const skippedHere = [];
        for (const entry of entries) {
            const invite = readEntry(entry);
            if (typeof invite === 'string')
                skippedHere.push(invite);
            else
                invites.set(invite.id, invite);
        }
        skipped.push(...(invites.size === knownIds ? skippedHere.filter((text) => !skipped.includes(text)) : skippedHere));
        entryCount += entries.length;
        if (invites.size === knownIds)
            return { invites: [...invites.values()], skipped };
        const isFull = page === 1 && entries.length >= (perPage ?? 0);
        if (entryCount === totalCount && !isFull)
            return { invites: [...invites.values()], skipped };
    }
    throw new EndlessListError(`The list of invites did not end within ${MAX_PAGES} pages.`);
}
function readEntry(entry) {
    const invite = toInvite(entry);
    if (invite === undefined)
        return `an entry that is no invite (${entry === null ? 'null' : typeof entry})`;
    const of = invite.organization_name === undefined ? '' : ` of ${invite.organization_name}`;
    const { id, status } = invite;
    if (id === undefined)
        return `an invite${of} without an id`;
    if (!isInviteId(id))
        return `an invite${of} with the unusable id "${id}"`;
    if (status === undefined)
        return `the invite ${id}${of} without a status`;
    return { ...invite, id };
}

;// CONCATENATED MODULE: ../build/invites/find.js


const LOOK_EVERY_MS = 5_000;
async function searchInvites(task) {
    const { client, gate, clock, filters, wanted, waitSeconds, onWait } = task;
    const waitUntilMs = clock.nowMs() + waitSeconds * 1_000;
    for (;;) {
        const { invites, skipped } = await listInvites(client);
        const found = { ...choose(invites, filters, wanted, clock.nowMs()), skipped };
        const leftMs = waitUntilMs - clock.nowMs();
        if (found.chosen.length > 0 || found.alreadyDone.length > 0 || leftMs <= 0)
            return found;
        onWait(Math.ceil(leftMs / 1_000));
        await gate.wait(Math.min(LOOK_EVERY_MS, leftMs));
    }
}

// EXTERNAL MODULE: ../build/invites/outcome.js
var invites_outcome = __nccwpck_require__(551);
;// CONCATENATED MODULE: ../build/cloudflare/error-codes.js

const USE_GLOBAL_API_KEY = 'Cloudflare does not take an API token for this call. Use the Global API Key: inputs api-email and api-key.';
const ROLLED = 'If it was rolled, deleted or has expired, store the new one as the secret.';
const MALFORMED = 'The secret is malformed: look for a stray space, newline or quote in it, and check that it is the kind of credential that the input names.';
function hintFor(error, scheme) {
    if (error.status === undefined)
        return hintForConnection(error);
    return hintForCredentials(error, scheme) ?? hintForAnswer(error, error.status);
}
function hintForCredentials(error, scheme) {
    const { status, codes } = error;
    const says = (part) => error.details.some((detail) => [detail, ...detail.chain].some((entry) => part.test(entry.message)));
    const what = scheme === 'api-token' ? 'API token' : 'Global API Key';
    if (codes.includes(10502)) {
        return `Cloudflare saw too many failed authentications and blocks for a while. Do not run this again before the ${what} is corrected.`;
    }
    if (codes.includes(6003)) {
        if (codes.includes(6103))
            return `${MALFORMED} Cloudflare cannot read the api-key (X-Auth-Key).`;
        if (codes.includes(6102))
            return `${MALFORMED} Cloudflare cannot read the api-email (X-Auth-Email).`;
        if (codes.includes(6111))
            return `${MALFORMED} Cloudflare cannot read the api-token (Authorization).`;
        return MALFORMED;
    }
    if (codes.includes(9106)) {
        return 'Cloudflare saw no credentials. Something between the runner and Cloudflare, a proxy perhaps, removed the authentication headers.';
    }
    if (codes.includes(9103)) {
        return `api-key and api-email do not belong to the same user, or the key is no longer valid. ${ROLLED}`;
    }
    if (codes.includes(9109)) {
        if (says(/valid user-level authentication not found/i)) {
            return 'This is a token owned by an account, not by a user. Only the invited user can answer: create an API token under My Profile > API Tokens, as that user.';
        }
        if (says(/from location/i)) {
            return 'The token has a client IP filter that excludes this runner. Allow the runner’s address, use a self-hosted runner with a fixed one, or remove the filter.';
        }
        if (says(/unauthorized to access/i)) {
            return 'The token lacks a permission. It must be a user API token with User > Memberships: Edit.';
        }
        return `Cloudflare does not know this token. ${ROLLED}`;
    }
    if (codes.includes(10000)) {
        if (status === 405 || says(/authentication scheme/i))
            return USE_GLOBAL_API_KEY;
        return scheme === 'api-token'
            ? 'The token is not valid or lacks a permission. It must be a user API token with User > Memberships: Edit.'
            : `api-key and api-email were not accepted. ${ROLLED}`;
    }
    if (status === 401)
        return `Cloudflare does not accept this ${what}. ${ROLLED}`;
    return undefined;
}
function hintForAnswer(error, status) {
    if (error.isNotFound) {
        return 'The user of these credentials has no such invite. Check the id, and that the credentials are those of the invited user: nobody else, the inviter included, can see or answer it.';
    }
    if (status === 429) {
        return 'The user is over Cloudflare’s rate limit (1,200 requests in 5 minutes, shared by everything that uses the same user). Raise timeout-seconds, or run less at the same time.';
    }
    if (status === 403) {
        return 'Cloudflare refused this invite, but not the credentials. Cloudflare’s description marks this API as available to Enterprise customers; it is not known how strictly that is enforced. If a firewall or proxy answered instead of the API, allow the runner’s address there.';
    }
    if (status >= 300 && status < 400) {
        return 'The credentials are never sent on to another address. Check api-base-url, and whether a proxy or login page stands in the way.';
    }
    if (status === 525 || status === 526) {
        return 'Cloudflare could not make a secure connection to the server behind it. That is not caused by this workflow: see https://www.cloudflarestatus.com.';
    }
    if (status === 404)
        return 'There is no such API at this address: check api-base-url.';
    if (status === 409)
        return 'Something else was changing the invite at the same time. Run the job again.';
    if (status >= 500) {
        return 'Cloudflare has trouble: see https://www.cloudflarestatus.com, and run the job again later.';
    }
    if (status === 408 || status < 300)
        return UNCLEAR_HINT;
    return 'Cloudflare refused this request for a reason of its own: see its message.';
}
const UNCLEAR_HINT = 'Run the job again: an invite that has the wanted status by then counts as answered. If it goes on, ask Cloudflare’s support.';
const PROXY_HINT = 'The proxy did not let the request through. Check HTTPS_PROXY, and whether the proxy wants a user and a password in it.';
const CERTIFICATE_HINT = 'The server’s certificate is not trusted. If a company proxy re-signs connections, set NODE_EXTRA_CA_CERTS on the runner to its certificate authority.';
const CONNECTION_HINT = 'The runner could not reach the API. Check its network, DNS, HTTPS_PROXY and NO_PROXY, and api-base-url.';
function hintForConnection(error) {
    if (isCertificateError(error.cause))
        return CERTIFICATE_HINT;
    if (isProxyRefusal(error.cause))
        return PROXY_HINT;
    return error.effect === 'none' ? CONNECTION_HINT : UNCLEAR_HINT;
}

;// CONCATENATED MODULE: ../build/problems/problem.js


const KNOWLEDGE = {
    pending: 'The invite is still pending.',
    missing: undefined,
    unclear: 'State unknown: the invite may or may not have been answered, and it could not be read.',
    unread: 'State unknown: the invite has not been read.',
    irrelevant: undefined,
};
function requestProblem(title, error, scheme, knowledge) {
    const attempts = error.attempts > 1 ? ` (${error.attempts} attempts)` : '';
    return {
        title,
        message: [`${error.method} ${error.path} failed: ${error.reason}${attempts}.`, KNOWLEDGE[knowledge]]
            .filter((sentence) => sentence !== undefined)
            .join(' '),
        details: requestDetails(error),
        hint: hintFor(error, scheme),
    };
}
function requestDetails(error) {
    return [...error.details.map(describeDetail), ...describeDelay(error), ...describeRay(error)];
}
function describeDetail(detail) {
    const entries = [detail, ...detail.chain].map(({ code, message }) => [code === undefined ? 'no code' : `code ${code}`, message || 'no message'].join(': '));
    const at = detail.pointer === undefined ? '' : ` (at ${detail.pointer})`;
    const see = detail.documentationUrl === undefined ? '' : ` (see ${detail.documentationUrl})`;
    return `Cloudflare: ${entries.join(' > ')}${at}${see}.`;
}
function describeDelay(error) {
    if (error.retryAfterMs !== undefined) {
        const asked = `The server asked to wait ${(0,build_clock/* formatSeconds */.X)(error.retryAfterMs)} before another attempt`;
        return [error.retryExceedsDeadline ? `${asked}, for which timeout-seconds leaves no time.` : `${asked}.`];
    }
    return error.retryExceedsDeadline ? ['There was no time left in timeout-seconds for another attempt.'] : [];
}
function describeRay(error) {
    return error.cfRay === undefined ? [] : [`cf-ray: ${error.cfRay}.`];
}
const STOP_TITLES = {
    cancelled: 'The job was cancelled',
    deadline: 'The step ran out of time',
    'rate-limit': 'Cloudflare’s rate limit leaves no time',
    credentials: 'Cloudflare refused the credentials',
};
const STOP_HINTS = {
    cancelled: 'Run the job again: invites that were answered are recognized and left alone.',
    deadline: 'Raise timeout-seconds, or answer fewer invites in one step.',
    'rate-limit': 'Raise timeout-seconds, or run the job again after the pause.',
    credentials: 'Check the credentials.',
};
function stopProblem(stop, scheme) {
    const title = STOP_TITLES[stop.reason];
    if (stop.error === undefined) {
        return { title, message: stop.message, details: [], hint: STOP_HINTS[stop.reason] };
    }
    const problem = requestProblem(title, stop.error, scheme, 'irrelevant');
    const message = stop.reason === 'credentials' ? problem.message : `${stop.message} ${problem.message}`;
    return { ...problem, message };
}

;// CONCATENATED MODULE: ../build/invites/respond.js



async function respondToInvite(target, task) {
    const answering = new InviteResponder(target, task);
    try {
        return await answering.run();
    }
    catch (error) {
        return error instanceof errors/* StopError */.Tj ? answering.stopped(error) : answering.broken(error);
    }
}
class InviteResponder {
    #id;
    #task;
    #invite;
    #mayHaveApplied = false;
    #lastError;
    constructor({ id, invite }, task) {
        this.#id = id;
        this.#task = task;
        this.#invite = invite ?? { id };
    }
    async run() {
        const { dryRun, guard } = this.#task;
        const isListed = this.#invite.status !== undefined;
        const isRead = !isListed && (dryRun || guard !== undefined);
        const decided = isListed ? this.#conclude() : isRead ? await this.#readFirst() : undefined;
        if (decided !== undefined)
            return decided;
        return dryRun ? this.#done('planned') : await this.#answer();
    }
    stopped(stop) {
        const error = this.#lastError;
        if (error === undefined)
            return this.#notAnswered('not_attempted', this.#stopProblem(stop), true);
        const isOwn = error.status !== 429 && !error.isAuthError && stop.reason !== 'cancelled';
        const problem = isOwn ? this.#requestProblem(error, this.#knowledge()) : this.#stopProblem(stop);
        return this.#notAnswered('failed', problem, !isOwn);
    }
    broken(error) {
        this.#forgetStatus();
        return this.#failed({
            title: this.#failureTitle(),
            message: `State unknown: this action has a defect. ${error instanceof Error ? error.stack : error}`,
            details: [],
            hint: 'Please report it, with this message.',
        });
    }
    async #readFirst() {
        const { client, guard } = this.#task;
        let invite;
        try {
            invite = await client.readPatiently(this.#id);
        }
        catch (error) {
            return this.#failedBy(asApiError(error), undefined);
        }
        this.#see(invite);
        const objection = guard?.(this.#invite);
        if (objection !== undefined) {
            return this.#failed({
                title: `Invite ${this.#label()} is outside the policy`,
                message: `Invite ${this.#label()} was left untouched: ${objection}.`,
                details: [],
                hint: 'With invite-id, the filters are a guard. Check the id, or change the filter.',
            });
        }
        return this.#conclude();
    }
    async #answer() {
        const { client, wanted } = this.#task;
        for (let attempts = 1;; attempts++) {
            let error;
            try {
                this.#see(await client.answer(this.#id, wanted));
                return this.#done('changed');
            }
            catch (thrown) {
                error = asApiError(thrown);
            }
            this.#lastError = error;
            if (error.effect === 'unclear')
                this.#forgetStatus();
            const isAgain = await client.backOff(error, attempts);
            let readError;
            if (error.effect !== 'none' || (this.#mayHaveApplied && this.#invite.status === undefined)) {
                readError = await this.#readBack();
                const decided = readError === undefined ? this.#conclude() : undefined;
                if (decided !== undefined)
                    return decided;
            }
            if (!isAgain)
                return this.#failedBy(error, readError);
        }
    }
    async #readBack() {
        try {
            this.#see(await this.#task.client.readBack(this.#id));
            return undefined;
        }
        catch (error) {
            return asApiError(error);
        }
    }
    #conclude() {
        const { status } = this.#invite;
        if (status === 'pending')
            return undefined;
        if (status === this.#task.wanted)
            return this.#done(this.#mayHaveApplied ? 'changed' : 'unchanged');
        const isExpired = status === 'expired';
        const error = this.#lastError;
        return this.#failed({
            title: `Invite ${this.#label()} cannot be ${this.#task.wanted}`,
            message: isExpired
                ? `Invite ${this.#label()} has expired.`
                : `Invite ${this.#label()} is already ${status}. An invite can be answered once.`,
            details: error === undefined ? [] : [`${error.message}.`, ...requestDetails(error)],
            hint: isExpired
                ? 'Invites live for about four days. Ask the inviter for a new one.'
                : 'If that is not what you want, ask the inviter to remove the member or to send a new invite.',
        });
    }
    #failedBy(error, readError) {
        const isNotFound = error.isNotFound || readError?.isNotFound === true;
        const knowledge = isNotFound && !this.#mayHaveApplied ? 'missing' : this.#knowledge();
        const problem = this.#requestProblem(error, knowledge);
        return this.#notAnswered('failed', problem, error.isAuthError);
    }
    #knowledge() {
        if (this.#invite.status === 'pending')
            return 'pending';
        return this.#mayHaveApplied ? 'unclear' : 'unread';
    }
    #requestProblem(error, knowledge) {
        return requestProblem(this.#failureTitle(), error, this.#task.scheme, knowledge);
    }
    #stopProblem(stop) {
        const problem = stopProblem(stop, this.#task.scheme);
        const state = KNOWLEDGE[this.#knowledge()];
        return state === undefined ? problem : { ...problem, message: `${problem.message} ${state}` };
    }
    #failureTitle() {
        const { dryRun, wanted } = this.#task;
        return `Could not ${dryRun ? 'read' : (0,invites_outcome/* verbOf */.rl)(wanted)} invite ${this.#label()}`;
    }
    #label() {
        return (0,invites_outcome/* inviteLabel */.Kb)(this.#invite, this.#id);
    }
    #see(invite) {
        this.#invite = { ...this.#invite, ...invite };
    }
    #forgetStatus() {
        this.#mayHaveApplied = true;
        const { status: _, ...rest } = this.#invite;
        this.#invite = rest;
    }
    #done(kind) {
        return { kind, id: this.#id, invite: this.#invite };
    }
    #failed(problem) {
        return this.#notAnswered('failed', problem, false);
    }
    #notAnswered(kind, problem, causedByStop) {
        return { kind, id: this.#id, invite: this.#invite, problem, causedByStop };
    }
}
function asApiError(error) {
    if (error instanceof errors/* ApiError */.hD)
        return error;
    throw error;
}

;// CONCATENATED MODULE: ../build/invites/respond-all.js

async function respondToAll(targets, task, concurrency, onOutcome) {
    const outcomes = new Map();
    const queue = targets.values();
    const work = async () => {
        for (const target of queue) {
            const outcome = await respondToInvite(target, task);
            outcomes.set(target, outcome);
            onOutcome(outcome, outcomes.size);
        }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, work));
    return targets.flatMap((target) => outcomes.get(target) ?? []);
}

;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");
;// CONCATENATED MODULE: ../build/proxy.js

class ProxyError extends Error {
    name = 'ProxyError';
}
function useProxyFromEnv(setGlobalProxy = external_node_http_namespaceObject.setGlobalProxyFromEnv) {
    if (setGlobalProxy === undefined) {
        throw new ProxyError(`HTTPS_PROXY or HTTP_PROXY is set, but Node ${process.version} cannot obey it. The runner needs Node 24.14 or later: update it.`);
    }
    try {
        setGlobalProxy();
    }
    catch {
        throw new ProxyError('HTTPS_PROXY or HTTP_PROXY cannot be understood (its value is not shown). It must be a URL such as http://proxy.example:3128.');
    }
}

;// CONCATENATED MODULE: ../build/report/annotations.js

const MAX_ANNOTATIONS = 10;
const MAX_NAMED = 5;
function problemAnnotation({ title, message, details, hint }) {
    return { title, lines: [message, ...details, ...(hint === undefined ? [] : [`What to do: ${hint}`])] };
}
function failureAnnotations(outcomes, stop) {
    const failed = outcomes.filter(invites_outcome/* isFailed */.Ix);
    const own = failed.filter((outcome) => !outcome.causedByStop);
    const shared = failed.filter((outcome) => outcome.causedByStop);
    const isStopShown = stop !== undefined && (shared.length > 0 || own.length === 0);
    const annotations = [
        ...(isStopShown ? [stopAnnotation(stop, shared)] : []),
        ...own.map((outcome) => problemAnnotation(outcome.problem)),
    ];
    return capAnnotations(annotations, 'failures', 'The summary of the job lists all of them.');
}
function stopAnnotation(stop, affected) {
    const { lines, title } = problemAnnotation(stop);
    const unknown = affected.filter(({ invite }) => invite.status === undefined);
    const notAttempted = affected.filter(({ kind }) => kind === 'not_attempted');
    const consequences = [
        ...(notAttempted.length > 0 ? [`Not attempted: ${nameInvites(notAttempted)}.`] : []),
        ...(unknown.length > 0 ? [`State unknown, because it could not be read: ${nameInvites(unknown)}.`] : []),
    ];
    return { title, lines: [...lines.slice(0, 1), ...consequences, ...lines.slice(1)] };
}
function nameInvites(outcomes) {
    const names = outcomes.slice(0, MAX_NAMED).map(({ invite, id }) => (0,invites_outcome/* inviteLabel */.Kb)(invite, id));
    const rest = outcomes.length - names.length;
    return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
function capAnnotations(annotations, what, where) {
    if (annotations.length <= MAX_ANNOTATIONS)
        return annotations;
    const rest = annotations.slice(MAX_ANNOTATIONS - 1);
    const titles = rest.slice(0, MAX_NAMED).map(({ title }) => title);
    return [
        ...annotations.slice(0, MAX_ANNOTATIONS - 1),
        {
            title: `${rest.length} more ${what}`,
            lines: [...titles, ...(rest.length > titles.length ? [`… and ${rest.length - titles.length} more.`] : []), where],
        },
    ];
}

;// CONCATENATED MODULE: ../build/report/list-annotations.js

const MAX_SKIPPED = 10;
function annotateList({ expiringSoon, ignored, skipped }) {
    const others = ignored.length - expiringSoon.length;
    return {
        warnings: [...(skipped.length > 0 ? [skippedWarning(skipped)] : []), ...expiringSoon.map(expiringWarning)],
        notices: others > 0 ? [leftAloneNotice(others, expiringSoon.length > 0)] : [],
    };
}
function expiringWarning(invite) {
    const label = `Invite ${(0,invites_outcome/* inviteLabel */.Kb)(invite, invite.id)}`;
    const facts = [
        `expires at ${invite.expires_on}`,
        ...(invite.invited_by === undefined ? [] : [`invited by ${invite.invited_by}`]),
        ...(invite.roles === undefined ? [] : [`roles ${invite.roles.join(', ')}`]),
        ...(invite.organization_id === undefined ? [] : [`organization ${invite.organization_id}`]),
    ];
    return {
        title: `${label} is about to expire`,
        lines: [
            `${label} matches no filter and was left alone: ${facts.join('; ')}.`,
            'What to do: if it is wanted, add it to the filters or answer it by its id; if not, exclude it with a "!" entry.',
        ],
    };
}
function leftAloneNotice(count, isOther) {
    const invites = `${count} ${isOther ? 'other ' : ''}pending ${count === 1 ? 'invite' : 'invites'}`;
    const title = `${invites} ${count === 1 ? 'was' : 'were'} left alone`;
    return { title, lines: [`${title}: the filters do not choose ${count === 1 ? 'it' : 'them'}.`] };
}
function skippedWarning(skipped) {
    const shown = skipped.slice(0, MAX_SKIPPED);
    const rest = skipped.length - shown.length;
    const title = `${skipped.length} ${skipped.length === 1 ? 'entry' : 'entries'} of the list could not be used`;
    return {
        title,
        lines: [`${title}.`, ...shown.map((text) => `Skipped: ${text}.`), ...(rest > 0 ? [`… and ${rest} more.`] : [])],
    };
}

;// CONCATENATED MODULE: ../build/report/log.js


function describePause(pause) {
    const until = new Date(Math.min(pause.untilMs, MAX_DATE_MS)).toISOString();
    return `Pausing all requests for ${(0,build_clock/* formatSeconds */.X)(pause.durationMs)}, until ${until}: ${pause.reason}.`;
}
const MAX_DATE_MS = 8.64e15;
function describeFound({ chosen, ignored, alreadyDone }) {
    const pending = chosen.length + ignored.length;
    return `${pending} pending ${plural(pending, 'invite')}: ${chosen.length} to answer, ${ignored.length} left alone. ${alreadyDone.length} matching ${plural(alreadyDone.length, 'invite')} answered before.`;
}
function groupTitle(count, { dryRun, status }) {
    const invites = `${count} ${plural(count, 'invite')}`;
    return dryRun ? `Dry run: ${invites}` : `Trying to ${(0,invites_outcome/* verbOf */.rl)(status)} ${invites}`;
}
function describeOutcome(outcome, { status }) {
    const label = (0,invites_outcome/* inviteLabel */.Kb)(outcome.invite, outcome.id);
    switch (outcome.kind) {
        case 'changed':
            return `${label}: ${status}.`;
        case 'unchanged':
            return `${label}: was already ${status}.`;
        case 'planned':
            return `${label}: would be ${status}.`;
        default:
            return `${label}: ${outcome.kind === 'failed' ? 'failed' : 'not attempted'}. ${outcome.problem.message}`;
    }
}
function runTitle(outcomes, { status, dryRun }) {
    const count = (wanted) => outcomes.filter(({ kind }) => kind === wanted).length;
    const parts = [
        [count('changed'), status],
        [count('unchanged'), `already ${status}`],
        [count('planned'), `would be ${status}`],
        [count('failed'), 'failed'],
        [count('not_attempted'), 'not attempted'],
    ].flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`]));
    return `Cloudflare invites${dryRun ? ' (dry run)' : ''}: ${parts.join(', ') || 'none'}`;
}
function plural(count, noun) {
    return count === 1 ? noun : `${noun}s`;
}

;// CONCATENATED MODULE: ../build/report/outputs.js

const INVITE_OUTPUTS = [
    'id',
    'status',
    'organization_id',
    'organization_name',
    'roles',
    'invited_by',
    'invited_on',
    'expires_on',
    'invited_member_id',
    'invited_member_email',
    'organization_is_enforcing_twofactor',
];
const OUTPUT_NAMES = [
    ...INVITE_OUTPUTS,
    'changed',
    'matched_count',
    'changed_count',
    'failed_count',
    'invite_ids',
    'invites',
];
const MAX_INVITES_LENGTH = 400_000;
const MAX_LISTS_LENGTH = 500_000;
function buildOutputs(all, redact) {
    const outcomes = all.map((outcome) => redactOutcome(outcome, redact));
    const only = outcomes.length === 1 ? outcomes[0] : undefined;
    const changedCount = outcomes.filter(({ kind }) => kind === 'changed').length;
    const inviteIds = JSON.stringify(outcomes.map(({ id }) => id));
    const maxLength = Math.min(MAX_INVITES_LENGTH, MAX_LISTS_LENGTH - inviteIds.length);
    const { json, omitted } = stringifyWithin(outcomes.map(toEntry), maxLength);
    return {
        outputs: {
            ...inviteOutputs(only === undefined ? {} : { ...only.invite, id: only.id }),
            changed: String(changedCount > 0),
            matched_count: String(outcomes.length),
            changed_count: String(changedCount),
            failed_count: String(outcomes.filter(invites_outcome/* isFailed */.Ix).length),
            invite_ids: inviteIds,
            invites: json,
        },
        omitted,
    };
}
function omittedWarning(omitted, count) {
    return {
        title: 'The output "invites" is not complete',
        lines: [
            `GitHub limits the size of outputs: ${omitted} of ${count} invites were left out of "invites". "invite_ids" has them all.`,
        ],
    };
}
function redactOutcome(outcome, redact) {
    const redactValue = (value) => {
        if (typeof value === 'string')
            return redact(value);
        return Array.isArray(value) ? value.map(redactValue) : value;
    };
    const redactFields = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactValue(value)]));
    const invite = redactFields(outcome.invite);
    return (0,invites_outcome/* isFailed */.Ix)(outcome) ? { ...outcome, invite, problem: redactFields(outcome.problem) } : { ...outcome, invite };
}
function inviteOutputs(invite) {
    return {
        id: invite.id ?? '',
        status: invite.status ?? '',
        organization_id: invite.organization_id ?? '',
        organization_name: invite.organization_name ?? '',
        roles: invite.roles === undefined ? '' : JSON.stringify(invite.roles),
        invited_by: invite.invited_by ?? '',
        invited_on: invite.invited_on ?? '',
        expires_on: invite.expires_on ?? '',
        invited_member_id: invite.invited_member_id ?? '',
        invited_member_email: invite.invited_member_email ?? '',
        organization_is_enforcing_twofactor: String(invite.organization_is_enforcing_twofactor ?? ''),
    };
}
function toEntry(outcome) {
    return {
        ...outcome.invite,
        id: outcome.id,
        outcome: outcome.kind,
        ...((0,invites_outcome/* isFailed */.Ix)(outcome) && { error: (0,invites_outcome/* problemLine */.YK)(outcome.problem) }),
    };
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
;// CONCATENATED MODULE: ../build/report/text.js

const MAX_LINE = 1_000;
const PART_LENGTH = 8;
const MIN_SECRET = 4;
const MASK = '***';
function createSafeText(secrets) {
    const redact = createRedactor(secrets);
    const line = (text, maxLength = MAX_LINE) => text_cut(redact(stripCommands(redact(text))), maxLength);
    return { redact, line, html: (text, maxLength) => escapeHtml(line(text, maxLength)) };
}
function createRedactor(secrets) {
    const parts = new Set(secrets.filter((secret) => secret.length >= MIN_SECRET).flatMap(substringsOf));
    if (parts.size === 0)
        return (text) => text;
    const anyPart = new RegExp([...parts].map(RegExp.escape).join('|'), 'i');
    const redactParts = (text) => {
        if (!anyPart.test(text))
            return text;
        const masked = maskParts(text, parts);
        return masked === text ? text : redactParts(masked);
    };
    return redactParts;
}
function substringsOf(secret) {
    const lower = asciiLowercase(secret);
    const count = Math.max(1, lower.length - PART_LENGTH + 1);
    return Array.from({ length: count }, (_, start) => lower.slice(start, start + PART_LENGTH));
}
function maskParts(text, parts) {
    const lower = asciiLowercase(text);
    const lengths = new Set([...parts].map((part) => part.length));
    let masked = '';
    let shownTo = 0;
    let hiddenTo = 0;
    for (let start = 0; start < lower.length; start++) {
        for (const length of lengths) {
            if (!parts.has(lower.slice(start, start + length)))
                continue;
            if (start >= hiddenTo) {
                masked += text.slice(shownTo, start) + MASK;
            }
            hiddenTo = Math.max(hiddenTo, start + length);
            shownTo = hiddenTo;
        }
    }
    return masked + text.slice(shownTo);
}
const WHITE_SPACE = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
function stripCommands(text) {
    return (text
        .replace(WHITE_SPACE, ' ')
        .replace(INVISIBLE, '\uFFFD')
        .replace(/#(?=[^ -~]*#[^ -~]*\[)/g, '# ')
        .replace(/^([^!-~]*):(?=[^ -~]*:)/, '$1: '));
}
function text_cut(text, maxLength) {
    if (text.length <= maxLength)
        return text;
    return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
const HTML_ESCAPES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
};
function escapeHtml(text) {
    return text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
}

;// CONCATENATED MODULE: ../build/action.js

















const CONCURRENCY = 4;
async function runAction(runtime) {
    const secrets = readSecrets(runtime.env);
    const safe = createSafeText(secrets);
    const workflow = runtime.createWorkflow(safe);
    workflow.mask(secrets);
    const result = await answer(runtime, workflow);
    const remarks = result.found === undefined ? { warnings: [], notices: [] } : annotateList(result.found);
    await report(result, remarks, workflow, safe);
    await keepIssue(result, remarks, runtime, workflow, safe);
    return result.stop !== undefined || result.outcomes.some(invites_outcome/* isFailed */.Ix) ? 1 : 0;
}
async function answer(runtime, workflow) {
    let inputs;
    try {
        inputs = parseInputs(runtime.env);
        for (const notice of inputs.notices)
            workflow.annotate('notice', { title: 'Credentials', lines: [notice] });
        if (inputs.usesProxy)
            runtime.useProxyFromEnv();
        return { ...(await selectAndRespond(inputs, runtime, workflow)), inputs };
    }
    catch (error) {
        const stop = explain(error, workflow);
        const asked = inputs === undefined || error instanceof ProxyError ? {} : { inputs };
        return { title: 'Cloudflare invites', outcomes: [], stop, found: undefined, ...asked };
    }
}
async function selectAndRespond(inputs, runtime, workflow) {
    const { clock, random, fetch, cancelled } = runtime;
    const { status: wanted, filters, dryRun, credentials } = inputs;
    const gate = new RequestLimiter({
        clock,
        timeoutSeconds: inputs.timeoutSeconds,
        cancelled,
        onPause: (pause) => workflow.info(describePause(pause)),
    });
    const client = new InvitesClient({
        baseUrl: inputs.apiBaseUrl,
        credentials,
        retries: inputs.retries,
        fetch,
        clock,
        random,
        gate,
        onRetry: workflow.info,
        onDebug: workflow.debug,
    });
    let found;
    if (inputs.inviteIds.length === 0) {
        const onWait = (left) => workflow.info(`No invite matches yet; looking for another ${left} s.`);
        try {
            found = await searchInvites({ client, gate, clock, filters, wanted, waitSeconds: inputs.waitSeconds, onWait });
        }
        catch (error) {
            const stop = explainListing(error, inputs);
            return { title: 'Cloudflare invites: the list could not be read', outcomes: [], stop, found };
        }
        workflow.info(describeFound(found));
    }
    const targets = found === undefined ? inputs.inviteIds.map((id) => ({ id })) : targetsOf(found, inputs);
    const guard = found === undefined && Object.keys(filters).length > 0;
    const task = {
        client,
        wanted,
        dryRun,
        scheme: credentials.scheme,
        ...(guard && { guard: (invite) => describeMismatch(invite, filters) }),
    };
    const action = { status: wanted, dryRun };
    const onOutcome = (outcome, position) => workflow.info(`[${position}/${targets.length}] ${describeOutcome(outcome, action)}`);
    const outcomes = targets.length === 0
        ? []
        : await workflow.group(groupTitle(targets.length, action), () => respondToAll(targets, task, CONCURRENCY, onOutcome));
    const title = runTitle(outcomes, action);
    const stop = explainStop(gate.stopped, outcomes, inputs);
    if (stop === undefined && targets.length === 0) {
        if (inputs.ifNoMatch === 'error')
            return { title, outcomes, stop: noMatch(inputs), isNoMatch: true, found };
        if (inputs.ifNoMatch === 'warn')
            return { title, outcomes, stop, warning: noMatch(inputs), found };
    }
    return { title, outcomes, stop, found };
}
function targetsOf({ chosen, alreadyDone }, { waitSeconds }) {
    const invites = chosen.length > 0 || waitSeconds === 0 ? chosen : alreadyDone;
    return invites.map((invite) => ({ id: invite.id, invite }));
}
function explainStop(stopped, outcomes, { credentials }) {
    const isStopped = stopped?.reason === 'cancelled' || outcomes.filter(invites_outcome/* isFailed */.Ix).some(({ causedByStop }) => causedByStop);
    return stopped !== undefined && isStopped ? stopProblem(stopped, credentials.scheme) : undefined;
}
function noMatch({ waitSeconds }) {
    return {
        title: 'No pending invite matches',
        message: `No pending invite matches the filters${waitSeconds > 0 ? `, and none came within ${waitSeconds} s` : ''}.`,
        details: [],
        hint: 'Check the filters and that the credentials are those of the invited user; with wait-seconds, allow for more time.',
    };
}
async function report(result, remarks, workflow, safe) {
    const { title, outcomes, stop, warning } = result;
    const { outputs, omitted } = buildOutputs(outcomes, safe.redact);
    for (const [name, value] of Object.entries(outputs))
        workflow.setOutput(name, value);
    for (const annotation of failureAnnotations(outcomes, stop))
        workflow.annotate('error', annotation);
    const warnings = [
        ...(warning === undefined ? [] : [problemAnnotation(warning)]),
        ...(omitted > 0 ? [omittedWarning(omitted, outcomes.length)] : []),
        ...remarks.warnings,
    ];
    const where = 'They are about pending invites that match no filter and expire within 24 hours.';
    for (const annotation of capAnnotations(warnings, 'warnings', where))
        workflow.annotate('warning', annotation);
    for (const annotation of remarks.notices)
        workflow.annotate('notice', annotation);
    try {
        const texts = [...warnings, ...remarks.notices].map(({ lines }) => lines[0] ?? '');
        await workflow.addSummary((0,summary/* buildSummary */.f)({ title, outcomes, stop, remarks: texts }, safe));
    }
    catch (error) {
        workflow.info(`The job summary could not be written: ${(0,errors/* describeCauses */.wh)(error)}`);
    }
}
async function keepIssue({ inputs, ...result }, remarks, runtime, workflow, safe) {
    if (inputs?.reportIssue === undefined)
        return;
    const run = { ...result, remarks, dryRun: inputs.dryRun, isCancelled: runtime.cancelled.aborted };
    try {
        const { runTrackingIssue } = await Promise.all(/* import() */[__nccwpck_require__.e(312), __nccwpck_require__.e(705)]).then(__nccwpck_require__.bind(__nccwpck_require__, 268));
        await runTrackingIssue({ ...inputs.reportIssue, ...runtime, run, safe, workflow });
    }
    catch (error) {
        const lines = [`What keeps it could not be loaded: ${(0,errors/* describeCauses */.wh)(error)}.`];
        workflow.annotate('warning', { title: 'The tracking issue could not be updated', lines });
    }
}
function explainListing(error, { credentials: { scheme } }) {
    const title = 'The list of invites could not be read';
    if (error instanceof errors/* StopError */.Tj)
        return stopProblem(error, scheme);
    if (error instanceof errors/* ApiError */.hD && error.isAuthError) {
        return stopProblem(new errors/* StopError */.Tj('credentials', error.message, error), scheme);
    }
    if (error instanceof errors/* ApiError */.hD)
        return requestProblem(title, error, scheme, 'irrelevant');
    if (error instanceof EndlessListError)
        return { title, message: `${error.message} None was answered.`, details: [] };
    throw error;
}
function explain(error, workflow) {
    if (error instanceof InputError) {
        return { title: 'The inputs cannot be used', message: 'Nothing was sent to Cloudflare.', details: error.problems };
    }
    if (error instanceof ProxyError)
        return { title: 'The proxy cannot be used', message: error.message, details: [] };
    if (error instanceof Error && error.stack !== undefined)
        workflow.debug(error.stack);
    return {
        title: 'Unexpected error',
        message: `This action has a defect: ${(0,errors/* describeCauses */.wh)(error)}.`,
        details: [],
        hint: 'Run the job again with debug logging, and report what it says.',
    };
}

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
;// CONCATENATED MODULE: ../build/report/workflow.js


const MAX_ANNOTATION = 4_000;
const MAX_TITLE = 200;
const CORE = { debug: core_debug, error: error, group: group, info: info, notice: notice, setOutput: setOutput, setSecret: core_setSecret, warning: warning };
const ACTIONS_CORE = {
    ...CORE,
    appendSummary: async (html) => {
        if (process.env.GITHUB_STEP_SUMMARY)
            await summary_summary.addRaw(html, true).write();
    },
};
function createWorkflow(safe, commands = ACTIONS_CORE) {
    return {
        mask: (secrets) => {
            for (const secret of secrets)
                commands.setSecret(secret);
        },
        info: (line) => commands.info(safe.line(line)),
        debug: (line) => commands.debug(safe.line(line)),
        annotate: (level, { title, lines }) => {
            commands[level](annotationMessage(lines, safe), { title: safe.line(title, MAX_TITLE) });
        },
        group: (title, work) => commands.group(safe.line(title), work),
        setOutput: (name, value) => commands.setOutput(name, safe.redact(value)),
        addSummary: (html) => commands.appendSummary(html),
    };
}
function annotationMessage(lines, safe) {
    const last = safe.line(lines.at(-1) ?? '');
    const others = lines.slice(0, -1).map((line) => safe.line(line));
    if (others.length === 0)
        return last;
    return `${text_cut(others.join('\n'), MAX_ANNOTATION - last.length - 1)}\n${last}`;
}

;// CONCATENATED MODULE: ../build/index.js




const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => cancellation.abort());
process.exitCode = 1;
void runAction({
    env: process.env,
    clock: build_clock/* systemClock */.m,
    random: Math.random,
    fetch,
    cancelled: cancellation.signal,
    createWorkflow: createWorkflow,
    useProxyFromEnv: useProxyFromEnv,
}).then((exitCode) => {
    process.exitCode = exitCode;
    setTimeout(() => process.exit(), 1_000).unref();
});

