// Locks seen and changed by people at their own browsers: live, by role, to the end of the lease.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, eventually, person, stack } from './lib.mjs';

let silo, chrome, alice, bob, vera, ada;

before(async () => {
	silo = await stack();
	chrome = await browser();
	for (const pn of ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7', 'A-8'])
		await silo.call('alice', 'POST', 'items', { part_number: pn, description: `Item ${pn}` });
	[alice, bob, vera, ada] = await Promise.all(
		['alice', 'bob', 'vera', 'ada'].map(name => person(chrome, silo, name)),
	);
	await Promise.all([alice, bob, vera, ada].map(one => one.open()));
});
after(async () => {
	const faults = [alice, bob, vera, ada].flatMap(one => one?.faults ?? []);
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(faults, []);
});

/** A moment in the reader's locale. */
const exactTime = (who, at) =>
	who.page.evaluate(
		text =>
			new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' }).format(
				new Date(text),
			),
		at,
	);
const locked = (who, pn) => who.row(pn).locator('.lock-mark.is-other, .lock-mark.is-mine');

test('two people see each other lock and release', async context => {
	await alice.row('A-1').hover();
	const pressed = performance.now();
	await alice.row('A-1').getByRole('button', { name: 'Check out A-1' }).click();
	await locked(bob, 'A-1').getByText('alice').waitFor();
	context.diagnostic(
		`pressed by one, seen by the other after ${(performance.now() - pressed).toFixed(0)} ms`,
	);
	await locked(alice, 'A-1').getByText('you').waitFor();
	const { lock } = (await silo.call('bob', 'GET', 'items/A-1/lock')).data;
	assert.equal(
		await locked(bob, 'A-1').getAttribute('title'),
		`Locked by alice since ${await exactTime(bob, lock.locked_at)}`,
	);
	await alice.page.getByRole('link', { name: /^Locks 1/ }).waitFor();
	await bob.row('A-2').getByRole('button', { name: 'Check out A-2' }).click({ force: true });
	await locked(alice, 'A-2').getByText('bob').waitFor();
	await alice
		.row('A-1')
		.getByRole('button', { name: 'Release A-1', disabled: false })
		.click({ force: true });
	await bob.row('A-1').getByText('free').waitFor();
	await silo.call('bob', 'DELETE', 'items/A-2/lock');
});

test('a holder whose role is lowered can still release', async () => {
	await silo.call('bob', 'POST', 'items/A-8/lock', {});
	await silo.call('ada', 'PATCH', 'users/bob', { role: 'viewer' });
	try {
		for (const [hash, name] of [
			['#/locks', 'Release A-8'],
			['#/items/A-8', 'Release'],
		]) {
			await bob.go(hash);
			await bob.page.reload();
			await bob.page.getByRole('button', { name, exact: true }).waitFor();
		}
		assert.equal(await bob.page.locator('.lock-panel button').count(), 1);
		await bob.page.getByRole('button', { name: 'Release' }).click();
		await bob.page.locator('.lock-panel').getByRole('heading', { name: 'Free', exact: true }).waitFor();
		assert.equal(await bob.page.locator('.lock-panel button').count(), 0);
	} finally {
		await silo.call('ada', 'PATCH', 'users/bob', { role: 'editor' });
		await bob.open();
	}
});

test('each role has its buttons', async () => {
	await silo.call('bob', 'POST', 'items/A-2/lock', { comment: 'Holes' });
	const offers = async (who, pn, title, expected) => {
		await who.go(`#/items/${pn}`);
		await who.page.locator('.lock-panel').getByRole('heading', { name: title, exact: true }).waitFor();
		await eventually(
			async () =>
				(await who.page.locator('.lock-panel button').allInnerTexts()).map(text => text.trim()),
			expected,
		);
	};
	await offers(vera, 'A-2', 'Locked by bob', []);
	assert.equal(await vera.page.getByRole('button', { name: 'Edit' }).count(), 0);
	assert.equal(await vera.page.getByRole('button', { name: 'Choose file…' }).count(), 0);
	await offers(alice, 'A-2', 'Locked by bob', ['Request release…']);
	await offers(ada, 'A-2', 'Locked by bob', ['Request release…', 'Force release…']);
	await offers(bob, 'A-2', 'Locked by you', ['Release', 'Renew…']);
	const { lock } = (await silo.call('bob', 'GET', 'items/A-2/lock')).data;
	const tip = `Locked by bob since ${await exactTime(alice, lock.locked_at)}`;
	assert.equal(await alice.page.locator('.item-title .lock-icon').getAttribute('title'), tip);
	assert.equal(await alice.page.locator('.item-title .lock-icon svg').getAttribute('aria-label'), tip);
	await offers(alice, 'A-3', 'Free', ['Check out', 'With comment…']);
	const { created_at } = (await silo.call('bob', 'GET', 'items/A-3')).data;
	assert.equal(
		await alice.page.locator('.history time').last().getAttribute('title'),
		await exactTime(alice, created_at),
		'the exact time on hover',
	);
	assert.equal(await alice.page.getByRole('link', { name: 'Users' }).count(), 0);
	assert.equal(await ada.page.getByRole('link', { name: 'Users' }).count(), 1);
	await silo.call('bob', 'DELETE', 'items/A-2/lock');
});

