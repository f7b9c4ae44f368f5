// Everything that is locked now; mine first.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as api from '../server/api.js';
import { most } from '../server/facts.js';
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { exactTime, timeLeft } from '../words/format.js';
import { itemOf } from '../state/known-items.js';
import { endsSoon, left, lockThrough } from '../state/lease.js';
import { follow, onReset, readBeside } from '../server/live.js';
import { link } from '../base/router.js';
import { canEdit, isAdmin, isMine, me, readOnly, writable } from '../state/store.js';
import { askForRelease, forceRelease, release, renew } from '../locks/actions.js';
import { FailedList } from '../parts/failed.js';
import { LockIcon } from '../parts/lock-mark.js';
import { Person } from '../parts/people.js';
import { NamedPicture } from '../parts/picture.js';
import { When } from '../parts/time.js';
import { tellError } from '../parts/toast.js';

/** @typedef {import('../server/types.js').Lock} Lock */
/** @typedef {import('../server/types.js').FeedEvent} FeedEvent */

/** Mine first, those ending first on top; then the others', newest first.
 * @param {Lock[]} locks @param {string | undefined} username */
export function inOrder(locks, username) {
	const mine = locks.filter(lock => lock.locked_by === username);
	const others = locks.filter(lock => lock.locked_by !== username);
	mine.sort((a, b) => a.expires_at.localeCompare(b.expires_at));
	others.sort((a, b) => b.locked_at.localeCompare(a.locked_at));
	return [...mine, ...others];
}

/** @param {FeedEvent} event */
const changesLocks = ({ type }) => type === 'item.locked' || type === 'item.unlocked';

/** The locks after these events. @param {Map<string, Lock>} locks @param {FeedEvent[]} events */
function withEvents(locks, events) {
	const next = new Map(locks);
	for (const event of events.filter(changesLocks)) {
		const pn = event.data.part_number;
		const lock = lockThrough(next.get(pn), event);
		if (lock) next.set(pn, lock);
		else next.delete(pn);
	}
	return next;
}

export function LocksView() {
	/** @type {import('@preact/signals').Signal<Map<string, Lock> | null>} */
	const locks = useSignal(null);
	/** @type {import('@preact/signals').Signal<string | null>} */
	const older = useSignal(null);
	const failed = useSignal(false);
	const load = async () => {
		// Mine are asked for by name, for they may be old and far down the others' list.
		const {
			answer: [own, all],
			missed,
		} = await readBeside(() =>
			Promise.all([
				api.locks({ user: me.value?.username, limit: most('page') }),
				api.locks({ limit: 200 }),
			]).catch(() => [null, null]),
		);
		failed.value = !own || !all;
		if (!own || !all) return;
		locks.value = withEvents(
			new Map([...all.locks, ...own.locks].map(lock => [lock.part_number, lock])),
			missed,
		);
		older.value = all.next_cursor;
	};
	const more = () =>
		readBeside(() => api.locks({ limit: 500, cursor: older.value })).then(({ answer: page, missed }) => {
			locks.value = withEvents(
				new Map([
					...page.locks.map(lock => /** @type {[string, Lock]} */ ([lock.part_number, lock])),
					...(locks.value ?? []),
				]),
				missed,
			);
			older.value = page.next_cursor;
		}, tellError);
	useEffect(() => {
		load();
	}, []);
	useEffect(() => onReset(load), []);
	useEffect(
		() =>
			follow(events => {
				if (locks.value && events.some(changesLocks)) locks.value = withEvents(locks.value, events);
			}),
		[],
	);
	const shown = inOrder([...(locks.value?.values() ?? [])], me.value?.username);
	const mine = shown.filter(isMine);
	const others = shown.slice(mine.length);
	return html`
		<main class="page locks" tabindex="-1" aria-busy=${locks.value === null && !failed.value}>
			<header class="page-head">
				<h1>Active locks</h1>
				<p class="quiet">Who has what checked out right now.</p>
			</header>
			${
				locks.value === null
					? failed.value &&
						html`
							<${FailedList} what="The locks" again=${load} />
						`
					: html`
							<${Group} title="Mine" locks=${mine} none="You hold no lock." />
							<${Group} title="Others" locks=${others} none="Nobody else holds a lock." />
						`
			}
			${
				older.value &&
				html`
					<button class="button" onClick=${more}>Older locks</button>
				`
			}
		</main>
	`;
}

