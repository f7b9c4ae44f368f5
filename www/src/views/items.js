// All items: pictures, search, filters, locks; thousands of rows, the state in the address.
import { computed, signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import * as api from '../server/api.js';
import { config, most } from '../server/facts.js';
import { html } from '../base/html.js';
import { createItemsList } from '../state/items-list.js';
import { follow, onReset } from '../server/live.js';
import { replaceQuery, route } from '../base/router.js';
import { canEdit, me, projects, writable } from '../state/store.js';
import { lockAll, releaseAll } from '../locks/actions.js';
import { FailedList } from '../parts/failed.js';
import { Icon } from '../parts/icons.js';
import { VirtualRows } from '../parts/virtual.js';
import { useNarrow } from '../parts/narrow.js';
import { ItemRow, TableHead } from './items-row.js';
import { ItemCard, useColumns } from './items-cards.js';
import { newItem } from './new-item.js';

const LOCKS = [
	['', 'All'],
	['none', 'Free'],
	['mine', 'Mine'],
	['others', 'Others'],
];
const SORTS = [
	['', 'Part number'],
	['-updated_at', 'Last changed'],
	['-created_at', 'Newest'],
	['project', 'Project'],
	['item_type', 'Type'],
];

const list = createItemsList(api.items, api.itemsNamed);
/** @type {import('@preact/signals').Signal<Set<string>>} */
const selected = signal(new Set());

/** @param {string} pn @param {boolean} on */
function select(pn, on) {
	const next = new Set(selected.value);
	if (on) next.add(pn);
	else next.delete(pn);
	selected.value = next;
}

export function ItemsView() {
	const { q = '', lock = '', type = '', project = '', sort = '', view = '' } = route.value.query;
	const place = JSON.stringify([q, lock, type, project, sort]);
	const narrow = useNarrow();
	useEffect(() => follow(list.apply), []);
	useEffect(() => onReset(list.reload), []);
	useEffect(() => {
		list.load({ q, lock: lock || undefined, type, project, sort });
	}, [place]);
	return html`
		<main class="items" tabindex="-1" aria-label="Items">
			<h1 class="hidden">Items</h1>
			<${Toolbar} ...${{ q, lock, type, project, sort, view }} />
			${
				view === 'pictures'
					? html`
							<${Cards} place=${place} />
						`
					: html`
							<${Table} place=${place} narrow=${narrow} sort=${sort} />
						`
			}
			<${SelectionBar} />
		</main>
	`;
}

/** @param {Record<string, string>} query */
function Toolbar({ q, lock, type, project, sort, view }) {
	const typing = useRef(/** @type {any} */ (null));
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	/** @param {any} event */
	const search = event => {
		const text = event.currentTarget.value;
		clearTimeout(typing.current);
		typing.current = setTimeout(() => {
			typing.current = null;
			replaceQuery({ q: text });
		}, 120);
	};
	// While the user types, the field is theirs; otherwise it shows what the address says.
	useLayoutEffect(() => {
		if (!typing.current && field.current && field.current.value !== q) field.current.value = q;
	}, [q]);
	/** @param {string} name */
	const choose = name => (/** @type {any} */ event) => replaceQuery({ [name]: event.currentTarget.value });
	return html`
		<div class="toolbar" role="search">
			<label class="search">
				<${Icon} name="search" />
				<span class="hidden">Search part number or description</span>
				<input
					id="search"
					type="search"
					maxlength=${most('search')}
					placeholder="Search part number or description"
					ref=${field}
					onInput=${search}
					autocomplete="off"
					spellcheck="false"
					aria-keyshortcuts="/"
				/>
				<kbd aria-hidden="true">/</kbd>
			</label>
			<div class="segments" role="group" aria-label="Show by lock">
				${LOCKS.map(
					([value, words]) => html`
						<button
							key=${value}
							aria-pressed=${lock === value ? 'true' : 'false'}
							onClick=${() => replaceQuery({ lock: value })}
						>
							${words}
						</button>
					`,
				)}
			</div>
			<select aria-label="Type" value=${type} onChange=${choose('type')}>
				<option value="">All types</option>
				${config.value.item_types.map(
					name => html`
						<option value=${name}>${name}</option>
					`,
				)}
			</select>
			<select aria-label="Project" value=${project} onChange=${choose('project')}>
				<option value="">All projects</option>
				${
					project &&
					!projects.value.some(one => one.code === project) &&
					html`
						<option value=${project}>${project}</option>
					`
				}
				${projects.value.map(
					one => html`
						<option key=${one.code} value=${one.code}>${one.name} (${one.item_count})</option>
					`,
				)}
			</select>
			<select aria-label="Sort by" value=${sort} onChange=${choose('sort')}>
				${SORTS.concat(
					SORTS.some(([value]) => value === sort)
						? []
						: [[sort, sort.replace('-', '').replace('_', ' ')]],
				).map(
					([value, words]) => html`
						<option key=${value} value=${value}>${words}</option>
					`,
				)}
			</select>
			<div class="segments icons" role="group" aria-label="Look">
				<button
					aria-pressed=${view === '' ? 'true' : 'false'}
					aria-label="Table"
					title="Table"
					onClick=${() => replaceQuery({ view: '' })}
				>
					<${Icon} name="list" size=${18} />
				</button>
				<button
					aria-pressed=${view === 'pictures' ? 'true' : 'false'}
					aria-label="Pictures"
					title="Pictures"
					onClick=${() => replaceQuery({ view: 'pictures' })}
				>
					<${Icon} name="items" size=${18} />
				</button>
			</div>
			${
				canEdit.value &&
				html`
					<button
						class="button primary new-item"
						aria-label="New item"
						disabled=${!writable.value}
						onClick=${newItem}
					>
						<${Icon} name="plus" size=${18} />
						<span>New item</span>
					</button>
				`
			}
		</div>
	`;
}

function Emptiness() {
	if (list.state.value === 'loading' || list.rows.value.length > 0) return null;
	if (list.state.value === 'failed')
		return html`
			<${FailedList} what="The items" again=${list.reload} />
		`;
	const filtered = Object.entries(route.value.query).some(
		([name, value]) => value && name !== 'view' && name !== 'sort',
	);
	return html`
		<div class="empty">
			<${Icon} name="cube" size=${40} />
			<p>${filtered ? 'Nothing matches.' : 'No items yet.'}</p>
			${
				filtered &&
				html`
					<button
						class="button"
						onClick=${() => replaceQuery({ q: '', lock: '', type: '', project: '' })}
					>
						Show all items
					</button>
				`
			}
		</div>
	`;
}

/** @param {{place: string, narrow: boolean, sort: string}} props */
function Table({ place, narrow, sort }) {
	const rows = list.rows.value;
	return html`
		<${VirtualRows}
			class=${`table ${narrow ? 'narrow' : ''}`}
			place=${place}
			count=${rows.length}
			rowHeight=${narrow ? 84 : 56}
			nearEnd=${list.more}
			keyAt=${(/** @type {number} */ index) => rows[index]?.peek().part_number}
			attributes=${{
				role: 'table',
				'aria-label': 'Items',
				'aria-rowcount': list.cursor.value ? -1 : rows.length + 1,
				'aria-busy': list.state.value === 'loading',
			}}
			header=${html`
				<${TableHead} sort=${sort} selectable=${canEdit.value} />
			`}
			draw=${(/** @type {number} */ index) => html`
				<${ItemRow}
					key=${rows[index].value.part_number}
					row=${rows[index]}
					index=${index}
					selected=${selected}
					select=${select}
					selectable=${canEdit.value}
				/>
			`}
			footer=${html`
				<${Emptiness} />
			`}
		/>
	`;
}

/** @param {{place: string}} props */
function Cards({ place }) {
	const rows = list.rows.value;
	const { columns, height } = useColumns();
	const lines = Math.ceil(rows.length / columns);
	return html`
		<${VirtualRows}
			class="cards"
			place=${place}
			count=${lines}
			rowHeight=${height}
			nearEnd=${list.more}
			attributes=${{ role: 'list', 'aria-label': 'Items', 'aria-busy': list.state.value === 'loading' }}
			draw=${(/** @type {number} */ line) => html`
				<div
					class=${`card-line columns-${columns}`}
					style=${{ height: `${height}px` }}
					key=${line}
					role="presentation"
				>
					${rows.slice(line * columns, (line + 1) * columns).map(
						row => html`
							<${ItemCard}
								key=${row.value.part_number}
								row=${row}
								selected=${selected}
								select=${select}
								selectable=${canEdit.value}
							/>
						`,
					)}
				</div>
			`}
			footer=${html`
				<${Emptiness} />
			`}
		/>
	`;
}

function SelectionBar() {
	const mine = useMemo(
		() =>
			computed(
				() =>
					list.rows.value.filter(
						row =>
							selected.value.has(row.value.part_number) &&
							row.value.lock?.locked_by === me.value?.username,
					).length,
			),
		[],
	);
	const count = selected.value.size;
	const names = () => [...selected.value];
	const seen = () => {
		const leases = new Map(list.rows.value.map(row => [row.value.part_number, row.value.lock?.lease_id]));
		return names().map(pn => ({ part_number: pn, lease_id: leases.get(pn) }));
	};
	const clear = () => {
		selected.value = new Set();
	};
	if (count === 0) return null;
	return html`
		<div class="selection" role="toolbar" aria-label="Selected items">
			<b aria-live="polite">${count} selected</b>
			<button
				class="button primary"
				aria-label="Check out all"
				disabled=${!writable.value || count > most('part_numbers')}
				onClick=${async () => (await lockAll(names())) && clear()}
			>
				<${Icon} name="mine" size=${18} />
				Check out
			</button>
			<button
				class="button"
				aria-label="Release all"
				disabled=${!writable.value || count > most('part_numbers')}
				title=${`You hold ${mine.value} of them`}
				onClick=${async () => (await releaseAll(seen())) && clear()}
			>
				<${Icon} name="free" size=${18} />
				Release
			</button>
			<button class="button plain" onClick=${clear}>Clear</button>
		</div>
	`;
}
