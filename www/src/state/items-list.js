// The list of items as far as it has been read: pages are appended, single items replaced in place.
// Each row is a signal of its own, so that an event redraws one row and never the table.
import { batch, signal } from '@preact/signals';
import { createCrossing } from '../server/crossing.js';
import { most } from '../server/facts.js';
import { lockThrough } from './lease.js';

/** @typedef {import('../server/types.js').Item} Item */
/** @typedef {import('@preact/signals').Signal<Item>} Row */

const PAGE = 100;

/**
 * @param {(query: Record<string, any>, signal?: AbortSignal)
 *   => Promise<{items: Item[], next_cursor: string | null}>} read
 * @param {(pns: string[]) => Promise<Item[]>} readNamed
 */
export function createItemsList(read, readNamed) {
	/** @type {import('@preact/signals').Signal<Row[]>} */
	const rows = signal([]);
	/** @type {import('@preact/signals').Signal<'loading' | 'ready' | 'failed'>} */
	const state = signal('loading');
	/** @type {import('@preact/signals').Signal<string | null>} */
	const cursor = signal(null);
	/** @type {Map<string, Row>} */
	let byName = new Map();
	/** @type {Record<string, any>} */
	let query = {};
	/** @type {AbortController | null} */
	let reading = null;
	let fetchingMore = false;
	/** @type {Set<string>} */
	const archived = new Set();
	const crossing = createCrossing();

	/** @param {Item[]} items */
	function toRows(items) {
		return items.map(item => {
			const known = byName.get(item.part_number);
			if (known) {
				if (JSON.stringify(known.value) !== JSON.stringify(item)) known.value = item;
				return known;
			}
			const row = signal(item);
			byName.set(item.part_number, row);
			return row;
		});
	}

	/** What was shown and is not at the top: archived items are gone. @param {Row[]} top */
	function restBelow(top) {
		const above = new Set(top);
		return rows.value.filter(row => !above.has(row) && !archived.has(row.value.part_number));
	}

	/** Reads from the top. @param {Record<string, any>} wanted */
	async function load(wanted) {
		query = wanted;
		archived.clear();
		byName = new Map();
		state.value = 'loading';
		await readTop(PAGE, true);
	}

	/** Reads again what is shown, keeping rows and place: of a very long list its beginning, under
	 * which the rest stays as it is. */
	const reload = () => readTop(Math.min(most('page'), Math.max(PAGE, rows.value.length)));

	/** @param {number} limit @param {boolean} [fresh] nothing of what is shown stays */
	async function readTop(limit, fresh) {
		reading?.abort();
		const mine = new AbortController();
		reading = mine;
		try {
			const { answer, missed } = await crossing.read(() => read({ ...query, limit }, mine.signal));
			batch(() => {
				const top = toRows(answer.items);
				const rest = answer.next_cursor && !fresh && rows.value.length > limit ? restBelow(top) : [];
				rows.value = top.concat(rest);
				byName = new Map(rows.value.map(row => [row.value.part_number, row]));
				if (rest.length === 0) cursor.value = answer.next_cursor;
				state.value = 'ready';
				missed.forEach(applyToRow);
			});
		} catch (error) {
			if (!mine.signal.aborted) state.value = 'failed';
		}
	}

	/** The next page, when there is one and none is on its way. */
	async function more() {
		if (!cursor.value || fetchingMore) return;
		fetchingMore = true;
		const from = cursor.value;
		try {
			// Far down the reader is travelling: take bigger steps.
			const limit = rows.value.length > 500 ? 500 : PAGE * 2;
			const { answer, missed } = await crossing.read(() => read({ ...query, limit, cursor: from }));
			if (cursor.value === from)
				batch(() => {
					// An item that moved between pages is shown once.
					const fresh = answer.items.filter(item => !byName.has(item.part_number));
					rows.value = rows.value.concat(toRows(fresh));
					cursor.value = answer.next_cursor;
					missed.forEach(applyToRow);
				});
		} catch {
			// The next scroll tries again.
		} finally {
			fetchingMore = false;
		}
	}

	/** @type {Set<string>} */
	const stale = new Set();
	/** @type {any} */
	let refreshTimer, reloadTimer;

	/** Items that changed are read together, a moment later. */
	function refreshSoon() {
		refreshTimer ??= setTimeout(async () => {
			refreshTimer = undefined;
			const names = [...stale].slice(0, 200);
			names.forEach(name => stale.delete(name));
			const { answer, missed } = await crossing.read(() => readNamed(names).catch(() => []));
			batch(() => {
				for (const item of answer)
					if (byName.has(item.part_number))
						/** @type {Row} */ (byName.get(item.part_number)).value = item;
				missed.forEach(applyToRow);
			});
			if (stale.size) refreshSoon();
		}, 150);
	}

	function reloadSoon() {
		reloadTimer ??= setTimeout(() => {
			reloadTimer = undefined;
			reload();
		}, 300);
	}

	/** @param {import('../server/types.js').FeedEvent} event */
	function applyToRow(event) {
		const { type, data } = event;
		const row = byName.get(data.part_number);
		if (!row) return;
		if (type === 'item.locked' || type === 'item.unlocked') {
			row.value = { ...row.value, lock: lockThrough(row.value.lock, event) };
		} else if (type === 'item.updated' || type === 'revision.created') {
			stale.add(data.part_number);
			refreshSoon();
		}
	}

	/** Brings the list up to date with what happened. @param {import('../server/types.js').FeedEvent[]} events */
	function apply(events) {
		crossing.note(events);
		batch(() => {
			for (const event of events) {
				applyToRow(event);
				if (event.type === 'item.deleted') archived.add(event.data.part_number);
				const moves = query.lock && query.lock !== 'any' ? /^item\.(un)?locked$/ : null;
				if (event.type === 'item.created' || event.type === 'item.deleted' || moves?.test(event.type))
					reloadSoon();
			}
		});
	}

	return { rows, state, cursor, load, reload, more, apply };
}
