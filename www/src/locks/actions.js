// What a reader can do with locks, with the questions asked before and the words said after. Used
// by every view that shows a lock; the server decides whether it may be.
import { signal } from '@preact/signals';
import * as api from '../server/api.js';
import { dayOrTime, exactTime } from '../words/format.js';
import { html } from '../base/html.js';
import { serverNow } from '../base/clock.js';
import { config, most } from '../server/facts.js';
import { tellOwn } from '../server/live.js';
import { me } from '../state/store.js';
import { askForm } from '../parts/dialog.js';
import { attempt, within } from './answers.js';

/** @typedef {import('../server/types.js').Lock} Lock */

const HOUR = 3600;
const DURATIONS = [
	[HOUR, '1 hour'],
	[4 * HOUR, '4 hours'],
	[8 * HOUR, '8 hours'],
	[24 * HOUR, '1 day'],
	[72 * HOUR, '3 days'],
	[168 * HOUR, '1 week'],
];

/** The lengths of a lease that this server allows. */
function durations() {
	const { lock_minimum_seconds: least, lock_maximum_seconds: longest } = config.value;
	return DURATIONS.filter(([seconds]) => Number(seconds) >= least && Number(seconds) <= longest);
}

/** The form of Lock and Renew; resolves with the lock or null. @param {string} title @param {string} yes
 * @param {string} comment @param {string} done
 * @param {(wish: {comment: string, expires_in?: number}) => Promise<any>} act */
const askWish = (title, yes, comment, done, act) =>
	askForm(
		title,
		html`
			<label class="field">
				<span>
					What for${' '}
					<em>(optional, everybody sees it)</em>
				</span>
				<input
					name="comment"
					maxlength=${most('lock_comment')}
					defaultValue=${comment}
					autocomplete="off"
				/>
			</label>
			<label class="field">
				<span>For how long</span>
				<select name="expires_in">
					<option value="">the usual time</option>
					${durations().map(
						([seconds, words]) => html`
							<option value=${seconds}>${words}</option>
						`,
					)}
				</select>
			</label>
		`,
		{
			yes,
			act: data =>
				within(
					() =>
						act({
							comment: data.comment,
							expires_in: data.expires_in ? Number(data.expires_in) : undefined,
						}),
					done,
				),
		},
	);

const SETTLE_MS = 700;
/** Items whose lock a press is changing, or has just changed: the button under the pointer is another one
 * now, and a second press meant the first. @type {import('@preact/signals').Signal<Set<string>>} */
export const busy = signal(new Set());

/** @param {string} pn @param {() => Promise<any>} action */
async function once(pn, action) {
	if (busy.value.has(pn)) return null;
	busy.value = new Set(busy.value).add(pn);
	try {
		return await action();
	} finally {
		setTimeout(() => {
			busy.value = new Set([...busy.value].filter(other => other !== pn));
		}, SETTLE_MS);
	}
}

/** @param {string} pn @param {Parameters<typeof api.lock>[1]} [wish] */
const take = async (pn, wish) => {
	const lock = await api.lock(pn, wish);
	tellOwn('item.locked', [lock]);
	return lock;
};

/** @param {Lock[]} ended */
const tellEnded = ended =>
	tellOwn(
		'item.unlocked',
		ended.map(lock => ({ ...lock, at: lock.expires_at, by: me.value?.username, reason: 'released' })),
	);

/** @param {string} pn @param {number | undefined} lease_id @param {string} [reason] */
const give = async (pn, lease_id, reason) => {
	const lock = await api.unlock(pn, { lease_id, reason });
	tellEnded([lock]);
	return lock;
};

/** One press: locked for the usual time, no question. @param {string} pn */
export const quickLock = pn => once(pn, () => attempt(() => take(pn), `You checked out ${pn}`));

/** @param {string} pn */
export const lockWithWish = pn =>
	askWish(`Check out ${pn}`, 'Check out', '', `You checked out ${pn}`, wish => take(pn, wish));

