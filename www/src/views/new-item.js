// A new item: its number typed or the next free one of a category.
import * as api from '../api.js';
import { html } from '../html.js';
import { go, link } from '../router.js';
import { projects } from '../store.js';
import { ask } from '../parts/dialog.js';
import { tellError } from '../parts/toast.js';

const TYPES = ['part', 'assembly', 'drawing', 'document', 'consumable', 'tool'];

/** `F01` asks for the next free number, `F01-0007` is a number. @param {string} text */
export const numberOrCategory = text =>
	text.includes('-') ? { part_number: text } : { category: text };

export async function newItem() {
	const body = await ask('New item', close => html`<form class="form" onSubmit=${(/** @type {any} */ event) => {
		event.preventDefault();
		const form = Object.fromEntries(new FormData(event.currentTarget));
		close({
			...numberOrCategory(String(form.number).trim()), item_type: form.item_type,
			description: String(form.description).trim(), project: String(form.project).trim(),
		});
	}}>
		<label class="field"><span>Part number <em>or category: F01 takes the next free F01-…</em></span>
			<input name="number" required maxlength="64" pattern="[A-Za-z0-9_][A-Za-z0-9._\\-]*" autocomplete="off" spellcheck="false" class="mono" /></label>
		<label class="field"><span>Description</span><input name="description" maxlength="2000" autocomplete="off" /></label>
		<div class="two"><label class="field"><span>Type</span>
			<select name="item_type">${TYPES.map(type => html`<option value=${type}>${type}</option>`)}</select></label>
		<label class="field"><span>Project</span><input name="project" maxlength="64" list="known-projects" autocomplete="off" />
			<datalist id="known-projects">${projects.value.map(one => html`<option value=${one.code} />`)}</datalist></label></div>
		<div class="actions"><button type="button" class="button" onClick=${() => close(null)}>Cancel</button>
			<button class="button primary">Create</button></div>
	</form>`);
	if (!body)
		return;
	try {
		const made = await api.createItem(body);
		go(link('items', made.part_number));
	} catch (error) {
		tellError(error);
	}
}
