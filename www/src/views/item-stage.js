// The big picture of the revision shown, and the way into three dimensions, loaded only when asked.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../base/html.js';
import { fileAddress } from '../server/api.js';
import { Icon } from '../parts/icons.js';
import { Picture } from '../parts/picture.js';
import { Preview } from './preview.js';

const SHOWABLE = /\.(fcstd|stp|step|igs|iges|stl|brp|brep)$/i;

/** @param {string} filename */
const kind = filename => (filename.includes('.') ? `.${filename.split('.').pop()} files` : 'this file');

/** @param {{
 *   item: import('../server/types.js').Item, revisions: import('../server/types.js').Revision[], shown: number,
 *   beside: number,
 * }} props */
export function Stage({ item, revisions, shown, beside }) {
	const [open, setOpen] = useState(false);
	useEffect(() => {
		if (beside) setOpen(true);
	}, [beside]);
	const named = (/** @type {number} */ n) => revisions.find(revision => revision.revision_number === n);
	const revision = named(shown);
	const other = beside ? named(beside) : undefined;
	const showable = Boolean(revision?.filename && SHOWABLE.test(revision.filename));
	if (open && revision && showable)
		return html`
			<${Preview}
				pn=${item.part_number}
				revisions=${other && other !== revision ? [revision, other] : [revision]}
				close=${() => setOpen(false)}
			/>
		`;
	return html`
		<section class="stage" aria-label="Picture">
			<${Picture}
				class="picture-stage"
				sign=${96}
				pn=${item.part_number}
				type=${item.item_type}
				revision=${shown}
				has=${revision?.has_thumbnail}
			/>
			<div class="stage-bar">
				<span class="quiet">
					${
						!revision
							? 'No file yet'
							: !revision.filename
								? `Rev. ${shown}, without a file`
								: `Rev. ${shown}${showable ? '' : `: no 3D preview of ${kind(revision.filename)}`}`
					}
				</span>
				${
					revision?.filename &&
					html`
						<a
							class="button small"
							href=${fileAddress(item.part_number, shown)}
							download=${revision.filename}
						>
							<${Icon} name="download" size=${18} />
							Download
						</a>
					`
				}
				${
					showable &&
					html`
						<button class="button small" onClick=${() => setOpen(true)}>
							<${Icon} name="cube" size=${18} />
							Open in 3D
						</button>
					`
				}
			</div>
		</section>
	`;
}
