// The live feed: what happens while the reader looks.
import { useEffect } from 'preact/hooks';
import { html } from '../html.js';
import { link as liveLink, recent } from '../live.js';
import { activity } from '../store.js';
import { EventLine } from '../parts/event-line.js';
import { When } from '../parts/time.js';

const SHOWN = 200;

/** Those read from the past and those that came by themselves, each once, newest first.
 * @param {import('../types.js').FeedEvent[]} past oldest first @param {import('../types.js').FeedEvent[]} live newest first */
export function merged(past, live) {
	const known = new Set(live.map(event => event.id));
	return [...live, ...past.filter(event => !known.has(event.id)).reverse()];
}

export function ActivityView() {
	const ready = liveLink.value === 'live';
	useEffect(() => {
		if (ready)
			recent(SHOWN).then(past => {
				activity.value = merged(past, activity.value);
			});
	}, [ready]);
	const events = activity.value.filter(({ type }) => type !== 'lock.expiring').slice(0, SHOWN);
	return html`<main class="page activity" tabindex="-1">
		<header class="page-head"><h1>Activity</h1><p class="quiet">What everybody does, as it happens.</p></header>
		<section class="panel">${events.length === 0
			? html`<p class="quiet">${liveLink.value === 'live' ? 'Quiet so far. New events appear here by themselves.' : 'Waiting for the connection…'}</p>`
			: html`<ol class="feed">${events.map(event => html`<li key=${event.id}>
				<${EventLine} type=${event.type} data=${event.data} />
				<span class="quiet">${event.data.at && html`<${When} at=${event.data.at} />`}</span></li>`)}</ol>`}</section>
	</main>`;
}
