// The same changes through two readers that are nobody's work here: an EventSource of the browser and
// curl -N.  Both are told every case with each field of the contract, and miss nothing when the hub
// is killed in the middle.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { browser, person, stack } from './lib.mjs';

const TYPES = ['item.locked', 'item.unlocked', 'revision.created', 'feed.reset'];
const LOCKED = [
	'part_number',
	'locked_by',
	'locked_at',
	'expires_at',
	'comment',
	'workstation',
	'by',
	'at',
	'renewed',
];
const UNLOCKED = ['part_number', 'locked_by', 'by', 'at', 'reason'];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

let silo, chrome, alice, curl;
const url = () => `${silo.url}/api/events?types=item.locked,item.unlocked,revision.created&part_number=E-1`;

/** curl -N, and again from the last id whenever the stream breaks. */
function readWithCurl() {
	const reader = { events: [], connects: 0, lastId: '', stopped: false, child: null };
	let rest = '',
		event = {};
	const line = text => {
		if (text === '') {
			if (event.event) reader.lastId = event.id ?? reader.lastId;
			if (TYPES.includes(event.event))
				reader.events.push({ type: event.event, id: event.id, data: JSON.parse(event.data) });
			else if (event.event === 'server.state') reader.connects++;
			event = {};
		} else {
			const at = text.indexOf(': ');
			event[text.slice(0, at)] = text.slice(at + 2);
		}
	};
	const start = () => {
		rest = '';
		event = {};
		reader.child = spawn(
			'curl',
			[
				'-sSfN',
				'-H',
				`Authorization: Bearer ${silo.env.TOKEN_VERA}`,
				...(reader.lastId ? ['-H', `Last-Event-ID: ${reader.lastId}`] : []),
				url(),
			],
			{ stdio: ['ignore', 'pipe', 'ignore'] },
		);
		reader.child.stdout.setEncoding('utf8').on('data', bytes => {
			const lines = (rest + bytes).split('\n');
			rest = lines.pop() ?? '';
			lines.forEach(line);
		});
		reader.child.on('close', () => reader.stopped || setTimeout(start, 200));
	};
	start();
	return reader;
}

/** What the page's EventSource has been told so far. */
const told = () => alice.page.evaluate(() => /** @type {any} */ (window).told);

async function until(condition, what) {
	for (const end = Date.now() + 30_000; Date.now() < end; await new Promise(go => setTimeout(go, 50)))
		if (await condition()) return;
	assert.fail(`did not come: ${what}`);
}

before(async () => {
	silo = await stack();
	chrome = await browser();
	alice = await person(chrome, silo, 'alice', { mayLose: true });
	assert.equal((await silo.call('alice', 'POST', 'items', { part_number: 'E-1' })).status, 201);
	await alice.open();
	await alice.page.evaluate(
		([address, types]) => {
			const seen = { events: [], connects: 0 };
			/** @type {any} */ (window).told = seen;
			// A browser gives up at a 503 (nginx has no hub to ask); its user makes a new one.
			const open = id => {
				const source = new EventSource(address + (id ? `&last_event_id=${id}` : ''));
				let last = id;
				source.addEventListener('server.state', event => {
					last = event.lastEventId;
					seen.connects++;
				});
				source.addEventListener('heartbeat', event => {
					last = event.lastEventId;
				});
				for (const type of types)
					source.addEventListener(type, event => {
						last = event.lastEventId;
						seen.events.push({ type, id: last, data: JSON.parse(event.data) });
					});
				source.onerror = () =>
					source.readyState === EventSource.CLOSED && setTimeout(() => open(last), 200);
			};
			open('');
		},
		[url(), TYPES],
	);
	curl = readWithCurl();
	await until(async () => curl.connects === 1 && (await told()).connects === 1, 'both streams');
});
after(async () => {
	if (curl) {
		curl.stopped = true;
		curl.child.kill();
	}
	await chrome?.close();
	await silo?.end();
});

/** Both readers were told exactly these, in this order; answers with what they were told. */
async function bothTold(from, types) {
	const upTo = from + types.length;
	await until(
		async () => curl.events.length >= upTo && (await told()).events.length >= upTo,
		types.join(', '),
	);
	const here = curl.events.slice(from),
		there = (await told()).events.slice(from);
	assert.deepEqual(
		here.map(event => event.type),
		types,
	);
	assert.deepEqual(there, here, 'EventSource and curl were told the same');
	return here;
}
const ok = async call => assert.ok((await call).status < 300);
const expire = () =>
	silo.sql(`update silo.locks set expires_at = greatest(clock_timestamp(), locked_at + interval '1 us')`);

