// Files: upload with progress and cancel, conflicts in plain words, properties, downloads.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, person, stack, top } from './lib.mjs';

let silo, chrome, alice;
const demo = name => join(top, 't/project/demo/files', name);

before(async () => {
	silo = await stack();
	chrome = await browser();
	await silo.fill();
	alice = await person(chrome, silo, 'alice');
});
after(async () => {
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(alice.faults, []);
});

const head = async pn => (await silo.call('alice', 'GET', `items/${pn}`)).data.current_revision;
/** @param {string} pn @param {string | {name: string, mimeType: string, buffer: Buffer}} file */
async function choose(pn, file) {
	await alice.go(`#/items/${pn}`);
	await alice.page.getByRole('button', { name: 'Choose file…' }).waitFor();
	await alice.page.locator('.upload input[type=file]').setInputFiles(file);
}
const upload = () => alice.page.getByRole('button', { name: 'Check in', exact: true }).click();

test('a chosen file becomes the next revision, with its picture', async () => {
	await choose('F02-0001', demo('shade.FCStd'));
	await alice.page.getByLabel('What changed').fill('Another shape');
	await upload();
	await alice.page.locator('.revision-comment', { hasText: 'Another shape' }).waitFor();
	assert.equal(await head('F02-0001'), 2);
	await alice.page.waitForFunction(
		() =>
			document.querySelectorAll('.revision img').length === 2 &&
			[...document.querySelectorAll('.revision img')].every(
				image => image.complete && image.naturalWidth > 0,
			),
	);
});

test('a dropped file works the same, and the lock is released with it', async () => {
	await silo.call('alice', 'POST', 'items/F01-0004/lock', {});
	await alice.go('#/items/F01-0004');
	await alice.page.locator('.upload').waitFor();
	const content = readFileSync(demo('knob.FCStd')).toString('base64');
	const data = await alice.page.evaluateHandle(text => {
		const transfer = new DataTransfer();
		transfer.items.add(
			new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], 'shade.FCStd'),
		);
		return transfer;
	}, content);
	await alice.page.locator('.upload').dispatchEvent('drop', { dataTransfer: data });
	await upload();
	await alice.page.getByRole('heading', { name: 'Free', exact: true }).waitFor();
	assert.equal(await head('F01-0004'), 2);
});

test('the same content makes no revision and says so', async () => {
	await choose('F02-0001', demo('shade.FCStd'));
	await upload();
	await alice.page.getByText('The file is the same as revision 2').waitFor();
	assert.equal(await head('F02-0001'), 2);
});

test('while a file waits to be sent, the form follows the lock', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'WAIT-1' });
	await choose('WAIT-1', demo('shade.FCStd'));
	const send = alice.page.getByRole('button', { name: 'Check in', exact: true });
	assert.equal(await send.isEnabled(), true);
	await silo.call('bob', 'POST', 'items/WAIT-1/lock', {});
	await alice.page.getByRole('alert').getByText('bob holds the lock. Only bob can check in.').waitFor();
	assert.equal(await send.isDisabled(), true);
	await silo.call('bob', 'DELETE', 'items/WAIT-1/lock');
	await send.and(alice.page.locator(':enabled')).waitFor();
	await upload();
	await alice.page.locator('.toast-good', { hasText: 'Revision 1 of WAIT-1 is stored' }).waitFor();
});

/** Uploads, and bob takes the lock while the file is on its way. @param {string} pn @param {any} wish */
async function uploadTooLate(pn, wish) {
	await alice.page.route(
		url => url.pathname.endsWith(`/items/${pn}/file`),
		async route => {
			await silo.call('bob', 'POST', `items/${pn}/lock`, wish);
			await route.continue();
		},
		{ times: 1 },
	);
	await upload();
}

test('a lock taken meanwhile: nothing is stored, the holder is named', async () => {
	await choose('F01-0005', demo('shade.FCStd'));
	await uploadTooLate('F01-0005', { comment: 'Finer knurl' });
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('Not stored: F01-0005 is locked').waitFor();
	await dialog.getByText('Finer knurl').waitFor();
	assert.equal(await head('F01-0005'), 1);
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	await silo.call('bob', 'DELETE', 'items/F01-0005/lock');
});

test('the refusal follows the lock: asked for while it is held, locked or uploaded again when it is free', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'LATE-1' });
	await choose('LATE-1', demo('shade.FCStd'));
	await uploadTooLate('LATE-1', {});
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Request release…' }).waitFor();
	await silo.call('bob', 'DELETE', 'items/LATE-1/lock');
	await dialog.getByRole('heading', { name: 'Not stored: LATE-1 was locked, and is free now' }).waitFor();
	assert.equal(await dialog.getByRole('button', { name: 'Request release…' }).count(), 0);
	await silo.call('ada', 'POST', 'items/LATE-1/lock', {});
	await dialog.getByRole('heading', { name: 'Not stored: LATE-1 is locked' }).waitFor();
	await dialog.getByText('ada', { exact: true }).waitFor();
	assert.equal(await dialog.getByRole('button', { name: 'Check in again' }).count(), 0);
	await silo.call('ada', 'DELETE', 'items/LATE-1/lock');
	await dialog.getByRole('button', { name: 'Check out', exact: true }).waitFor();
	await dialog.getByRole('button', { name: 'Check in again' }).click();
	await alice.page.locator('.toast-good', { hasText: 'Revision 1 of LATE-1 is stored' }).waitFor();
	assert.equal(await head('LATE-1'), 1);
});

