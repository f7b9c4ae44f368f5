// Files: upload with progress and cancel, conflicts in plain words, pictures, three dimensions.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, person, stack, top } from './lib.mjs';

let silo, chrome, alice;
const demo = name => join(top, 't/demo/files', name);

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
const upload = () => alice.page.getByRole('button', { name: 'Upload', exact: true }).click();

test('a chosen file becomes the next revision, with its picture', async () => {
	await choose('F02-0001', demo('shade.FCStd'));
	await alice.page.getByLabel('What changed').fill('Another shape');
	await upload();
	await alice.page.locator('.revision-comment', { hasText: 'Another shape' }).waitFor();
	assert.equal(await head('F02-0001'), 2);
	await alice.page.waitForFunction(() => document.querySelectorAll('.revision img').length === 2
		&& [...document.querySelectorAll('.revision img')].every(image => image.complete && image.naturalWidth > 0));
});

test('a dropped file works the same, and the lock is released with it', async () => {
	await silo.call('alice', 'POST', 'items/F01-0004/lock', {});
	await alice.go('#/items/F01-0004');
	await alice.page.locator('.upload').waitFor();
	const content = readFileSync(demo('knob.FCStd')).toString('base64');
	const data = await alice.page.evaluateHandle(text => {
		const transfer = new DataTransfer();
		transfer.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], 'shade.FCStd'));
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

test('a lock taken meanwhile: nothing is stored, the holder is named', async () => {
	await choose('F01-0005', demo('shade.FCStd'));
	await silo.call('bob', 'POST', 'items/F01-0005/lock', { comment: 'Finer knurl' });
	await upload();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('Not stored: F01-0005 is locked').waitFor();
	await dialog.getByText('Finer knurl').waitFor();
	assert.equal(await head('F01-0005'), 1);
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	await silo.call('bob', 'DELETE', 'items/F01-0005/lock');
});

test('the item moved on: nothing is stored, the newest is offered; on top only when said', async () => {
	await choose('F01-0005', demo('shade.FCStd'));
	await silo.call('bob', 'POST', 'items/F01-0005/file?filename=knob.FCStd&comment=Coarser', readFileSync(demo('arm.FCStd')));
	await alice.page.locator('.revision-comment', { hasText: 'Coarser' }).waitFor();
	await upload();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByText('the item has moved on').waitFor();
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
	await alice.context.newCDPSession(alice.page).then(session => session.send('Network.emulateNetworkConditions',
		{ offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: 400_000 }));
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
	await alice.page.getByText('bob holds the lock: only bob can change this item now.').waitFor();
	assert.equal(await alice.page.getByRole('button', { name: 'Edit' }).isDisabled(), true);
	assert.equal(await alice.page.getByRole('button', { name: 'Choose file…' }).isDisabled(), true);
	await silo.call('bob', 'DELETE', 'items/F01-0001/lock');
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

/** How many pixels of the canvas are drawn on, in its left and right half. */
const drawn = page => page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => {
	const canvas = document.querySelector('.preview canvas');
	const copy = document.createElement('canvas');
	[copy.width, copy.height] = [200, 100];
	const pen = copy.getContext('2d', { willReadFrequently: true });
	document.querySelector('.preview .segments button').click();
	requestAnimationFrame(() => {
		pen.drawImage(canvas, 0, 0, 200, 100);
		const half = x => [...pen.getImageData(x, 0, 100, 100).data].filter((value, at) => at % 4 === 3 && value > 0).length;
		resolve([half(0), half(100)]);
	});
})));
const ready = () => alice.page.waitForSelector('.preview[data-ready=yes]');

test('a FreeCAD assembly is shown in 3D, its parts by label; the viewer comes only when asked', async () => {
	const loaded = [];
	alice.page.on('request', request => loaded.push(request.url()));
	await alice.go('#/items/A01-0001');
	await alice.page.getByRole('button', { name: 'Open in 3D' }).waitFor();
	assert.equal(loaded.filter(url => /wasm|preview|scene/.test(url)).length, 0);
	await alice.page.getByRole('button', { name: 'Open in 3D' }).click();
	await ready();
	assert.ok(loaded.some(url => url.endsWith('.wasm')));
	await alice.page.getByText('4 parts').click();
	const names = await alice.page.locator('.preview-parts label').allInnerTexts();
	assert.equal(names.length, 4);
	const [left, right] = await drawn(alice.page);
	assert.ok(left > 50 && right > 50, `${left} ${right}`);
});

test('two revisions side by side', async () => {
	await alice.go('#/items/F01-0001');
	await alice.page.getByRole('button', { name: 'Compare revision 1 with 3' }).click();
	await ready();
	assert.match(alice.page.url(), /compare=1/);
	const [left, right] = await drawn(alice.page);
	assert.ok(left > 200 && right > 200, `${left} ${right}`);
});

const STL = `solid s
${[[[0, 0, 0], [10, 0, 0], [0, 10, 0]], [[0, 0, 0], [0, 0, 10], [10, 0, 0]], [[0, 0, 0], [0, 10, 0], [0, 0, 10]], [[10, 0, 0], [0, 0, 10], [0, 10, 0]]]
		.map(facet => `facet normal 0 0 1\nouter loop\n${facet.map(point => `vertex ${point.join(' ')}`).join('\n')}\nendloop\nendfacet`).join('\n')}
endsolid s`;

for (const name of ['block.step', 'block.iges'])
	test(`${name} is shown`, async () => {
		const pn = name.replace('.', '-');
		await silo.call('alice', 'POST', 'items', { part_number: pn });
		await silo.call('alice', 'POST', `items/${pn}/file?filename=${name}`, readFileSync(join(top, 't/browser/files', name)));
		await alice.go(`#/items/${pn}`);
		await alice.page.getByRole('button', { name: 'Open in 3D' }).click();
		await ready();
		const [left, right] = await drawn(alice.page);
		assert.ok(left > 50 && right > 50, `${left} ${right}`);
	});

test('STL is shown; a file that cannot be previewed says so and offers the download', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'S-1' });
	await silo.call('alice', 'POST', 'items/S-1/file?filename=wedge.stl', Buffer.from(STL));
	await alice.go('#/items/S-1');
	await alice.page.getByRole('button', { name: 'Open in 3D' }).click();
	await ready();
	await silo.call('alice', 'POST', 'items/S-1/file?filename=broken.step', Buffer.from('ISO-10303-21; nonsense'));
	await alice.page.getByRole('button', { name: 'Open in 3D' }).or(alice.page.locator('.preview-words')).first().waitFor();
	await alice.page.locator('.preview-words').getByRole('link', { name: 'Download revision 2' }).waitFor();
});

test('a file of another kind says that it has no preview, and offers the download', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'S-2' });
	await silo.call('alice', 'POST', 'items/S-2/file?filename=sheet.pdf', Buffer.from('%PDF-1.4'));
	await alice.go('#/items/S-2');
	await alice.page.getByText('no 3D preview of .pdf files').waitFor();
	await alice.page.locator('.stage').getByRole('link', { name: 'Download' }).waitFor();
	assert.equal(await alice.page.getByRole('button', { name: 'Open in 3D' }).count(), 0);
});

test('a download has the name and the bytes that were uploaded', async () => {
	await alice.go('#/items/F01-0003');
	const [download] = await Promise.all([alice.page.waitForEvent('download'), alice.page.getByRole('link', { name: 'Download revision 1' }).click()]);
	assert.equal(download.suggestedFilename(), 'arm.FCStd');
	assert.deepEqual(readFileSync(await download.path()), readFileSync(demo('arm.FCStd')));
});
