// Messages that come and go, and desktop notifications where the reader allowed them.
import { signal } from '@preact/signals';
import { html } from '../base/html.js';
import { Icon } from './icons.js';

/** `lasting`: about the reader, not about the page it came up on.
 * @typedef {{
 *   id: number, kind: 'good' | 'info' | 'warn' | 'bad', lasting?: boolean,
 *   icon?: 'bell' | 'clock' | 'free', text: string, href?: string,
 *   action?: {label: string, run: () => void},
 * }} Toast */

const ICON = { good: 'check', info: 'bell', warn: 'warn', bad: 'warn' };

/** @type {import('@preact/signals').Signal<Toast[]>} */
const toasts = signal([]);
let next = 1;
const SHOWN_AT_MOST = 4;

/** @param {Omit<Toast, 'id'>} toast */
export function tell(toast) {
	const id = next++;
	toasts.value = [...toasts.value.slice(1 - SHOWN_AT_MOST), { ...toast, id }];
	// What needs an answer or reports a loss stays until it is closed.
	if (toast.kind === 'good' || toast.kind === 'info') setTimeout(() => close(id), 6000);
	return id;
}

/** @param {any} error */
export const tellError = error =>
	error?.code === 'cancelled' || tell({ kind: 'bad', text: error?.message ?? String(error) });

/** @param {number} id */
function close(id) {
	toasts.value = toasts.value.filter(toast => toast.id !== id);
}

/** Another page: what went wrong on the one before is no longer of use. */
export function leavePage() {
	toasts.value = toasts.value.filter(({ kind, lasting }) => lasting || kind === 'good' || kind === 'info');
}

/** @param {string} title @param {string} body @param {string} href */
export function notifyDesktop(title, body, href) {
	if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || document.hasFocus())
		return;
	const note = new Notification(title, { body, tag: href });
	note.onclick = () => {
		window.focus();
		location.hash = href;
		note.close();
	};
}

/** A part number is not broken at its hyphens. @param {string} text */
const unbroken = text =>
	text.split(' ').map((word, at) => [
		at > 0 && ' ',
		word.includes('-') && word.length <= 30
			? html`
					<span class="unbroken">${word}</span>
				`
			: word,
	]);

export function Toasts() {
	return html`
		<div class="toasts" role="region" aria-label="Messages" aria-live="polite">
			${toasts.value.map(
				toast => html`
					<div key=${toast.id} class=${`toast toast-${toast.kind}`}>
						<${Icon} name=${toast.icon ?? ICON[toast.kind]} />
						<span class="toast-text">
							${
								toast.href
									? html`
											<a href=${toast.href}>${unbroken(toast.text)}</a>
										`
									: unbroken(toast.text)
							}
						</span>
						${
							toast.action &&
							html`
								<button
									class="button small"
									onClick=${() => {
										toast.action?.run();
										close(toast.id);
									}}
								>
									${toast.action.label}
								</button>
							`
						}
						<button
							class="icon-button"
							aria-label="Close message"
							onClick=${() => close(toast.id)}
						>
							<${Icon} name="close" size=${16} />
						</button>
					</div>
				`,
			)}
		</div>
	`;
}
