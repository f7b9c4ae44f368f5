// One event of the feed as a sentence.
import { html } from '../html.js';
import { link } from '../router.js';
import { Icon } from './icons.js';
import { Face } from './people.js';
import { NamedPicture } from './picture.js';

/** @type {Record<string, (data: any) => [string, string, string, string?]>} icon, who, what, quote */
const sentences = {
	'item.created': data => ['plus', data.by, 'created', ''],
	'item.updated': data => ['edit', data.by, 'changed the properties of', ''],
	'item.deleted': data => ['trash', data.by, 'archived', ''],
	'revision.created': data => [
		'upload',
		data.by,
		`uploaded revision ${data.revision_number} of`,
		data.comment,
	],
	'item.locked': data => [
		'locked',
		data.locked_by,
		data.renewed ? 'renewed the lock of' : 'locked',
		data.comment,
	],
	'item.unlocked': data => [
		'free',
		data.by ?? data.locked_by,
		{
			released: 'released',
			committed: 'uploaded and released',
			forced: `took from ${data.locked_by} by force`,
			expired: 'held until the lease ended',
			archived: 'archived and released',
		}[/** @type {string} */ (data.reason)] ?? 'released',
		data.note,
	],
	'lock.expiring': data => ['clock', data.locked_by, 'holds, not much longer,', ''],
	'lock.requested': data => ['bell', data.by, `asked ${data.locked_by} for`, data.message],
};

/** The event in words, for tests and screen readers. @param {string} type @param {any} data */
export function eventWords(type, data) {
	const known = sentences[type];
	return known
		? known(data)
		: /** @type {[string, string, string, string?]} */ (['activity', data.by ?? '', type, '']);
}

/** @param {{type: string, data: any, item?: boolean}} props */
export function EventLine({ type, data, item = true }) {
	const [icon, who, what, quote] = eventWords(type, data);
	const words = item ? what : what.replace(/ (of|for)$/, '').replace(/,$/, '');
	return html`
		<span class=${`event event-${type.replace('.', '-')}`}>
			${
				item &&
				html`
					<a
						class="event-picture"
						href=${link('items', data.part_number)}
						tabindex="-1"
						aria-hidden="true"
					>
						<${NamedPicture} pn=${data.part_number} />
					</a>
				`
			}
			<span class="event-icon"><${Icon} name=${icon} size=${16} /></span>
			<span class="event-words">
				${
					who &&
					html`
						<${Face} name=${who} />
						${' '}
						<b>${who}</b>
						${' '}
					`
				}${words}${
					item &&
					data.part_number &&
					html`
						${' '}
						<a class="pn" href=${link('items', data.part_number)}>${data.part_number}</a>
					`
				}${
					quote &&
					html`
						${' '}
						<q>${quote}</q>
					`
				}
			</span>
		</span>
	`;
}
