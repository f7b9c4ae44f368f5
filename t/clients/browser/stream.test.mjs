// The page without a stream: it says why none comes, and keeps reading its data meanwhile. A second nginx in front
// with its defaults, one that buffers whatever it is told, a user's last stream taken, a silent hub.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, person, stack } from './lib.mjs';

let silo, chrome, front, fair, holding;

const freePort = () =>
	new Promise(resolve => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});

async function twoProxies() {
	const dir = join(silo.dir, 'front'),
		ports = [await freePort(), await freePort()];
	mkdirSync(dir);
	const place = (port, more) => `server { listen 127.0.0.1:${port}; location / {
		proxy_pass http://127.0.0.1:${silo.env.SILO_PORT}; proxy_set_header Host $http_host; ${more} } }`;
	writeFileSync(
		join(dir, 'nginx.conf'),
		`daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/log;
		events { } http { access_log off;
		client_body_temp_path ${dir}/1; proxy_temp_path ${dir}/2; fastcgi_temp_path ${dir}/3;
		uwsgi_temp_path ${dir}/4; scgi_temp_path ${dir}/5;
		${place(ports[0], '')} ${place(ports[1], 'proxy_ignore_headers X-Accel-Buffering;')} }`,
	);
	const nginx = execFileSync('sh', ['-c', 'command -v nginx || echo /usr/sbin/nginx'], {
		encoding: 'utf8',
	}).trim();
	front = spawn(nginx, ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'log')], {
		stdio: 'ignore',
	});
	return ports.map(port => ({ ...silo, url: `http://127.0.0.1:${port}` }));
}

before(async () => {
	silo = await stack(['streams_per_user = 1']);
	chrome = await browser();
	await silo.call('alice', 'POST', 'items', { part_number: 'S-1' });
	[fair, holding] = await twoProxies();
});
after(async () => {
	front?.kill();
	await chrome?.close();
	await silo?.end();
});

const held = who => who.row('S-1').getByText('bob', { exact: true }).last().waitFor();
const lock = () => silo.call('bob', 'POST', 'items/S-1/lock', {});
const release = () => silo.call('bob', 'DELETE', 'items/S-1/lock');

test('a proxy with its defaults lets the stream through', async () => {
	const alice = await person(chrome, fair, 'alice');
	await alice.open();
	await alice.row('S-1').getByText('free').waitFor();
	await lock();
	await held(alice);
	assert.deepEqual(alice.faults, []);
	await alice.close();
	await release();
});

test('one that holds the stream back is named, and locks stay current', async () => {
	const alice = await person(chrome, holding, 'alice');
	await alice.page.goto(`${holding.url}/`);
	await alice.page.locator('.live-held').waitFor();
	await alice.page.getByText('a proxy in between holds back its event stream').waitFor();
	await alice.row('S-1').getByText('free').waitFor();
	await lock();
	await held(alice);
	assert.equal(await alice.page.locator('.live-held').count(), 1, 'by reading again');
	assert.deepEqual(alice.faults, []);
	await alice.close();
	await release();
});

test('too many streams of one user are named so; when one has ended it is live by itself', async () => {
	const other = spawn('curl', [
		'-sN',
		'-H',
		`Authorization: Bearer ${silo.env.TOKEN_VERA}`,
		`${silo.url}/api/events`,
	]);
	await new Promise(resolve => other.stdout.once('data', resolve));
	const vera = await person(chrome, silo, 'vera', { mayLose: true });
	await vera.page.goto(`${silo.url}/`);
	await vera.page.locator('.live-crowded').waitFor();
	await vera.page.getByText('You have too many event streams open').waitFor();
	await vera.row('S-1').getByText('free').waitFor();
	await lock();
	await held(vera);
	other.kill();
	await vera.page.locator('.live-live').waitFor();
	assert.equal(await vera.page.getByText('too many event streams').count(), 0);
	assert.deepEqual(vera.faults, []);
	await vera.close();
	await release();
});

test('a stream that falls silent is noticed, and the page reads again', async () => {
	const ada = await person(chrome, silo, 'ada', { shorten: [35_000, 300] });
	await ada.open();
	await ada.row('S-1').getByText('free').waitFor();
	process.kill(Number(silo.env.SILO_EVENTS_PID), 'SIGSTOP');
	try {
		await ada.page.locator('.live-held').waitFor();
		await lock();
		await held(ada);
	} finally {
		process.kill(Number(silo.env.SILO_EVENTS_PID), 'SIGCONT');
	}
	await ada.close();
	await release();
});
