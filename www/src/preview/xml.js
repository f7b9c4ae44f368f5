// Reads what the preview needs from a FreeCAD document's two XML files. A worker has no DOMParser,
// so htmlparser2 hands over the tags one by one and nothing else is kept.
import { Parser } from 'htmlparser2';

/**
 * @typedef {{name: string, type: string, label: string, shape: string | null, links: string[],
 *   linked: string | null, external: boolean, placement: number[] | null, linkPlacement: number[] | null,
 *   linkTransform: boolean}} CadObject
 * @typedef {{visible: boolean, colour: number | null, transparency: number, appearance: string | null}} Look
 */

/** @param {string} text @param {(name: string, attributes: Record<string, string>) => void} open
 * @param {(name: string) => void} close */
function walk(text, open, close) {
	const parser = new Parser(
		{ onopentag: open, onclosetag: close },
		{ xmlMode: true, decodeEntities: true },
	);
	parser.write(text);
	parser.end();
}

/** Document.xml: the objects with their labels, shapes and places. @param {string} text */
export function readDocument(text) {
	/** @type {Map<string, CadObject>} */
	const objects = new Map();
	/** @type {CadObject | null} */
	let object = null;
	let data = false;
	let property = '';
	walk(
		text,
		(name, at) => {
			if (name === 'ObjectData') data = true;
			else if (name === 'Object' && !data && at.name)
				objects.set(at.name, {
					name: at.name,
					type: at.type ?? '',
					label: at.name,
					shape: null,
					links: [],
					linked: null,
					external: false,
					placement: null,
					linkPlacement: null,
					linkTransform: false,
				});
			else if (name === 'Object' && data) object = objects.get(at.name) ?? null;
			else if (name === 'Property') property = at.name;
			else if (object) readValue(object, property, name, at);
		},
		name => {
			if (name === 'Object') object = null;
			else if (name === 'Property') property = '';
		},
	);
	return objects;
}

/** @param {CadObject} object @param {string} property @param {string} tag @param {Record<string, string>} at */
function readValue(object, property, tag, at) {
	if (property === 'Label' && tag === 'String') object.label = at.value || object.name;
	else if (property === 'Shape' && tag === 'Part' && at.file) object.shape = at.file;
	else if (property === 'Group' && tag === 'Link') object.links.push(at.value);
	else if (property === 'LinkedObject' && (tag === 'Link' || tag === 'XLink')) {
		object.linked = at.value || at.name || null;
		object.external = Boolean(at.file);
	} else if (property === 'LinkTransform' && tag === 'Bool') object.linkTransform = at.value === 'true';
	else if (tag === 'PropertyPlacement') {
		const place = ['Px', 'Py', 'Pz', 'Q0', 'Q1', 'Q2', 'Q3'].map(key => Number(at[key]) || 0);
		if (property === 'Placement') object.placement = place;
		else if (property === 'LinkPlacement') object.linkPlacement = place;
	}
}

/** GuiDocument.xml: what is shown, and in which colour. @param {string} text */
export function readLooks(text) {
	/** @type {Map<string, Look>} */
	const looks = new Map();
	/** @type {Look | null} */
	let look = null;
	let property = '';
	walk(
		text,
		(name, at) => {
			if (name === 'ViewProvider') {
				look = { visible: true, colour: null, transparency: 0, appearance: null };
				looks.set(at.name, look);
			} else if (name === 'Property') property = at.name;
			else if (look && property === 'Visibility' && name === 'Bool') look.visible = at.value === 'true';
			else if (look && property === 'ShapeColor' && name === 'PropertyColor')
				look.colour = Number(at.value) >>> 0;
			else if (look && property === 'Transparency' && name === 'Integer')
				look.transparency = Number(at.value) || 0;
			else if (look && property === 'ShapeAppearance' && name === 'MaterialList')
				look.appearance = at.file || null;
		},
		name => {
			if (name === 'ViewProvider') look = null;
			else if (name === 'Property') property = '';
		},
	);
	return looks;
}

/** The diffuse colour of the first material of a ShapeAppearance file (FreeCAD 1.0 and later).
 * @param {Uint8Array | undefined} bytes @returns {number | null} */
export function firstDiffuse(bytes) {
	if (!bytes || bytes.length < 16) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	// Since version 3 a negative version precedes the count.
	const start = view.getInt32(0, true) < 0 ? 8 : 4;
	return view.byteLength >= start + 8 ? view.getUint32(start + 4, true) : null;
}

/** The objects to draw: visible ones with a shape of their own. A body is its result, not its
 * features; what hangs below a hidden part or group is hidden with it; links draw what they point at.
 * @param {Map<string, CadObject>} objects @param {Map<string, Look>} looks
 * @returns {{drawn: {object: CadObject, source: CadObject, chain: CadObject[]}[], missing: string[]}} */
export function visibleShapes(objects, looks) {
	/** @type {Map<string, CadObject>} */
	const parents = new Map();
	for (const object of objects.values())
		for (const child of object.links)
			if (object.type !== 'App::DocumentObjectGroup' || !parents.has(child)) parents.set(child, object);
	const drawn = [];
	const missing = [];
	for (const object of objects.values()) {
		if (
			looks.get(object.name)?.visible === false ||
			/^(Sketcher::|App::(Plane|Line|Point|Origin)|PartDesign::(Plane|Line|Point|CoordinateSystem))/.test(
				object.type,
			)
		)
			continue;
		const chain = chainOf(object, parents);
		if (
			chain.some(
				parent =>
					parent.type === 'PartDesign::Body' ||
					(looks.get(parent.name)?.visible === false && parent.type !== 'App::DocumentObjectGroup'),
			)
		)
			continue;
		if (object.type === 'App::Link') {
			const source = object.linked ? objects.get(object.linked) : undefined;
			if (object.external || !source?.shape) missing.push(object.label);
			else drawn.push({ object, source, chain });
		} else if (object.shape) drawn.push({ object, source: object, chain });
		else if (object.type.startsWith('Mesh::')) missing.push(object.label);
	}
	return { drawn, missing };
}

/** @param {CadObject} object @param {Map<string, CadObject>} parents */
function chainOf(object, parents) {
	const chain = [];
	for (let up = parents.get(object.name); up && chain.length < 100; up = parents.get(up.name))
		chain.push(up);
	return chain;
}
