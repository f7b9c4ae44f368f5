// One press does one thing: to the lease that the page shows, at once, and never twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, person, stack } from './lib.mjs';

let silo, chrome, alice;

before(async () => {
	silo = await stack();
	chrome = await browser();
	for (const pn of ['A-4', 'A-5', 'A-6'])
		await silo.call('alice', 'POST', 'items', { part_number: pn, description: `Item ${pn}` });
	alice = await person(chrome, silo, 'alice');
	await alice.open();
});
after(async () => {
	const faults = alice?.faults ?? [];
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(faults, []);
});

/** How often the page asked for it, from now on. */
function counted(who, method, path) {
	const seen = { count: 0, urls: [] };
	who.page.on('request', request => {
		if (request.method() === method && new URL(request.url()).pathname === path) {
			seen.count++;
			seen.urls.push(new URL(request.url()));
		}
	});
	return seen;
}

test('a double click on Check out locks, however fast the button turns into Release', async () => {
	await alice.go('#/items/A-4');
	const releases = counted(alice, 'DELETE', '/api/items/A-4/lock');
	const panel = alice.page.locator('.lock-panel');
	const button = panel.getByRole('button', { name: 'Check out', exact: true });
	const box = await button.boundingBox();
	const at = [box.x + box.width / 2, box.y + box.height / 2];
	await button.click();
	// The second press comes at once when the button has become another.
	await alice.page.evaluate(
		([x, y]) =>
			new Promise(resolve => {
				const look = () => {
					const there = /** @type {HTMLElement} */ (
						document.elementFromPoint(x, y)?.closest('button')
					);
					if (there?.innerText.trim() === 'Release') resolve(there.click());
					else requestAnimationFrame(look);
				};
				look();
			}),
		at,
	);
	await alice.page.mouse.dblclick(at[0], at[1]);
	await panel.getByRole('heading', { name: 'Locked by you' }).waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/A-4/lock')).data.lock.locked_by, 'alice');
	assert.equal(releases.count, 0, 'nothing was released');
	await panel.getByRole('button', { name: 'Release' }).click();
	await panel.getByRole('heading', { name: 'Free' }).waitFor();
	assert.match(releases.urls[0].searchParams.get('lease_id'), /^[0-9]+$/, 'it names the lease');
});

test('an answer counts at once, without its event', async () => {
	const carol = await person(chrome, silo, 'alice');
	await carol.page.route(/\/api\/events/, () => {}); // never answered
	await carol.page.goto(`${silo.url}/#/items/A-5`);
	const panel = carol.page.locator('.lock-panel');
	await panel.getByRole('button', { name: 'Check out', exact: true }).click();
	await panel.getByRole('heading', { name: 'Locked by you' }).waitFor();
	await panel.getByRole('button', { name: 'Release' }).click();
	await panel.getByRole('heading', { name: 'Free' }).waitFor();
	await carol.close();
});

test('a lease that is another by now is neither released nor renewed: the page says so and shows it', async () => {
	const carol = await person(chrome, silo, 'alice', { shorten: [10_000, 3_600_000] });
	await silo.call('alice', 'POST', 'items/A-6/lock', { comment: 'old' });
	await carol.page.route(/\/api\/events/, () => {}); // the page doesn't hear of what comes
	await carol.page.goto(`${silo.url}/#/items/A-6`);
	const panel = carol.page.locator('.lock-panel');
	await panel.getByText('old').waitFor();
	await silo.call('alice', 'POST', 'items/A-6/lock', { comment: 'from another program' });
	await panel.getByRole('button', { name: 'Release' }).click();
	const dialog = carol.page.getByRole('dialog');
	await dialog.getByText('The lock on A-6 has changed').waitFor();
	await dialog.getByText('from another program').waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/A-6/lock')).data.locked, true, 'nothing was released');
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	await panel.getByText('from another program').waitFor();
	await silo.call('alice', 'DELETE', 'items/A-6/lock');
	await panel.getByRole('button', { name: 'Renew…' }).click();
	await dialog.getByRole('button', { name: 'Renew' }).click();
	await carol.page.getByText('The lock on A-6 has ended since you last looked').waitFor();
	assert.equal((await silo.call('bob', 'GET', 'items/A-6/lock')).data.locked, false, 'nothing was locked');
	await carol.close();
});
