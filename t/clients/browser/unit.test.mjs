// The page's logic by itself: no browser, no server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { alertOf } from '../../../www/src/words/alert.js';
import { eventWords } from '../../../www/src/words/event.js';
import { fileSize, initials, personColour, timeLeft } from '../../../www/src/words/format.js';
import { config } from '../../../www/src/server/facts.js';
import { createItemsList } from '../../../www/src/state/items-list.js';
import { endsSoon, liveLock, lockState } from '../../../www/src/state/lease.js';
import { firstDiffuse, readDocument, readLooks, visibleShapes } from '../../../www/src/preview/xml.js';
import { onTop } from '../../../www/src/state/pages.js';
import { link, parse } from '../../../www/src/base/router.js';
import { windowOf } from '../../../www/src/parts/virtual.js';
import { withoutEval } from '../../../www/kernel-glue.mjs';
import { newestFirst } from '../../../www/src/state/store.js';
import { eventually, top } from './lib.mjs';

// As a server says them.
config.value = { ...config.value, lock_warning_seconds: 1800, limits: { page: 1000 } };
const HOUR = 3600_000;
const at = ms => new Date(ms).toISOString();
const lease = (by, from, to) => ({
	part_number: 'A',
	locked_by: by,
	locked_at: at(from),
	expires_at: at(to),
	comment: '',
	workstation: '',
	item_id: '',
});

test('types are right throughout', () => {
	execFileSync(join(top, 'www/node_modules/.bin/tsc'), ['-p', join(top, 'www')], { stdio: 'inherit' });
});

test('time left has two units at most and never lies about the end', () => {
	assert.equal(timeLeft(-1), 'ended');
	assert.equal(timeLeft(59_000), 'under 1 min');
	assert.equal(timeLeft(61_000), '1 min');
	assert.equal(timeLeft(HOUR * 2 + 60_000 * 5), '2 h 5 min');
	assert.equal(timeLeft(HOUR * 23.9), '23 h');
	assert.equal(timeLeft(HOUR * 50), '2 d 2 h');
	assert.equal(timeLeft(HOUR * 24 * 9), '9 d');
});

test('sizes and people', () => {
	assert.equal(fileSize(null), '');
	assert.match(fileSize(1_540_000), /^1[.,]5 MB$/);
	assert.equal(initials('anna.berg'), 'AB');
	assert.equal(initials('bob'), 'BO');
	assert.equal(personColour('alice'), personColour('alice'));
});

test('a lock ends soon within half an hour, or within a tenth of a short lease', () => {
	assert.equal(endsSoon(lease('a', 0, 24 * HOUR), 23.6 * HOUR), true);
	assert.equal(endsSoon(lease('a', 0, 24 * HOUR), 23.4 * HOUR), false);
	assert.equal(endsSoon(lease('a', 0, HOUR), 0.85 * HOUR), false);
	assert.equal(endsSoon(lease('a', 0, HOUR), 0.95 * HOUR), true);
	assert.deepEqual(lockState(null, 'a', 0), { state: 'free', soon: false });
	assert.equal(liveLock(lease('a', 0, HOUR), HOUR + 1500), null);
	assert.notEqual(liveLock(lease('a', 0, HOUR), HOUR - 1500), null);
	assert.equal(lockState(lease('b', 0, HOUR), 'a', 0).state, 'other');
});

test('addresses keep what the reader chose, also odd part numbers', () => {
	assert.deepEqual(parse('#/items?q=a%26b&lock=mine'), {
		view: 'items',
		name: null,
		query: { q: 'a&b', lock: 'mine' },
	});
	assert.equal(parse(link('items', 'A.1_2-3')).name, 'A.1_2-3');
	assert.equal(link('items', null, { q: '', lock: 'mine' }), '#/items?lock=mine');
	assert.equal(parse('#/items/%E0%A4%A').name, '%E0%A4%A');
});

test('only rows in sight are drawn, of a hundred thousand', () => {
	const { first, last } = windowOf(56 * 50_000, 800, 56, 100_000);
	assert.ok(first > 49_980 && first <= 50_000 && last - first < 40);
	assert.deepEqual(windowOf(0, 800, 56, 0), { first: 0, last: 0 });
});

test('an item that comes back from the archive is restored, not created', () => {
	assert.equal(eventWords('item.created', { by: 'ada', revision: 0 })[2], 'created');
	assert.equal(eventWords('item.created', { by: 'ada', revision: 3 })[2], 'restored');
});

