// The live state: one event stream, resumed where it broke off, handed on in batches. Knows no
// view; code that wants events calls `follow`.
import { signal } from '@preact/signals';
import { address, answers, eventsStatus } from './api.js';
import { createCrossing } from './crossing.js';
import { config } from './facts.js';

/** @typedef {import('./types.js').FeedEvent} FeedEvent */

/** What a stream may tell: the feed's types, and that the feed starts over. */
const types = () => [...config.value.event_types, 'feed.reset'];

// The server's first word comes at once, its heartbeat in the time that it names: a page that hears nothing
// for longer has a stream only by name.
const FIRST_MS = 8_000;
const silence = () => config.value.heartbeat_seconds * 1000 + 5_000;
// Without a stream what is shown is read again and again.
const POLL_MS = 10_000;
const SLOWEST_RETRY_MS = 15_000;
const REST_AFTER_MS = 20_000;

/** `held`: the server answers, but nothing comes through the stream; `crowded`: it gives this user no
 * more streams; `mute`: it answers, but no stream opens (silo-events is away).
 * @type {import('@preact/signals').Signal<'off' | 'connecting' | 'live' | 'lost' | 'held' | 'crowded' | 'mute'>} */
export const link = signal('off');

/** @type {Set<(events: FeedEvent[]) => void>} */
const followers = new Set();
/** @type {Set<() => void>} */
const resets = new Set();
/** @type {EventSource | null} */
let source = null;
/** @type {FeedEvent[]} */
let waiting = [];
let lastId = '';
let retry = 0;
let wasLive = false;
let resting = false;
/** @type {any} */
let retryTimer;
/** @type {any} */
let silenceTimer;
/** @type {any} */
let flushTimer;
/** @type {any} */
let pollTimer;
/** @type {(() => Promise<boolean>) | null} */
let stillSignedIn = null;
/** @type {(() => void) | null} */
let announceOpen = null;

/** Calls `reader` with every batch of events until the returned function is called.
 * @param {(events: FeedEvent[]) => void} reader */
export function follow(reader) {
	followers.add(reader);
	return () => void followers.delete(reader);
}

/** What an answer to the page's own request says, told like an event before its event comes; it has no
 * number. @param {'item.locked' | 'item.unlocked'} type @param {any[]} all the events' data */
export const tellOwn = (type, all) => hand(all.map(data => ({ type, id: '', data })));

const crossing = createCrossing();
/** Reads, and says which events came meanwhile: the answer may be older than they are. */
export const readBeside = crossing.read;

/** Calls `reload` when events were missed for good and what is shown must be read again.
 * @param {() => void} reload */
export function onReset(reload) {
	resets.add(reload);
	return () => void resets.delete(reload);
}

/** Opens the stream. Resolves when it is open, or soon in any case: lists read after that miss
 * nothing. `check` says whether the session still lives, asked when the server refuses the stream.
 * @param {() => Promise<boolean>} check
 * @returns {Promise<void>} */
export function start(check) {
	stop();
	stillSignedIn = check;
	lastId = '';
	link.value = 'connecting';
	return new Promise(resolve => {
		const late = setTimeout(() => {
			// Lists are read now, before the stream is open: what happens in between is lost to
			// them, so they are read once more when it opens.
			announceOpen = () => resets.forEach(reload => reload());
			resolve();
		}, 400);
		announceOpen = () => {
			clearTimeout(late);
			resolve();
		};
		open();
	});
}

export function stop() {
	source?.close();
	source = null;
	clearTimeout(retryTimer);
	clearTimeout(silenceTimer);
	endPolling();
	waiting = [];
	retry = 0;
	wasLive = false;
	resting = false;
	link.value = 'off';
}

/** A tab that nobody sees gives its connection back after a while: over HTTP/1.1 a browser has six for
 * all of its tabs, and six forgotten ones would leave none for the seventh. Nothing is lost: it
 * resumes where it was when it is looked at. With desktop notifications allowed it stays. */
export function restWhenHidden() {
	/** @type {any} */
	let timer;
	document.addEventListener('visibilitychange', () => {
		clearTimeout(timer);
		const notifies = typeof Notification !== 'undefined' && Notification.permission === 'granted';
		if (document.hidden && !notifies) timer = setTimeout(rest, REST_AFTER_MS);
		else if (!document.hidden && resting) {
			resting = false;
			open();
		}
	});
}

function rest() {
	if (link.value !== 'live') return;
	resting = true;
	source?.close();
	clearTimeout(silenceTimer);
}

