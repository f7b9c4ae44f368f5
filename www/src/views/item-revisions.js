// The revisions of an item, newest first: picture, comment, who and when, file.
import { html } from '../base/html.js';
import { fileAddress } from '../server/api.js';
import { fileSize } from '../words/format.js';
import { replaceQuery } from '../base/router.js';
import { FailedLine } from '../parts/failed.js';
import { Icon } from '../parts/icons.js';
import { Person } from '../parts/people.js';
import { Picture } from '../parts/picture.js';
import { When } from '../parts/time.js';

/** @param {{
 *   item: import('../server/types.js').Item, revisions: import('../server/types.js').Revision[] | null,
 *   older: string | null, loadOlder: () => void, again: (() => void) | null, shown: number,
 *   beside: number,
 * }} props */
export function Revisions({ item, revisions, older, loadOlder, again, shown, beside }) {
	const pn = item.part_number;
	const show = (/** @type {number} */ n) =>
		replaceQuery({
			rev: n === item.current_revision ? '' : n,
			compare: n === beside ? '' : beside || '',
		});
	return html`
		<section class="panel" aria-labelledby="revisions-title" aria-busy=${revisions === null && !again}>
			<h2 id="revisions-title">Revisions</h2>
			${
				again &&
				!revisions &&
				html`
					<${FailedLine} again=${again} />
				`
			}
			${
				revisions?.length === 0 &&
				html`
					<p class="quiet">None yet. Check in a file to make the first.</p>
				`
			}
			<ol class="revisions">
				${(revisions ?? []).map(revision => {
					const n = revision.revision_number;
					return html`
						<li
							key=${n}
							class=${`revision ${n === shown ? 'shown' : ''} ${n === beside ? 'beside' : ''}`}
						>
							<button
								class="revision-picture"
								aria-label=${`Show revision ${n}`}
								aria-pressed=${n === shown ? 'true' : 'false'}
								onClick=${() => show(n)}
							>
								<${Picture}
									pn=${pn}
									type=${item.item_type}
									revision=${n}
									has=${revision.has_thumbnail}
								/>
							</button>
							<div class="revision-words">
								<p class="revision-comment">
									<b class="rev-number">${n}</b>
									${' '}${
										revision.comment ||
										html`
											<span class="quiet">no comment</span>
										`
									}
								</p>
								<p class="revision-facts">
									<${Person} name=${revision.created_by} />
									${' '}
									<span class="quiet"><${When} at=${revision.created_at} /></span>
									${
										revision.filename &&
										html`
											<span
												class="quiet file-name"
												title=${`SHA-256 ${revision.sha256}`}
											>
												${revision.filename}
											</span>
											<span class="quiet">${fileSize(revision.size)}</span>
										`
									}
								</p>
							</div>
							<div class="revision-actions">
								${
									n !== shown &&
									shown > 0 &&
									revision.filename &&
									html`
										<button
											class="icon-button"
											aria-pressed=${n === beside ? 'true' : 'false'}
											title=${`Compare revision ${n} with ${shown}`}
											aria-label=${`Compare revision ${n} with ${shown}`}
											onClick=${() => replaceQuery({ compare: n === beside ? '' : n })}
										>
											<${Icon} name="compare" />
										</button>
									`
								}
								${
									revision.filename &&
									html`
										<a
											class="icon-button"
											href=${fileAddress(pn, n)}
											download=${revision.filename}
											title=${`Download ${revision.filename}`}
											aria-label=${`Download revision ${n}`}
										>
											<${Icon} name="download" />
										</a>
									`
								}
							</div>
						</li>
					`;
				})}
			</ol>
			${
				older &&
				html`
					<button class="button" onClick=${loadOlder}>Older revisions</button>
				`
			}
		</section>
	`;
}