function checkLocked(event, want) {
	for (const field of LOCKED) assert.ok(field in event.data, `item.locked has ${field}`);
	for (const field of ['locked_at', 'expires_at', 'at']) assert.match(event.data[field], INSTANT);
	for (const [field, value] of Object.entries(want))
		assert.deepEqual(event.data[field], value, `item.locked: ${field}`);
}
function checkUnlocked(event, want) {
	for (const field of UNLOCKED) assert.ok(field in event.data, `item.unlocked has ${field}`);
	assert.match(event.data.at, INSTANT);
	for (const [field, value] of Object.entries({ part_number: 'E-1', locked_by: 'alice', ...want }))
		assert.deepEqual(event.data[field], value, `item.unlocked: ${field}`);
}

test('a lock, a renewal, a release, a forced release, a commit that releases and an expiry', async () => {
	const lock = (comment = '') =>
		ok(silo.call('alice', 'POST', 'items/E-1/lock', { comment, workstation: 'desk-7' }));
	await lock('new flange');
	await lock('new flange');
	await ok(silo.call('alice', 'DELETE', 'items/E-1/lock'));
	await lock();
	await ok(silo.call('ada', 'DELETE', 'items/E-1/lock?reason=holidays'));
	await lock();
	await ok(
		silo.call(
			'alice',
			'POST',
			'items/E-1/file?filename=e.step&comment=done&release_lock=true',
			new Uint8Array([1, 2, 3]),
		),
	);
	await lock();
	await expire();
	const all = await bothTold(0, [
		'item.locked',
		'item.locked',
		'item.unlocked',
		'item.locked',
		'item.unlocked',
		'item.locked',
		'revision.created',
		'item.unlocked',
		'item.locked',
		'item.unlocked',
	]);
	const mine = { part_number: 'E-1', locked_by: 'alice', by: 'alice', workstation: 'desk-7' };
	checkLocked(all[0], { ...mine, comment: 'new flange', renewed: false });
	checkLocked(all[1], { ...mine, comment: 'new flange', renewed: true, locked_at: all[0].data.locked_at });
	assert.ok(all[1].data.expires_at > all[0].data.expires_at, 'a renewal moves the end');
	checkUnlocked(all[2], { reason: 'released', by: 'alice' });
	checkLocked(all[3], { ...mine, renewed: false });
	checkUnlocked(all[4], { reason: 'forced', by: 'ada' });
	checkUnlocked(all[7], { reason: 'committed', by: 'alice' });
	checkUnlocked(all[9], { reason: 'expired', by: null });
	const numbers = all.map(event => Number(event.id));
	assert.deepEqual(
		numbers,
		[...new Set(numbers)].sort((a, b) => a - b),
		'numbers only grow',
	);
});

test('killed and started again, the hub has cost neither of them an event', async () => {
	const from = curl.events.length,
		page = await told();
	await ok(silo.call('alice', 'POST', 'items/E-1/lock', {}));
	await bothTold(from, ['item.locked']);
	process.kill(Number(silo.env.SILO_EVENTS_PID), 'SIGKILL');
	// While there is no hub: a release, a lock, and a lease that ends.
	await ok(silo.call('alice', 'DELETE', 'items/E-1/lock'));
	await ok(silo.call('alice', 'POST', 'items/E-1/lock', {}));
	await expire();
	silo.startHub();
	const all = await bothTold(from, ['item.locked', 'item.unlocked', 'item.locked', 'item.unlocked']);
	checkUnlocked(all[1], { reason: 'released', by: 'alice' });
	checkUnlocked(all[3], { reason: 'expired', by: null });
	await until(
		async () => curl.connects > 1 && (await told()).connects > page.connects,
		'both connected again',
	);
	// And live again.
	await ok(silo.call('alice', 'POST', 'items/E-1/lock', { comment: 'after' }));
	checkLocked((await bothTold(from + 4, ['item.locked']))[0], { comment: 'after', renewed: false });
	assert.ok(!curl.events.some(event => event.type === 'feed.reset'));
});