/** @param {Lock} lock */
export const renew = lock =>
	askWish(
		`Renew the lock on ${lock.part_number}`,
		'Renew',
		lock.comment,
		`You renewed your lock on ${lock.part_number}`,
		wish => take(lock.part_number, { ...wish, lease_id: lock.lease_id }),
	);

/** No question. @param {string} pn @param {number} [lease_id] */
export const renewNow = (pn, lease_id) =>
	once(pn, () => attempt(() => take(pn, { lease_id }), `You renewed your lock on ${pn}`));

/** @param {{part_number: string, lease_id?: number}} lock as it was last seen */
export const release = ({ part_number: pn, lease_id }) =>
	once(pn, () => attempt(() => give(pn, lease_id), `You released ${pn}`));

/** @param {Lock} lock */
export const askForRelease = lock =>
	askForm(
		`Ask ${lock.locked_by} to release ${lock.part_number}`,
		html`
			<p class="prose">
				${lock.locked_by} sees your request at once. You are notified when the item is free.
			</p>
			<label class="field">
				<span>
					Message${' '}
					<em>(optional)</em>
				</span>
				<input name="message" maxlength=${most('request_message')} autocomplete="off" />
			</label>
		`,
		{
			yes: 'Send request',
			act: ({ message }) =>
				within(
					() => api.askForRelease(lock.part_number, message),
					answer => askedWords(answer, message),
				),
		},
	);

/** One request a person and lock: the second changes nothing, and a message typed for it is lost.
 * @param {import('../server/types.js').ReleaseRequest} answer @param {string} message
 * @returns {Parameters<typeof import('../parts/toast.js').tell>[0]} */
function askedWords(answer, message) {
	if (answer.holder_active === false)
		return {
			kind: 'warn',
			text: `${answer.locked_by} is deactivated and can’t answer. Ask an admin to release the lock.`,
		};
	if (!answer.already) return { kind: 'good', text: `Request sent to ${answer.locked_by}` };
	const before = `You already asked ${answer.locked_by} ${dayOrTime(answer.requested_at, serverNow())}.`;
	return message.trim() && message.trim() !== answer.message
		? { kind: 'warn', text: `${before} Your new message was not sent.` }
		: { kind: 'info', text: before };
}

/** Admins only: takes a lock away. @param {Lock} lock */
export const forceRelease = lock =>
	askForm(
		`Force release of ${lock.part_number}?`,
		html`
			<p class="prose">
				${lock.locked_by} has held the lock since${' '}
				<b>${exactTime(lock.locked_at)}</b>
				${' '}and may have work that isn’t checked in. Silo records the release in your name and
				notifies${' '}${lock.locked_by}.
			</p>
			<label class="field">
				<span>Reason</span>
				<input name="reason" required maxlength=${most('release_reason')} autocomplete="off" />
			</label>
		`,
		{
			yes: 'Force release',
			danger: true,
			act: ({ reason }) =>
				within(
					() => give(lock.part_number, lock.lease_id, reason),
					`You force-released ${lock.part_number}`,
				),
		},
	);

/** @param {string[]} pns */
const itemsInWords = pns => (pns.length === 1 ? pns[0] : `${pns.length} items`);

/** @param {string[]} pns */
export const lockAll = pns =>
	attempt(
		async () => {
			const answer = await api.lockAll(pns);
			tellOwn('item.locked', answer.locks);
			return answer;
		},
		`You checked out ${itemsInWords(pns)}`,
	);
/** @param {{part_number: string, lease_id?: number}[]} locks as they were last seen */
export const releaseAll = locks =>
	attempt(
		async () => {
			const answer = await api.unlockAll(
				locks.map(lock => lock.part_number),
				locks.map(lock => lock.lease_id ?? null),
			);
			tellEnded(answer.locks);
			return answer;
		},
		`You released ${itemsInWords(locks.map(lock => lock.part_number))}`,
	);
