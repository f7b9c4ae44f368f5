// What the server answered to a wish about a lock, in words: done, refused because another holds it, or
// meant for a lease that is gone. Asks nothing and changes nothing.
import { ApiError } from '../server/api.js';
import { exactTime, timeLeft } from '../words/format.js';
import { html } from '../base/html.js';
import { serverNow } from '../base/clock.js';
import { tellOwn } from '../server/live.js';
import { link } from '../base/router.js';
import { ask } from '../parts/dialog.js';
import { Person } from '../parts/people.js';
import { NamedPicture } from '../parts/picture.js';
import { tell, tellError } from '../parts/toast.js';

/** @typedef {import('../server/types.js').Lock} Lock */

/** Somebody else's lock is in the way: of a write (409), or of a release. @param {any} error */
const isConflict = error =>
	error instanceof ApiError &&
	(error.status === 409 || error.code === 'not_lock_owner') &&
	Boolean(error.body.lock);

/** What is to be released is free. @param {any} error */
const isNotLocked = error =>
	error instanceof ApiError && error.code === 'not_locked' && Boolean(error.body.part_number);

/** A write named another lease than the one there is. @param {any} error */
const isOtherLease = error => error instanceof ApiError && error.code === 'other_lease';

/** @param {any} error what came back; a conflict shows the lock, anything else its sentence */
export async function explain(error) {
	if (isConflict(error)) await conflict(error.body.locks ?? [error.body.lock]);
	else if (isOtherLease(error)) await changed(error.body);
	else if (isNotLocked(error))
		tell({ kind: 'warn', text: `${error.body.part_number} is not locked. Nothing was changed.` });
	else tellError(error);
}

/** @param {Lock[]} locks */
const conflict = locks =>
	showLocks(
		locks.length > 1 ? `${locks.length} items are locked by others` : `${locks[0].part_number} is locked`,
		`Nothing was changed. ${locks.length > 1 ? 'These are held by others:' : ''}`,
		locks,
	);

/** @param {{part_number: string, lock: Lock | null, locks?: Lock[]}} refusal */
function changed({ part_number: pn, lock, locks = lock ? [lock] : [] }) {
	tellOwn('item.locked', locks);
	return locks.length === 0
		? tell({
				kind: 'warn',
				text: `The lock on ${pn} has ended since you last looked. Nothing was changed.`,
			})
		: showLocks(
				`The lock on ${locks[0].part_number} has changed`,
				'It isn’t the lock you saw, so nothing was changed. The lock is now:',
				locks,
			);
}

/** @param {string} title @param {string} words @param {Lock[]} locks */
const showLocks = (title, words, locks) =>
	ask(
		title,
		close => html`
			<div class="form">
				<p class="prose">${words}</p>
				<ul class="conflicts">
					${locks.map(
						lock => html`
							<li key=${lock.part_number}>
								<${NamedPicture} pn=${lock.part_number} />
								<div class="conflict-words">
									<p>
										<a
											class="pn"
											href=${link('items', lock.part_number)}
											onClick=${() => close(null)}
										>
											${lock.part_number}
										</a>
										<${Person} name=${lock.locked_by} />
										<span class="quiet" title=${`until ${exactTime(lock.expires_at)}`}>
											${timeLeft(Date.parse(lock.expires_at) - serverNow())} left
										</span>
									</p>
									${
										lock.comment &&
										html`
											<p class="conflict-comment">${lock.comment}</p>
										`
									}
								</div>
							</li>
						`,
					)}
				</ul>
				<div class="actions">
					<button class="button primary" onClick=${() => close(null)}>Close</button>
				</div>
			</div>
		`,
	);

/** What a form does: a refusal is left to the form, except a conflict, which takes its place.
 * @param {() => Promise<any>} action @param {string | ((answer: any) => Parameters<typeof tell>[0])} done */
export async function within(action, done) {
	try {
		const answer = await action();
		tell(typeof done === 'string' ? { kind: 'good', text: done } : done(answer));
		return answer ?? true;
	} catch (error) {
		if (!isConflict(error) && !isOtherLease(error)) throw error;
		void explain(error);
		return null;
	}
}

/** @param {() => Promise<any>} action @param {string} [done] */
export async function attempt(action, done) {
	try {
		const answer = await action();
		if (done) tell({ kind: 'good', text: done });
		return answer ?? true;
	} catch (error) {
		await explain(error);
		return null;
	}
}
