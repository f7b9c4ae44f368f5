// One event of the feed as a sentence.
import { html } from '../base/html.js';
import { link } from '../base/router.js';
import { eventWords } from '../words/event.js';
import { Icon } from './icons.js';
import { Face } from './people.js';
import { NamedPicture } from './picture.js';

/** @param {{type: string, data: any, item?: boolean}} props */
export function EventLine({ type, data, item = true }) {
	const [icon, who, what, quote] = eventWords(type, data);
	const words = item ? what : what.replace(/ (of|on)$/, '');
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
