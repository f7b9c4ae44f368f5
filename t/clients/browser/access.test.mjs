// Every page for everybody: axe-core in both themes, the keyboard, a telephone's width, a path prefix;
// and a screenshot of each for a person to look at.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, browser, person, screenshots, stack } from './lib.mjs';

let silo, chrome;
const PAGES = {
	items: '#/items',
	pictures: '#/items?view=pictures',
	item: '#/items/F01-0003',
	locks: '#/locks',
	activity: '#/activity',
	settings: '#/settings',
	users: '#/users',
	nothing: '#/nowhere',
};

before(async () => {
	// Below a prefix: no address of the page may be absolute.
	silo = await stack(['--prefix', '/cad']);
	await silo.fill();
	await silo.call('ada', 'POST', 'items/F01-0004/lock', { comment: 'New colour' });
	chrome = await browser();
});
after(async () => {
	await chrome?.close();
	await silo?.end();
});

/** Nothing is being read, drawn in or moved any more. */
const settled = page =>
	page.waitForFunction(
		() =>
			document.querySelector('main') &&
			document.querySelector('.live-live') &&
			!document.querySelector('[aria-busy=true]') &&
			[...document.images].every(image => image.complete) &&
			document.getAnimations().every(one => one.playState !== 'running'),
	);

