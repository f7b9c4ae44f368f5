// The 3D preview: every kind of file, parts by label, two revisions under one camera, and plain words
// when a file can be shown only in part or not at all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, person, stack, top } from './lib.mjs';

const { strFromU8, strToU8, unzipSync, zipSync } = createRequire(join(top, 'www/package.json'))('fflate');

let silo, chrome, alice;
const demo = name => readFileSync(join(top, 't/project/demo/files', name));

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

/** A demo document with its Document.xml rewritten. @param {string} name @param {(xml: string) => string} edit */
function document(name, edit) {
	const files = unzipSync(demo(name));
	files['Document.xml'] = strToU8(edit(strFromU8(files['Document.xml'])));
	return Buffer.from(zipSync(files));
}
const store = (pn, name, bytes) => silo.call('alice', 'POST', `items/${pn}/file?filename=${name}`, bytes);
const open3d = () => alice.page.getByRole('button', { name: 'Open in 3D' }).click();

/** How many pixels of the canvas are drawn on, in its left and right half. */
const drawn = page =>
	page.evaluate(
		() =>
			new Promise(resolve =>
				requestAnimationFrame(() => {
					const canvas = globalThis.document.querySelector('.preview canvas');
					const copy = globalThis.document.createElement('canvas');
					[copy.width, copy.height] = [200, 100];
					const pen = copy.getContext('2d', { willReadFrequently: true });
					globalThis.document.querySelector('.preview .segments button').click();
					requestAnimationFrame(() => {
						pen.drawImage(canvas, 0, 0, 200, 100);
						const half = x =>
							[...pen.getImageData(x, 0, 100, 100).data].filter(
								(value, at) => at % 4 === 3 && value > 0,
							).length;
						resolve([half(0), half(100)]);
					});
				}),
			),
	);
/** The model is drawn. */
const ready = () => alice.page.waitForSelector('.preview[data-ready=yes]');

test('a FreeCAD assembly is shown in 3D, its parts by label; the viewer comes only when asked', async () => {
	const loaded = [];
	alice.page.on('request', request => loaded.push(request.url()));
	await alice.go('#/items/A01-0001');
	await alice.page.getByRole('button', { name: 'Open in 3D' }).waitFor();
	assert.equal(loaded.filter(url => /wasm|preview|scene/.test(url)).length, 0);
	await open3d();
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

/** What the reader sees of each model, without the words around: RGB values of both halves. */
async function halves() {
	const box = await alice.page.locator('.preview canvas').boundingBox();
	const width = Math.floor(box.width / 2) - 12;
	const shots = [];
	for (const x of [box.x + 6, box.x + box.width / 2 + 6])
		shots.push(
			(
				await alice.page.screenshot({ clip: { x, y: box.y + 90, width, height: box.height - 170 } })
			).toString('base64'),
		);
	return alice.page.evaluate(
		pngs =>
			Promise.all(
				pngs.map(async png => {
					const image = new Image();
					image.src = `data:image/png;base64,${png}`;
					await image.decode();
					const copy = globalThis.document.createElement('canvas');
					[copy.width, copy.height] = [80, 80];
					const pen = copy.getContext('2d', { willReadFrequently: true });
					pen.drawImage(image, 0, 0, 80, 80);
					return [...pen.getImageData(0, 0, 80, 80).data];
				}),
			),
		shots,
	);
}
const difference = (one, other) =>
	one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;

test('one camera for both: turning one model turns the other alike', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'TWIN' });
	await store('TWIN', 'twin.FCStd', demo('bracket-3.FCStd'));
	// The same shape in another file.
	await store(
		'TWIN',
		'twin.FCStd',
		document('bracket-3.FCStd', xml => xml.replace('bracket-3', 'the same')),
	);
	await alice.go('#/items/TWIN?compare=1');
	await ready();
	const [left, right] = await halves();
	const box = await alice.page.locator('.preview canvas').boundingBox();
	await alice.page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
	await alice.page.mouse.down();
	await alice.page.mouse.move(box.x + box.width / 4 + 90, box.y + box.height / 2 + 30, { steps: 4 });
	await alice.page.mouse.up();
	await alice.page.mouse.move(box.x + box.width / 2, box.y + 5);
	const [leftAfter, rightAfter] = await halves();
	const moved = [difference(left, leftAfter), difference(right, rightAfter)],
		apart = [difference(left, right), difference(leftAfter, rightAfter)];
	assert.ok(Math.min(...moved) > 3, `turned: ${moved}`);
	assert.ok(Math.max(...apart) < Math.min(...moved) / 3, `alike: ${apart}, turned: ${moved}`);
});

