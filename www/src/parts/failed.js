// Shown in place of what could not be read: the words, and a way to try again.
import { html } from '../base/html.js';
import { Icon } from './icons.js';

/** In place of a whole list. @param {{what: string, again: () => void}} props */
export const FailedList = ({ what, again }) => html`
	<div class="empty" role="status">
		<${Icon} name="warn" size=${40} />
		<p>${what} could not be loaded.</p>
		<button class="button" onClick=${again}>Try again</button>
	</div>
`;

/** One line in a panel that says more. @param {{again: () => void}} props */
export const FailedLine = ({ again }) => html`
	<p class="quiet" role="status">
		This could not be loaded.${' '}
		<button class="button small" onClick=${again}>Try again</button>
	</p>
`;
