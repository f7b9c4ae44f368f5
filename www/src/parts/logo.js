// The silo.
import { html } from '../base/html.js';

/** @param {{size?: number}} props */
export const Logo = ({ size = 28 }) => html`
	<svg class="logo" width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true">
		<rect width="32" height="32" rx="7" class="logo-back" />
		<path class="logo-body" d="M9 12c0-2.2 3.1-4 7-4s7 1.8 7 4v8c0 2.2-3.1 4-7 4s-7-1.8-7-4z" />
		<path class="logo-line" d="M9 12c0 2.2 3.1 4 7 4s7-1.8 7-4M9 16c0 2.2 3.1 4 7 4s7-1.8 7-4" />
	</svg>
`;
