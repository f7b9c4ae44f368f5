// The HTTP contract as functions: the only place that talks to fetch. Knows no view and no store;
// code that must learn of a lost session or network sets `hooks`.
import { most } from './facts.js';

/** A refusal or failure; `status` 0 means that no answer came. */
export class ApiError extends Error {
	/**
	 * @param {number} status
	 * @param {any} body
	 */
	constructor(status, body) {
		super(body?.message || (status ? `The server answered ${status}.` : 'The server cannot be reached.'));
		this.status = status;
		/** @type {string} */
		this.code = body?.error || (status ? 'unexpected' : 'offline');
		this.body = body || {};
	}
}

export const hooks = {
	signedOut() {},
	/** @param {boolean} reachable */
	reachable(reachable) {
		void reachable;
	},
	/** @param {number} offset milliseconds that the server's clock is ahead of ours */
	clock(offset) {
		void offset;
	},
};

/** Addresses are relative to the page, so Silo may live below any path.
 * @param {string} path
 * @param {Record<string, any>} [query] */
export function address(path, query) {
	const url = new URL(path, document.baseURI);
	for (const [name, value] of Object.entries(query || {}))
		if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
	return url.href;
}

/** @param {string} pn */
const itemPath = pn => `api/items/${encodeURIComponent(pn)}`;

/** @param {string} text */
function parse(text) {
	try {
		return text ? JSON.parse(text) : null;
	} catch {
		return null;
	}
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{
 *   query?: Record<string, any>, json?: any, ifMatch?: string | null, quiet401?: boolean, signal?: AbortSignal,
 * }} [options]
 * @returns {Promise<{status: number, data: any, etag: string | null}>}
 */
async function request(method, path, options = {}) {
	/** @type {Record<string, string>} */
	const headers = { Accept: 'application/json' };
	if (options.json !== undefined) headers['Content-Type'] = 'application/json';
	if (options.ifMatch) headers['If-Match'] = options.ifMatch;
	const began = Date.now();
	let response, data;
	try {
		response = await fetch(address(path, options.query), {
			method,
			headers,
			signal: options.signal,
			credentials: 'same-origin',
			cache: 'no-cache',
			body: options.json === undefined ? undefined : JSON.stringify(options.json),
		});
		data = parse(await response.text());
	} catch (error) {
		if (options.signal?.aborted) throw error;
		hooks.reachable(false);
		throw new ApiError(0, null);
	}
	hooks.reachable(true);
	noteClock(response.headers.get('Date'), began);
	if (response.ok) return { status: response.status, data, etag: response.headers.get('ETag') };
	if (response.status === 401 && !options.quiet401) hooks.signedOut();
	throw new ApiError(response.status, data);
}

/** The Date header has whole seconds: its middle against the middle of the request.
 * @param {string | null} date
 * @param {number} began */
function noteClock(date, began) {
	const server = date ? Date.parse(date) : NaN;
	if (!Number.isNaN(server)) hooks.clock(server + 500 - (began + Date.now()) / 2);
}

/** @param {string} path @param {Record<string, any>} [query] @param {AbortSignal} [signal] */
const get = async (path, query, signal) => (await request('GET', path, { query, signal })).data;
/** @param {string} path @param {any} [json] */
const post = async (path, json = {}) => (await request('POST', path, { json })).data;

// ---- signing in ------------------------------------------------------------------------------
/** @param {string} username @param {string} password */
export const login = (username, password) =>
	request('POST', 'login', { json: { username, password }, quiet401: true });
export const logout = () => request('POST', 'logout', { json: {} });
export const authConfig = () => get('api/auth/config');
export const me = async () => (await request('GET', 'api/auth/me', { quiet401: true })).data;
/** @param {string} current @param {string} next */
export const changePassword = (current, next) => post('api/auth/password', { current, new: next });
export const tokens = async () => (await get('api/auth/tokens', { limit: most('page') })).tokens;
/** @param {string} name @param {number} [days] */
export const createToken = (name, days) => post('api/auth/tokens', { name, expires_in_days: days });
/** @param {string} id */
export const revokeToken = id => request('DELETE', `api/auth/tokens/${encodeURIComponent(id)}`);
export const users = async () => (await get('api/users', { limit: most('page') })).users;
/** @param {any} user */
export const createUser = user => post('api/users', user);
/** @param {string} name @param {any} change */
export const updateUser = async (name, change) =>
	(await request('PATCH', `api/users/${encodeURIComponent(name)}`, { json: change })).data;

// ---- the stream ------------------------------------------------------------------------------
/** What the server says to one who asks for events, which an EventSource does not tell; 0 when nothing.
 * @returns {Promise<number>} */
export async function eventsStatus() {
	const enough = new AbortController();
	const late = setTimeout(() => enough.abort(), 5000);
	try {
		return (await fetch(address('api/events'), { signal: enough.signal, credentials: 'same-origin' }))
			.status;
	} catch {
		return 0;
	} finally {
		clearTimeout(late);
		enough.abort();
	}
}
/** Does the server answer, and not only what is in front of it? */
export const answers = () =>
	request('GET', 'api/auth/me', { quiet401: true, signal: AbortSignal.timeout(5000) }).then(
		() => true,
		error => error.status > 0 && error.status < 500,
	);

// ---- items -----------------------------------------------------------------------------------
/** @param {Record<string, any>} query @param {AbortSignal} [signal]
 *  @returns {Promise<{items: import('./types.js').Item[], next_cursor: string | null}>} */
export const items = (query, signal) => get('api/items', query, signal);
/** @param {string[]} pns @returns {Promise<import('./types.js').Item[]>} */
export const itemsNamed = async pns =>
	(await get('api/items', { part_numbers: pns.join(','), limit: pns.length })).items;
