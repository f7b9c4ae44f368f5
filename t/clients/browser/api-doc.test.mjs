// The pages of the HTTP interface, below a prefix: all of the contract is on them, every link leads
// somewhere, nothing is fetched from elsewhere, no script is needed and the policy finds no fault.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, browser, person, screenshots, stack, top } from './lib.mjs';

const { parse } = createRequire(join(top, 'www/package.json'))('yaml');
const contract = parse(readFileSync(join(top, 'doc/openapi.yaml'), 'utf8'), { merge: true });
const PAGES = ['', ...contract.tags.map(tag => `${tag.name}.html`), 'objects.html', 'errors.html'];

let silo, chrome;

before(async () => {
	silo = await stack(['--prefix', '/cad', '--no-events']);
	chrome = await browser();
});
after(async () => {
	await chrome?.close();
	await silo?.end();
});

/** Visits every page. */
async function visit(reader, look) {
	for (const name of PAGES) {
		const answer = await reader.page.goto(`${silo.url}/doc/api/${name}`);
		assert.equal(answer.status(), 200, name);
		assert.match(
			answer.headers()['content-security-policy'],
			/default-src 'none'; script-src 'self'/,
			name,
		);
		await look(name || 'index.html');
	}
}

test('all of the contract is on the pages, and every link leads somewhere', async () => {
	const reader = await person(chrome, silo, 'alice', { signIn: false, javaScriptEnabled: false });
	const ids = new Set(),
		links = new Set(),
		words = [];
	await visit(reader, async name => {
		for (const id of await reader.page.locator('[id]').evaluateAll(found => found.map(one => one.id))) {
			assert.ok(!ids.has(`${name}#${id}`), `${name}#${id} is there twice`);
			ids.add(`${name}#${id}`);
		}
		ids.add(name);
		for (const link of await reader.page
			.locator('a[href]')
			.evaluateAll(found => found.map(one => one.getAttribute('href'))))
			links.add(link.startsWith('#') ? name + link : link);
		words.push(await reader.page.locator('main').textContent());
	});
	links.delete('../../');
	links.delete('openapi.yaml');
	assert.deepEqual(
		[...links].filter(link => !ids.has(link)),
		[],
	);
	const operations = Object.values(contract.paths)
		.flatMap(path => Object.values(path))
		.filter(one => one.operationId);
	assert.ok(operations.length >= 40);
	for (const one of operations)
		assert.ok(ids.has(`${one.tags[0]}.html#${one.operationId}`), one.operationId);
	for (const name of Object.keys(contract.components.schemas))
		assert.ok(ids.has(`objects.html#${name}`), name);
	for (const code of contract.components.schemas.ErrorCode.enum)
		assert.ok(ids.has(`errors.html#${code}`), code);
	for (const path of Object.keys(contract.paths))
		assert.ok(
			words.some(text => text.includes(path)),
			path,
		);
	assert.deepEqual(reader.faults, []);
	const yaml = await reader.page.request.get(`${silo.url}/doc/api/openapi.yaml`);
	assert.equal(await yaml.text(), readFileSync(join(top, 'doc/openapi.yaml'), 'utf8'));
	await reader.close();
});

for (const [colorScheme, viewport] of Object.entries({
	light: { width: 1360, height: 860 },
	dark: { width: 375, height: 780 },
})) {
	test(`${colorScheme}, ${viewport.width} pixels: nothing refused, foreign, serious or too wide`, async () => {
		const reader = await person(chrome, silo, 'alice', { signIn: false, colorScheme, viewport });
		const findings = [];
		await visit(reader, async name => {
			await reader.page.screenshot({
				path: join(screenshots, `api-${name.replace('.html', '')}-${colorScheme}.png`),
			});
			findings.push(...(await axe(reader.page)).map(line => `${name}: ${line}`));
			if (await reader.page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
				findings.push(`${name}: wider than the window`);
			assert.notEqual(
				await reader.page.evaluate(() => getComputedStyle(document.querySelector('header')).display),
				'block',
				'the style sheet is not in force',
			);
		});
		assert.deepEqual([...findings, ...reader.faults], []);
		await reader.close();
	});
}

test('the settings lead to them, and they back', async () => {
	const alice = await person(chrome, silo, 'alice');
	await alice.go('#/settings');
	await alice.page.getByRole('link', { name: 'the HTTP interface' }).click();
	await alice.page.getByRole('heading', { name: 'Silo: the HTTP interface' }).waitFor();
	await alice.page.getByRole('link', { name: 'Silo', exact: true }).click();
	await alice.page.locator('#app main').waitFor();
	await alice.close();
});
