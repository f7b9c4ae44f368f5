// The items as big pictures.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { liveLock, lockState } from '../state/lease.js';
import { link } from '../base/router.js';
import { me } from '../state/store.js';
import { LockMark } from '../parts/lock-mark.js';
import { ItemPicture } from '../parts/picture.js';

const CARD_WIDTH = 216;
const CARD_WIDTH_PHONE = 164;
const BESIDE = 32;
const GAP = 12;
const WORDS_HEIGHT = 92;

/** How many cards fit side by side, and how high a line of them is: the pictures are square. */
function fitting() {
	const room = innerWidth - BESIDE;
	const columns = Math.min(
		12,
		Math.max(1, Math.floor((room + GAP) / (innerWidth < 500 ? CARD_WIDTH_PHONE : CARD_WIDTH))),
	);
	return { columns, height: Math.round((room + GAP) / columns) + WORDS_HEIGHT };
}

export function useColumns() {
	const [columns, setColumns] = useState(fitting);
	useEffect(() => {
		const change = () => setColumns(fitting());
		addEventListener('resize', change);
		return () => removeEventListener('resize', change);
	}, []);
	return columns;
}

/** @param {{
 *   row: import('../state/items-list.js').Row, selected: any, select: (pn: string, on: boolean) => void,
 *   selectable: boolean,
 * }} props */
export function ItemCard({ row, selected, select, selectable }) {
	const item = row.value;
	const pn = item.part_number;
	const chosen = selected.value.has(pn);
	const { state } = lockState(liveLock(item.lock, now.value), me.value?.username, now.value);
	return html`
		<article role="listitem" class=${`card is-${state} ${chosen ? 'chosen' : ''}`}>
			<${ItemPicture} class="picture-card" sign=${56} item=${item} />
			${
				selectable &&
				html`
					<label class="check card-check">
						<input
							type="checkbox"
							checked=${chosen}
							aria-label=${`Select ${pn}`}
							onChange=${(/** @type {any} */ event) => select(pn, event.currentTarget.checked)}
						/>
					</label>
				`
			}
			<div class="card-words">
				<a class="pn row-link" href=${link('items', pn)}>${pn}</a>
				<span class="quiet card-rev">rev. ${item.current_revision || '–'}</span>
				<span class="card-text" title=${item.description}>${item.description}</span>
				<${LockMark} lock=${item.lock} />
			</div>
		</article>
	`;
}
