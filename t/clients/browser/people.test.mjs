// Who may come in, and with what: signing in, an administrator's users, passwords and tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, eventually, person, stack } from './lib.mjs';

let silo, chrome, ada;

before(async () => {
	silo = await stack();
	await silo.call('alice', 'POST', 'items', { part_number: 'A-1' });
	chrome = await browser();
	ada = await person(chrome, silo, 'ada');
});
after(async () => {
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(ada.faults, []);
});

const user = async name =>
	(await silo.call('ada', 'GET', 'users?limit=1000')).data.users.find(one => one.username === name);
/** The answer to a sign-in. */
const signIn = async (username, password) =>
	(
		await fetch(`${silo.url}/login`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Origin: silo.url },
			body: JSON.stringify({ username, password }),
		})
	).status;

test('a person signs in with name and password, and sees when they are wrong', async () => {
	const newcomer = await person(chrome, silo, 'bob', { signIn: false });
	await newcomer.page.goto(silo.url);
	await newcomer.page.getByLabel('User name').fill('bob');
	await newcomer.page.getByLabel('Password').fill('wrong');
	await newcomer.page.getByRole('button', { name: 'Sign in' }).click();
	await newcomer.page.getByText('User name or password is wrong.').waitFor();
	await newcomer.page.getByLabel('Password').fill('bob-secret-1');
	await newcomer.page.keyboard.press('Enter');
	await newcomer.row('A-1').waitFor();
	await newcomer.page.getByRole('button', { name: 'Sign out' }).click();
	await newcomer.page.getByRole('heading', { name: 'Sign in to Silo' }).waitFor();
	await newcomer.close();
	assert.deepEqual(newcomer.faults, []);
});

/** A page of another site, with what is in it; it is really opened, only its server is not there. */
async function elsewhere(page, html) {
	await page.route('http://mail.example/**', route =>
		route.fulfill({ contentType: 'text/html', body: html }),
	);
	await page.goto('http://mail.example/');
}

test('a link in a mail leads to the page, signed in', async () => {
	const bob = await person(chrome, silo, 'bob');
	await elsewhere(bob.page, `<a href="${silo.url}/#/items/A-1">A-1</a>`);
	await bob.page.getByRole('link', { name: 'A-1' }).click();
	await bob.page.getByRole('heading', { name: 'A-1' }).first().waitFor();
	assert.equal(await bob.page.getByRole('heading', { name: 'Sign in to Silo' }).count(), 0);
	assert.deepEqual(
		bob.faults.filter(fault => !fault.includes('http://mail.example/')),
		[],
	);
	await bob.close();
});

test("a form of another site writes nothing in a user's name", async () => {
	const bob = await person(chrome, silo, 'bob');
	await elsewhere(
		bob.page,
		`<form method="post" enctype="text/plain" action="${silo.url}/api/items/A-1/lock"><button>Win</button></form>`,
	);
	const [answer] = await Promise.all([
		bob.page.waitForResponse(`${silo.url}/api/items/A-1/lock`),
		bob.page.getByRole('button', { name: 'Win' }).click(),
	]);
	assert.equal(answer.status(), 401, 'the cookie stays at home');
	assert.equal((await silo.call('alice', 'GET', 'items/A-1/lock')).data.locked, false);
	await bob.close();
});

test('an administrator makes a user, who can sign in; a token is shown once, to be copied', async () => {
	await ada.go('#/users');
	await ada.page.getByRole('button', { name: 'New user' }).click();
	await ada.page.getByLabel('User name').fill('carl');
	await ada.page.getByRole('dialog').getByLabel('Password').fill('carl-secret-1');
	await ada.page.getByRole('button', { name: 'Create' }).click();
	await ada.page.locator('.user-name', { hasText: 'carl' }).waitFor();
	const carl = await person(chrome, silo, 'carl', { permissions: ['clipboard-read', 'clipboard-write'] });
	await carl.go('#/settings');
	await carl.page.getByLabel('Name', { exact: true }).fill('my script');
	await carl.page.getByRole('button', { name: 'Create token' }).click();
	const token = await carl.page.locator('.secret code').innerText();
	assert.match(token, /^silo_/);
	await carl.page.getByRole('button', { name: 'Copy' }).click();
	await carl.page.locator('.toast', { hasText: 'Copied' }).waitFor();
	assert.equal(await carl.page.evaluate(() => navigator.clipboard.readText()), token);
	const answer = await fetch(`${silo.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
	assert.equal((await answer.json()).username, 'carl');
	await carl.page.getByRole('button', { name: 'Done' }).click();
	await carl.page.reload();
	await carl.page.locator('.tokens li', { hasText: 'my script' }).waitFor();
	assert.ok(!(await carl.page.locator('main').innerText()).includes(token), 'it cannot be read again');
	await carl.page.getByRole('button', { name: 'Revoke my script' }).click();
	await carl.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
	await carl.page.locator('.tokens li').waitFor({ state: 'detached' });
	assert.equal(
		(await fetch(`${silo.url}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } })).status,
		401,
	);
	assert.deepEqual(carl.faults, []);
	await carl.close();
});