test("another's lock moves nothing on the page of the item, and takes no typed text away", async () => {
	await alice.go('#/items/A-3');
	await alice.page.locator('.history li').waitFor();
	const places = () =>
		alice.page.evaluate(() =>
			['.stage', '.upload', '#properties-title', '#history-title', '#revisions-title'].map(name =>
				Math.round(document.querySelector(name).getBoundingClientRect().top),
			),
		);
	const before = await places();
	await silo.call('bob', 'POST', 'items/A-3/lock', {
		comment: 'Thinner walls, and then the ribs that went missing in the second draft',
		workstation: 'cad-02',
	});
	await alice.page.getByText('bob holds the lock. Only bob can edit.').waitFor();
	assert.deepEqual(await places(), before);
	await silo.call('bob', 'DELETE', 'items/A-3/lock');
	await alice.page.getByRole('heading', { name: 'Free', exact: true }).waitFor();
	assert.deepEqual(await places(), before);
	await alice.page.getByRole('button', { name: 'Edit' }).click();
	await alice.page.getByLabel('Description').fill('Half a sen');
	await silo.call('bob', 'POST', 'items/A-3/lock', {});
	await alice.page.getByRole('alert').getByText('bob holds the lock').waitFor();
	assert.equal(await alice.page.getByLabel('Description').inputValue(), 'Half a sen');
	assert.equal(await alice.page.evaluate(() => document.activeElement.getAttribute('name')), 'description');
	await silo.call('bob', 'DELETE', 'items/A-3/lock');
});

test('check out with comment and duration, renew, release', async () => {
	await alice.go('#/items/A-4');
	await alice.page.getByRole('button', { name: 'Check out with comment…' }).click();
	await alice.page.getByLabel('What for').fill('New ribs');
	await alice.page.getByLabel('For how long').selectOption('4 hours');
	await alice.page.getByRole('dialog').getByRole('button', { name: 'Check out', exact: true }).click();
	await alice.page.getByText('Locked by you').waitFor();
	const held = (await silo.call('bob', 'GET', 'items/A-4/lock')).data.lock;
	assert.equal(held.comment, 'New ribs');
	assert.equal(Math.round((Date.parse(held.expires_at) - Date.parse(held.locked_at)) / 1000), 4 * 3600);
	await alice.page.getByRole('button', { name: 'Renew…' }).click();
	await alice.page.getByLabel('For how long').selectOption('3 days');
	await alice.page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
	await alice.page
		.locator('.lock-time')
		.getByText(/2 d 23 h|3 d/)
		.waitFor();
	await alice.page.getByRole('button', { name: 'Release' }).click();
	await alice.page.getByRole('heading', { name: 'Free', exact: true }).waitFor();
});

test('asking twice: the first request stays, and the new message is not sent', async () => {
	await silo.call('bob', 'POST', 'items/A-5/lock', {});
	await alice.go('#/items/A-5');
	const ask = async message => {
		await alice.page.getByRole('button', { name: 'Request release…' }).click();
		await alice.page.getByRole('textbox', { name: 'Message' }).fill(message);
		await alice.page.getByRole('button', { name: 'Send request' }).click();
	};
	await ask('Today, please');
	await alice.page.locator('.toast-good', { hasText: 'Request sent to bob' }).waitFor();
	await ask('Now, please');
	await alice.page
		.locator('.toast-warn', {
			hasText: /^You already asked bob at .+\. Your new message was not sent\.$/,
		})
		.waitFor();
	await ask('Today, please');
	await alice.page.locator('.toast-info', { hasText: /^You already asked bob at [^.]+\.$/ }).waitFor();
	await silo.call('bob', 'DELETE', 'items/A-5/lock');
});

