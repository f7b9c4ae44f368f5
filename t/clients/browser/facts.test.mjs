// What server and page share: the page takes leases, limits and types from the server and keeps no copy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, person, stack } from './lib.mjs';

let silo, chrome, config;

before(async () => {
	silo = await stack([
		'lock_default_seconds = 7200',
		'lock_maximum_seconds = 14400',
		'lock_warning_seconds = 60',
	]);
	await silo.call('alice', 'POST', 'items', {
		part_number: 'X-1',
		description: 'Fixture',
		item_type: 'tool',
	});
	({ data: config } = await silo.call('alice', 'GET', 'auth/config'));
	chrome = await browser();
});
after(async () => {
	await chrome?.close();
	await silo?.end();
});

const dialog = who => who.page.getByRole('dialog');
const close = who => dialog(who).getByRole('button', { name: 'Cancel' }).click();
/** The greatest length that a field takes. */
const most = async (box, label) => Number(await box.getByLabel(label).first().getAttribute('maxlength'));
const options = async select => {
	await select.locator('option').first().waitFor({ state: 'attached' });
	return select.locator('option').evaluateAll(all => all.map(one => one.textContent.trim()));
};

test('a lock is offered for no longer than the server allows', async () => {
	const alice = await person(chrome, silo, 'alice');
	await alice.go('#/items/X-1');
	await alice.page.getByRole('button', { name: 'Check out with comment…' }).click();
	assert.deepEqual(await options(dialog(alice).getByLabel('For how long')), [
		'the usual time',
		'1 hour',
		'4 hours',
	]);
	assert.equal(await most(dialog(alice), 'What for'), config.limits.lock_comment);
	await alice.close();
});

test('a lock ends soon when the server would warn its holder', async () => {
	await silo.call('bob', 'POST', 'items/X-1/lock', { expires_in: 14400 });
	const alice = await person(chrome, silo, 'alice');
	for (const [left, soon] of [
		['5 minutes', false],
		['50 seconds', true],
	]) {
		await silo.sql(`update silo.locks set locked_at = clock_timestamp() - interval '4 hours'`);
		await silo.leaseEnds('X-1', left);
		await alice.go('#/items/X-1');
		await alice.page.locator('.lock-panel.is-other').waitFor();
		assert.equal(await alice.page.locator('.lock-panel.is-soon').count(), soon ? 1 : 0, left);
	}
	await silo.call('ada', 'DELETE', 'items/X-1/lock');
	await alice.close();
});

test('every form takes as much as the server does, and offers its types', async () => {
	const { limits, roles, item_types: types } = config;
	const alice = await person(chrome, silo, 'alice');
	await alice.open();
	assert.deepEqual(await options(alice.page.getByLabel('Type', { exact: true })), ['All types', ...types]);
	assert.equal(await most(alice.page, 'Search part number'), limits.search);
	await alice.page.getByRole('button', { name: 'New item' }).click();
	assert.deepEqual(await options(dialog(alice).getByLabel('Type')), types);
	assert.equal(await most(dialog(alice), 'Part number'), limits.part_number);
	assert.equal(await most(dialog(alice), 'Description'), limits.description);
	assert.equal(await most(dialog(alice), 'Project'), limits.project);
	await close(alice);
	await alice.go('#/items/X-1');
	await alice.page.getByRole('button', { name: 'Edit', exact: true }).click();
	assert.equal(await most(alice.page, 'Description'), limits.description);
	assert.deepEqual(await options(alice.page.getByLabel('Type')), types);
	await alice.go('#/settings');
	assert.equal(await most(alice.page, 'Name'), limits.token_name);
	assert.equal(
		Number(await alice.page.getByLabel('New', { exact: true }).getAttribute('minlength')),
		limits.password_least,
	);
	await alice.close();
	const ada = await person(chrome, silo, 'ada');
	await silo.call('bob', 'POST', 'items/X-1/lock', {});
	await ada.go('#/items/X-1');
	await ada.page.getByRole('button', { name: 'Force release…' }).click();
	assert.equal(await most(dialog(ada), 'Reason'), limits.release_reason);
	await close(ada);
	await ada.page.getByRole('button', { name: 'Request release…' }).click();
	assert.equal(await most(dialog(ada), 'Message'), limits.request_message);
	await close(ada);
	await ada.go('#/users');
	await ada.page.getByRole('button', { name: 'New user' }).click();
	assert.equal(await most(dialog(ada), 'User name'), limits.username);
	assert.equal(await most(dialog(ada), 'Name shown'), limits.display_name);
	assert.deepEqual(await options(dialog(ada).getByLabel('Role')), roles);
	assert.equal(await dialog(ada).getByLabel('Role').inputValue(), 'editor');
	await ada.close();
});

test('another server may have other types and numbers: the page follows them', async () => {
	const alice = await person(chrome, silo, 'alice');
	await alice.page.route('**/api/auth/config', async route => {
		const answer = await route.fetch();
		const { limits, item_types, event_types, ...rest } = await answer.json();
		await route.fulfill({
			response: answer,
			json: {
				...rest,
				limits: { ...limits, description: 7 },
				item_types: [...item_types, 'fixture'],
				event_types: event_types.filter(type => type !== 'item.created'),
			},
		});
	});
	await alice.open();
	await alice.page.getByRole('button', { name: 'New item' }).click();
	assert.equal(await most(dialog(alice), 'Description'), 7);
	assert.equal((await options(dialog(alice).getByLabel('Type'))).at(-1), 'fixture');
	await close(alice);
	// What the server does not name, the page does not listen to.
	await alice.go('#/activity');
	await alice.page.locator('.activity [aria-busy="false"]').waitFor();
	await silo.heard('item.created', 'X-2', () =>
		silo.call('bob', 'POST', 'items', { part_number: 'X-2', item_type: 'part' }),
	);
	await silo.heard('item.locked', 'X-2', () => silo.call('bob', 'POST', 'items/X-2/lock', {}));
	await alice.page.locator('.event-item-locked', { hasText: 'X-2' }).waitFor();
	assert.equal(await alice.page.locator('.event-item-created', { hasText: 'X-2' }).count(), 0);
	await alice.close();
});