test('a list of users that could not be read says so, and is read again', async () => {
	const requests = url => url.pathname.endsWith('/api/users');
	await ada.page.route(requests, route =>
		route.fulfill({ status: 503, json: { error: 'unavailable', message: 'Away.' } }),
	);
	await ada.go('#/users');
	await ada.page.getByText('This could not be loaded.').waitFor();
	await ada.page.unroute(requests);
	await ada.page.getByRole('button', { name: 'Try again' }).click();
	await ada.page.locator('.user-name', { hasText: 'vera' }).waitFor();
	assert.equal(await ada.page.getByText('This could not be loaded.').count(), 0);
});

test('role, password and access of a user are changed in place', async () => {
	await ada.go('#/users');
	await ada.page.getByLabel('Role of vera').selectOption('editor');
	await ada.page.locator('.toast', { hasText: 'vera now has the role editor' }).waitFor();
	assert.equal((await user('vera')).role, 'editor');
	await ada.page.getByRole('button', { name: 'Set password of vera' }).click();
	await ada.page.getByRole('dialog').getByLabel('New password').fill('vera-secret-2');
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Set password' }).click();
	await ada.page.locator('.toast', { hasText: 'vera has a new password' }).waitFor();
	assert.deepEqual(
		[await signIn('vera', 'vera-secret-1'), await signIn('vera', 'vera-secret-2')],
		[401, 204],
	);
	await ada.page.getByRole('button', { name: 'Deactivate vera' }).click();
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
	await ada.page.locator('.inactive', { hasText: 'vera' }).waitFor();
	assert.equal(await signIn('vera', 'vera-secret-2'), 401);
	await ada.page.getByRole('button', { name: 'Activate vera', exact: true }).click();
	await ada.page.locator('.inactive').waitFor({ state: 'detached' });
	assert.equal((await user('vera')).active, true);
	assert.equal(
		await ada.page.getByRole('button', { name: 'Deactivate ada' }).isDisabled(),
		true,
		'not oneself',
	);
});

test('a request of a deactivated holder says that only an admin can help', async () => {
	await silo.call('ada', 'POST', 'users', { username: 'gone', role: 'editor', password: 'gone-secret-1' });
	const gone = await person(chrome, silo, 'gone');
	await gone.page.request.post(`${silo.url}/api/items/A-1/lock`, {
		data: {},
		headers: { Origin: silo.url },
	});
	await silo.call('ada', 'PATCH', 'users/gone', { active: false });
	await gone.close();
	const alice = await person(chrome, silo, 'alice');
	await alice.go('#/items/A-1');
	await alice.page.getByRole('button', { name: 'Request release…' }).click();
	await alice.page.getByRole('button', { name: 'Send request' }).click();
	await alice.page
		.locator('.toast-warn', { hasText: 'gone is deactivated and can’t answer. Ask an admin' })
		.waitFor();
	assert.deepEqual(alice.faults, []);
	await alice.close();
});

test('the own password is changed, with the old one and the new one twice', async () => {
	const bob = await person(chrome, silo, 'bob');
	await bob.go('#/settings');
	const fill = async (current, next, again) => {
		await bob.page.getByLabel('Current').fill(current);
		await bob.page.getByLabel('New', { exact: true }).fill(next);
		await bob.page.getByLabel('New, again').fill(again);
		await bob.page.getByRole('button', { name: 'Change password' }).click();
	};
	await fill('bob-secret-1', 'bob-secret-2', 'bob-secret-3');
	await bob.page.locator('.toast', { hasText: 'The two new passwords differ.' }).waitFor();
	assert.equal(await signIn('bob', 'bob-secret-1'), 204);
	await fill('bob-secret-1', 'bob-secret-2', 'bob-secret-2');
	await bob.page.locator('.toast', { hasText: 'Your password was changed' }).waitFor();
	await eventually(() => bob.page.getByLabel('Current').inputValue(), '');
	assert.deepEqual([await signIn('bob', 'bob-secret-1'), await signIn('bob', 'bob-secret-2')], [401, 204]);
	assert.deepEqual(bob.faults, []);
	await bob.close();
});
