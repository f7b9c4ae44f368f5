// The server's clock as the page sees it, and a tick for everything that counts down. The
// reader's own clock may be wrong by minutes; leases end by the server's.
import { signal } from '@preact/signals';

let offset = 0;
let known = false;

export const now = signal(Date.now());

/** @param {number} measured milliseconds that the server is ahead */
export function noteOffset(measured) {
	// A Date header has whole seconds: trust a second's difference, smooth nothing below it.
	if (!known || Math.abs(measured - offset) > 1000) {
		offset = measured;
		known = true;
		now.value = Date.now() + offset;
	}
}

export const serverNow = () => Date.now() + offset;

export function startClock() {
	setInterval(() => {
		if (!document.hidden) now.value = serverNow();
	}, 2000);
	document.addEventListener('visibilitychange', () => {
		now.value = serverNow();
	});
}
