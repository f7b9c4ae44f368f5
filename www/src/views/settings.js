// What belongs to me: theme, notifications, tokens, password.
import { useSignal } from '@preact/signals';
import * as api from '../server/api.js';
import { config, most } from '../server/facts.js';
import { html } from '../base/html.js';
import { me } from '../state/store.js';
import { chooseTheme, theme } from '../base/theme.js';
import { ask, confirm } from '../parts/dialog.js';
import { FailedLine } from '../parts/failed.js';
import { Icon } from '../parts/icons.js';
import { NewPassword } from '../parts/new-password.js';
import { When } from '../parts/time.js';
import { tell, tellError } from '../parts/toast.js';
import { useList } from '../parts/use-list.js';

export function SettingsView() {
	return html`
		<main class="page settings" tabindex="-1">
			<header class="page-head">
				<h1>Settings</h1>
				<p class="quiet">
					Signed in as${' '}${me.value?.username},${' '}${me.value?.role}
					${config.value.version && ` · Silo ${config.value.version}`}
				</p>
			</header>
			<${Looks} />
			<${Tokens} />
			<${Password} />
		</main>
	`;
}

function Looks() {
	const permission = useSignal(typeof Notification === 'undefined' ? 'missing' : Notification.permission);
	const allow = async () => {
		permission.value = await Notification.requestPermission();
	};
	const refused = permission.value === 'denied' ? 'blocked in the browser' : 'not in this browser';
	return html`
		<section class="panel" aria-labelledby="looks-title">
			<h2 id="looks-title">This browser</h2>
			<div class="setting">
				<span>Theme</span>
				<div class="segments" role="group" aria-label="Theme">
					${
						/** @type {const} */ (['system', 'light', 'dark']).map(
							choice => html`
								<button
									key=${choice}
									aria-pressed=${theme.value === choice ? 'true' : 'false'}
									onClick=${() => chooseTheme(choice)}
								>
									${choice}
								</button>
							`,
						)
					}
				</div>
			</div>
			<div class="setting">
				<span>
					Desktop notifications
					<br />
					<span class="quiet">
						when somebody requests your lock, it ends soon or an admin releases it
					</span>
				</span>
				${
					permission.value === 'granted'
						? html`
								<span class="ok">
									<${Icon} name="check" size=${18} />
									allowed
								</span>
							`
						: permission.value === 'default'
							? html`
									<button class="button" onClick=${allow}>Allow…</button>
								`
							: html`
									<span class="quiet">${refused}</span>
								`
				}
			</div>
		</section>
	`;
}

function Tokens() {
	const { list: tokens, failed, load } = useList(api.tokens);
	/** @param {any} event */
	const create = async event => {
		event.preventDefault();
		const form = event.currentTarget;
		const data = new FormData(form);
		try {
			const made = await api.createToken(
				String(data.get('name')),
				Number(data.get('days')) || undefined,
			);
			form.reset();
			load();
			await showOnce(made);
		} catch (error) {
			tellError(error);
		}
	};
	/** @param {import('../server/types.js').Token} token */
	const revoke = async token => {
		if (
			!(await confirm(`Revoke “${token.name}”?`, 'Whatever uses it stops working at once.', {
				yes: 'Revoke',
				danger: true,
			}))
		)
			return;
		await api.revokeToken(token.id).catch(tellError);
		load();
	};
	return html`
		<section class="panel" aria-labelledby="tokens-title" aria-busy=${tokens.value === null && !failed}>
			<h2 id="tokens-title">API tokens</h2>
			<p class="quiet">
				For the command line, FreeCAD and scripts (
				<a href="doc/api/">the HTTP interface</a>
				). A token can do what you can do.
			</p>
			${
				failed &&
				html`
					<${FailedLine} again=${load} />
				`
			}
			<ul class="tokens">
				${(tokens.value ?? []).map(
					token => html`
						<li key=${token.id}>
							<b>${token.name}</b>
							<code>${token.prefix}…</code>
							<span class="quiet">
								${
									token.last_used_at
										? html`
												used${' '}
												<${When} at=${token.last_used_at} />
											`
										: 'never used'
								}${
									token.expires_at &&
									html`
										, expires${' '}
										<${When} at=${token.expires_at} />
									`
								}
							</span>
							<button
								class="button small"
								aria-label=${`Revoke ${token.name}`}
								onClick=${() => revoke(token)}
							>
								Revoke
							</button>
						</li>
					`,
				)}
			</ul>
			<form class="inline-form" onSubmit=${create}>
				<label class="field">
					<span>Name</span>
					<input
						name="name"
						required
						maxlength=${most('token_name')}
						autocomplete="off"
						placeholder="e.g. FreeCAD on cad-01"
					/>
				</label>
				<label class="field">
					<span>Expires after</span>
					<select name="days">
						<option value="90">90 days</option>
						<option value="365">1 year</option>
						<option value="">never</option>
					</select>
				</label>
				<button class="button primary">Create token</button>
			</form>
		</section>
	`;
}

/** @param {import('../server/types.js').Token} made */
const showOnce = made =>
	ask(
		'Your new token',
		close => html`
			<div class="form">
				<p class="prose">Copy it now. It is shown only this once.</p>
				<div class="secret">
					<code>${made.token}</code>
					<button class="button" onClick=${() => copy(made.token ?? '')}>
						<${Icon} name="copy" size=${18} />
						Copy
					</button>
				</div>
				<div class="actions">
					<button class="button primary" onClick=${() => close(null)}>Done</button>
				</div>
			</div>
		`,
	);

/** The clipboard exists only under HTTPS and on localhost. @param {string} text */
async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		tell({ kind: 'good', text: 'Copied' });
	} catch {
		tell({
			kind: 'info',
			text: 'This browser doesn’t allow copying here. Select the text and copy it yourself.',
		});
	}
}

function Password() {
	/** @param {any} event */
	const change = async event => {
		event.preventDefault();
		const form = event.currentTarget;
		const data = new FormData(form);
		if (data.get('next') !== data.get('again')) {
			tell({ kind: 'bad', text: 'The two new passwords differ.' });
			return;
		}
		try {
			await api.changePassword(String(data.get('current')), String(data.get('next')));
			form.reset();
			tell({ kind: 'good', text: 'Your password was changed. Your other sessions have ended.' });
		} catch (error) {
			tellError(error);
		}
	};
	return html`
		<section class="panel" aria-labelledby="password-title">
			<h2 id="password-title">Password</h2>
			<form class="inline-form" onSubmit=${change}>
				<input
					class="hidden"
					type="text"
					name="username"
					autocomplete="username"
					value=${me.value?.username}
					tabindex="-1"
					aria-hidden="true"
					readonly
				/>
				<label class="field">
					<span>Current</span>
					<input name="current" type="password" required autocomplete="current-password" />
				</label>
				<label class="field">
					<span>New</span>
					<${NewPassword} name="next" />
				</label>
				<label class="field">
					<span>New, again</span>
					<${NewPassword} name="again" />
				</label>
				<button class="button primary">Change password</button>
			</form>
		</section>
	`;
}
