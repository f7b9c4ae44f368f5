// The live stream: killed and resumed, refused, reset; the server's mode; an ended session.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { browser, person, stack } from './lib.mjs';

let silo, chrome, alice;

before(async () => {
	silo = await stack();
	chrome = await browser();
	for (const pn of ['L-1', 'L-2', 'L-3']) await silo.call('alice', 'POST', 'items', { part_number: pn });
	alice = await person(chrome, silo, 'alice', { mayLose: true, shorten: [10_000, 300] });
	await alice.open();
	await alice.row('L-1').waitFor();
});
after(async () => {
	await chrome?.close();
	await silo?.end();
	assert.deepEqual(alice.faults, []);
});

const link = state => alice.page.locator(`.live-${state}`).waitFor();

test('a stream that breaks is resumed where it broke off: nothing is missed', async () => {
	const readings = [];
	await alice.context.setOffline(true);
	process.kill(Number(silo.env.SILO_NGINX_PID), 'SIGHUP');
	// nginx gives open streams five seconds at a reload.
	await link('lost');
	await alice.page.getByText('No connection to the server.').waitFor();
	await silo.call('bob', 'POST', 'items/L-2/lock', { comment: 'while away' });
	alice.page.on('request', request => readings.push(new URL(request.url()).pathname));
	await alice.context.setOffline(false);
	await link('live');
	await alice.row('L-2').getByText('bob', { exact: true }).last().waitFor();
	assert.ok(!readings.includes('/api/items'), 'resumed by event, not read again');
	assert.equal(await alice.page.getByText('No connection to the server.').count(), 0);
});

test('the hub is away: the page says so and reads again, and comes back by itself', async () => {
	const pid = Number(silo.env.SILO_EVENTS_PID);
	process.kill(pid, 'SIGTERM');
	await link('mute');
	await alice.page.getByText('opens no event stream').waitFor();
	await silo.call('bob', 'POST', 'items/L-3/lock', {});
	await alice.row('L-3').getByText('bob', { exact: true }).last().waitFor();
	await silo.call('bob', 'DELETE', 'items/L-3/lock');
	await alice.row('L-3').getByText('free').waitFor();
	silo.startHub();
	await link('live');
	assert.equal(await alice.page.getByText('opens no event stream').count(), 0);
	await silo.call('bob', 'POST', 'items/L-3/lock', {});
	await alice.row('L-3').getByText('bob', { exact: true }).last().waitFor();
});

test('after a reset of the feed the page reads everything again', async () => {
	await alice.context.setOffline(true);
	process.kill(Number(silo.env.SILO_NGINX_PID), 'SIGHUP');
	await link('lost');
	// Numbered and read by the hub before it goes: a hub that finds a gap stops, and rightly.
	await silo.heard('item.unlocked', 'L-3', () => silo.call('bob', 'DELETE', 'items/L-3/lock'));
	await silo.sql('delete from silo.feed; update silo.feed_head set oldest = last + 1');
	await alice.context.setOffline(false);
	await link('live');
	await alice.row('L-3').getByText('free').waitFor();
});

test('read-only mode is announced, and writing is switched off', async () => {
	execFileSync('psql', [
		'-X',
		'-q',
		silo.env.SILO_OWNER_DATABASE,
		'-c',
		"select silo.server_mode_set('read-only'); notify silo_feed",
	]);
	await alice.page.getByText('The server is read-only at the moment').waitFor();
	assert.equal(await alice.page.getByRole('button', { name: 'New item' }).isDisabled(), true);
	await alice.go('#/items/L-1');
	assert.equal(await alice.page.getByRole('button', { name: 'Check out', exact: true }).isDisabled(), true);
	execFileSync('psql', [
		'-X',
		'-q',
		silo.env.SILO_OWNER_DATABASE,
		'-c',
		"select silo.server_mode_set('normal'); notify silo_feed",
	]);
	await alice.page
		.getByRole('button', { name: 'Check out', exact: true })
		.and(alice.page.locator(':enabled'))
		.waitFor();
});

test('Activity shows what was before and what comes', async () => {
	await silo.call('bob', 'POST', 'items/L-1/lock', { comment: 'before' });
	await alice.go('#/activity');
	await alice.page.locator('.feed').getByText('before').waitFor();
	await silo.call('bob', 'DELETE', 'items/L-1/lock');
	await alice.page.locator('.feed li').first().getByText('released').waitFor();
});

test('a tab out of sight rests, and catches up when it is looked at', async () => {
	// Not by a false clock: the one wait that is 20 s long is short.
	const vera = await person(chrome, silo, 'vera', { shorten: [20_000, 10] });
	await vera.open();
	await vera.row('L-1').getByText('free').waitFor();
	const look = hidden =>
		vera.page.evaluate(value => {
			Object.defineProperty(document, 'hidden', { value, configurable: true });
			document.dispatchEvent(new Event('visibilitychange'));
		}, hidden);
	await Promise.all([
		vera.page.waitForEvent('requestfailed', request => request.url().includes('/api/events')),
		look(true),
	]);
	await silo.heard('item.locked', 'L-1', () => silo.call('bob', 'POST', 'items/L-1/lock', {}));
	assert.equal(await vera.row('L-1').getByText('bob').count(), 0, 'it rests');
	await look(false);
	await vera.row('L-1').getByText('bob', { exact: true }).last().waitFor();
	await silo.call('bob', 'DELETE', 'items/L-1/lock');
	assert.deepEqual(vera.faults, []);
	await vera.close();
});

test('while requests get no answer nothing says live, though the stream is; it recovers by itself', async () => {
	const requests = url => url.pathname.includes('/api/') && !url.pathname.endsWith('/api/events');
	await alice.page.route(requests, route => route.abort());
	await alice.page.getByRole('link', { name: 'Settings' }).click();
	await link('lost');
	await alice.page.getByText('No connection to the server.').waitFor();
	const tokens = alice.page.getByRole('region', { name: 'API tokens' });
	await tokens.getByText('This could not be loaded.').waitFor();
	await alice.page.unroute(requests);
	await link('live');
	assert.equal(await alice.page.getByText('No connection to the server.').count(), 0);
	await tokens.getByRole('button', { name: 'Try again' }).click();
	await tokens.getByText('This could not be loaded.').waitFor({ state: 'detached' });
});

test('a session that ended leads to the sign-in page, and takes an open dialog with it', async () => {
	await alice.go('#/items');
	await alice.page.locator('.live-live').waitFor();
	await alice.page.getByRole('button', { name: 'New item' }).click();
	const dialog = alice.page.getByRole('dialog');
	await dialog.getByLabel('Part number').fill('L-9');
	await silo.sql('delete from silo.sessions');
	await dialog.getByRole('button', { name: 'Create' }).click();
	await alice.page.getByRole('heading', { name: 'Sign in to Silo' }).waitFor();
	await dialog.waitFor({ state: 'detached' });
});
