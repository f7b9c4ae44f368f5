// Description, type, project and properties: shown, and edited by users who may.
import { useState } from 'preact/hooks';
import * as api from '../server/api.js';
import { config, most } from '../server/facts.js';
import { html } from '../base/html.js';
import { go, link } from '../base/router.js';
import { canEdit, isMine, me, projects, readOnly } from '../state/store.js';
import { explain } from '../locks/answers.js';
import { confirm } from '../parts/dialog.js';
import { Icon } from '../parts/icons.js';
import { tell } from '../parts/toast.js';

/** @param {any} value */
const words = value => (typeof value === 'string' ? value : JSON.stringify(value));

/** What was typed keeps the kind it had: numbers stay numbers.
 * @param {string} text @param {any} before */
export function typed(text, before) {
	if (typeof before === 'string' || before === undefined) return text;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** @param {{item: import('../server/types.js').Item, etag: string}} props */
export function Properties({ item, etag }) {
	const [editing, setEditing] = useState(false);
	const holder = item.lock && item.lock.locked_by !== me.value?.username ? item.lock.locked_by : null;
	const why = holder
		? `${holder} holds the lock. Only ${holder} can edit.`
		: readOnly.value
			? 'The server is read-only at the moment.'
			: '';
	if (editing)
		return html`
			<${Editor} item=${item} etag=${etag} why=${why} close=${() => setEditing(false)} />
		`;
	const entries = Object.entries(item.properties ?? {});
	return html`
		<section class="panel" aria-labelledby="properties-title">
			<div class="panel-head">
				<h2 id="properties-title">Properties</h2>
				${
					canEdit.value &&
					html`
						<p id="edit-why" class="quiet why" title=${why}><span>${why}</span></p>
					`
				}
				${
					canEdit.value &&
					html`
						<button
							class="button small"
							disabled=${why !== ''}
							aria-describedby="edit-why"
							onClick=${() => setEditing(true)}
						>
							<${Icon} name="edit" size=${16} />
							Edit
						</button>
					`
				}
			</div>
			<dl class="properties">
				${
					entries.length === 0 &&
					html`
						<p class="quiet">None.</p>
					`
				}
				${entries.map(
					([name, value]) => html`
						<div key=${name}>
							<dt>${name}</dt>
							<dd>${words(value)}</dd>
						</div>
					`,
				)}
			</dl>
		</section>
	`;
}

/** @param {{item: import('../server/types.js').Item, etag: string, why: string, close: () => void}} props */
function Editor({ item, etag, why, close }) {
	// What the form started from: later events must not touch what is being typed.
	const [start] = useState({ item, etag });
	const [rows, setRows] = useState(() =>
		Object.entries(start.item.properties ?? {}).map(([name, value], at) => ({
			at,
			name,
			text: words(value),
			before: value,
		})),
	);
	const addRow = () => {
		const at = Math.max(-1, ...rows.map(row => row.at)) + 1;
		setRows([...rows, { at, name: '', text: '', before: undefined }]);
	};
	/** The lease under which it is changed, if it is the reader's. */
	const mine = () => (isMine(item.lock) ? item.lock?.lease_id : undefined);
	/** @param {any} event */
	const save = async event => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		/** @type {Record<string, any>} */
		const properties = {};
		for (const row of rows) {
			const name = String(form.get(`name-${row.at}`)).trim();
			if (name) properties[name] = typed(String(form.get(`value-${row.at}`)), row.before);
		}
		try {
			await api.updateItem(
				item.part_number,
				{
					description: String(form.get('description')).trim(),
					item_type: form.get('item_type'),
					project: String(form.get('project')).trim(),
					properties,
					lease_id: mine(),
				},
				start.etag,
			);
			tell({ kind: 'good', text: 'Saved' });
			close();
		} catch (error) {
			if (error instanceof api.ApiError && error.code === 'stale_revision')
				tell({
					kind: 'bad',
					text:
						'Somebody changed the item while you were typing, so nothing was saved. ' +
						'Copy what you typed, cancel, look at the change and edit again.',
				});
			else await explain(error);
		}
	};
	const archive = async () => {
		if (
			!(await confirm(
				`Archive ${item.part_number}?`,
				'It disappears from the lists. Its number stays taken and its files are kept.',
				{ yes: 'Archive', danger: true },
			))
		)
			return;
		try {
			await api.archiveItem(item.part_number, mine());
			tell({ kind: 'good', text: `${item.part_number} was archived` });
			go(link('items'));
		} catch (error) {
			await explain(error);
		}
	};
	return html`
		<section class="panel" aria-labelledby="properties-title">
			<h2 id="properties-title">Edit</h2>
			<form class="form" onSubmit=${save}>
				${
					why &&
					html`
						<p class="form-error" role="alert">${why}</p>
					`
				}
				<label class="field">
					<span>Description</span>
					<input
						name="description"
						maxlength=${most('description')}
						defaultValue=${start.item.description}
						autofocus
					/>
				</label>
				<div class="two">
					<label class="field">
						<span>Type</span>
						<select name="item_type">
							${config.value.item_types.map(
								type => html`
									<option value=${type} selected=${type === start.item.item_type}>
										${type}
									</option>
								`,
							)}
						</select>
					</label>
					<label class="field">
						<span>Project</span>
						<input
							name="project"
							maxlength=${most('project')}
							list="projects"
							defaultValue=${start.item.project ?? ''}
						/>
						<datalist id="projects">
							${projects.value.map(
								one => html`
									<option value=${one.code} />
								`,
							)}
						</datalist>
					</label>
				</div>
				<fieldset class="property-rows">
					<legend>Properties</legend>
					${rows.map(
						row => html`
							<div class="property-row" key=${row.at}>
								<input
									name=${`name-${row.at}`}
									aria-label="Name"
									placeholder="name"
									defaultValue=${row.name}
								/>
								<input
									name=${`value-${row.at}`}
									aria-label=${`Value of ${row.name || 'the new property'}`}
									placeholder="value"
									defaultValue=${row.text}
								/>
								<button
									type="button"
									class="icon-button"
									aria-label=${`Remove ${row.name || 'this property'}`}
									onClick=${() => setRows(rows.filter(one => one !== row))}
								>
									<${Icon} name="close" size=${16} />
								</button>
							</div>
						`,
					)}
					<button type="button" class="button small" onClick=${addRow}>
						<${Icon} name="plus" size=${16} />
						Property
					</button>
				</fieldset>
				<div class="actions">
					<button
						type="button"
						class="button plain danger-text"
						disabled=${why !== ''}
						onClick=${archive}
					>
						Archive…
					</button>
					<span class="grow"></span>
					<button type="button" class="button" onClick=${close}>Cancel</button>
					<button class="button primary" disabled=${why !== ''}>Save</button>
				</div>
			</form>
		</section>
	`;
}
