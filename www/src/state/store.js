// What every view may need to know: who is signed in, the server's mode, my locks, messages. Fed
// by the API's answers and the live stream; drawn by the views that read the signals.
import { computed, signal } from '@preact/signals';
import * as api from '../server/api.js';
import { noteOffset } from '../base/clock.js';
import { config, most } from '../server/facts.js';
import { lockThrough } from './lease.js';
import * as live from '../server/live.js';

/** @typedef {import('../server/types.js').Lock} Lock */
/** @typedef {import('../server/types.js').FeedEvent} FeedEvent */

/** @type {import('@preact/signals').Signal<import('../server/types.js').Me | null>} */
export const me = signal(null);
/** @type {import('@preact/signals').Signal<'starting' | 'out' | 'in'>} */
export const session = signal('starting');
/** @type {import('@preact/signals').Signal<string>} */
export const mode = signal('normal');
/** Did the last request get an answer? */
const reachable = signal(true);
/** The stream and the requests as one: it is live only while both are. */
export const connection = computed(() => (reachable.value ? live.link.value : 'lost'));
/** @type {import('@preact/signals').Signal<Map<string, Lock>>} */
export const myLocks = signal(new Map());
/** The live feed of this visit, newest first. @type {import('@preact/signals').Signal<FeedEvent[]>} */
export const activity = signal([]);
const ACTIVITY_KEPT = 500;

/** Events from several readings of the feed as one list, newest first: each once, though two streams
 * tell of it in either order. @param {FeedEvent[][]} lists */
export function newestFirst(...lists) {
	const known = new Map(lists.flat().map(event => [event.id, event]));
	return [...known.values()].sort((a, b) => Number(b.id) - Number(a.id)).slice(0, ACTIVITY_KEPT);
}

export const canEdit = computed(() => me.value !== null && me.value.role !== 'viewer');
export const isAdmin = computed(() => me.value?.role === 'admin');
export const readOnly = computed(() => mode.value === 'read-only');
/** May a button that writes be pressed at all? */
export const writable = computed(() => canEdit.value && !readOnly.value);

/** Is it mine? @param {Lock | null} lock */
export const isMine = lock => lock !== null && lock.locked_by === me.value?.username;

/** @type {import('@preact/signals').Signal<any[]>} */
export const projects = signal([]);

const ASK_AGAIN_MS = 3000,
	ASK_AGAIN_MOST_MS = 15_000;
let askAgain = ASK_AGAIN_MS;
/** @type {any} */
let askAgainTimer;
api.hooks.reachable = value => {
	reachable.value = value;
	clearTimeout(askAgainTimer);
	if (value) askAgain = ASK_AGAIN_MS;
	// The next request of the reader's own may be far off.
	else if (session.value === 'in')
		askAgainTimer = setTimeout(() => {
			askAgain = Math.min(ASK_AGAIN_MOST_MS, 2 * askAgain);
			stillSignedIn();
		}, askAgain);
};
api.hooks.clock = noteOffset;
api.hooks.signedOut = () => leave();

/** At the start of the page and after a sign-in: what the server allows, who am I, then the stream, then what
 * I hold. */
export async function enter() {
	const person = api.me().catch(error => error);
	try {
		config.value = await api.authConfig();
		const answer = await person;
		if (answer instanceof Error) throw answer;
		me.value = answer;
	} catch (error) {
		if (error instanceof api.ApiError && error.status === 401) {
			session.value = 'out';
			return;
		}
		// Away, not refused: the banner says so; try until somebody answers.
		setTimeout(enter, 2000);
		return;
	}
	await live.start(stillSignedIn);
	session.value = 'in';
	loadMine();
	loadProjects();
}

async function stillSignedIn() {
	try {
		await api.me();
		return true;
	} catch (error) {
		if (error instanceof api.ApiError && error.status === 401) {
			leave();
			return false;
		}
		return true;
	}
}

/** The session is over, here or on the server. */
export function leave() {
	live.stop();
	clearTimeout(askAgainTimer);
	me.value = null;
	myLocks.value = new Map();
	activity.value = [];
	session.value = 'out';
}

async function loadMine() {
	if (!me.value) return;
	const user = me.value.username;
	const { answer, missed } = await live.readBeside(() => api.locks({ user, limit: most('page') }));
	myLocks.value = withEvents(new Map(answer.locks.map(lock => [lock.part_number, lock])), missed);
}

/** What I hold after these events. @param {Map<string, Lock>} locks @param {FeedEvent[]} events */
function withEvents(locks, events) {
	/** @type {Map<string, Lock> | null} */
	let next = null;
	for (const event of events) {
		if (event.type !== 'item.unlocked' && event.type !== 'item.locked') continue;
		const pn = event.data.part_number;
		const lock = lockThrough((next ?? locks).get(pn), event);
		if (lock && lock.locked_by === me.value?.username) (next ??= new Map(locks)).set(pn, lock);
		else if ((next ?? locks).has(pn)) (next ??= new Map(locks)).delete(pn);
	}
	return next ?? locks;
}

async function loadProjects() {
	projects.value = await api.projects();
}

live.onReset(() => {
	loadMine().catch(() => {});
	loadProjects().catch(() => {});
});

live.follow(events => {
	for (const { type, data } of events) if (type === 'server.state') mode.value = data.mode;
	myLocks.value = withEvents(myLocks.value, events);
	// The answers to the page's own requests have no number; the feed tells of them too.
	const shown = events.filter(event => event.type !== 'server.state' && event.id);
	if (shown.length) activity.value = newestFirst(shown, activity.value);
});
