// Texts of users that would like to be pages: markup in every field that the page shows, and in the
// address. Nothing of it runs, loads or becomes an element; each is read as it was written.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, person, stack } from './lib.mjs';

let silo, chrome, ada;
const evil = word => `<img src=x onerror="window.evil='${word}'"><script>window.evil='${word}'</script>`;
const name = '<script>window.evil=1<script>"\'.FCStd';

before(async () => {
	silo = await stack();
	chrome = await browser();
	ada = await person(chrome, silo, 'ada');
	const made = async (method, path, body) => {
		const { status, data } = await silo.call('ada', method, path, body);
		assert.ok(status >= 200 && status < 300, `${method} ${path}: ${JSON.stringify(data)}`);
	};
	await made('POST', 'items', {
		part_number: 'X-1',
		description: evil('description'),
		project: 'P"><b>1',
		properties: { [evil('key')]: evil('value') },
	});
	await made(
		'POST',
		`items/X-1/file?filename=a.FCStd&comment=${encodeURIComponent(evil('comment'))}`,
		Buffer.from('not a document'),
	);
	// No upload may bring such a name any more; it may be there from before.
	await silo.sql(`update silo.revisions set filename = $name$${name}$name$`);
	await made('POST', 'items/X-1/lock', { comment: evil('lock'), workstation: evil('workstation') });
	await made('PATCH', 'users/bob', { display_name: evil('person') });
	await made('POST', 'auth/tokens', { name: evil('token') });
});
after(async () => {
	await chrome?.close();
	await silo?.end();
});

/** What was written is read, and nothing of it is an element or has run. */
async function harmless(...texts) {
	for (const text of texts) await ada.page.getByText(text, { exact: false }).first().waitFor();
	assert.deepEqual(
		await ada.page.evaluate(() => [
			/** @type {any} */ (window).evil,
			document.querySelectorAll('img[src=x], [onerror], main script, a[href^="javascript:"]').length,
		]),
		[undefined, 0],
	);
	// An item of an impossible number is refused, which the browser reports.
	assert.deepEqual(
		ada.faults.filter(fault => !/a status of 400/.test(fault)),
		[],
	);
}

const views = [
	['the list of items', '#/items', evil('description')],
	[
		'an item',
		'#/items/X-1',
		evil('description'),
		evil('comment'),
		evil('lock'),
		name,
		evil('key'),
		evil('value'),
	],
	['the page of locks', '#/locks', evil('lock')],
	['Activity', '#/activity'],
	['the users', '#/users', evil('person')],
	['the tokens', '#/settings', evil('token')],
];
for (const [title, hash, ...texts] of views)
	test(`${title}: markup is read, not run`, async () => {
		await ada.go(hash);
		await harmless(...texts);
	});

test('markup that arrives by an event is read, not run', async () => {
	await ada.open();
	await silo.heard('item.updated', 'X-1', () =>
		silo.call('ada', 'PUT', 'items/X-1', { description: evil('arrived') }),
	);
	await harmless(evil('arrived'));
});

test('markup in the address is read, not run', async () => {
	for (const hash of [
		`#/items?q=${encodeURIComponent(evil('search'))}`,
		`#/items/${encodeURIComponent(evil('number'))}`,
		`#/${evil('view')}`,
		'#/items/..%2f..%2fapi',
	])
		await ada.go(hash).then(() => harmless());
});

test('a file with a hostile name is downloaded, not opened', async () => {
	await ada.go('#/items/X-1');
	const [download] = await Promise.all([
		ada.page.waitForEvent('download'),
		ada.page.getByRole('link', { name: 'Download revision 1' }).click(),
	]);
	assert.doesNotMatch(download.suggestedFilename(), /[/\\]/);
	await harmless();
});