/** @param {{title: string, locks: Lock[], none: string}} props */
function Group({ title, locks, none }) {
	return html`
		<section class="panel" aria-label=${title}>
			<h2>
				${title}${' '}
				<span class="quiet">${locks.length}</span>
			</h2>
			${
				locks.length === 0
					? html`
							<p class="quiet">${none}</p>
						`
					: html`
							<div class="lock-table" role="table" aria-label=${`${title}: locks`}>
								<div role="rowgroup" class="lock-table-head">
									<div role="row" class="lock-row">
										${[
											'Item',
											'Holder',
											'Since',
											'Time left',
											'Comment',
											'Workstation',
											'',
										].map(
											words => html`
												<span role="columnheader">
													${
														words ||
														html`
															<span class="hidden">Actions</span>
														`
													}
												</span>
											`,
										)}
									</div>
								</div>
								<div role="rowgroup">
									${locks.slice(0, 2000).map(
										lock => html`
											<${LockRow} key=${lock.part_number} lock=${lock} />
										`,
									)}
								</div>
							</div>
						`
			}
		</section>
	`;
}

/** @param {{lock: Lock}} props */
function LockRow({ lock }) {
	const soon = endsSoon(lock, now.value);
	const off = !writable.value;
	return html`
		<div role="row" class=${`lock-row ${isMine(lock) ? 'is-mine' : 'is-other'}`}>
			<span role="cell" class="lock-item">
				<${LockIcon} lock=${lock} />
				<a
					class="lock-picture"
					href=${link('items', lock.part_number)}
					tabindex="-1"
					aria-hidden="true"
				>
					<${NamedPicture} pn=${lock.part_number} />
				</a>
				<span class="lock-name">
					<a class="pn" href=${link('items', lock.part_number)}>${lock.part_number}</a>
					<span class="lock-text">${itemOf(lock.part_number).value?.description}</span>
				</span>
			</span>
			<span role="cell"><${Person} name=${lock.locked_by} /></span>
			<span role="cell" class="lock-since quiet"><${When} at=${lock.locked_at} /></span>
			<span
				role="cell"
				class=${`lock-remaining ${soon ? 'soon-text' : ''}`}
				title=${`until ${exactTime(lock.expires_at)}`}
			>
				${timeLeft(left(lock, now.value))}
			</span>
			<span role="cell" class="lock-comment" title=${lock.comment}>${lock.comment}</span>
			<span role="cell" class="quiet">${lock.workstation}</span>
			<span role="cell" class="lock-actions">
				${
					canEdit.value &&
					(isMine(lock)
						? html`
								<button
									class="button small"
									disabled=${off}
									aria-label=${`Renew ${lock.part_number}`}
									onClick=${() => renew(lock)}
								>
									Renew
								</button>
								<button
									class="button small"
									disabled=${off}
									aria-label=${`Release ${lock.part_number}`}
									onClick=${() => release(lock)}
								>
									Release
								</button>
							`
						: html`
								<button
									class="button small"
									disabled=${off}
									aria-label=${`Request release of ${lock.part_number}`}
									onClick=${() => askForRelease(lock)}
								>
									Request
								</button>
								${
									isAdmin.value &&
									html`
										<button
											class="button small danger"
											disabled=${off}
											aria-label=${`Force release of ${lock.part_number}`}
											onClick=${() => forceRelease(lock)}
										>
											Force
										</button>
									`
								}
							`)
				}
				${
					!canEdit.value &&
					isMine(lock) &&
					html`
						<button
							class="button small"
							disabled=${readOnly.value}
							aria-label=${`Release ${lock.part_number}`}
							onClick=${() => release(lock)}
						>
							Release
						</button>
					`
				}
			</span>
		</div>
	`;
}
