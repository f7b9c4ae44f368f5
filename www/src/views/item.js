// One item: its picture, who holds it, its revisions, its properties and what happened to it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import * as api from '../server/api.js';
import { html } from '../base/html.js';
import { lockThrough } from '../state/lease.js';
import { follow, onReset, readBeside } from '../server/live.js';
import { onTop } from '../state/pages.js';
import { lastList, link, route } from '../base/router.js';
import { Icon } from '../parts/icons.js';
import { LockIcon } from '../parts/lock-mark.js';
import { Person } from '../parts/people.js';
import { When } from '../parts/time.js';
import { tellError } from '../parts/toast.js';
import { ItemLock } from './item-lock.js';
import { Missing } from './item-missing.js';
import { Properties } from './item-edit.js';
import { Revisions } from './item-revisions.js';
import { Stage } from './item-stage.js';
import { History } from './item-history.js';
import { Upload } from './item-upload.js';

/** @typedef {import('../server/types.js').Item} Item */

/** The item with the lock that the event tells of, when it is about this item.
 * @param {Item} item @param {import('../server/types.js').FeedEvent} event @returns {Item} */
function withEvent(item, event) {
	const { type, data } = event;
	if (data.part_number !== item.part_number || (type !== 'item.locked' && type !== 'item.unlocked'))
		return item;
	return { ...item, lock: lockThrough(item.lock, event) };
}

/** @param {{pn: string}} props */
export function ItemView({ pn }) {
	/** @type {import('@preact/signals').Signal<Item | null>} */
	const item = useSignal(null);
	/** @type {import('@preact/signals').Signal<import('../server/types.js').Revision[] | null>} */
	const revisions = useSignal(null);
	/** @type {import('@preact/signals').Signal<string | null>} */
	const older = useSignal(null);
	/** @type {import('@preact/signals').Signal<any>} */
	const failed = useSignal(null);
	/** The revisions could not be read. */
	const unread = useSignal(false);
	const etag = useSignal('');
	/** Counts what happened to this item, so that its history is read again. */
	const happened = useSignal(0);

	// Of several readings under way only the last one asked for counts.
	const asked = useRef({ item: 0, revisions: 0 }).current;

	const loadItem = async () => {
		const mine = ++asked.item;
		try {
			const { answer, missed } = await readBeside(() => api.item(pn));
			if (mine !== asked.item) return;
			item.value = missed.reduce(withEvent, answer.item);
			etag.value = answer.etag ?? '';
			failed.value = null;
		} catch (error) {
			failed.value = error;
		}
	};
	const loadRevisions = async () => {
		const mine = ++asked.revisions;
		try {
			const page = await api.revisions(pn);
			if (mine !== asked.revisions) return;
			const joined = onTop(page.revisions, revisions.value ?? [], one => one.revision_number);
			revisions.value = joined ?? page.revisions;
			if (!joined) older.value = page.next_cursor;
			unread.value = false;
		} catch {
			unread.value = true;
		}
	};
	const loadOlder = () =>
		api.revisions(pn, older.value).then(page => {
			revisions.value = [...(revisions.value ?? []), ...page.revisions];
			older.value = page.next_cursor;
		}, tellError);
	const loadAll = () => {
		loadItem();
		loadRevisions();
		happened.value++;
	};
	useEffect(() => {
		loadAll();
		document.title = `${pn} · Silo`;
		return () => {
			document.title = 'Silo';
		};
	}, [pn]);
	useEffect(() => onReset(loadAll), [pn]);
	useEffect(
		() =>
			follow(events => {
				const mine = events.filter(
					({ data }) => data.part_number?.toLowerCase() === pn.toLowerCase(),
				);
				if (mine.length === 0) return;
				happened.value++;
				if (item.value) item.value = mine.reduce(withEvent, item.value);
				if (
					mine.some(
						({ type }) =>
							(type.startsWith('item.') && !type.endsWith('locked')) ||
							type === 'revision.created',
					)
				)
					loadItem();
				if (mine.some(({ type }) => type === 'revision.created')) loadRevisions();
			}),
		[pn],
	);

	// Also when it was archived while it was looked at.
	if (failed.value && (!item.value || failed.value.status === 404))
		return html`
			<${Missing} pn=${pn} error=${failed.value} again=${loadAll} />
		`;
	if (!item.value)
		return html`
			<main class="page" tabindex="-1" aria-busy="true"></main>
		`;
	return html`
		<${Sheet}
			item=${item.value}
			revisions=${revisions.value}
			older=${older.value}
			loadOlder=${loadOlder}
			again=${unread.value ? loadRevisions : null}
			etag=${etag.value}
			happened=${happened.value}
		/>
	`;
}

/** @param {{
 *   item: Item, revisions: any[] | null, older: string | null, loadOlder: () => void,
 *   again: (() => void) | null, etag: string, happened: number,
 * }} props */
function Sheet({ item, revisions, older, loadOlder, again, etag, happened }) {
	const shown = Number(route.value.query.rev) || item.current_revision;
	const beside = Number(route.value.query.compare) || 0;
	return html`
		<main class="page item" tabindex="-1">
			<header class="item-head">
				<a
					class="icon-button"
					href=${lastList()}
					aria-label="Back to the items"
					title="Back to the items"
				>
					<${Icon} name="back" />
				</a>
				<div class="item-title">
					<h1>
						<span class="pn">${item.part_number}</span>
						${' '}
						<${LockIcon} lock=${item.lock} size=${24} />
					</h1>
					<p class="item-text">
						${
							item.description ||
							html`
								<span class="quiet">no description</span>
							`
						}
					</p>
				</div>
				<dl class="facts">
					<div>
						<dt>Type</dt>
						<dd>
							<${Icon} name=${item.item_type} size=${18} />
							${' '}${item.item_type}
						</dd>
					</div>
					<div>
						<dt>Project</dt>
						<dd>
							${
								item.project
									? html`
											<a href=${link('items', null, { project: item.project })}>
												${item.project}
											</a>
										`
									: '–'
							}
						</dd>
					</div>
					<div>
						<dt>Revision</dt>
						<dd>${item.current_revision || '–'}</dd>
					</div>
					<div>
						<dt>Changed</dt>
						<dd>
							<${Person} name=${item.updated_by} />
							${' '}
							<span class="quiet"><${When} at=${item.updated_at} /></span>
						</dd>
					</div>
				</dl>
			</header>
			<div class="item-columns">
				<div class="item-main">
					<${Stage} item=${item} revisions=${revisions ?? []} shown=${shown} beside=${beside} />
					<${Revisions}
						item=${item}
						revisions=${revisions}
						older=${older}
						loadOlder=${loadOlder}
						again=${again}
						shown=${shown}
						beside=${beside}
					/>
				</div>
				<div class="item-side">
					<${ItemLock} item=${item} />
					<${Upload} item=${item} />
					<${Properties} item=${item} etag=${etag} />
					<${History} pn=${item.part_number} happened=${happened} />
				</div>
			</div>
		</main>
	`;
}
