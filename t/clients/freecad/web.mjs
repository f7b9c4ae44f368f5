// The item's page as a colleague sees it in the browser right after a commit from FreeCAD: node web.mjs PART
// COMMENT PICTURE.  Fails unless revision 2 is there with that comment and its picture.
import assert from 'node:assert/strict';
import { browser, person } from '../browser/lib.mjs';

const [part, comment, picture] = process.argv.slice(2);
const chrome = await browser();
try {
	const bob = await person(chrome, { url: process.env.SILO_URL }, 'bob');
	await bob.go(`#/items/${part}`);
	const newest = bob.page.locator('.revision', { hasText: comment });
	await newest.waitFor({ timeout: 120_000 });
	assert.equal(await newest.locator('.rev-number').textContent(), '2');
	await bob.page.waitForFunction(
		() =>
			document.querySelectorAll('.revision img').length === 2 &&
			[...document.querySelectorAll('img')].every(image => image.complete && image.naturalWidth > 0),
		null,
		{ timeout: 120_000 },
	);
	await bob.page.screenshot({ path: picture });
	assert.deepEqual(bob.faults, []);
} finally {
	await chrome.close();
}
