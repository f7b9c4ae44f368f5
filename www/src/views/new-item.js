// A new item: its number typed or the next free one of a category.
import * as api from '../server/api.js';
import { config, most } from '../server/facts.js';
import { html } from '../base/html.js';
import { go, link } from '../base/router.js';
import { projects } from '../state/store.js';
import { askForm } from '../parts/dialog.js';

/** `F01` asks for the next free number, `F01-0007` is a number. @param {string} text */
export const numberOrCategory = text => (text.includes('-') ? { part_number: text } : { category: text });

export async function newItem() {
	const made = await askForm(
		'New item',
		html`
			<label class="field">
				<span>
					Part number${' '}
					<em>or category: F01 takes the next free F01-…</em>
				</span>
				<input
					name="number"
					required
					maxlength=${most('part_number')}
					pattern="[A-Za-z0-9_][A-Za-z0-9._\\-]*"
					autocomplete="off"
					spellcheck="false"
					class="mono"
				/>
			</label>
			<label class="field">
				<span>Description</span>
				<input name="description" maxlength=${most('description')} autocomplete="off" />
			</label>
			<div class="two">
				<label class="field">
					<span>Type</span>
					<select name="item_type">
						${config.value.item_types.map(
							type => html`
								<option value=${type}>${type}</option>
							`,
						)}
					</select>
				</label>
				<label class="field">
					<span>Project</span>
					<input
						name="project"
						maxlength=${most('project')}
						list="known-projects"
						autocomplete="off"
					/>
					<datalist id="known-projects">
						${projects.value.map(
							one => html`
								<option value=${one.code} />
							`,
						)}
					</datalist>
				</label>
			</div>
		`,
		{
			yes: 'Create',
			act: form =>
				api.createItem({
					...numberOrCategory(form.number.trim()),
					item_type: form.item_type,
					description: form.description.trim(),
					project: form.project.trim(),
				}),
		},
	);
	if (made) go(link('items', made.part_number));
}
