// Draws only the rows in sight of a long list; all rows have one height, known before they are
// drawn. Scrolling near the end asks for more.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../base/html.js';

const SPARE = 6;
// How far a row may have gone and is still followed.
const FOLLOWED = 1000;

/** Which rows to draw. @param {number} top @param {number} height @param {number} rowHeight @param {number} count */
export function windowOf(top, height, rowHeight, count) {
	const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
	const last = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE);
	return { first: Math.min(first, Math.max(0, count - 1)), last };
}

/**
 * @param {{
 *   count: number, rowHeight: number, draw: (index: number) => any, nearEnd: () => void,
 *   keyAt?: (index: number) => any, class?: string, header?: any, footer?: any, place?: string,
 *   attributes?: Record<string, any>,
 * }} props
 */
export function VirtualRows({
	count,
	rowHeight,
	draw,
	nearEnd,
	keyAt,
	class: extra = '',
	header,
	footer,
	place = '',
	attributes = {},
}) {
	const box = useRef(/** @type {HTMLDivElement | null} */ (null));
	const [view, setView] = useState({ top: 0, height: 900 });

	useLayoutEffect(() => {
		const element = /** @type {HTMLDivElement} */ (box.current);
		const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
		const watcher = new ResizeObserver(measure);
		watcher.observe(element);
		element.addEventListener('scroll', measure, { passive: true });
		measure();
		return () => {
			watcher.disconnect();
			element.removeEventListener('scroll', measure);
		};
	}, []);
	// A new search starts at the top; an event never moves the reader.
	useLayoutEffect(() => {
		/** @type {HTMLDivElement} */ (box.current).scrollTop = 0;
	}, [place]);
	// Nor does a row that comes or goes above what the reader looks at.
	const anchor = useRef({ index: 0, key: /** @type {any} */ (undefined) });
	useLayoutEffect(() => {
		const element = /** @type {HTMLDivElement} */ (box.current);
		const { index, key } = anchor.current;
		if (keyAt && key !== undefined && element.scrollTop > 0 && keyAt(index) !== key) {
			for (let away = 1; away <= FOLLOWED; away++) {
				const by = keyAt(index + away) === key ? away : keyAt(index - away) === key ? -away : 0;
				if (by) {
					element.scrollTop += by * rowHeight;
					break;
				}
			}
		}
		const at = Math.ceil(element.scrollTop / rowHeight);
		anchor.current = { index: at, key: keyAt?.(at) };
	});
	const { first, last } = windowOf(view.top, view.height, rowHeight, count);
	useEffect(() => {
		if (count > 0 && last >= count - 30) nearEnd();
	}, [last, count]);

	const drawn = [];
	for (let index = first; index < last; index++) drawn.push(draw(index));
	return html`
		<div class=${`virtual ${extra}`} ref=${box} tabindex="-1" ...${attributes}>
			${header}
			<div
				class="virtual-space"
				role=${attributes.role === 'table' ? 'rowgroup' : 'presentation'}
				style=${{ height: `${count * rowHeight}px` }}
			>
				<div
					class="virtual-rows"
					role="presentation"
					style=${{ transform: `translateY(${first * rowHeight}px)` }}
				>
					${drawn}
				</div>
			</div>
			${footer}
		</div>
	`;
}
