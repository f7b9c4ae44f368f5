// Many items: a hundred thousand rows, search, filters, the address, and what live events must not do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, eventually, person, stack } from './lib.mjs';

const MANY = 100_000;
let silo, chrome, alice;

before(async () => {
	silo = await stack();
	await silo.sql(`insert into silo.items (part_number, item_type, description, project, created_by, updated_by)
		select 'N' || lpad(n::text, 6, '0'), (array['part','assembly','drawing'])[1 + n % 3], 'Item number ' || n,
		       'P' || n % 7, 'alice', 'bob'
		  from generate_series(1, ${MANY}) n`);
	await silo.sql('analyze silo.items');
	chrome = await browser();
	alice = await person(chrome, silo, 'alice');
});
after(async () => {
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(alice.faults, []);
});

const list = () => alice.page.locator('.virtual');
const drawnRows = () => alice.page.locator('.item-row').count();

test('a hundred thousand items: few rows are drawn, scrolling reads on', async () => {
	await alice.open();
	await alice.row('N000001').waitFor();
	assert.ok((await drawnRows()) < 40);
	await alice.page.waitForFunction(() => {
		const element = document.querySelector('.virtual');
		element.scrollTop = element.scrollHeight;
		return element.scrollHeight > 56 * 5000;
	});
	assert.ok((await drawnRows()) < 40);
	await eventually(
		() =>
			list().evaluate(element => {
				const box = element.getBoundingClientRect();
				return (
					document
						.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
						?.closest('.item-row') !== null
				);
			}),
		true,
		'rows are where the reader looks',
	);
});

// How long a frame takes is printed by budget.test.mjs; here only what must always hold.
test('scrolling through thousands of rows draws only those in sight', async () => {
	const most = await list().evaluate(async element => {
		let rows = 0;
		for (let top = 0; top < 120_000; top += 600) {
			element.scrollTop = top;
			await new Promise(requestAnimationFrame);
			rows = Math.max(rows, document.querySelectorAll('.item-row').length);
		}
		return rows;
	});
	assert.ok(most > 5 && most < 80, `${most} rows drawn`);
});

test('search as you type; the address keeps search, filters and order', async () => {
	await alice.open();
	await alice.page.keyboard.press('/');
	await alice.page.keyboard.type('number 4242');
	await alice.row('N004242').waitFor();
	await alice.page.waitForFunction(() => document.querySelectorAll('.item-row').length === 11);
	assert.match(alice.page.url(), /q=number\+4242|q=number%204242/);
	await alice.page.getByLabel('Type').selectOption('part');
	await alice.page.getByLabel('Project').selectOption('P3');
	await alice.page.waitForFunction(() => document.querySelectorAll('.item-row').length === 1);
	await alice.page.getByLabel('Project').selectOption('');
	await Promise.all([
		alice.page.waitForResponse(/sort=-updated_at/),
		alice.page.getByLabel('Sort by').selectOption('Last changed'),
	]);
	await alice.page.waitForFunction(
		() =>
			document.querySelector('.virtual').getAttribute('aria-busy') === 'false' &&
			document.querySelectorAll('.item-row').length === 5,
	);
	const before = await alice.page.locator('.item-row .pn').allInnerTexts();
	await alice.page.reload();
	await alice.page.waitForFunction(
		count => document.querySelectorAll('.item-row').length === count,
		before.length,
	);
	await eventually(() => alice.page.locator('.item-row .pn').allInnerTexts(), before);
	assert.equal(await alice.page.getByLabel('Type').inputValue(), 'part');
});

test('filters by lock follow what happens', async () => {
	await silo.call('bob', 'POST', 'items/N000010/lock', {});
	await alice.go('#/items?lock=others');
	await alice.row('N000010').waitFor();
	await eventually(drawnRows, 1);
	await silo.call('bob', 'POST', 'items/N000020/lock', {});
	await alice.row('N000020').waitFor();
	await silo.call('bob', 'DELETE', 'items/N000010/lock');
	await alice.row('N000010').waitFor({ state: 'detached' });
	await alice.page.getByRole('button', { name: 'Mine' }).click();
	await alice.page.getByText('Nothing matches.').waitFor();
});

