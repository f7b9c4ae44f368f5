// Who holds the item, and what the reader may do about it.
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { exactTime, timeLeft } from '../words/format.js';
import { left, liveLock, lockState } from '../state/lease.js';
import { canEdit, isAdmin, me, readOnly, writable } from '../state/store.js';
import {
	askForRelease,
	busy,
	forceRelease,
	lockWithWish,
	quickLock,
	release,
	renew,
} from '../locks/actions.js';
import { Icon } from '../parts/icons.js';
import { LockIcon } from '../parts/lock-mark.js';
import { When } from '../parts/time.js';

// A comment that may have to be scrolled is reached by the keyboard.
const LONG = 90;
const ADVICE = 'Check it out before you edit: others then see that you have it.';

/** A holder whose role was lowered can still release. The panel has one height in all states: a lock that
 * comes or goes moves nothing below it.
 * @param {{item: import('../server/types.js').Item}} props */
export function ItemLock({ item }) {
	const lock = liveLock(item.lock, now.value);
	const { state, soon } = lockState(lock, me.value?.username, now.value);
	return html`
		<section class=${`panel lock-panel is-${state} ${soon ? 'is-soon' : ''}`} aria-label="Lock">
			<div class="lock-line">
				<${LockIcon} lock=${lock} size=${30} />
				<div class="lock-words" aria-live="polite">
					<h2>
						${
							state === 'free'
								? 'Free'
								: state === 'mine'
									? 'Locked by you'
									: html`
											Locked by ${lock?.locked_by}
										`
						}
					</h2>
					<p class="quiet">
						${
							lock
								? html`
										since${' '}
										<${When} at=${lock.locked_at} style="short" />
										${lock.workstation && ` at ${lock.workstation}`}
									`
								: 'Nobody is editing it.'
						}
					</p>
				</div>
				${
					lock &&
					html`
						<div class="lock-time" title=${`until ${exactTime(lock.expires_at)}`}>
							<b>${timeLeft(left(lock, now.value))}</b>
							<span class="quiet">left</span>
						</div>
					`
				}
			</div>
			<p
				class=${`lock-note ${lock?.comment ? 'quote' : 'quiet'}`}
				tabindex=${lock && lock.comment.length > LONG ? '0' : undefined}
			>
				${lock ? lock.comment || 'No comment.' : canEdit.value ? ADVICE : ''}
			</p>
			<div class="actions start">
				${
					canEdit.value
						? html`
								<${Buttons} lock=${lock} pn=${item.part_number} state=${state} />
							`
						: state === 'mine' &&
							lock &&
							html`
								<button
									class="button primary"
									disabled=${readOnly.value}
									onClick=${() => release(lock)}
								>
									<${Icon} name="free" size=${18} />
									Release
								</button>
							`
				}
			</div>
			${
				readOnly.value &&
				canEdit.value &&
				html`
					<p class="quiet">The server is read-only at the moment.</p>
				`
			}
		</section>
	`;
}

/** @param {{lock: any, pn: string, state: string}} props */
function Buttons({ lock, pn, state }) {
	const off = !writable.value;
	const settling = busy.value.has(pn) ? 'true' : undefined;
	if (state === 'free')
		return html`
			<button
				class="button primary"
				disabled=${off}
				aria-disabled=${settling}
				onClick=${() => quickLock(pn)}
			>
				<${Icon} name="mine" size=${18} />
				Check out
			</button>
			<button
				class="button"
				disabled=${off}
				aria-label="Check out with comment…"
				onClick=${() => lockWithWish(pn)}
			>
				With comment…
			</button>
		`;
	if (state === 'mine')
		return html`
			<button
				class="button primary"
				disabled=${off}
				aria-disabled=${settling}
				onClick=${() => release(lock)}
			>
				<${Icon} name="free" size=${18} />
				Release
			</button>
			<button class="button" disabled=${off} onClick=${() => renew(lock)}>
				<${Icon} name="renew" size=${18} />
				Renew…
			</button>
		`;
	return html`
		<button class="button" disabled=${off} onClick=${() => askForRelease(lock)}>
			<${Icon} name="bell" size=${18} />
			Request release…
		</button>
		${
			isAdmin.value &&
			html`
				<button class="button danger" disabled=${off} onClick=${() => forceRelease(lock)}>
					Force release…
				</button>
			`
		}
	`;
}