for (const colorScheme of ['light', 'dark']) {
	for (const [size, viewport] of Object.entries({
		wide: { width: 1360, height: 860 },
		phone: { width: 375, height: 780 },
	})) {
		test(`every page, ${colorScheme}, ${size}: nothing serious, nothing wider than the window`, async () => {
			const ada = await person(chrome, silo, 'ada', { colorScheme, viewport });
			const findings = [];
			for (const [name, hash] of Object.entries(PAGES)) {
				await ada.go(hash);
				await settled(ada.page);
				await ada.page.screenshot({ path: join(screenshots, `${name}-${colorScheme}-${size}.png`) });
				findings.push(...(await axe(ada.page)).map(line => `${name}: ${line}`));
				if (await ada.page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
					findings.push(`${name}: wider than the window`);
			}
			await ada.go('#/items/F01-0001?compare=1');
			await ada.page.waitForSelector('.preview[data-ready=yes]');
			await ada.page.screenshot({ path: join(screenshots, `compare-${colorScheme}-${size}.png`) });
			findings.push(...(await axe(ada.page)).map(line => `compare: ${line}`));
			await ada.go('#/items/F01-0003');
			await ada.page.getByRole('button', { name: 'Force release…' }).click();
			findings.push(...(await axe(ada.page)).map(line => `dialog: ${line}`));
			await ada.page.screenshot({ path: join(screenshots, `dialog-${colorScheme}-${size}.png`) });
			const out = await person(chrome, silo, 'ada', { colorScheme, viewport, signIn: false });
			await out.page.goto(`${silo.url}/`);
			await out.page.getByRole('button', { name: 'Sign in' }).waitFor();
			findings.push(...(await axe(out.page)).map(line => `sign-in: ${line}`));
			await out.page.screenshot({ path: join(screenshots, `sign-in-${colorScheme}-${size}.png`) });
			assert.deepEqual([...findings, ...ada.faults, ...out.faults], []);
			await ada.close();
			await out.close();
		});
	}
}

for (const viewport of [
	{ width: 360, height: 740 },
	{ width: 1360, height: 600 },
])
	test(`no page is longer than a window of ${viewport.width} × ${viewport.height}: the header stays`, async () => {
		const ada = await person(chrome, silo, 'ada', { viewport });
		const heights = {};
		for (const [name, hash] of Object.entries(PAGES)) {
			await ada.go(hash);
			await settled(ada.page);
			heights[name] = await ada.page.evaluate(() => document.scrollingElement.scrollHeight);
		}
		assert.deepEqual(
			heights,
			Object.fromEntries(Object.keys(PAGES).map(name => [name, viewport.height])),
		);
		assert.deepEqual(ada.faults, []);
		await ada.close();
	});

test('the keyboard alone locks an item, with the focus always to be seen', async () => {
	const bob = await person(chrome, silo, 'bob');
	await bob.open();
	await bob.page.keyboard.press('/');
	await bob.page.keyboard.type('T01-0001');
	await bob.row('T01-0001').waitFor();
	await bob.page.waitForFunction(() => document.querySelectorAll('.item-row').length === 1);
	const focused = () =>
		bob.page.evaluate(
			() =>
				document.activeElement?.getAttribute('aria-label') ||
				document.activeElement?.textContent?.trim(),
		);
	const seen = new Set();
	for (let press = 0; press < 30 && (await focused()) !== 'Check out T01-0001'; press++) {
		await bob.page.keyboard.press('Tab');
		seen.add(await focused());
		const visible = await bob.page.evaluate(() => {
			const element = document.activeElement;
			const after = getComputedStyle(element, '::after');
			return (
				element === document.body ||
				getComputedStyle(element).outlineStyle !== 'none' ||
				after.outlineStyle !== 'none'
			);
		});
		assert.ok(visible, `no focus ring on ${await focused()}`);
	}
	assert.ok(seen.has('T01-0001') && seen.has('Select T01-0001'));
	await bob.page.keyboard.press('Enter');
	await bob.row('T01-0001').getByText('you').waitFor();
	assert.deepEqual(bob.faults, []);
	await bob.close();
});

test('a finger on a telephone: nothing is cut off, and all of it is large enough', async () => {
	const bob = await person(chrome, silo, 'bob', {
		viewport: { width: 375, height: 780 },
		hasTouch: true,
		isMobile: true,
	});
	await bob.open();
	for (const pn of ['C01-0001', 'C01-0002']) await bob.page.getByLabel(`Select ${pn}`).check();
	const findings = () =>
		bob.page.evaluate(() =>
			[...document.querySelectorAll('button, a.button, .nav-link, select, input')]
				.filter(
					element =>
						element.checkVisibility() &&
						!element.closest('.hidden, .skip') &&
						!element.matches('.hidden, .skip, .check input'),
				)
				.map(element => ({
					words: element.getAttribute('aria-label') || element.textContent,
					box: element.getBoundingClientRect(),
				}))
				.filter(({ box }) => box.width && (box.left < 0 || box.right > 375 || box.height < 32))
				.map(({ words, box }) => `${words}: ${box.left}–${box.right}, ${box.height} high`),
		);
	assert.deepEqual(await findings(), []);
	for (const hash of ['#/items/F01-0001', '#/locks', '#/settings']) {
		await bob.go(hash);
		await settled(bob.page);
		assert.deepEqual(await findings(), [], hash);
	}
	await bob.close();
});

test('a dialog holds the focus, closes on Escape and gives the focus back', async () => {
	const bob = await person(chrome, silo, 'bob');
	await bob.go('#/items/F02-0001');
	const opener = bob.page.getByRole('button', { name: 'Check out with comment…' });
	await opener.focus();
	await bob.page.keyboard.press('Enter');
	await bob.page.getByRole('dialog').waitFor();
	assert.equal(await bob.page.evaluate(() => document.activeElement?.getAttribute('name')), 'comment');
	await bob.page.keyboard.press('Escape');
	await bob.page.getByRole('dialog').waitFor({ state: 'detached' });
	assert.equal(await opener.evaluate(element => element === document.activeElement), true);
	await bob.close();
});

test('the theme is remembered', async () => {
	const bob = await person(chrome, silo, 'bob');
	await bob.go('#/settings');
	await bob.page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'dark' }).click();
	await bob.page.reload();
	await bob.page.locator('main').waitFor();
	assert.equal(await bob.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
	assert.equal(
		await bob.page.evaluate(() => getComputedStyle(document.body).backgroundColor),
		'rgb(14, 19, 26)',
	);
	await bob.close();
});
