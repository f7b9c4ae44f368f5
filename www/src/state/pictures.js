// The pictures of the items in sight, asked for together: a screenful is one request. Kept while the
// page is open; a picture belongs to one revision and never changes.
import { signal } from '@preact/signals';
import * as api from '../server/api.js';
import { most } from '../server/facts.js';

/** @typedef {import('@preact/signals').Signal<string | null>} Source */

const KEPT = 3000;
// Rows that were scrolled past long ago need no picture any more.
const WAITING_MOST = 192;

/** @type {Map<string, Source>} */
const known = new Map();
/** @type {Map<string, {pn: string, revision: number, source: Source}>} */
const waiting = new Map();
/** @type {any} */
let timer;

/** The address of an item's newest picture: null until it is here.
 * @param {string} pn @param {number} revision @returns {Source} */
export function pictureOf(pn, revision) {
	const key = `${pn}/${revision}`;
	const there = known.get(key);
	if (there) return there;
	/** @type {Source} */
	const source = signal(null);
	known.set(key, source);
	if (known.size > KEPT) known.delete(/** @type {string} */ (known.keys().next().value));
	waiting.set(pn, { pn, revision, source });
	if (waiting.size > WAITING_MOST) forgetOldest();
	timer ??= setTimeout(fetchWaiting, 30);
	return source;
}

function forgetOldest() {
	const [pn, { revision }] = /** @type {[string, any]} */ (waiting.entries().next().value);
	waiting.delete(pn);
	known.delete(`${pn}/${revision}`);
}

async function fetchWaiting() {
	timer = undefined;
	const asked = [...waiting.values()].slice(-most('thumbnails'));
	asked.forEach(({ pn }) => waiting.delete(pn));
	if (waiting.size) timer = setTimeout(fetchWaiting, 30);
	const found = await api.thumbnails(asked.map(({ pn }) => pn)).catch(() => []);
	const pngs = new Map(found.map(one => [`${one.part_number}/${one.revision_number}`, one.png]));
	for (const { pn, revision, source } of asked) {
		const png = pngs.get(`${pn}/${revision}`);
		// Too large for the answer, or the item has just moved on: asked for by itself.
		source.value = png ? `data:image/png;base64,${png}` : api.thumbnailAddress(pn, revision);
	}
}
