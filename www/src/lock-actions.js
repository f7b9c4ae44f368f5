// What a reader can do with locks, with the questions asked before and the words said after. Used
// by every view that shows a lock; the server decides whether it may be.
import * as api from './api.js';
import { exactTime, timeLeft } from './format.js';
import { html } from './html.js';
import { serverNow } from './clock.js';
import { link } from './router.js';
import { config, me } from './store.js';
import { ask } from './parts/dialog.js';
import { Person } from './parts/people.js';
import { tell, tellError } from './parts/toast.js';

/** @typedef {import('./types.js').Lock} Lock */

const HOUR = 3600;
const DURATIONS = [[HOUR, '1 hour'], [4 * HOUR, '4 hours'], [8 * HOUR, '8 hours'], [24 * HOUR, '1 day'],
	[72 * HOUR, '3 days'], [168 * HOUR, '1 week']];

/** The lengths of a lease that this server allows. */
function durations() {
	const most = config.value?.lock_maximum_seconds ?? Infinity;
	return DURATIONS.filter(([seconds]) => Number(seconds) <= most);
}

/** @param {any} error what came back; a conflict shows the lock, anything else its sentence */
export async function explain(error) {
	if (error instanceof api.ApiError && error.status === 409 && error.body.lock)
		await conflict(error.body.locks ?? [error.body.lock]);
	else
		tellError(error);
}

/** @param {Lock[]} locks */
const conflict = locks => ask(locks.length > 1 ? `${locks.length} items are locked by others` : `${locks[0].part_number} is locked`,
	close => html`<div class="form">
		<p class="prose">Nothing was changed. ${locks.length > 1 ? 'These are held by others:' : ''}</p>
		<ul class="conflicts">${locks.map(lock => html`<li key=${lock.part_number}>
			<a class="pn" href=${link('items', lock.part_number)} onClick=${() => close(null)}>${lock.part_number}</a>
			<${Person} name=${lock.locked_by} />
			<span class="quiet" title=${`until ${exactTime(lock.expires_at)}`}>${timeLeft(Date.parse(lock.expires_at) - serverNow())} left</span>
			${lock.comment && html`<span class="quote">${lock.comment}</span>`}
		</li>`)}</ul>
		<div class="actions"><button class="button primary" onClick=${() => close(null)}>Close</button></div>
	</div>`);

/** The form of Lock and Renew. @param {string} title @param {string} yes @param {string} comment */
const askWish = (title, yes, comment) => ask(title, close => html`<form class="form" onSubmit=${(/** @type {any} */ event) => {
	event.preventDefault();
	const form = new FormData(event.currentTarget);
	close({
		comment: String(form.get('comment') ?? ''),
		expires_in: form.get('expires_in') ? Number(form.get('expires_in')) : undefined,
	});
}}>
	<label class="field"><span>What for <em>(optional, everybody sees it)</em></span>
		<input name="comment" maxlength="500" value=${comment} autocomplete="off" /></label>
	<label class="field"><span>For how long</span>
		<select name="expires_in"><option value="">the usual time</option>
			${durations().map(([seconds, words]) => html`<option value=${seconds}>${words}</option>`)}</select></label>
	<div class="actions"><button type="button" class="button" onClick=${() => close(null)}>Cancel</button>
		<button class="button primary">${yes}</button></div>
</form>`);

/** @param {() => Promise<any>} action @param {string} [done] */
async function attempt(action, done) {
	try {
		const answer = await action();
		if (done)
			tell({ kind: 'good', text: done });
		return answer ?? true;
	} catch (error) {
		await explain(error);
		return null;
	}
}

/** One press: locked for the usual time, no question. @param {string} pn */
export const quickLock = pn => attempt(() => api.lock(pn), `${pn} is yours`);

/** @param {string} pn */
export async function lockWithWish(pn) {
	const wish = await askWish(`Lock ${pn}`, 'Lock', '');
	return wish && attempt(() => api.lock(pn, wish), `${pn} is yours`);
}

/** @param {Lock} lock */
export async function renew(lock) {
	const wish = await askWish(`Renew the lock of ${lock.part_number}`, 'Renew', lock.comment);
	return wish && attempt(() => api.lock(lock.part_number, wish), `The lock of ${lock.part_number} was renewed`);
}

/** @param {string} pn */
export const release = pn => attempt(() => api.unlock(pn), `${pn} is free again`);

/** @param {Lock} lock */
export async function askForRelease(lock) {
	const message = await ask(`Ask ${lock.locked_by} for ${lock.part_number}`, close => html`<form class="form" onSubmit=${(/** @type {any} */ event) => {
		event.preventDefault();
		close(String(new FormData(event.currentTarget).get('message') ?? ''));
	}}>
		<p class="prose">${lock.locked_by} sees your message at once; you are told when the item is free.</p>
		<label class="field"><span>Message <em>(optional)</em></span><input name="message" maxlength="500" autocomplete="off" /></label>
		<div class="actions"><button type="button" class="button" onClick=${() => close(null)}>Cancel</button>
			<button class="button primary">Ask</button></div>
	</form>`);
	if (message !== null)
		await attempt(() => api.askForRelease(lock.part_number, message), `${lock.locked_by} was asked`);
}

/** Admins only: takes a lock away. @param {Lock} lock */
export async function forceRelease(lock) {
	const reason = await ask(`Take ${lock.part_number} from ${lock.locked_by}?`, close => html`<form class="form" onSubmit=${(/** @type {any} */ event) => {
		event.preventDefault();
		close(String(new FormData(event.currentTarget).get('reason') ?? ''));
	}}>
		<p class="prose">${lock.locked_by} has held it since <b>${exactTime(lock.locked_at)}</b> and may have work that is
			not uploaded. The release is recorded in your name, and ${lock.locked_by} is told.</p>
		<label class="field"><span>Reason</span><input name="reason" required maxlength="500" autocomplete="off" /></label>
		<div class="actions"><button type="button" class="button" onClick=${() => close(null)}>Cancel</button>
			<button class="button danger">Force release</button></div>
	</form>`);
	if (reason !== null)
		await attempt(() => api.unlock(lock.part_number, reason), `${lock.part_number} was released by force`);
}

/** @param {string[]} pns */
export const lockAll = pns => attempt(() => api.lockAll(pns), `${pns.length} items are yours`);
/** @param {string[]} pns */
export const releaseAll = pns => attempt(() => api.unlockAll(pns), `${pns.length} items are free again`);

/** Is it mine? @param {Lock | null} lock */
export const isMine = lock => lock !== null && lock.locked_by === me.value?.username;
