// The items that a lock or an event names, so that it can be shown with its picture and in words:
// asked for together, kept while the page is open, read again when they change.
import { signal } from '@preact/signals';
import * as api from '../server/api.js';
import { follow, onReset } from '../server/live.js';

/** @typedef {import('../server/types.js').Item} Item */
/** @typedef {import('@preact/signals').Signal<Item | null>} Source */

const TOGETHER = 100;
const KEPT = 3000;

/** @type {Map<string, Source>} */
const known = new Map();
/** @type {Set<string>} */
const waiting = new Set();
/** @type {any} */
let timer;

/** The item of this number: null until it is here, and when it has been archived.
 * @param {string} pn @returns {Source} */
export function itemOf(pn) {
	const there = known.get(pn);
	if (there) return there;
	/** @type {Source} */
	const source = signal(null);
	known.set(pn, source);
	if (known.size > KEPT) known.delete(/** @type {string} */ (known.keys().next().value));
	askFor(pn);
	return source;
}

/** @param {string} pn */
function askFor(pn) {
	waiting.add(pn);
	timer ??= setTimeout(fetchWaiting, 30);
}

async function fetchWaiting() {
	timer = undefined;
	const asked = [...waiting].slice(0, TOGETHER);
	asked.forEach(pn => waiting.delete(pn));
	if (waiting.size) timer = setTimeout(fetchWaiting, 30);
	for (const item of await api.itemsNamed(asked).catch(() => [])) {
		const source = known.get(item.part_number);
		if (source) source.value = item;
	}
}

follow(events => {
	for (const { type, data } of events)
		if ((type === 'item.updated' || type === 'revision.created') && known.has(data.part_number))
			askFor(data.part_number);
});
onReset(() => known.forEach((_, pn) => askFor(pn)));
