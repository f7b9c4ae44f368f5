// The lock of an item as a sign with words: who, since when, how long still.
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { exactTime, timeLeft } from '../words/format.js';
import { left, liveLock, lockState } from '../state/lease.js';
import { me } from '../state/store.js';
import { Icon } from './icons.js';

/** @typedef {import('../server/types.js').Lock} Lock */

/** @param {Lock | null} lock */
export function lockWords(lock) {
	return lock ? `Locked by ${lock.locked_by} since ${exactTime(lock.locked_at)}` : 'Free';
}

/** The sign alone. @param {{lock: Lock | null, size?: number}} props */
export function LockIcon({ lock: given, size = 20 }) {
	const lock = liveLock(given, now.value);
	const { state, soon } = lockState(lock, me.value?.username, now.value);
	const name = state === 'free' ? 'free' : state === 'mine' ? 'mine' : 'locked';
	const words = lockWords(lock);
	return html`
		<span class=${`lock-icon lock-${state} ${soon ? 'lock-soon' : ''}`} title=${words}>
			<${Icon} name=${name} size=${size} title=${words} />
			${
				soon &&
				html`
					<span class="lock-soon-mark">
						<${Icon} name="clock" size=${12} title="ending soon" />
					</span>
				`
			}
		</span>
	`;
}

/** Sign, holder and time left, as in the table. @param {{lock: Lock | null}} props */
export function LockMark({ lock: given }) {
	const lock = liveLock(given, now.value);
	if (!lock)
		return html`
			<span class="lock-mark is-free">
				<${LockIcon} lock=${null} />
				<span class="quiet">free</span>
			</span>
		`;
	const { state, soon } = lockState(lock, me.value?.username, now.value);
	return html`
		<span class=${`lock-mark is-${state} ${soon ? 'is-soon' : ''}`} title=${lockWords(lock)}>
			<${LockIcon} lock=${lock} />
			<span class="lock-who">${state === 'mine' ? 'you' : lock.locked_by}</span>
			<span class="lock-left">${timeLeft(left(lock, now.value))} left</span>
		</span>
	`;
}
