// The live feed: what happens while the reader looks.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { html } from '../base/html.js';
import { link as liveLink, recent } from '../server/live.js';
import { activity, newestFirst } from '../state/store.js';
import { EventLine } from '../parts/event-line.js';
import { When } from '../parts/time.js';

const SHOWN = 200;
const QUIET = 'Quiet so far. New events appear here by themselves.';

export function ActivityView() {
	const read = useSignal(false);
	const ready = liveLink.value === 'live';
	useEffect(() => {
		if (ready)
			recent(SHOWN).then(past => {
				activity.value = newestFirst(past, activity.value);
				read.value = true;
			});
	}, [ready]);
	const events = activity.value.filter(({ type }) => type !== 'lock.expiring').slice(0, SHOWN);
	return html`
		<main class="page activity" tabindex="-1">
			<header class="page-head">
				<h1>Activity</h1>
				<p class="quiet">What everybody does, as it happens.</p>
			</header>
			<section class="panel" aria-busy=${ready && !read.value}>
				${
					events.length === 0
						? html`
								<p class="quiet">
									${liveLink.value === 'live' ? QUIET : 'Waiting for the connection…'}
								</p>
							`
						: html`
								<ol class="feed">
									${events.map(
										event => html`
											<li key=${event.id}>
												<${EventLine} type=${event.type} data=${event.data} />
												<span class="quiet">
													${
														event.data.at &&
														html`
															<${When} at=${event.data.at} />
														`
													}
												</span>
											</li>
										`,
									)}
								</ol>
							`
				}
			</section>
		</main>
	`;
}
