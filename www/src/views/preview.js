// The 3D preview's frame; the viewer itself is another bundle, loaded when this is shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { fileAddress, fileBytes } from '../api.js';
import { fileSize } from '../format.js';
import { Icon } from '../parts/icons.js';

/** @param {{pn: string, revisions: import('../types.js').Revision[], close: () => void}} props */
export function Preview({ pn, revisions, close }) {
	return html`<section class="stage preview" aria-label="3D preview">
		<p class="quiet">3D</p>
		<div class="stage-bar"><button class="button small" onClick=${close}><${Icon} name="close" size=${18} />Close 3D</button></div>
	</section>`;
}
