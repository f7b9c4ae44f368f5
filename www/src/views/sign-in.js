// The way in: user name and password.
import { useState } from 'preact/hooks';
import * as api from '../server/api.js';
import { html } from '../base/html.js';
import { enter } from '../state/store.js';
import { Logo } from '../parts/logo.js';

export function SignIn() {
	const [wrong, setWrong] = useState('');
	const [busy, setBusy] = useState(false);
	/** @param {any} event */
	const submit = async event => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		setBusy(true);
		setWrong('');
		try {
			await api.login(String(form.get('username')), String(form.get('password')));
			await enter();
		} catch (error) {
			const refused = /** @type {api.ApiError} */ (error);
			setWrong(refused.status === 401 ? 'User name or password is wrong.' : refused.message);
		}
		setBusy(false);
	};
	return html`
		<main class="sign-in">
			<form class="sign-in-card" onSubmit=${submit}>
				<${Logo} size=${44} />
				<h1>Sign in to Silo</h1>
				<p class="quiet">Who has what, at a glance.</p>
				<label class="field">
					<span>User name</span>
					<input
						name="username"
						autocomplete="username"
						autocapitalize="none"
						spellcheck="false"
						required
						autofocus
					/>
				</label>
				<label class="field">
					<span>Password</span>
					<input name="password" type="password" autocomplete="current-password" required />
				</label>
				<p class="form-error" role="alert">${wrong}</p>
				<button class="button primary wide" disabled=${busy}>
					${busy ? 'One moment…' : 'Sign in'}
				</button>
			</form>
		</main>
	`;
}