test('a request reaches the holder at once, and its author learns when the item is free', async () => {
	await silo.call('bob', 'POST', 'items/A-5/lock', {});
	await alice.go('#/items/A-5');
	await alice.page.getByRole('button', { name: 'Request release…' }).click();
	await alice.page.getByRole('textbox', { name: 'Message' }).fill('I need it today');
	await alice.page.getByRole('button', { name: 'Send request' }).click();
	const toast = bob.page.locator('.toast', { hasText: 'alice asks you to release A-5: “I need it today”' });
	await toast.waitFor();
	await toast.getByRole('button', { name: 'Release' }).click();
	await alice.page.locator('.toast', { hasText: 'A-5 is free now. You asked for it.' }).waitFor();
});

test('another page ends an open question and old errors, not what is said to the reader', async () => {
	await silo.call('bob', 'POST', 'items/A-5/lock', {});
	await bob.go('#/settings');
	await silo.call('alice', 'POST', 'items/A-5/lock/request', { message: 'Later will do' });
	const asked = bob.page.locator('.toast', { hasText: 'alice asks you to release A-5: “Later will do”' });
	await asked.waitFor();
	for (const [label, text] of [
		['Current', 'bob-secret-1'],
		['New', 'bob-secret-2'],
		['New, again', 'bob-secret-3'],
	])
		await bob.page.getByLabel(label, { exact: true }).fill(text);
	await bob.page.getByRole('button', { name: 'Change password' }).click();
	const wrong = bob.page.locator('.toast-bad', { hasText: 'The two new passwords differ.' });
	await wrong.waitFor();
	await bob.page.getByRole('link', { name: /^Locks/ }).click();
	await wrong.waitFor({ state: 'detached' });
	await bob.page.getByRole('button', { name: 'Renew A-5' }).click();
	await bob.page.getByRole('dialog').waitFor();
	await bob.page.goBack();
	await bob.page.getByRole('heading', { name: 'Settings' }).waitFor();
	await bob.page.getByRole('dialog').waitFor({ state: 'detached' });
	assert.equal(await asked.count(), 1);
	await asked.getByRole('button', { name: 'Release' }).click();
	await asked.waitFor({ state: 'detached' });
});

test('a lease about to end: a message that renews it, and on the desktop when the page is not looked at', async () => {
	const away = await person(chrome, silo, 'bob', { permissions: ['notifications'] });
	await away.page.addInitScript(() => {
		window.notes = [];
		const Real = window.Notification;
		window.Notification = class extends Real {
			constructor(title, options) {
				super(title, options);
				window.notes.push([title, options.body]);
			}
		};
		document.hasFocus = () => false;
	});
	await away.open();
	await silo.call('bob', 'POST', 'items/A-5/lock', { expires_in: 7200 });
	await silo.leaseEnds('A-5', '5 minutes');
	const toast = away.page.locator('.toast', { hasText: 'Your lock on A-5 ends soon' });
	await toast.waitFor();
	await eventually(
		() => away.page.evaluate(() => window.notes),
		[['A-5: lock ends soon', 'Your lock on A-5 ends soon']],
	);
	await toast.getByRole('button', { name: 'Renew' }).click();
	await away.page.locator('.toast-good', { hasText: 'You renewed your lock on A-5' }).waitFor();
	const { lock } = (await silo.call('bob', 'GET', 'items/A-5/lock')).data;
	assert.ok(Date.parse(lock.expires_at) - Date.now() > 3600_000);
	await silo.call('bob', 'DELETE', 'items/A-5/lock');
	assert.deepEqual(away.faults, []);
	await away.close();
});

test('an admin force-releases with a reason, and the holder learns of it', async () => {
	await silo.call('bob', 'POST', 'items/A-6/lock', {});
	await ada.go('#/items/A-6');
	await ada.page.getByRole('button', { name: 'Force release…' }).click();
	await ada.page.getByLabel('Reason').fill('Bob is on holiday');
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Force release' }).click();
	await bob.page
		.locator('.toast-bad', { hasText: 'ada force-released your lock on A-6: “Bob is on holiday”' })
		.waitFor();
	await ada.page.locator('.history').getByText('force-released bob’s lock').waitFor();
	assert.equal((await silo.call('ada', 'GET', 'items/A-6/lock')).data.locked, false);
});

test('an expired lease disappears on screen by itself, and its holder learns of it', async () => {
	await silo.call('bob', 'POST', 'items/A-7/lock', { expires_in: 60 });
	await alice.open();
	await locked(alice, 'A-7').getByText('bob').waitFor();
	await silo.leaseEnds('A-7', '1 second');
	await silo.sql('notify silo_feed');
	// The hub planned for the old end; renewing by another lock makes it look again.
	await silo.call('ada', 'POST', 'items/A-8/lock', { expires_in: 60 });
	await alice.row('A-7').getByText('free').waitFor();
	await bob.page.locator('.toast', { hasText: 'Your lock on A-7 has expired' }).waitFor();
	await silo.call('ada', 'DELETE', 'items/A-8/lock');
});