test('who is alerted by what', () => {
	const gone = (reason, more = {}) => ({
		id: '1',
		type: 'item.unlocked',
		data: { part_number: 'A', locked_by: 'alice', by: 'ada', reason, ...more },
	});
	assert.equal(alertOf(gone('forced'), 'alice').kind, 'bad');
	assert.equal(alertOf(gone('expired'), 'alice').kind, 'warn');
	assert.equal(alertOf(gone('released'), 'alice'), null);
	assert.equal(alertOf(gone('forced'), 'bob'), null);
	assert.match(alertOf(gone('released', { requested_by: ['bob'] }), 'bob').text, /free now/);
	assert.equal(
		alertOf(
			{ id: '1', type: 'lock.requested', data: { part_number: 'A', locked_by: 'alice', by: 'bob' } },
			'alice',
		).offer,
		'release',
	);
	assert.equal(
		alertOf({ id: '1', type: 'lock.expiring', data: { part_number: 'A', locked_by: 'alice' } }, 'alice')
			.offer,
		'renew',
	);
});

const item = n => ({ part_number: `P-${n}`, description: `item ${n}`, lock: null, current_revision: 1 });

test('an event redraws one row and reads nothing', async () => {
	let readings = 0;
	const list = createItemsList(
		async () => {
			readings++;
			return { items: [1, 2, 3].map(item), next_cursor: null };
		},
		async () => [],
	);
	await list.load({});
	const [first, second] = list.rows.value;
	const before = first.value;
	list.apply([
		{
			id: '1',
			type: 'item.locked',
			data: { part_number: 'P-2', locked_by: 'bob', locked_at: at(0), expires_at: at(HOUR) },
		},
	]);
	assert.equal(second.value.lock.locked_by, 'bob');
	assert.equal(first.value, before);
	assert.equal(readings, 1);
	list.apply([{ id: '2', type: 'item.unlocked', data: { part_number: 'P-2' } }]);
	assert.equal(second.value.lock, null);
});

test('an answer that was read before an event does not take it back', async () => {
	const answers = [];
	const list = createItemsList(
		() => new Promise(resolve => answers.push(resolve)),
		async () => [],
	);
	const locked = {
		id: '1',
		type: 'item.locked',
		data: { part_number: 'P-1', locked_by: 'bob', locked_at: at(0), expires_at: at(HOUR) },
	};
	const first = list.load({});
	list.apply([locked]);
	answers[0]({ items: [item(1)], next_cursor: 'x' });
	await first;
	assert.equal(list.rows.value[0].value.lock?.locked_by, 'bob');
	const more = list.more();
	list.apply([{ ...locked, id: '2', data: { ...locked.data, part_number: 'P-2' } }]);
	answers[1]({ items: [item(2)], next_cursor: null });
	await more;
	assert.equal(list.rows.value[1].value.lock?.locked_by, 'bob');
	const again = list.reload();
	list.apply([{ id: '3', type: 'item.unlocked', data: { part_number: 'P-1' } }]);
	answers[2]({ items: [{ ...item(1), lock: { locked_by: 'bob' } }, item(2)], next_cursor: null });
	await again;
	assert.equal(list.rows.value[0].value.lock, null);
	assert.equal(list.rows.value[1].value.lock, null);
});

test('the feed read twice shows each event once, newest first', () => {
	const event = id => ({ id: String(id), type: 'item.locked', data: {} });
	assert.deepEqual(
		newestFirst([event(8), event(9), event(10)], [event(9), event(7)]).map(one => one.id),
		['10', '9', '8', '7'],
	);
});

test('a newer page goes on top of what is shown; a gap is not papered over', () => {
	assert.deepEqual(
		onTop([5, 4, 3], [4, 3, 2, 1], n => n),
		[5, 4, 3, 2, 1],
	);
	assert.equal(
		onTop([9, 8], [4, 3], n => n),
		null,
	);
	assert.equal(
		onTop([2, 1], [], n => n),
		null,
	);
});