test('the item moved on: nothing is stored, the newest is offered; on top only when said', async () => {
	await choose('F01-0005', demo('shade.FCStd'));
	await silo.call(
		'bob',
		'POST',
		'items/F01-0005/file?filename=knob.FCStd&comment=Coarser',
		readFileSync(demo('arm.FCStd')),
	);
	await alice.page.locator('.revision-comment', { hasText: 'Coarser' }).waitFor();
	await upload();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('the item has a newer revision').waitFor();
	await dialog.getByText('Coarser').waitFor();
	assert.equal(await head('F01-0005'), 2);
	await dialog.getByRole('button', { name: 'Cancel' }).click();
	await upload();
	await dialog.getByRole('button', { name: /on top anyway/ }).click();
	await alice.page.locator('.rev-number', { hasText: '3' }).first().waitFor();
	assert.equal(await head('F01-0005'), 3);
});

test('a long upload shows progress and can be cancelled', async () => {
	const big = join(silo.dir, 'big.bin');
	writeFileSync(big, Buffer.alloc(40_000_000, 7));
	await alice.context.newCDPSession(alice.page).then(session =>
		session.send('Network.emulateNetworkConditions', {
			offline: false,
			latency: 5,
			downloadThroughput: -1,
			uploadThroughput: 400_000,
		}),
	);
	await choose('D01-0001', big);
	await upload();
	await alice.page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0);
	await alice.page.getByRole('button', { name: 'Cancel upload' }).click();
	await alice.page.locator('progress').waitFor({ state: 'detached' });
	assert.equal(await head('D01-0001'), 0);
	await alice.close();
	alice = await person(chrome, silo, 'alice');
});

test('description and properties are edited; disabled with a reason while another holds the lock', async () => {
	await alice.go('#/items/F01-0001');
	await alice.page.getByRole('button', { name: 'Edit' }).click();
	await alice.page.getByLabel('Description').fill('Bracket, stronger');
	await alice.page.getByRole('button', { name: 'Property', exact: true }).click();
	await alice.page.getByLabel('Name', { exact: true }).last().fill('finish');
	await alice.page.getByLabel('Value of the new property').fill('zinc');
	await alice.page.getByRole('button', { name: 'Save' }).click();
	await alice.page.locator('.item-text', { hasText: 'Bracket, stronger' }).waitFor();
	const item = (await silo.call('alice', 'GET', 'items/F01-0001')).data;
	assert.deepEqual(item.properties, { material: 'S235', mass_g: 112, finish: 'zinc' });
	await silo.call('bob', 'POST', 'items/F01-0001/lock', {});
	await alice.page.getByText('bob holds the lock. Only bob can edit.').waitFor();
	assert.equal(await alice.page.getByRole('button', { name: 'Edit' }).isDisabled(), true);
	assert.equal(await alice.page.getByRole('button', { name: 'Choose file…' }).isDisabled(), true);
	await silo.call('bob', 'DELETE', 'items/F01-0001/lock');
});

test('an item is archived after a question, gone for anyone looking at it, and restored by an admin', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'OLD-1' });
	const bob = await person(chrome, silo, 'bob');
	await bob.go('#/items/OLD-1');
	await bob.page.getByRole('heading', { name: 'Free', exact: true }).waitFor();
	await alice.go('#/items/OLD-1');
	await alice.page.getByRole('button', { name: 'Edit' }).click();
	await alice.page.getByRole('button', { name: 'Archive…' }).click();
	await alice.page.getByRole('dialog').getByText('Archive OLD-1?').waitFor();
	await alice.page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
	await alice.row('F01-0001').waitFor();
	assert.equal(await alice.row('OLD-1').count(), 0);
	await bob.page.getByText('alice archived OLD-1 on').waitFor();
	assert.equal(await bob.page.getByRole('button', { name: 'Restore' }).count(), 0, 'admins only');
	const ada = await person(chrome, silo, 'ada');
	await ada.go('#/items/OLD-1');
	await ada.page.getByRole('button', { name: 'Restore' }).click();
	await ada.page.getByRole('heading', { name: 'Free', exact: true }).waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/OLD-1')).status, 200);
	await bob.go('#/items/NEVER-1');
	await bob.page.getByText('There is no item NEVER-1.').waitFor();
	assert.deepEqual([...bob.faults, ...ada.faults], []);
	await ada.close();
	await bob.close();
});

test('editing at the same time: the later save is refused, what was typed stays', async () => {
	await alice.go('#/items/F01-0002');
	await silo.call('bob', 'DELETE', 'items/F01-0002/lock');
	await alice.page.getByRole('button', { name: 'Edit' }).click();
	await alice.page.getByLabel('Description').fill('Typed by alice');
	await silo.call('bob', 'PUT', 'items/F01-0002', { description: 'Saved by bob' });
	await alice.page.locator('.item-text', { hasText: 'Saved by bob' }).waitFor();
	assert.equal(await alice.page.getByLabel('Description').inputValue(), 'Typed by alice');
	await alice.page.getByRole('button', { name: 'Save' }).click();
	await alice.page.getByText('Somebody changed the item while you were typing').waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/F01-0002')).data.description, 'Saved by bob');
});

test('a download has the name and the bytes that were uploaded', async () => {
	await alice.go('#/items/F01-0003');
	const [download] = await Promise.all([
		alice.page.waitForEvent('download'),
		alice.page.getByRole('link', { name: 'Download revision 1' }).click(),
	]);
	assert.equal(download.suggestedFilename(), 'arm.FCStd');
	assert.deepEqual(readFileSync(await download.path()), readFileSync(demo('arm.FCStd')));
});
