// One row of the items table, and the head with its sorting.
import { html } from '../base/html.js';
import { now } from '../base/clock.js';
import { liveLock, lockState } from '../state/lease.js';
import { link, replaceQuery, route } from '../base/router.js';
import { me, writable } from '../state/store.js';
import { busy, quickLock, release } from '../locks/actions.js';
import { Icon } from '../parts/icons.js';
import { LockMark } from '../parts/lock-mark.js';
import { Person } from '../parts/people.js';
import { ItemPicture } from '../parts/picture.js';
import { When } from '../parts/time.js';

const COLUMNS = [
	['pn', 'Part number', 'part_number'],
	['text', 'Description', ''],
	['type', 'Type', 'item_type'],
	['project', 'Project', 'project'],
	['rev', 'Rev.', ''],
	['changed', 'Changed', '-updated_at'],
	['lock', 'Lock', ''],
];

/** What a press on a column's head asks for. @param {string} sort @param {string} key */
export function nextSort(sort, key) {
	const current = sort || 'part_number';
	if (current === key) return key.startsWith('-') ? key.slice(1) : `-${key}`;
	return key === 'part_number' ? '' : key;
}

/** @param {string} key */
const sortBy = key => replaceQuery({ sort: nextSort(route.value.query.sort ?? '', key) });

/** @param {{sort: string, selectable: boolean}} props */
export function TableHead({ sort, selectable }) {
	const current = sort || 'part_number';
	return html`
		<div role="rowgroup" class="table-head">
			<div role="row" class="row" aria-rowindex="1">
				<span role="columnheader" class="cell-check"><span class="hidden">Select</span></span>
				<span role="columnheader" class="cell-picture"><span class="hidden">Picture</span></span>
				${COLUMNS.map(([name, words, key]) => {
					const on = key !== '' && current.replace('-', '') === key.replace('-', '');
					const down = current.startsWith('-');
					return html`
						<span
							key=${name}
							role="columnheader"
							class=${`cell-${name}`}
							aria-sort=${on ? (down ? 'descending' : 'ascending') : undefined}
						>
							${
								key
									? html`
											<button class="sort" onClick=${() => sortBy(key)}>
												${words}
												<span class="sort-sign">
													${
														on &&
														html`
															<${Icon}
																name=${down ? 'down' : 'up'}
																size=${14}
															/>
														`
													}
												</span>
											</button>
										`
									: words
							}
						</span>
					`;
				})}
				<span role="columnheader" class="cell-quick">
					<span class="hidden">${selectable ? 'Check out or release' : 'Open'}</span>
				</span>
			</div>
		</div>
	`;
}

/** @param {{
 *   row: import('../state/items-list.js').Row, index: number, selected: any,
 *   select: (pn: string, on: boolean) => void, selectable: boolean,
 * }} props */
export function ItemRow({ row, index, selected, select, selectable }) {
	const item = row.value;
	const pn = item.part_number;
	const chosen = selected.value.has(pn);
	const { state } = lockState(liveLock(item.lock, now.value), me.value?.username, now.value);
	return html`
		<div
			role="row"
			class=${`row item-row is-${state} ${chosen ? 'chosen' : ''}`}
			aria-rowindex=${index + 2}
			aria-selected=${selectable ? String(chosen) : undefined}
		>
			<span role="cell" class="cell-check">
				${
					selectable &&
					html`
						<label class="check">
							<input
								type="checkbox"
								checked=${chosen}
								aria-label=${`Select ${pn}`}
								onChange=${(/** @type {any} */ event) => select(pn, event.currentTarget.checked)}
							/>
						</label>
					`
				}
			</span>
			<span role="cell" class="cell-picture"><${ItemPicture} item=${item} /></span>
			<span role="cell" class="cell-pn">
				<a class="pn row-link" href=${link('items', pn)}>${pn}</a>
			</span>
			<span role="cell" class="cell-text" title=${item.description}>${item.description}</span>
			<span role="cell" class="cell-type">${item.item_type}</span>
			<span role="cell" class="cell-project">${item.project}</span>
			<span role="cell" class="cell-rev">${item.current_revision || '–'}</span>
			<span role="cell" class="cell-changed">
				<${Person} name=${item.updated_by} />
				<span class="quiet"><${When} at=${item.updated_at} /></span>
			</span>
			<span role="cell" class="cell-lock"><${LockMark} lock=${item.lock} /></span>
			<span role="cell" class="cell-quick">
				${
					selectable &&
					state !== 'other' &&
					html`
						<button
							class="icon-button quick"
							disabled=${!writable.value}
							aria-disabled=${busy.value.has(pn) ? 'true' : undefined}
							title=${state === 'mine' ? `Release ${pn}` : `Check out ${pn}`}
							aria-label=${state === 'mine' ? `Release ${pn}` : `Check out ${pn}`}
							onClick=${() => (state === 'mine' ? release(item.lock ?? item) : quickLock(pn))}
						>
							<${Icon} name=${state === 'mine' ? 'free' : 'locked'} size=${18} />
						</button>
					`
				}
			</span>
		</div>
	`;
}
