// What a lock means to the reader. No rule of locking lives here: the server decides; this only
// says how to show it.

import { config } from '../server/facts.js';

/** @typedef {import('../server/types.js').Lock} Lock */

/** @param {Lock} lock @param {number} now */
export const left = (lock, now) => Date.parse(lock.expires_at) - now;

/** The lock if it still counts: from the instant it expires it does not exist, whether or not the
 * event has come. A second is left for the difference of clocks.
 * @param {Lock | null} lock @param {number} now */
export const liveLock = (lock, now) => (lock && left(lock, now) > -1000 ? lock : null);

/** Ending soon: when the server warns the holder, or under a tenth of a short lease.
 * @param {Lock} lock @param {number} now */
export function endsSoon(lock, now) {
	const length = Date.parse(lock.expires_at) - Date.parse(lock.locked_at);
	return left(lock, now) < Math.min(config.value.lock_warning_seconds * 1000, length / 10);
}

/** @param {Lock | null} lock @param {string | undefined} username @param {number} now
 *  @returns {{state: 'free' | 'mine' | 'other', soon: boolean}} */
export function lockState(lock, username, now) {
	if (!lock) return { state: 'free', soon: false };
	return { state: lock.locked_by === username ? 'mine' : 'other', soon: endsSoon(lock, now) };
}

/** The lock after an event about its item. An answer to the page's own request may be newer than an
 * event still under way: the older one changes nothing.
 * @param {Lock | null | undefined} lock @param {import('../server/types.js').FeedEvent} event @returns {Lock | null} */
export function lockThrough(lock, { type, data }) {
	if (type === 'item.locked')
		return lock && (lock.lease_id ?? 0) > (data.lease_id ?? Infinity) ? lock : lockOfEvent(data);
	const isNewer = lock && (data.at < lock.locked_at || (lock.lease_id ?? 0) > (data.lease_id ?? Infinity));
	return type !== 'item.unlocked' || isNewer ? (lock ?? null) : null;
}

/** The lock of this item after an event. @param {string} pn
 *  @returns {(lock: Lock | null, event: import('../server/types.js').FeedEvent) => Lock | null} */
export const lockAfter = pn => (lock, event) =>
	event.data.part_number === pn ? lockThrough(lock, event) : lock;

/** The lock that an `item.locked` event tells of. @param {any} data @returns {Lock} */
export const lockOfEvent = data => ({
	part_number: data.part_number,
	item_id: data.item_id ?? '',
	lease_id: data.lease_id,
	locked_by: data.locked_by,
	locked_at: data.locked_at,
	expires_at: data.expires_at,
	comment: data.comment ?? '',
	workstation: data.workstation ?? '',
});
