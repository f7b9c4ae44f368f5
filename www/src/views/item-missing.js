// In place of an item that can't be shown: unknown, archived (an admin may restore it) or not loaded.
import * as api from '../server/api.js';
import { html } from '../base/html.js';
import { link } from '../base/router.js';
import { exactTime } from '../words/format.js';
import { isAdmin, readOnly } from '../state/store.js';
import { Icon } from '../parts/icons.js';
import { tell, tellError } from '../parts/toast.js';

/** @param {string} pn @param {any} error */
function words(pn, { status, body, message }) {
	if (status !== 404) return message;
	return body.archived_by
		? `${body.archived_by} archived ${body.part_number} on ${exactTime(body.archived_at)}.`
		: `There is no item ${pn}.`;
}

/** @param {{pn: string, error: any, again: () => void}} props */
export function Missing({ pn, error, again }) {
	const archived = error.status === 404 && error.body.archived_by;
	const restore = async () => {
		try {
			await api.restoreItem(pn);
			tell({ kind: 'good', text: `You restored ${error.body.part_number}` });
			again();
		} catch (refusal) {
			tellError(refusal);
		}
	};
	return html`
		<main class="page" tabindex="-1">
			<div class="empty">
				<${Icon} name="warn" size=${40} />
				<p>${words(pn, error)}</p>
				${
					error.status !== 404 &&
					html`
						<button class="button primary" onClick=${again}>Try again</button>
					`
				}
				${
					archived &&
					isAdmin.value &&
					html`
						<button class="button primary" disabled=${readOnly.value} onClick=${restore}>
							Restore
						</button>
					`
				}
				<a class="button" href=${link('items')}>To the items</a>
			</div>
		</main>
	`;
}