test('changed items are read together, new ones keep the rows that are there', async () => {
	let items = [1, 2, 3].map(item);
	const named = [];
	const list = createItemsList(
		async () => ({ items, next_cursor: null }),
		async names => {
			named.push(names);
			return names.map(name => ({ ...item(0), part_number: name, description: 'new words' }));
		},
	);
	await list.load({});
	list.apply(
		['P-1', 'P-3', 'P-1', 'P-9'].map((pn, id) => ({
			id: String(id),
			type: 'item.updated',
			data: { part_number: pn },
		})),
	);
	await eventually(() => named, [['P-1', 'P-3']]);
	await eventually(() => list.rows.value[2].value.description, 'new words');
	const kept = list.rows.value[0];
	items = [1, 2, 3, 4].map(item);
	list.apply([{ id: '9', type: 'item.created', data: { part_number: 'P-4' } }]);
	await eventually(() => list.rows.value.length, 4);
	assert.equal(list.rows.value[0], kept);
});

test('pages follow each other by cursor; an item on two pages is shown once', async () => {
	const list = createItemsList(
		async ({ cursor }) =>
			cursor
				? { items: [2, 3].map(item), next_cursor: null }
				: { items: [1, 2].map(item), next_cursor: 'x' },
		async () => [],
	);
	await list.load({});
	await Promise.all([list.more(), list.more()]);
	assert.deepEqual(
		list.rows.value.map(row => row.value.part_number),
		['P-1', 'P-2', 'P-3'],
	);
});

test('a FreeCAD document shows its visible results, not the features they are made of', () => {
	const objects = readDocument(`<Document>
		<Objects>
			<Object type="PartDesign::Body" name="Body"/><Object type="PartDesign::Pad" name="Pad"/>
			<Object type="Part::Box" name="Hidden"/><Object type="App::Part" name="Group"/>
			<Object type="Part::Box" name="Box"/><Object type="App::Link" name="Far"/>
		</Objects>
		<ObjectData>
			<Object name="Body"><Properties>
				<Property name="Label"><String value="Träger &amp; Co"/></Property>
				<Property name="Shape"><Part file="a.brp"/></Property>
				<Property name="Group"><LinkList><Link value="Pad"/></LinkList></Property>
			</Properties></Object>
			<Object name="Pad"><Property name="Shape"><Part file="b.brp"/></Property></Object>
			<Object name="Hidden"><Property name="Shape"><Part file="c.brp"/></Property></Object>
			<Object name="Group"><Property name="Group"><LinkList><Link value="Box"/></LinkList></Property></Object>
			<Object name="Box"><Property name="Shape"><Part file="d.brp"/></Property></Object>
			<Object name="Far"><Property name="LinkedObject"><XLink file="other.FCStd" name="Box"/></Property></Object>
		</ObjectData></Document>`);
	const looks = readLooks(`<Document><ViewProviderData>
		<ViewProvider name="Hidden"><Property name="Visibility"><Bool value="false"/></Property></ViewProvider>
		<ViewProvider name="Group"><Property name="Visibility"><Bool value="false"/></Property></ViewProvider>
		<ViewProvider name="Body">
			<Property name="ShapeColor"><PropertyColor value="4278190335"/></Property>
		</ViewProvider></ViewProviderData></Document>`);
	const { drawn, missing } = visibleShapes(objects, looks);
	assert.deepEqual(
		drawn.map(one => [one.object.label, one.source.shape]),
		[['Träger & Co', 'a.brp']],
	);
	assert.deepEqual(missing, ['Far']);
	assert.equal(looks.get('Body').colour, 0xff0000ff);
	assert.equal(
		firstDiffuse(Uint8Array.from([1, 0, 0, 0, 255, 85, 85, 85, 255, 189, 181, 173, 0, 0, 0, 0])),
		0xadb5bdff,
	);
});

test('a hostile document costs no endless loop', () => {
	const objects = readDocument(`<Document>
		<Objects><Object type="App::Part" name="A"/><Object type="App::Part" name="B"/></Objects>
		<ObjectData>
			<Object name="A">
				<Property name="Group"><Link value="B"/></Property><Property name="Shape"><Part file="a"/></Property>
			</Object>
			<Object name="B"><Property name="Group"><Link value="A"/></Property></Object>
		</ObjectData></Document>`);
	assert.ok(visibleShapes(objects, new Map()).drawn.length <= 2);
});

test('the kernel makes no code from text', () => {
	const path = createRequire(join(top, 'www/package.json')).resolve(
		'occt-import-js/dist/occt-import-js.js',
	);
	const glue = withoutEval(readFileSync(path, 'utf8'));
	assert.doesNotMatch(glue, /newFunc\(Function|new Function|\beval\(/);
	assert.throws(() => withoutEval('another glue'), /has changed/);
});
