// Administrators keep the users here: role, active, password.
import * as api from '../server/api.js';
import { config, most } from '../server/facts.js';
import { html } from '../base/html.js';
import { me } from '../state/store.js';
import { askForm, confirm } from '../parts/dialog.js';
import { FailedLine } from '../parts/failed.js';
import { Icon } from '../parts/icons.js';
import { NewPassword } from '../parts/new-password.js';
import { Person } from '../parts/people.js';
import { tell, tellError } from '../parts/toast.js';
import { useList } from '../parts/use-list.js';

export function UsersView() {
	const { list: users, failed, load } = useList(api.users);
	/** @param {string} name @param {any} change @param {string} done */
	const update = async (name, change, done) => {
		try {
			await api.updateUser(name, change);
			tell({ kind: 'good', text: done });
		} catch (error) {
			tellError(error);
		}
		load();
	};
	const create = async () => {
		const user = await askUser();
		if (!user) return;
		tell({ kind: 'good', text: `${user.username} can sign in now` });
		load();
	};
	/** @param {import('../server/types.js').User} user */
	const reset = async user => {
		if (await askPassword(user.username))
			tell({ kind: 'good', text: `${user.username} has a new password` });
	};
	/** @param {import('../server/types.js').User} user */
	const toggle = async user => {
		if (
			user.active &&
			!(await confirm(
				`Deactivate ${user.username}?`,
				'Sessions, tokens and open pages end at once. Locks stay until they expire or an admin releases them.',
				{ yes: 'Deactivate', danger: true },
			))
		)
			return;
		await update(
			user.username,
			{ active: !user.active },
			`${user.username} is ${user.active ? 'deactivated' : 'active again'}`,
		);
	};
	return html`
		<main class="page users" tabindex="-1">
			<header class="page-head">
				<h1>Users</h1>
				<button class="button primary" onClick=${create}>
					<${Icon} name="plus" size=${18} />
					New user
				</button>
			</header>
			<section class="panel" aria-label="Users" aria-busy=${users.value === null && !failed}>
				${
					failed &&
					html`
						<${FailedLine} again=${load} />
					`
				}
				<ul class="user-list">
					${(users.value ?? []).map(
						user => html`
							<li key=${user.username} class=${user.active ? '' : 'inactive'}>
								<span class="user-name">
									<${Person} name=${user.username} />
									<span class="quiet">${user.display_name}</span>
									${
										!user.active &&
										html`
											<span class="role">deactivated</span>
										`
									}
								</span>
								<select
									aria-label=${`Role of ${user.username}`}
									disabled=${user.username === me.value?.username}
									onChange=${(/** @type {any} */ { currentTarget: { value: role } }) =>
										update(
											user.username,
											{ role },
											`${user.username} now has the role ${role}`,
										)}
								>
									${config.value.roles.map(
										role => html`
											<option value=${role} selected=${role === user.role}>
												${role}
											</option>
										`,
									)}
								</select>
								<button
									class="button small"
									onClick=${() => reset(user)}
									aria-label=${`Set password of ${user.username}`}
								>
									Set password…
								</button>
								<button
									class="button small"
									disabled=${user.username === me.value?.username}
									onClick=${() => toggle(user)}
									aria-label=${`${user.active ? 'Deactivate' : 'Activate'} ${user.username}`}
								>
									${user.active ? 'Deactivate' : 'Activate'}
								</button>
							</li>
						`,
					)}
				</ul>
			</section>
		</main>
	`;
}

const askUser = () =>
	askForm(
		'New user',
		html`
			<label class="field">
				<span>User name</span>
				<input
					name="username"
					required
					maxlength=${most('username')}
					autocomplete="off"
					autocapitalize="none"
					spellcheck="false"
				/>
			</label>
			<label class="field">
				<span>
					Name shown${' '}
					<em>(optional)</em>
				</span>
				<input name="display_name" maxlength=${most('display_name')} autocomplete="off" />
			</label>
			<div class="two">
				<label class="field">
					<span>Role</span>
					<select name="role">
						${config.value.roles.map(
							role => html`
								<option key=${role} value=${role} selected=${role === 'editor'}>
									${role}
								</option>
							`,
						)}
					</select>
				</label>
				<label class="field">
					<span>Password</span>
					<${NewPassword} name="password" />
				</label>
			</div>
		`,
		{ yes: 'Create', act: user => api.createUser(user).then(() => user) },
	);

/** @param {string} username */
const askPassword = username =>
	askForm(
		`Set the password of ${username}`,
		html`
			<p class="prose">All sessions of ${username} end.</p>
			<label class="field">
				<span>New password</span>
				<${NewPassword} name="password" />
			</label>
		`,
		{ yes: 'Set password', act: ({ password }) => api.updateUser(username, { password }) },
	);
