// An item's picture: the thumbnail inside its file, else the sign of its type. The frame's size is
// fixed, so nothing moves when a picture arrives.
import { useEffect, useState } from 'preact/hooks';
import { thumbnailAddress } from '../server/api.js';
import { html } from '../base/html.js';
import { itemOf } from '../state/known-items.js';
import { pictureOf } from '../state/pictures.js';
import { hasIcon, Icon } from './icons.js';

/** In a list: the newest picture, fetched together with its neighbours'.
 * @param {{item: import('../server/types.js').Item, class?: string, sign?: number}} props */
export function ItemPicture({ item, class: extra = '', sign = 24 }) {
	const source = item.has_thumbnail ? pictureOf(item.part_number, item.current_revision).value : null;
	const icon = hasIcon(item.item_type) ? item.item_type : 'part';
	return html`
		<span class=${`picture ${extra}`}>
			${
				source
					? html`
							<img src=${source} alt="" decoding="async" />
						`
					: !item.has_thumbnail &&
						html`
							<${Icon} name=${icon} size=${sign} />
						`
			}
		</span>
	`;
}

/** Of an item of which only the number is known. @param {{pn: string, class?: string}} props */
export function NamedPicture({ pn, class: extra = '' }) {
	const item = itemOf(pn).value;
	return item
		? html`
				<${ItemPicture} item=${item} class=${extra} />
			`
		: html`
				<span class=${`picture ${extra}`}></span>
			`;
}

/** Of one revision.
 * @param {{
 *   pn: string, type: string, revision: number, has: boolean | undefined, class?: string,
 *   sign?: number,
 * }} props */
export function Picture({ pn, type, revision, has, class: extra = '', sign = 24 }) {
	const [broken, setBroken] = useState(false);
	const wanted = has && revision > 0;
	useEffect(() => setBroken(false), [pn, revision]);
	const icon = hasIcon(type) ? type : 'part';
	return html`
		<span class=${`picture type-${icon} ${extra}`}>
			${
				wanted && !broken
					? html`
							<img
								src=${thumbnailAddress(pn, revision)}
								alt=""
								loading="lazy"
								decoding="async"
								onError=${() => setBroken(true)}
							/>
						`
					: html`
							<${Icon} name=${icon} size=${sign} />
						`
			}
		</span>
	`;
}
