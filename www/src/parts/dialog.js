// One question at a time: the browser's own modal dialog, which keeps the focus inside, closes on
// Escape and gives the focus back. It belongs to the page that asked: another address or the end of
// the session ends it.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../base/html.js';
import { session } from '../state/store.js';
import { Icon } from './icons.js';

/** @typedef {string | import('@preact/signals').ReadonlySignal<string>} Title a signal may change while it is read */
/** @type {import('@preact/signals').Signal<{title: Title, body: any, close: (answer: any) => void} | null>} */
const current = signal(null);

/**
 * Shows a dialog; resolves with what `close` was given, null when it was dismissed.
 * @param {Title} title
 * @param {(close: (answer: any) => void) => any} body
 * @returns {Promise<any>}
 */
export function ask(title, body) {
	current.value?.close(null);
	return new Promise(resolve => {
		const mine = {
			title,
			body,
			close: (/** @type {any} */ answer) => {
				if (current.value === mine) current.value = null;
				resolve(answer);
			},
		};
		current.value = mine;
	});
}

/** @param {string} title @param {any} text @param {{yes: string, danger?: boolean}} words
 *  @returns {Promise<boolean>} */
export async function confirm(title, text, { yes, danger }) {
	return (
		(await ask(
			title,
			close => html`
				<div class="form">
					<div class="prose">${text}</div>
					<div class="actions">
						<button class="button" onClick=${() => close(false)}>Cancel</button>
						<button
							class=${`button ${danger ? 'danger' : 'primary'}`}
							onClick=${() => close(true)}
						>
							${yes}
						</button>
					</div>
				</div>
			`,
		)) === true
	);
}

/**
 * A form in a dialog. It stays, with all that was typed, until `act` has succeeded: a refusal is
 * said inside of it. Resolves with what `act` gave, null when it was dismissed.
 * @param {string} title @param {any} fields
 * @param {{yes: string, danger?: boolean, act: (data: Record<string, string>) => Promise<any>}} way
 * @returns {Promise<any>}
 */
export const askForm = (title, fields, way) =>
	ask(
		title,
		close => html`
			<${Form} ...${{ fields, close, ...way }} />
		`,
	);

/** @param {{
 *   fields: any, yes: string, danger?: boolean, act: (data: any) => Promise<any>,
 *   close: (answer: any) => void,
 * }} props */
function Form({ fields, yes, danger, act, close }) {
	const [wrong, setWrong] = useState('');
	const [busy, setBusy] = useState(false);
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		setBusy(true);
		setWrong('');
		try {
			close(await act(Object.fromEntries(new FormData(event.currentTarget))));
		} catch (error) {
			setWrong(error instanceof Error ? error.message : String(error));
			setBusy(false);
		}
	};
	return html`
		<form class="form" onSubmit=${submit}>
			${fields}
			${
				wrong &&
				html`
					<p class="form-error" role="alert">${wrong}</p>
				`
			}
			<div class="actions">
				<button type="button" class="button" onClick=${() => close(null)}>Cancel</button>
				<button class=${`button ${danger ? 'danger' : 'primary'}`} disabled=${busy}>${yes}</button>
			</div>
		</form>
	`;
}

export function Dialogs() {
	const shown = current.value;
	return (
		shown &&
		html`
			<${Dialog} key=${shown} ...${shown} />
		`
	);
}

/** @param {{title: Title, body: (close: any) => any, close: (answer: any) => void}} props */
function Dialog({ title, body, close }) {
	const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
	// Closing, not only removing: the browser then gives the focus back to where it was.
	const end = (/** @type {any} */ answer) => {
		box.current?.close();
		close(answer);
	};
	useEffect(() => {
		const element = /** @type {HTMLDialogElement} */ (box.current);
		element.showModal();
		const first = element.querySelector('[autofocus], input, select, textarea');
		/** @type {HTMLElement | null} */ (
			first ?? element.querySelector('.actions button:last-child')
		)?.focus();
		const leave = () => end(null);
		addEventListener('hashchange', leave);
		const unsubscribe = session.subscribe(state => state === 'out' && leave());
		return () => {
			removeEventListener('hashchange', leave);
			unsubscribe();
		};
	}, []);
	return html`
		<dialog
			ref=${box}
			class="dialog"
			aria-labelledby="dialog-title"
			onCancel=${(/** @type {Event} */ event) => {
				event.preventDefault();
				end(null);
			}}
		>
			<header class="dialog-head">
				<h2 id="dialog-title">${title}</h2>
				<button class="icon-button" aria-label="Close" onClick=${() => end(null)}>
					<${Icon} name="close" />
				</button>
			</header>
			${body(end)}
		</dialog>
	`;
}
