// A person as a coloured disc with initials, and the name beside it.
import { html } from '../base/html.js';
import { initials, personColour } from '../words/format.js';

/** @param {{name: string, size?: 'small' | 'large'}} props */
export const Face = ({ name, size = 'small' }) => html`
	<span class=${`face face-${size} person-${personColour(name)}`} aria-hidden="true">
		${initials(name)}
	</span>
`;

/** @param {{name: string | null}} props */
export const Person = ({ name }) =>
	name
		? html`
				<span class="person">
					<${Face} name=${name} />
					<span class="person-name">${name}</span>
				</span>
			`
		: html`
				<span class="person quiet">the server</span>
			`;