/** Tries at once instead of waiting out the back-off (the network came back, the tab woke up). */
export function hurry() {
	if (['lost', 'held', 'crowded', 'mute'].includes(link.value)) {
		clearTimeout(retryTimer);
		open();
	}
}

/** What happened just before, oldest first: read from the feed by a second, short connection that
 * resumes a little way back.
 * @param {number} count @returns {Promise<FeedEvent[]>} */
export function recent(count) {
	const back = Math.max(0, Number(lastId) - count);
	return new Promise(resolve => {
		/** @type {FeedEvent[]} */
		const events = [];
		const reader = new EventSource(address('api/events', { last_event_id: back }));
		const end = () => {
			reader.close();
			resolve(events);
		};
		for (const type of types())
			reader.addEventListener(type, event => {
				const { data, lastEventId } = /** @type {MessageEvent} */ (event);
				if (type === 'server.state') end();
				else if (type !== 'feed.reset')
					events.push({ type, id: lastEventId, data: JSON.parse(data) });
			});
		reader.onerror = end;
	});
}

function open() {
	source?.close();
	// Without a number to resume from, what happened meanwhile is unknown: read everything again.
	if (wasLive && !lastId) announceOpen = () => resets.forEach(reload => reload());
	const opened = new EventSource(address('api/events', { last_event_id: lastId }));
	source = opened;
	silentAfter(FIRST_MS, opened, true);
	for (const type of types())
		opened.addEventListener(type, event => take(type, /** @type {MessageEvent} */ (event)));
	opened.addEventListener('heartbeat', alive);
	opened.onerror = () => lost(opened);
}

/** @param {EventSource} broken */
async function lost(broken) {
	if (broken !== source) return;
	// The browser's own reconnecting gives up on an answer that is no stream; ours does not.
	const isRefused = broken.readyState === EventSource.CLOSED;
	broken.close();
	clearTimeout(silenceTimer);
	if (isRefused && (await eventsStatus()) === 429) {
		if (broken === source) without('crowded');
	} else if (retry > 0 && (await answers())) {
		if (broken === source) without('mute');
	} else if (broken === source && (link.value !== 'connecting' || retry > 0)) {
		endPolling();
		link.value = 'lost';
	}
	if (broken !== source) return;
	const wait = Math.min(SLOWEST_RETRY_MS, 250 * 2 ** retry) * (0.75 + Math.random() / 2);
	retry = Math.min(retry + 1, 10);
	clearTimeout(retryTimer);
	retryTimer = setTimeout(async () => {
		if (retry > 1 && stillSignedIn && !(await stillSignedIn())) return;
		if (broken === source) open();
	}, wait);
}

function alive() {
	if (source) silentAfter(silence(), source, false);
}

/** @param {number} ms @param {EventSource} stream @param {boolean} isNew it may still be heard */
function silentAfter(ms, stream, isNew) {
	clearTimeout(silenceTimer);
	silenceTimer = setTimeout(async () => {
		const isThere = await answers();
		if (stream !== source) return;
		if (!isThere) return lost(stream);
		without('held');
		if (isNew) silentAfter(silence(), stream, false);
		else open();
	}, ms);
}

/** No events come, but answers do. @param {'held' | 'crowded' | 'mute'} why */
function without(why) {
	link.value = why;
	pollTimer ??= setTimeout(poll, 0);
}

function poll() {
	if (!document.hidden) resets.forEach(reload => reload());
	pollTimer = setTimeout(poll, POLL_MS);
}

function endPolling() {
	clearTimeout(pollTimer);
	pollTimer = undefined;
}

/** @param {string} type @param {MessageEvent} event */
function take(type, event) {
	alive();
	if (event.lastEventId) lastId = event.lastEventId;
	if (type === 'feed.reset') {
		resets.forEach(reload => reload());
		return;
	}
	if (type === 'server.state') {
		link.value = 'live';
		retry = 0;
		endPolling();
		wasLive = true;
		announceOpen?.();
		announceOpen = null;
	}
	waiting.push({ type, id: event.lastEventId, data: JSON.parse(event.data) });
	// A hundred changes a second cost one drawing a frame, not a hundred.
	flushTimer ??= setTimeout(flush, document.hidden ? 250 : 50);
}

function flush() {
	flushTimer = undefined;
	const batch = waiting;
	waiting = [];
	hand(batch);
}

/** @param {FeedEvent[]} batch */
function hand(batch) {
	crossing.note(batch);
	for (const reader of followers)
		try {
			reader(batch);
		} catch (error) {
			// One view's fault must not keep the others from the event.
			reportError(error);
		}
}
