// Drawn signs, 24 by 24, one stroke: shapes differ so that nobody depends on colour. Decorative
// unless given a title; the word beside it or the button's label is what a screen reader says.
import { html } from '../base/html.js';

const paths = {
	search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20',
	free: 'M6 11h12v9H6zM9 11V7.5a3.5 3.5 0 0 1 6.6-1.6',
	locked: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2.5',
	mine: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M9.5 15.4l1.8 1.8 3.3-3.4',
	clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.2l2.8 1.8',
	part: 'M12 3.5 19.5 8v8L12 20.5 4.5 16V8zM4.5 8l7.5 4.3L19.5 8M12 12.3v8.2',
	assembly: 'M8 3.5 12.5 6v5L8 13.5 3.5 11V6zM16 10.5l4.5 2.5v5L16 20.5 11.5 18v-5z',
	drawing: 'M4 4h16v16H4zM4 15h10v5M14 15v5M7.5 7.5h6v4h-6z',
	document: 'M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12h6M9 15.5h6',
	consumable: 'M8.5 3.5h7l1.5 4h-10zM10 7.5v11l2 2 2-2v-11M10 11l4-1.2M10 14.5l4-1.2',
	tool: 'M14.5 4.2a5 5 0 0 0-5.6 6.7L4 15.8 8.2 20l4.9-4.9a5 5 0 0 0 6.7-5.6l-3 3-3.2-.9-.9-3.2z',
	activity: 'M3.5 12h4l2.5-7 4 14 2.5-7h4',
	settings: 'M5 7h9M18 7h1M5 12h2M11 12h8M5 17h7M16 17h3M16 5v4M9 10v4M14 15v4',
	users:
		'M9 5a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 0 0 0-6.4Z' +
		'M3.5 19c.500-3.5 2.8-5 5.5-5s5 1.5 5.5 5M15.5 5.5a3 3 0 0 1 0 5.7M17 14.3c2 .600 3.2 2.2 3.5 4.7',
	items: 'M4 5h6v6H4zM14 5h6v6h-6zM4 15h6v4H4zM14 15h6v4h-6z',
	list: 'M4 6h2M9 6h11M4 12h2M9 12h11M4 18h2M9 18h11',
	upload: 'M12 16V5M7.5 9 12 4.5 16.5 9M5 15v4.5h14V15',
	download: 'M12 4.5v11M7.5 11.5 12 16l4.5-4.5M5 15v4.5h14V15',
	edit: 'M5 19l.8-3.6L16 5.2l2.8 2.8L8.6 18.2zM14 7.2 16.8 10',
	bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1h-14zM10 20h4',
	close: 'M6 6l12 12M18 6 6 18',
	check: 'M5 12.5 10 17.5 19.5 7',
	sun:
		'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z' +
		'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
	moon: 'M19.5 14A8 8 0 0 1 10 4.5a8 8 0 1 0 9.5 9.5Z',
	screen: 'M3.5 5h17v11h-17zM9 20h6M12 16v4',
	out: 'M10 4.5H5v15h5M14 8l4 4-4 4M18 12H9',
	plus: 'M12 5v14M5 12h14',
	copy: 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9',
	warn: 'M12 4 21 19.5H3zM12 10v4.5M12 16.8v.4',
	cube: 'M12 3.5 19.5 8v8L12 20.5 4.5 16V8zM4.5 8l7.5 4.3L19.5 8M12 12.3v8.2',
	compare: 'M4 5h7v14H4zM13 5h7v14h-7z',
	back: 'M14.5 6 8.5 12l6 6',
	up: 'M12 19V6M6.5 11 12 5.5 17.5 11',
	down: 'M12 5v13M6.5 13l5.5 5.5 5.5-5.5',
	trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13M10.5 10.5v6M13.5 10.5v6',
	renew: 'M19 12a7 7 0 1 1-2-4.9M19 4v4h-4',
};

/** @param {string} name */
export const hasIcon = name => Object.hasOwn(paths, name);

/** @param {{name: keyof typeof paths, title?: string, size?: number, class?: string}} props */
export function Icon({ name, title, size = 20, class: extra = '' }) {
	return html`
		<svg
			class=${`icon ${extra}`}
			viewBox="0 0 24 24"
			width=${size}
			height=${size}
			role=${title ? 'img' : undefined}
			aria-label=${title}
			aria-hidden=${title ? undefined : 'true'}
			focusable="false"
		>
			<path d=${paths[name]} />
		</svg>
	`;
}
