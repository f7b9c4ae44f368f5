// What every browser test needs: the real stack, a browser, people signed in, and an eye on what
// the console, the policy and the network say.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';

export const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const require = createRequire(join(top, 'www', 'package.json'));
const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const screenshots = join(top, 'var', 'screenshots');
mkdirSync(screenshots, { recursive: true });

const run = promisify(execFile);
// Waits are for what must happen, never for how fast: a busy machine may take its time.
const PATIENCE_MS = 90_000;

/** Reads the shell assignments that t/stack/up wrote. @param {string} file */
function environment(file) {
	const text = execFileSync('bash', ['-c', 'set -a; . "$1"; env -0', 'bash', file], { encoding: 'utf8' });
	return Object.fromEntries(
		text
			.split('\0')
			.filter(Boolean)
			.map(line => {
				const at = line.indexOf('=');
				return [line.slice(0, at), line.slice(at + 1)];
			}),
	);
}

/** Starts a private stack; `end` stops and removes it. @param {string[]} [options] */
export async function stack(options = []) {
	const dir = mkdtempSync(join(tmpdir(), 'silo-browser.'));
	await run(join(top, 't/stack/up'), [dir, ...options]);
	const env = environment(join(dir, 'env'));
	const sql = text =>
		run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', env.SILO_OWNER_DATABASE, '-At', '-c', text]);
	return {
		dir,
		env,
		url: env.SILO_URL,
		fill: () => run(join(top, 't/project/demo/fill'), [dir]),
		end: async () => {
			await run(join(top, 't/stack/down'), [dir]);
			rmSync(dir, { recursive: true, force: true });
		},
		/** One call with a user's token. */
		call: async (user, method, path, body) => {
			const response = await fetch(`${env.SILO_URL}/api/${path}`, {
				method,
				headers: {
					Authorization: `Bearer ${env[`TOKEN_${user.toUpperCase()}`]}`,
					...(body instanceof Uint8Array
						? { 'Content-Type': 'application/octet-stream' }
						: body
							? { 'Content-Type': 'application/json' }
							: {}),
				},
				body: body instanceof Uint8Array ? body : body ? JSON.stringify(body) : undefined,
			});
			const text = await response.text();
			return { status: response.status, data: text ? JSON.parse(text) : null };
		},
		/** Does `action`, and waits until the hub has passed its event on. */
		heard: async (type, pn, action) => {
			const enough = new AbortController();
			const stream = await fetch(`${env.SILO_URL}/api/events?types=${type}&part_number=${pn}`, {
				headers: { Authorization: `Bearer ${env.TOKEN_ADA}` },
				signal: enough.signal,
			});
			const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
			const until = async word => {
				for (let text = ''; !text.includes(word);) {
					const { value, done } = await reader.read();
					assert.ok(!done, `the stream ended before ${word}`);
					text += value;
				}
			};
			await until('event: server.state');
			await action();
			await until(`event: ${type}`);
			enough.abort();
		},
		/** The hub again, after it was ended. */
		startHub: () =>
			execFileSync(
				'bash',
				[
					'-c',
					`. "$1/t/stack/lib.sh"; stack_open "$2"
					stack_start silo-events env "SILO_EVENTS_DATABASE=$3" "$4/silo-events" --config "$2/silo.conf"`,
					'bash',
					top,
					dir,
					env.SILO_HUB_DATABASE,
					env.SILO_PROGRAMS,
				],
				{ env: { ...process.env, SILO_DIR: dir } },
			),
		/** Lets the lease on an item end after `interval` from now. */
		leaseEnds: (pn, interval) =>
			sql(`update silo.locks set expires_at = clock_timestamp() + interval '${interval}'
				where item_id = (select id from silo.items where part_number = '${pn}')`),
		/** Statements as the database's owner. */
		sql,
	};
}

export function browser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--use-gl=angle',
			'--use-angle=swiftshader',
			'--enable-unsafe-swiftshader',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

// The browser itself reports each refused request; that is the server saying no, not a fault.
const REFUSAL =
	/Failed to load resource: the server responded with a status of (401|403|404|409|412|422|429|503)/;
// Drawing without a graphics card, when a test reads the canvas back.
const SOFTWARE_GL = /GL Driver Message/;

/** A person at a browser of their own, signed in unless told otherwise. `shorten: [from, to]` lets
 * the page's timers of exactly `from` milliseconds end after `to`. */
export async function person(chrome, silo, name, options = {}) {
	const { signIn = true, shorten, ...contextOptions } = options;
	const context = await chrome.newContext({
		viewport: { width: 1360, height: 860 },
		locale: 'en-GB',
		colorScheme: 'light',
		...contextOptions,
	});
	context.setDefaultTimeout(PATIENCE_MS);
	if (shorten)
		await context.addInitScript(([long, short]) => {
			const wait = window.setTimeout;
			window.setTimeout = /** @type {any} */ (
				(action, ms, ...rest) => wait(action, ms === long ? short : ms, ...rest)
			);
		}, shorten);
	const page = await context.newPage();
	/** @type {string[]} */
	const faults = [];
	const origin = new URL(silo.url).origin;
	page.on('console', message => {
		const offline = options.mayLose && /net::ERR_/.test(message.text());
		if (
			(message.type() === 'error' || message.type() === 'warning') &&
			!REFUSAL.test(message.text()) &&
			!SOFTWARE_GL.test(message.text()) &&
			!offline
		)
			faults.push(`console: ${message.text()}`);
	});
	page.on('pageerror', error => faults.push(`error: ${error.stack}`));
	page.on('request', request => {
		const url = new URL(request.url());
		if (url.origin !== origin && !['data:', 'blob:'].includes(url.protocol))
			faults.push(`other host: ${url}`);
	});
	await page.addInitScript(() =>
		addEventListener('securitypolicyviolation', event =>
			console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
		),
	);
	if (signIn) {
		await page.request.post(`${silo.url}/login`, {
			data: { username: name, password: `${name}-secret-1` },
			headers: { Origin: origin },
		});
	}
	const go = async hash => {
		const target = `${silo.url}/${hash}`;
		await (page.url() === target ? page.reload() : page.goto(target));
		await page.waitForSelector('main');
	};
	return {
		name,
		page,
		context,
		faults,
		go,
		open: async () => {
			await page.goto(`${silo.url}/`);
			await page.waitForSelector('.live-live');
		},
		/** The row of an item in the table. */
		row: pn => page.locator('.item-row', { has: page.getByRole('link', { name: pn, exact: true }) }),
		close: () => context.close(),
	};
}

/** Waits until `read` gives what is expected; says what it gave last when it never does. */
export async function eventually(read, expected, message) {
	const until = Date.now() + PATIENCE_MS;
	for (;;) {
		const got = await read();
		if (isDeepStrictEqual(got, expected) || Date.now() > until)
			return assert.deepEqual(got, expected, message);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}

/** Serious findings of axe-core, as readable lines. */
export async function axe(page) {
	await page.evaluate(axeSource);
	return page.evaluate(async () => {
		const found = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
		return found.violations
			.filter(one => ['serious', 'critical', 'moderate'].includes(one.impact))
			.map(
				one =>
					`${one.id} (${one.impact}): ${one.nodes
						.slice(0, 4)
						.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? ''))
						.join(' | ')}`,
			);
	});
}
