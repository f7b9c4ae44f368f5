// The top of every page: where to go, who I am, whether what I see is live.
import { html } from '../base/html.js';
import * as api from '../server/api.js';
import { link, route } from '../base/router.js';
import { connection, isAdmin, leave, me, myLocks } from '../state/store.js';
import { chooseTheme, theme } from '../base/theme.js';
import { Icon } from './icons.js';
import { Logo } from './logo.js';
import { Face } from './people.js';
import { tellError } from './toast.js';

const LINKS = [
	['items', 'items', 'Items'],
	['locks', 'locked', 'Locks'],
	['activity', 'activity', 'Activity'],
	['settings', 'settings', 'Settings'],
	['users', 'users', 'Users'],
];

const LIVE = {
	off: 'Not connected',
	connecting: 'Connecting…',
	live: 'Live: changes appear at once',
	lost: 'Connection lost, trying again',
	held: 'A proxy holds back the event stream: changes appear after a few seconds',
	mute: 'The server opens no event stream: changes appear after a few seconds',
	crowded: 'You have too many event streams open: changes appear after a few seconds',
};
/** @type {Record<string, string>} */
const LIVE_WORD = { live: 'live', lost: 'offline', held: 'delayed', crowded: 'delayed', mute: 'delayed' };
const THEMES = /** @type {const} */ (['system', 'light', 'dark']);
const THEME_ICON = { system: 'screen', light: 'sun', dark: 'moon' };

async function signOut() {
	try {
		await api.logout();
		leave();
	} catch (error) {
		tellError(error);
	}
}

function ThemeButton() {
	const next = THEMES[(THEMES.indexOf(theme.value) + 1) % 3];
	const name = (/** @type {string} */ one) => (one === 'system' ? 'as the system' : one);
	const words = `Theme: ${name(theme.value)}; change to ${name(next)}`;
	return html`
		<button class="icon-button" title=${words} aria-label=${words} onClick=${() => chooseTheme(next)}>
			<${Icon} name=${THEME_ICON[theme.value]} />
		</button>
	`;
}

export function Header() {
	const who = me.value;
	if (!who) return null;
	const count = myLocks.value.size;
	const name = who.display_name || who.username;
	return html`
		<header class="header">
			<button
				class="skip button"
				onClick=${() => /** @type {HTMLElement | null} */ (document.querySelector('main'))?.focus()}
			>
				Skip to content
			</button>
			<a class="brand" href=${link('items')} aria-label="Silo, to the items">
				<${Logo} />
				<span>Silo</span>
			</a>
			<nav class="nav" aria-label="Main">
				${LINKS.filter(([view]) => view !== 'users' || isAdmin.value).map(
					([view, icon, words]) => html`
						<a
							key=${view}
							class="nav-link"
							href=${link(view)}
							aria-current=${route.value.view === view ? 'page' : undefined}
							title=${words}
						>
							<${Icon} name=${icon} />
							<span class="nav-words">${words}</span>
							${
								view === 'locks' &&
								html`
									<span class=${`badge ${count ? '' : 'none'}`}>
										${count}
										<span class="hidden">${' '}mine</span>
									</span>
								`
							}
						</a>
					`,
				)}
			</nav>
			<div class="who">
				<span class=${`live live-${connection.value}`} role="status" title=${LIVE[connection.value]}>
					<span class="live-dot" aria-hidden="true"></span>
					<span class="live-words">${LIVE_WORD[connection.value] ?? '…'}</span>
				</span>
				<span class="me" title=${`Signed in as ${who.username}`}>
					<${Face} name=${who.username} />
					<span class="me-name">${name}</span>
					<span class=${`role role-${who.role}`}>${who.role}</span>
				</span>
				<${ThemeButton} />
				<button class="icon-button" title="Sign out" aria-label="Sign out" onClick=${signOut}>
					<${Icon} name="out" />
				</button>
			</div>
		</header>
	`;
}