test('a part is switched off and on by its name', async () => {
	await alice.go('#/items/A01-0001');
	await open3d();
	await ready();
	await alice.page.getByText('4 parts').click();
	const [all] = await halves();
	const first = alice.page.locator('.preview-parts input').first();
	await first.uncheck();
	const [without] = await halves();
	assert.ok(difference(all, without) > 0.5);
	await first.check();
	const [again] = await halves();
	assert.ok(difference(all, again) < difference(all, without) / 3);
});

test('a document that can be shown only in part says what is missing, and offers the download', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'PARTLY' });
	await store(
		'PARTLY',
		'casting.FCStd',
		document('bracket-1.FCStd', xml =>
			xml
				.replace('</Objects>', '<Object type="Mesh::Feature" name="Scan" id="99"/></Objects>')
				.replace(
					'</ObjectData>',
					'<Object name="Scan"><Properties Count="1"><Property name="Label" type="App::PropertyString">' +
						'<String value="Scan of the casting"/></Property></Properties></Object></ObjectData>',
				),
		),
	);
	await alice.go('#/items/PARTLY');
	await open3d();
	await ready();
	await alice.page.locator('.preview-missing').getByText('Not shown: Scan of the casting').waitFor();
	await alice.page.getByText('1 part', { exact: true }).waitFor();
	const [download] = await Promise.all([
		alice.page.waitForEvent('download'),
		alice.page.locator('.preview-missing').getByRole('link', { name: 'Download' }).click(),
	]);
	assert.equal(download.suggestedFilename(), 'casting.FCStd');
});

const STL = `solid s
${[
	[
		[0, 0, 0],
		[10, 0, 0],
		[0, 10, 0],
	],
	[
		[0, 0, 0],
		[0, 0, 10],
		[10, 0, 0],
	],
	[
		[0, 0, 0],
		[0, 10, 0],
		[0, 0, 10],
	],
	[
		[10, 0, 0],
		[0, 0, 10],
		[0, 10, 0],
	],
]
	.map(facet => facet.map(point => `vertex ${point.join(' ')}`).join('\n'))
	.map(points => `facet normal 0 0 1\nouter loop\n${points}\nendloop\nendfacet`)
	.join('\n')}
endsolid s`;

for (const name of ['block.step', 'block.iges'])
	test(`${name} is shown`, async () => {
		const pn = name.replace('.', '-');
		await silo.call('alice', 'POST', 'items', { part_number: pn });
		await silo.call(
			'alice',
			'POST',
			`items/${pn}/file?filename=${name}`,
			readFileSync(join(top, 't/clients/browser/files', name)),
		);
		await alice.go(`#/items/${pn}`);
		await open3d();
		await ready();
		const [left, right] = await drawn(alice.page);
		assert.ok(left > 50 && right > 50, `${left} ${right}`);
	});

test('STL is shown; a file that cannot be previewed says so and offers the download', async () => {
	await silo.call('alice', 'POST', 'items', { part_number: 'S-1' });
	await silo.call('alice', 'POST', 'items/S-1/file?filename=wedge.stl', Buffer.from(STL));
	await alice.go('#/items/S-1');
	await open3d();
	await ready();
	await silo.call(
		'alice',
		'POST',
		'items/S-1/file?filename=broken.step',
		Buffer.from('ISO-10303-21; nonsense'),
	);
	await alice.page
		.getByRole('button', { name: 'Open in 3D' })
		.or(alice.page.locator('.preview-words'))
		.first()
		.waitFor();
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
