// A moment: short in the reader's locale, exact on hover.
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { exactTime, relativeTime, shortTime } from '../words/format.js';

/** @param {{at: string, style?: 'relative' | 'short'}} props */
export function When({ at, style = 'relative' }) {
	const text = style === 'short' ? shortTime(at, now.value) : relativeTime(at, now.value);
	return html`
		<time datetime=${at} title=${exactTime(at)}>${text}</time>
	`;
}
