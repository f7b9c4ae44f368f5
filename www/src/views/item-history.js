// What happened to this item, newest first.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as api from '../server/api.js';
import { html } from '../base/html.js';
import { onTop } from '../state/pages.js';
import { FailedLine } from '../parts/failed.js';
import { tellError } from '../parts/toast.js';
import { When } from '../parts/time.js';
import { EventLine } from '../parts/event-line.js';

/** @param {{pn: string, happened: number}} props */
export function History({ pn, happened }) {
	/** @type {import('@preact/signals').Signal<any[] | null>} */
	const events = useSignal(null);
	/** @type {import('@preact/signals').Signal<string | null>} */
	const older = useSignal(null);
	const failed = useSignal(false);
	const load = async () => {
		const page = await api.history(pn).catch(() => null);
		failed.value = !page;
		if (!page) return;
		const joined = onTop(page.events, events.value ?? [], event => event.id);
		events.value = joined ?? page.events;
		if (!joined) older.value = page.next_cursor;
	};
	useEffect(() => {
		// Many events at once (a script at work) cost one reading.
		const soon = setTimeout(load, events.value ? 300 : 0);
		return () => clearTimeout(soon);
	}, [pn, happened]);
	const more = () =>
		api.history(pn, older.value).then(page => {
			events.value = [...(events.value ?? []), ...page.events];
			older.value = page.next_cursor;
		}, tellError);
	return html`
		<section
			class="panel"
			aria-labelledby="history-title"
			aria-busy=${events.value === null && !failed.value}
		>
			<h2 id="history-title">History</h2>
			${
				failed.value &&
				!events.value &&
				html`
					<${FailedLine} again=${load} />
				`
			}
			<ol class="history">
				${(events.value ?? []).map(
					event => html`
						<li key=${event.id}>
							<${EventLine} type=${event.event} data=${event.data} item=${false} />
							<span class="quiet"><${When} at=${event.at} /></span>
						</li>
					`,
				)}
			</ol>
			${
				older.value &&
				html`
					<button class="button" onClick=${more}>Older</button>
				`
			}
		</section>
	`;
}
