// The page: header, banner, the view that the address names. Everything else is a module of its own.
import { render } from 'preact';
import { html } from './base/html.js';
import { startClock } from './base/clock.js';
import { hurry, restWhenHidden } from './server/live.js';
import { startAlerts } from './locks/alerts.js';
import { link, route, startRouter } from './base/router.js';
import { applyTheme } from './base/theme.js';
import { connection, enter, isAdmin, mode, session } from './state/store.js';
import { Dialogs } from './parts/dialog.js';
import { Header } from './parts/header.js';
import { leavePage, Toasts } from './parts/toast.js';
import { Icon } from './parts/icons.js';
import { ActivityView } from './views/activity.js';
import { ItemView } from './views/item.js';
import { ItemsView } from './views/items.js';
import { LocksView } from './views/locks.js';
import { SettingsView } from './views/settings.js';
import { SignIn } from './views/sign-in.js';
import { UsersView } from './views/users.js';

function View() {
	const { view, name } = route.value;
	if (view === 'items' && name)
		return html`
			<${ItemView} key=${name.toLowerCase()} pn=${name} />
		`;
	if (view === 'items')
		return html`
			<${ItemsView} />
		`;
	if (view === 'locks')
		return html`
			<${LocksView} />
		`;
	if (view === 'activity')
		return html`
			<${ActivityView} />
		`;
	if (view === 'settings')
		return html`
			<${SettingsView} />
		`;
	if (view === 'users' && isAdmin.value)
		return html`
			<${UsersView} />
		`;
	return html`
		<main class="page">
			<div class="empty">
				<${Icon} name="cube" size=${40} />
				<h1>Nothing here</h1>
				<p>There is no such page.</p>
				<a class="button" href=${link('items')}>To the items</a>
			</div>
		</main>
	`;
}

const RELOADS = 'The page reloads its data every few seconds.';
const READ_ONLY =
	'The server is read-only at the moment: you can look and download, but not change anything.';
/** What is wrong with the connection. @type {Record<string, string>} */
const TROUBLES = {
	lost: 'No connection to the server. What you see may be out of date. Trying again…',
	held: `The server answers, but a proxy in between holds back its event stream. ${RELOADS}`,
	mute: `The server answers but opens no event stream. Is silo-events running? ${RELOADS}`,
	crowded: `You have too many event streams open. Close some tabs or programs. ${RELOADS}`,
};

function Banner() {
	const text = TROUBLES[connection.value] ?? (mode.value === 'read-only' ? READ_ONLY : '');
	return html`
		<div class="banner-place" role="status">
			${
				text &&
				html`
					<div class=${`banner ${mode.value === 'read-only' ? 'calm' : ''}`}>
						<${Icon} name="warn" size=${18} />
						${text}
					</div>
				`
			}
		</div>
	`;
}

function App() {
	if (session.value === 'starting')
		return html`
			<div class="starting"><${Banner} /></div>
		`;
	return html`
		${
			session.value === 'out'
				? html`
						<${SignIn} />
					`
				: html`
						<div class="frame">
							<${Header} />
							<${Banner} />
							<${View} />
						</div>
					`
		}
		<${Dialogs} />
		<${Toasts} />
	`;
}

/** '/' goes to the search field from anywhere but a field. @param {KeyboardEvent} event */
function shortcuts(event) {
	const target = /** @type {HTMLElement} */ (event.target);
	if (
		event.key !== '/' ||
		event.ctrlKey ||
		event.metaKey ||
		event.altKey ||
		session.value !== 'in' ||
		target.closest('input, textarea, select, dialog, [contenteditable]')
	)
		return;
	event.preventDefault();
	const field = document.getElementById('search');
	if (field) {
		field.focus();
		return;
	}
	location.hash = link('items');
	setTimeout(() => document.getElementById('search')?.focus(), 50);
}

applyTheme();
startRouter(leavePage);
startClock();
startAlerts();
addEventListener('keydown', shortcuts);
addEventListener('online', hurry);
restWhenHidden();
document.addEventListener('visibilitychange', () => document.hidden || hurry());
render(
	html`
		<${App} />
	`,
	/** @type {HTMLElement} */ (document.getElementById('app')),
);
enter();