test('sorting by a column, both ways', async () => {
	await alice.open();
	await alice.page.getByRole('button', { name: 'Part number' }).click();
	await alice.row('N100000').waitFor();
	assert.equal(
		await alice.page.getByRole('columnheader', { name: 'Part number' }).getAttribute('aria-sort'),
		'descending',
	);
	await alice.page.getByRole('button', { name: 'Project' }).click();
	await alice.page.waitForFunction(
		() => document.querySelector('.item-row .cell-project')?.textContent === 'P0',
	);
});

test('events of others move nothing: focus, typed text, selection and scroll stay', async () => {
	await alice.open();
	await list().evaluate(element => {
		element.scrollTop = 1120;
	});
	await alice.page.getByLabel('Select N000025').check();
	await alice.page.getByLabel('Select N000025').focus();
	await alice.page.evaluate(() => {
		window.moved = 0;
		new PerformanceObserver(found =>
			found.getEntries().forEach(entry => {
				window.moved += entry.value;
			}),
		).observe({ type: 'layout-shift', buffered: false });
	});
	for (const n of [22, 23, 24, 25, 26, 27, 28])
		await silo.call('bob', 'POST', `items/N0000${n}/lock`, { comment: 'x' });
	await silo.call('bob', 'PUT', 'items/N000029', { description: 'Changed by bob' });
	await alice.row('N000028').getByText('bob', { exact: true }).last().waitFor();
	await alice.row('N000029').getByText('Changed by bob').waitFor();
	assert.equal(await list().evaluate(element => element.scrollTop), 1120);
	assert.equal(
		await alice.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
		'Select N000025',
	);
	assert.equal(await alice.page.getByLabel('Select N000025').isChecked(), true);
	assert.equal(await alice.page.evaluate(() => window.moved), 0);
});

test('items made and archived above the reader move nothing, far down a long list', async () => {
	await alice.open();
	await alice.row('N000001').waitFor();
	await alice.page.waitForFunction(() => {
		const element = document.querySelector('.virtual');
		const far = element.scrollHeight > 56 * 2000;
		element.scrollTop = far ? 56 * 1500 : element.scrollHeight;
		return far;
	});
	await alice.row('N001505').waitFor();
	// Longer than what is read again after a change: what lies below must stay as well.
	const place = pn => alice.row(pn).evaluate(element => Math.round(element.getBoundingClientRect().top));
	const before = await place('N001505');
	const reading = alice.page.waitForResponse(/items\?.*limit=1000/);
	await silo.call('bob', 'POST', 'items', { part_number: 'A-FIRST' });
	await reading;
	await eventually(() => list().evaluate(element => element.scrollTop), 56 * 1501);
	assert.equal(await place('N001505'), before);
	const again = alice.page.waitForResponse(/items\?.*limit=1000/);
	await silo.call('bob', 'DELETE', 'items/A-FIRST');
	await again;
	await eventually(() => list().evaluate(element => element.scrollTop), 56 * 1500);
	assert.equal(await place('N001505'), before);
});

test('a refused new item loses nothing that was typed', async () => {
	await alice.open();
	await alice.page.getByRole('button', { name: 'New item' }).click();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByLabel('Part number').fill('N-TAKEN');
	await dialog.getByLabel('Description').fill('Typed with care');
	await silo.call('bob', 'POST', 'items', { part_number: 'N-TAKEN' });
	await dialog.getByRole('button', { name: 'Create' }).click();
	await dialog.getByRole('alert').getByText('already exists').waitFor();
	assert.equal(await dialog.getByLabel('Description').inputValue(), 'Typed with care');
	await dialog.getByLabel('Part number').fill('N-FREE');
	await dialog.getByRole('button', { name: 'Create' }).click();
	await alice.page.getByRole('heading', { name: /N-FREE/ }).waitFor();
});

test('the way back from an item leads to the list as it was searched', async () => {
	await alice.go('#/items?q=4242&type=part');
	await alice.row('N004242').waitFor();
	await alice.row('N004242').getByRole('link', { name: 'N004242' }).click();
	await alice.page.getByRole('link', { name: 'Back to the items' }).click();
	await alice.row('N004242').waitFor();
	assert.match(alice.page.url(), /q=4242&type=part/);
});

test('a new item is made with the next free number of its category', async () => {
	await alice.open();
	await alice.page.getByRole('button', { name: 'New item' }).click();
	await alice.page.getByLabel('Part number').last().fill('Z01');
	await alice.page.getByRole('dialog').getByLabel('Description').fill('Freshly made');
	await alice.page.getByRole('button', { name: 'Create' }).click();
	await alice.page.getByRole('heading', { name: /Z01-0001/ }).waitFor();
});