/** @param {string} pn @returns {Promise<{item: import('./types.js').Item, etag: string | null}>} */
export async function item(pn) {
	const answer = await request('GET', itemPath(pn));
	return { item: answer.data, etag: answer.etag };
}
/** @param {any} body @returns {Promise<import('./types.js').Item>} */
export const createItem = body => post('api/items', body);
/** @param {string} pn @param {any} change @param {string | null} ifMatch */
export const updateItem = async (pn, change, ifMatch) =>
	(await request('PUT', itemPath(pn), { json: change, ifMatch })).data;
/** @param {string} pn @param {number} [lease_id] */
export const archiveItem = (pn, lease_id) => request('DELETE', itemPath(pn), { query: { lease_id } });
/** An archived item comes back. Admins only. @param {string} pn */
export const restoreItem = pn => post(`${itemPath(pn)}/restore`);
export const projects = async () => (await get('api/projects')).projects;
/** @param {string} pn @param {string | null} [cursor]
 *  @returns {Promise<{revisions: import('./types.js').Revision[], next_cursor: string | null}>} */
export const revisions = (pn, cursor) => get(`${itemPath(pn)}/revisions`, { limit: 50, cursor });
/** @param {string} pn @param {string | null} [cursor]
 *  @returns {Promise<{events: any[], next_cursor: string | null}>} */
export const history = (pn, cursor) => get(`${itemPath(pn)}/events`, { limit: 30, cursor });
/** @param {string} pn @param {number} n */
export const fileAddress = (pn, n) => address(`${itemPath(pn)}/file/${n}`);
/** @param {string} pn @param {number} n */
export const thumbnailAddress = (pn, n) => address(`${itemPath(pn)}/thumbnail/${n}`);

/** The newest pictures of as many items as the server answers for at once. @param {string[]} pns
 *  @returns {Promise<{part_number: string, revision_number: number, png: string}[]>} */
export const thumbnails = async pns =>
	(await get('api/thumbnails', { part_numbers: pns.join(',') })).thumbnails;

// ---- locks -----------------------------------------------------------------------------------
/** @param {string} pn
 * @param {{comment?: string, expires_in?: number, lease_id?: number}} [wish] with a lease: renew exactly that
 * @returns {Promise<import('./types.js').Lock>} */
export const lock = (pn, wish) => post(`${itemPath(pn)}/lock`, wish);
/** @param {string} pn @param {{reason?: string, lease_id?: number}} [wish]
 *  @returns {Promise<import('./types.js').Lock>} the lock that was */
export const unlock = async (pn, wish) =>
	(await request('DELETE', `${itemPath(pn)}/lock`, { query: wish })).data;
/** Each person asks once for a lock: `already` says that the answer is the request of before.
 * @param {string} pn @param {string} message
 * @returns {Promise<import('./types.js').ReleaseRequest>} */
export async function askForRelease(pn, message) {
	const { status, data } = await request('POST', `${itemPath(pn)}/lock/request`, { json: { message } });
	return { ...data, already: status === 200 };
}
/** @param {Record<string, any>} query
 *  @returns {Promise<{locks: import('./types.js').Lock[], next_cursor: string | null}>} */
export const locks = query => get('api/locks', query);
/** @param {string[]} pns @param {{comment?: string, expires_in?: number}} [wish] */
export const lockAll = (pns, wish) => post('api/locks', { part_numbers: pns, ...wish });
/** @param {string[]} pns @param {(number | null)[]} lease_ids of each, null where none is known */
export const unlockAll = async (pns, lease_ids) =>
	(await request('DELETE', 'api/locks', { json: { part_numbers: pns, lease_ids } })).data;

// ---- files -----------------------------------------------------------------------------------
/**
 * Sends a file as the next revision. fetch reports no upload progress, so this one call uses
 * XMLHttpRequest. `cancel` ends it.
 * @param {string} pn
 * @param {File} file
 * @param {{comment?: string, base_revision?: number, release_lock?: boolean, lease_id?: number}} wish
 * @param {(sent: number, total: number) => void} progress
 * @returns {{done: Promise<{status: number, data: any}>, cancel: () => void}}
 */
export function upload(pn, file, wish, progress) {
	const sending = new XMLHttpRequest();
	const done = new Promise((resolve, reject) => {
		sending.open('POST', address(`${itemPath(pn)}/file`, { filename: file.name, ...wish }));
		sending.setRequestHeader('Content-Type', 'application/octet-stream');
		sending.upload.onprogress = event => progress(event.loaded, event.total || file.size);
		sending.onload = () => {
			const data = parse(sending.responseText);
			if (sending.status === 401) hooks.signedOut();
			if (sending.status >= 200 && sending.status < 300) resolve({ status: sending.status, data });
			else reject(new ApiError(sending.status, data));
		};
		sending.onerror = () => reject(new ApiError(0, null));
		sending.onabort = () =>
			reject(new ApiError(0, { error: 'cancelled', message: 'The upload was cancelled.' }));
		sending.send(file);
	});
	return { done, cancel: () => sending.abort() };
}

/** The bytes of a revision's file, for the preview.
 * @param {string} pn @param {number} n @param {(got: number) => void} progress @param {AbortSignal} signal */
export async function fileBytes(pn, n, progress, signal) {
	const response = await fetch(fileAddress(pn, n), { signal, credentials: 'same-origin' });
	if (!response.ok || !response.body) throw new ApiError(response.status, parse(await response.text()));
	const chunks = [];
	let got = 0;
	const reader = response.body.getReader();
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		chunks.push(part.value);
		got += part.value.length;
		progress(got);
	}
	return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
