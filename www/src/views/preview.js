// The 3D preview's frame: fetches the files, has a worker mesh them, shows them side by side. The
// viewer and the kernel are bundles of their own, loaded when this is first shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../base/html.js';
import { address, fileAddress, fileBytes } from '../server/api.js';
import { fileSize } from '../words/format.js';
import { Icon } from '../parts/icons.js';

/** @typedef {import('../server/types.js').Revision} Revision */

const LOOKS = /** @type {const} */ ([
	['iso', 'Iso'],
	['front', 'Front'],
	['top', 'Top'],
	['right', 'Right'],
]);

/** Meshes one file in a worker of its own, which ends with it and gives its memory back.
 * @param {string} name @param {Uint8Array} bytes @param {AbortSignal} signal @returns {Promise<any>} */
function mesh(name, bytes, signal) {
	return new Promise((resolve, reject) => {
		const worker = new Worker(address('preview-worker.js'), { type: 'module' });
		/** @param {() => void} then */
		const end = then => {
			worker.terminate();
			then();
		};
		worker.onmessage = ({ data }) =>
			end(() => (data.failed ? reject(new Error(data.failed)) : resolve(data)));
		worker.onerror = () =>
			end(() => reject(new Error('The viewer could not be loaded or ran out of memory.')));
		signal.addEventListener('abort', () => end(() => reject(signal.reason)));
		worker.postMessage({ name, bytes }, [bytes.buffer]);
	});
}

/** @param {{pn: string, revisions: Revision[], close: () => void}} props */
export function Preview({ pn, revisions, close }) {
	const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
	const scene = useRef(/** @type {any} */ (null));
	const [state, setState] = useState(
		/** @type {{text: string, failed?: boolean, models?: any[]}} */ ({ text: 'Loading…' }),
	);
	const show = (/** @type {string} */ label, /** @type {boolean} */ on) => scene.current?.show(label, on);
	const wanted = revisions.map(revision => revision.revision_number).join(',');
	useEffect(() => {
		const stop = new AbortController();
		/** @param {Revision} revision */
		const one = async revision => {
			const bytes = await fileBytes(
				pn,
				revision.revision_number,
				got => setState({ text: `Loading ${fileSize(got)} of ${fileSize(revision.size)}` }),
				stop.signal,
			);
			setState({ text: 'Preparing the model…' });
			return mesh(revision.filename ?? '', bytes, stop.signal);
		};
		const open = async () => {
			try {
				const [viewer, ...models] = await Promise.all([
					import(address('preview-scene.js')),
					...revisions.map(one),
				]);
				if (stop.signal.aborted || !canvas.current) return;
				if (models.every(model => model.parts.length === 0))
					throw new Error('The file has nothing visible that can be shown here.');
				scene.current = viewer.createScene(canvas.current, models);
				setState({ text: '', models });
			} catch (error) {
				if (!stop.signal.aborted)
					setState({ text: error instanceof Error ? error.message : String(error), failed: true });
			}
		};
		setState({ text: 'Loading…' });
		open();
		return () => {
			stop.abort();
			scene.current?.end();
			scene.current = null;
		};
	}, [pn, wanted]);

	const missing = [...new Set((state.models ?? []).flatMap(model => model.missing))];
	const words = `3D view of ${pn}, revision ${revisions.map(revision => revision.revision_number).join(' beside ')}`;
	return html`
		<section
			class=${`stage preview ${revisions.length > 1 ? 'two-rooms' : ''}`}
			aria-label="3D preview"
			aria-busy=${Boolean(state.text && !state.failed)}
			data-ready=${state.models ? 'yes' : 'no'}
		>
			<canvas
				ref=${canvas}
				key=${wanted}
				tabindex="0"
				role="img"
				aria-label=${`${words}. Drag to turn, wheel to zoom, arrow keys to move.`}
			></canvas>
			${
				state.text &&
				html`
					<div class="preview-words" role="status">
						<${Icon} name=${state.failed ? 'warn' : 'cube'} size=${34} />
						<p>${state.text}</p>
						${
							state.failed &&
							html`
								<p>
									${revisions.map(
										revision => html`
											<a
												class="button small"
												href=${fileAddress(pn, revision.revision_number)}
												download=${revision.filename ?? ''}
											>
												<${Icon} name="download" size=${18} />
												Download revision ${revision.revision_number}
											</a>
											${' '}
										`,
									)}
								</p>
							`
						}
					</div>
				`
			}
			<div class="preview-names">
				${revisions.map(
					revision => html`
						<span key=${revision.revision_number}>
							<b class="rev-number">${revision.revision_number}</b>
							${' '}${revision.comment}
						</span>
					`,
				)}
			</div>
			${
				state.models &&
				html`
					<${Parts} models=${state.models} show=${show} />
				`
			}
			<div class="stage-bar">
				<span class="quiet">
					${
						missing.length > 0 &&
						html`
							<span class="preview-missing" title=${missing.join(', ')}>
								<${Icon} name="warn" size=${16} />
								Not shown:${' '}${missing.slice(0, 3).join(', ')}
								${missing.length > 3 && ` and ${missing.length - 3} more`}.${' '}
								<a href=${fileAddress(pn, revisions[0].revision_number)} download>Download</a>
							</span>
						`
					}
				</span>
				<div class="segments" role="group" aria-label="View">
					${LOOKS.map(
						([name, label]) => html`
							<button
								key=${name}
								disabled=${!state.models}
								onClick=${() => scene.current?.look(name)}
							>
								${label}
							</button>
						`,
					)}
					<button
						disabled=${!state.models}
						aria-label="Zoom in"
						onClick=${() => scene.current?.zoom(1.25)}
					>
						+
					</button>
					<button
						disabled=${!state.models}
						aria-label="Zoom out"
						onClick=${() => scene.current?.zoom(0.8)}
					>
						−
					</button>
				</div>
				<button class="button small" onClick=${close}>
					<${Icon} name="close" size=${18} />
					Close 3D
				</button>
			</div>
		</section>
	`;
}

/** The names of what is shown, to be switched off and on.
 * @param {{models: any[], show: (label: string, on: boolean) => void}} props */
function Parts({ models, show }) {
	const labels = [
		...new Set(models.flatMap(model => model.parts.map((/** @type {any} */ part) => part.label))),
	];
	return html`
		<details class="preview-parts">
			<summary>${labels.length} ${labels.length === 1 ? 'part' : 'parts'}</summary>
			<ul>
				${labels.slice(0, 500).map(
					label => html`
						<li key=${label}>
							<label class="check-line">
								<input
									type="checkbox"
									defaultChecked
									onChange=${(/** @type {any} */ event) => show(label, event.currentTarget.checked)}
								/>
								${' '}${label}
							</label>
						</li>
					`,
				)}
			</ul>
		</details>
	`;
}
