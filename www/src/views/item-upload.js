// A file dropped or chosen becomes the next revision: progress, cancel, and plain words when the
// item is locked (409) or has moved on (412).
import { computed, signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '../server/api.js';
import { most } from '../server/facts.js';
import { now } from '../base/clock.js';
import { html } from '../base/html.js';
import { exactTime, fileSize } from '../words/format.js';
import { liveLock, lockAfter } from '../state/lease.js';
import { follow, onReset, readBeside, tellOwn } from '../server/live.js';
import { canEdit, isMine, readOnly } from '../state/store.js';
import { askForRelease, quickLock } from '../locks/actions.js';
import { explain } from '../locks/answers.js';
import { ask } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { Person } from '../parts/people.js';
import { tell } from '../parts/toast.js';

/** @typedef {{file: File, base: number, sent: number, total: number, cancel: (() => void) | null}} Sending */

/** @param {{item: import('../server/types.js').Item}} props */
export function Upload({ item }) {
	const [work, setWork] = useState(/** @type {Sending | null} */ (null));
	const [over, setOver] = useState(false);
	const chooser = useRef(/** @type {HTMLInputElement | null} */ (null));
	const lock = liveLock(item.lock, now.value);
	const mine = isMine(lock);
	const holder = lock && !mine ? lock.locked_by : null;
	/** Nobody can upload now, in words. */
	const why = holder
		? `${holder} holds the lock. Only ${holder} can check in.`
		: readOnly.value
			? 'The server is read-only at the moment.'
			: '';
	const blocked = why !== '';
	// A file dropped beside the field must not make the browser leave the page.
	useEffect(() => {
		const stop = (/** @type {DragEvent} */ event) => event.preventDefault();
		addEventListener('dragover', stop);
		addEventListener('drop', stop);
		return () => {
			removeEventListener('dragover', stop);
			removeEventListener('drop', stop);
		};
	}, []);
	if (!canEdit.value) return null;

	/** @param {File | undefined} file */
	const choose = file => {
		if (file && !blocked)
			setWork({ file, base: item.current_revision, sent: 0, total: file.size, cancel: null });
	};
	/** @param {any} event */
	const drop = event => {
		event.preventDefault();
		setOver(false);
		choose(event.dataTransfer?.files?.[0]);
	};
	if (work)
		return html`
			<${Sender} item=${item} work=${work} setWork=${setWork} mine=${mine} why=${why} />
		`;
	return html`
		<section
			class=${`panel upload ${over ? 'over' : ''} ${blocked ? 'blocked' : ''}`}
			aria-label="Check in"
			onDragOver=${(/** @type {any} */ event) => {
				event.preventDefault();
				setOver(!blocked);
			}}
			onDragLeave=${() => setOver(false)}
			onDrop=${drop}
		>
			<${Icon} name="upload" size=${26} />
			<div>
				<b>Check in</b>
				<p class="quiet">${blocked ? why : 'Drop a file here, or choose one.'}</p>
			</div>
			<button class="button" disabled=${blocked} onClick=${() => chooser.current?.click()}>
				Choose file…
			</button>
			<input
				ref=${chooser}
				type="file"
				class="hidden"
				tabindex="-1"
				aria-hidden="true"
				onChange=${(/** @type {any} */ event) => {
					choose(event.currentTarget.files?.[0]);
					event.currentTarget.value = '';
				}}
			/>
		</section>
	`;
}

/** @param {{
 *   item: import('../server/types.js').Item, work: Sending, setWork: (work: Sending | null) => void,
 *   mine: boolean, why: string,
 * }} props */
function Sender({ item, work, setWork, mine, why }) {
	const pn = item.part_number;
	const [wish, setWish] = useState({ comment: '', release: true });
	const say = (/** @type {any} */ event) => setWish({ ...wish, comment: event.currentTarget.value });
	const keep = (/** @type {any} */ event) => setWish({ ...wish, release: event.currentTarget.checked });
	/** @param {number} base */
	const send = async base => {
		const { done, cancel } = api.upload(
			pn,
			work.file,
			{
				comment: wish.comment,
				base_revision: base,
				...(mine ? { lease_id: item.lock?.lease_id } : {}),
				...(mine && wish.release ? { release_lock: true } : {}),
			},
			(sent, total) => setWork({ ...work, base, sent, total, cancel }),
		);
		setWork({ ...work, base, cancel });
		try {
			const { status, data } = await done;
			if (status === 201 && mine && wish.release && item.lock)
				tellOwn('item.unlocked', [{ ...item.lock, at: item.lock.expires_at, reason: 'committed' }]);
			tell(
				status === 201
					? { kind: 'good', text: `Revision ${data.revision_number} of ${pn} is stored` }
					: {
							kind: 'info',
							text: `The file is the same as revision ${data.revision_number}. Nothing new was stored.`,
						},
			);
			setWork(null);
		} catch (error) {
			setWork({ ...work, base, sent: 0, cancel: null });
			const refused = /** @type {api.ApiError} */ (error);
			if (refused.code === 'stale_revision' && (await stale(pn, work.file, refused.body)))
				await send(refused.body.current_revision ?? refused.body.revision?.revision_number);
			else if (refused.status === 409 && refused.body.lock) {
				const next = await lockedByOther(refused.body.lock);
				if (next === 'again') await send(base);
				else if (next === 'lock') await quickLock(pn);
				else if (next) await askForRelease(next);
			} else if (refused.code !== 'stale_revision') await explain(error);
		}
	};
	const part = work.total ? Math.round((work.sent / work.total) * 100) : 0;
	return html`
		<section class="panel" aria-label="Check in">
			<h2>Check in</h2>
			<form
				class="form"
				onSubmit=${(/** @type {any} */ event) => {
					event.preventDefault();
					send(work.base);
				}}
			>
				<p class="file-line">
					<${Icon} name="document" size=${18} />
					<span class="file-name">${work.file.name}</span>
					${' '}
					<span class="quiet">${fileSize(work.file.size)}</span>
				</p>
				<label class="field">
					<span>
						What changed${' '}
						<em>(optional)</em>
					</span>
					<input
						name="comment"
						maxlength=${most('revision_comment')}
						autocomplete="off"
						autofocus
						disabled=${work.cancel !== null}
						value=${wish.comment}
						onInput=${say}
					/>
				</label>
				${
					mine &&
					html`
						<label class="check-line">
							<input
								type="checkbox"
								checked=${wish.release}
								disabled=${work.cancel !== null}
								onChange=${keep}
							/>
							${' '}Release the lock when the file is stored
						</label>
					`
				}
				<div class="progress-place">
					${
						work.cancel
							? html`
									<progress max="100" value=${part} aria-label="Sent"></progress>
									<span class="quiet">${part} %</span>
								`
							: why &&
								html`
									<p class="form-error" role="alert">${why}</p>
								`
					}
				</div>
				<div class="actions">
					<button
						type="button"
						class="button"
						onClick=${() => (work.cancel ? work.cancel() : setWork(null))}
					>
						${work.cancel ? 'Cancel upload' : 'Cancel'}
					</button>
					<button class="button primary" disabled=${work.cancel !== null || why !== ''}>
						<${Icon} name="upload" size=${18} />
						Check in
					</button>
				</div>
			</form>
		</section>
	`;
}

/** @typedef {import('../server/types.js').Lock} Lock */

/** Follows the lock while it is read: it may be free long before the answer.
 * @param {Lock} refusal @returns {Promise<'again' | 'lock' | Lock | null>} upload again, lock it, ask for this lock */
async function lockedByOther(refusal) {
	const pn = refusal.part_number;
	/** @type {import('@preact/signals').Signal<Lock | null>} */
	const known = signal(refusal);
	const held = computed(() => liveLock(known.value, now.value));
	const read = () =>
		readBeside(() => api.item(pn)).then(
			({ answer, missed }) => {
				known.value = missed.reduce(lockAfter(pn), answer.item.lock);
			},
			() => {},
		);
	const ends = [
		onReset(read),
		follow(events => {
			known.value = events.reduce(lockAfter(pn), known.value);
		}),
	];
	read();
	try {
		return await ask(
			computed(() => {
				const now = !held.value
					? 'was locked, and is free now'
					: isMine(held.value)
						? 'was locked'
						: 'is locked';
				return `Not stored: ${pn} ${now}`;
			}),
			close => html`
				<${Refused} refusal=${refusal} held=${held} close=${close} />
			`,
		);
	} finally {
		ends.forEach(end => end());
	}
}

/** @param {{
 *   refusal: Lock, held: import('@preact/signals').ReadonlySignal<Lock | null>,
 *   close: (answer: any) => void,
 * }} props */
function Refused({ refusal, held, close }) {
	const lock = held.value;
	// Keys: what is pressed must not turn into another button under the finger.
	const again = html`
		<button key="again" class="button primary" disabled=${readOnly.value} onClick=${() => close('again')}>
			Check in again
		</button>
	`;
	return html`
		<div class="form">
			<p class="prose" aria-live="polite">
				${
					!lock
						? html`
								<b>${refusal.locked_by}</b>
								${' '}held the lock when your file arrived. The item is free now.
							`
						: isMine(lock)
							? html`
									<b>${refusal.locked_by}</b>
									${' '}held the lock when your file arrived. You hold it now.
								`
							: html`
									<b>${lock.locked_by}</b>
									${' '}has held the lock since ${exactTime(lock.locked_at)},
									until${' '}${exactTime(lock.expires_at)} at the latest.
								`
				}
				${' '}Your file was not stored. It is still on your computer.
			</p>
			${
				lock?.comment &&
				html`
					<p class="quote">${lock.comment}</p>
				`
			}
			<div class="actions">
				<button key="close" class="button" onClick=${() => close(null)}>Close</button>
				${
					!lock &&
					html`
						<button
							key="lock"
							class="button"
							disabled=${readOnly.value}
							onClick=${() => close('lock')}
						>
							Check out
						</button>
					`
				}
				${
					!lock || isMine(lock)
						? again
						: html`
								<button
									key="ask"
									class="button primary"
									disabled=${readOnly.value}
									onClick=${() => close(lock)}
								>
									Request release…
								</button>
							`
				}
			</div>
		</div>
	`;
}

/** @param {string} pn @param {File} file @param {any} body @returns {Promise<boolean>} store it on top anyway? */
const stale = (pn, file, body) =>
	ask(
		'Not stored: the item has a newer revision',
		close => html`
			<div class="form">
				<p class="prose">
					Your file is based on an older revision. This one was stored since; yours on top would
					hide its changes:
				</p>
				<div class="newest">
					<b class="rev-number">${body.revision?.revision_number}</b>
					${' '}
					<${Person} name=${body.revision?.created_by} />
					<span>${body.revision?.comment}</span>
				</div>
				<p class="prose">Download it, make your changes in it, and check that in.</p>
				<div class="actions wrap">
					<button class="button plain danger-text" onClick=${() => close(true)}>
						Check in ${file.name} on top anyway
					</button>
					<span class="grow"></span>
					<button class="button" onClick=${() => close(false)}>Cancel</button>
					${
						body.revision?.filename &&
						html`
							<a
								class="button primary"
								href=${api.fileAddress(pn, body.revision.revision_number)}
								download=${body.revision.filename}
								onClick=${() => close(false)}
							>
								<${Icon} name="download" size=${18} />
								Download newest
							</a>
						`
					}
				</div>
			</div>
		`,
	);
