// A field for a new password: the browser says when it is too short. It is never cut at a greatest length,
// for then nobody would know what was set.
import { html } from '../base/html.js';
import { most } from '../server/facts.js';

/** @param {{name: string}} props */
export const NewPassword = ({ name }) => html`
	<input
		name=${name}
		type="password"
		required
		minlength=${most('password_least')}
		autocomplete="new-password"
	/>
`;