test('several at once: all or nothing, conflicts listed', async () => {
	await alice.open();
	await silo.call('bob', 'POST', 'items/A-2/lock', { comment: 'Mine today' });
	for (const pn of ['A-1', 'A-2', 'A-3']) await alice.page.getByLabel(`Select ${pn}`).check();
	await alice.page.getByRole('button', { name: 'Check out all' }).click();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('A-2 is locked').waitFor();
	await dialog.getByText('Mine today').waitFor();
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	for (const pn of ['A-1', 'A-3'])
		assert.equal((await silo.call('bob', 'GET', `items/${pn}/lock`)).data.locked, false);
	await silo.call('bob', 'DELETE', 'items/A-2/lock');
	await alice.page.getByRole('button', { name: 'Check out all' }).click();
	for (const pn of ['A-1', 'A-2', 'A-3']) await locked(alice, pn).getByText('you').waitFor();
	for (const pn of ['A-1', 'A-2', 'A-3']) await alice.page.getByLabel(`Select ${pn}`).check();
	await alice.page.getByRole('button', { name: 'Release all' }).click();
	await alice.row('A-3').getByText('free').waitFor();
});

test('a release of several says which of them is in the way', async () => {
	await silo.call('bob', 'POST', 'items/A-2/lock', {});
	await silo.call('alice', 'POST', 'items/A-3/lock', {});
	await alice.open();
	await locked(alice, 'A-2').getByText('bob').waitFor();
	const release = alice.page.getByRole('button', { name: 'Release all' });
	const toast = text => alice.page.locator('.toast', { hasText: text });
	await alice.page.getByLabel('Select A-3').check();
	await alice.page.getByLabel('Select A-2').check();
	await release.click();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('A-2 is locked').waitFor();
	await dialog.getByText('bob').waitFor();
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	await silo.call('bob', 'DELETE', 'items/A-2/lock');
	await alice.row('A-2').getByText('free').waitFor();
	await release.click();
	await toast('A-2 is not locked. Nothing was changed.').waitFor();
	await alice.page.getByLabel('Select A-2').uncheck();
	await release.click();
	await toast('You released A-3').waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/A-3/lock')).data.locked, false);
});

test('the page of locks: mine first, with words; renew, ask, release and force in place', async () => {
	await silo.call('bob', 'POST', 'items/A-2/lock', {});
	await silo.call('ada', 'POST', 'items/A-3/lock', {});
	for (const one of (await silo.call('ada', 'GET', 'locks')).data.locks.filter(
		lock => !['A-2', 'A-3'].includes(lock.part_number),
	))
		await silo.call('ada', 'DELETE', `items/${one.part_number}/lock`);
	await ada.go('#/locks');
	await eventually(() => ada.page.locator('.lock-row .pn').allInnerTexts(), ['A-3', 'A-2']);
	await ada.page
		.locator('.lock-row', { hasText: 'A-2' })
		.locator('.lock-text')
		.getByText('Item A-2')
		.waitFor();
	await silo.call('bob', 'PUT', 'items/A-2', { description: 'Renamed by bob' });
	await ada.page.locator('.lock-text').getByText('Renamed by bob').waitFor();
	const before = (await silo.call('ada', 'GET', 'items/A-3/lock')).data.lock.expires_at;
	await ada.page.getByRole('button', { name: 'Renew A-3' }).click();
	await ada.page.getByRole('dialog').getByLabel('For how long').selectOption('3 days');
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Renew' }).click();
	await ada.page
		.locator('.lock-remaining')
		.getByText(/2 d 23 h|3 d/)
		.waitFor();
	assert.ok((await silo.call('ada', 'GET', 'items/A-3/lock')).data.lock.expires_at > before);
	await ada.page.getByRole('button', { name: 'Request release of A-2' }).click();
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Send request' }).click();
	await bob.page.locator('.toast', { hasText: 'ada asks you to release A-2' }).waitFor();
	await ada.page.getByRole('button', { name: 'Release A-3' }).click();
	await ada.page.getByText('You hold no lock.').waitFor();
	await ada.page.getByRole('button', { name: 'Force release of A-2' }).click();
	await ada.page.getByLabel('Reason').fill('test');
	await ada.page.getByRole('dialog').getByRole('button', { name: 'Force release' }).click();
	await ada.page.getByText('Nobody else holds a lock.').waitFor();
});
