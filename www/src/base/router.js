// Where the reader is: the part of the address after '#', so that any path prefix works and nginx
// only serves files. #/items?q=lamp&lock=mine, #/items/A01-0002, #/locks …
import { effect, signal } from '@preact/signals';

/** @typedef {{view: string, name: string | null, query: Record<string, string>}} Route */

/** @param {string} hash @returns {Route} */
export function parse(hash) {
	const [path, search] = hash.replace(/^#?\/?/, '').split('?', 2);
	const [view, name] = path.split('/');
	return {
		view: view || 'items',
		name: name ? decode(name) : null,
		query: Object.fromEntries(new URLSearchParams(search || '')),
	};
}

/** @param {string} text */
function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** @param {string} view @param {string | null} [name] @param {Record<string, any>} [query] */
export function link(view, name, query) {
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(query || {}))
		if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
	const text = search.toString();
	return `#/${view}${name ? '/' + encodeURIComponent(name) : ''}${text ? '?' + text : ''}`;
}

/** @type {import('@preact/signals').Signal<Route>} */
export const route = signal(parse(globalThis.location?.hash ?? ''));

/** @param {string} hash */
export function go(hash) {
	location.hash = hash;
}

/** Changes the query without a new entry in the browser's history (typing in the search field).
 * @param {Record<string, any>} query */
export function replaceQuery(query) {
	const { view, name } = route.value;
	history.replaceState(null, '', link(view, name, { ...route.value.query, ...query }));
	route.value = parse(location.hash);
}

/** The list as it was last looked at, with its search and filters. */
export const lastList = () => list;
let list = '#/items';

/** @param {() => void} leavePage called when the reader goes to another page */
export function startRouter(leavePage) {
	effect(() => {
		const { view, name, query } = route.value;
		if (view === 'items' && !name) list = link('items', null, query);
	});
	addEventListener('hashchange', () => {
		const before = route.value;
		route.value = parse(location.hash);
		// A new page: the keyboard and the screen reader start at its beginning.
		if (before.view !== route.value.view || before.name !== route.value.name) {
			leavePage();
			setTimeout(() => document.querySelector('main')?.focus({ preventScroll: true }));
		}
	});
}
