// What concerns me personally and must not be missed: somebody asks for my lock, a lease of mine
// ends soon, my lock was taken, what I waited for is free.
import { alertOf } from './alert-words.js';
import { follow } from './live.js';
import { link } from './router.js';
import { me } from './store.js';
import { notifyDesktop, tell } from './parts/toast.js';
import { release } from './lock-actions.js';
import * as api from './api.js';

/** @param {string} pn */
const renewNow = pn => api.lock(pn).then(() => tell({ kind: 'good', text: `The lock of ${pn} was renewed` }),
	error => tell({ kind: 'bad', text: error.message }));

export function startAlerts() {
	follow(events => {
		for (const event of events) {
			const alert = alertOf(event, me.value?.username);
			if (!alert)
				continue;
			const pn = event.data.part_number;
			const href = link('items', pn);
			tell({
				kind: alert.kind, lasting: true, icon: alert.icon, text: alert.text, href,
				action: alert.offer === 'release' ? { label: 'Release', run: () => void release(pn) }
					: alert.offer === 'renew' ? { label: 'Renew', run: () => void renewNow(pn) } : undefined,
			});
			notifyDesktop(alert.title, alert.text, href);
		}
	});
}
