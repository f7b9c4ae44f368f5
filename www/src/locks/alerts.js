// What concerns me personally and must not be missed: somebody asks for my lock, a lease of mine
// ends soon, my lock was taken, what I waited for is free.
import { alertOf } from '../words/alert.js';
import { follow } from '../server/live.js';
import { link } from '../base/router.js';
import { me, myLocks } from '../state/store.js';
import { notifyDesktop, tell } from '../parts/toast.js';
import { release, renewNow } from './actions.js';

export function startAlerts() {
	follow(events => {
		for (const event of events) {
			const alert = event.id ? alertOf(event, me.value?.username) : null;
			if (!alert) continue;
			const pn = event.data.part_number;
			const href = link('items', pn);
			const seen = myLocks.value.get(pn)?.lease_id;
			tell({
				kind: alert.kind,
				lasting: true,
				icon: alert.icon,
				text: alert.text,
				href,
				action:
					alert.offer === 'release'
						? { label: 'Release', run: () => void release({ part_number: pn, lease_id: seen }) }
						: alert.offer === 'renew'
							? { label: 'Renew', run: () => void renewNow(pn, seen) }
							: undefined,
			});
			notifyDesktop(alert.title, alert.text, href);
		}
	});
}
