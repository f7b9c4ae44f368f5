// Opens a CAD file beside the page's own thread: unzips, meshes, finds edges. In: {name, bytes}.
// Out: {parts: [{label, colour, opacity, position, normal, index, edges, matrix}], missing} or {failed}.
import { strFromU8, unzipSync } from 'fflate';
import openCascade from 'occt-import-js';
import { BufferAttribute, BufferGeometry, EdgesGeometry, Matrix4, Quaternion, Vector3 } from 'three';
import { STLLoader } from 'three/addons/loaders/STLLoader.js';
import { firstDiffuse, readDocument, readLooks, visibleShapes } from './xml.js';

// What an unpacked document may take; a zip bomb ends here.
const UNPACKED_MOST = 1_500_000_000;
const EDGE_DEGREES = 24;
const GREY = 0xcccccc;

/** @type {Promise<any> | null} */
let kernel = null;
const loadKernel = () =>
	(kernel ??= openCascade({ locateFile: () => new URL('occt-import-js.wasm', self.location.href).href }));

const MESHING = {
	linearUnit: 'millimeter',
	linearDeflectionType: 'bounding_box_ratio',
	linearDeflection: 0.001,
	angularDeflection: 0.4,
};

/** @param {any} mesh @param {string} label @param {number} colour @param {number} opacity @param {Matrix4} matrix */
function part(mesh, label, colour, opacity, matrix) {
	const position = new Float32Array(mesh.attributes.position.array);
	const index = new Uint32Array(mesh.index.array);
	const shape = new BufferGeometry();
	shape.setAttribute('position', new BufferAttribute(position, 3));
	shape.setIndex(new BufferAttribute(index, 1));
	if (!mesh.attributes.normal) shape.computeVertexNormals();
	const normal = mesh.attributes.normal
		? new Float32Array(mesh.attributes.normal.array)
		: /** @type {Float32Array} */ (shape.getAttribute('normal').array);
	const edges = /** @type {Float32Array} */ (
		new EdgesGeometry(shape, EDGE_DEGREES).getAttribute('position').array
	);
	return { label, colour, opacity, position, normal, index, edges, matrix: matrix.toArray() };
}

/** @param {number[] | null} place */
const matrixOf = place =>
	place
		? new Matrix4().compose(
				new Vector3(place[0], place[1], place[2]),
				new Quaternion(place[3], place[4], place[5], place[6]),
				new Vector3(1, 1, 1),
			)
		: new Matrix4();

/** A shape's own placement is in the shape already; its parents' and a link's are not.
 * @param {{object: any, source: any, chain: any[]}} one */
function placeOf({ object, source, chain }) {
	const matrix = new Matrix4();
	for (const parent of chain)
		if (parent.type !== 'App::DocumentObjectGroup') matrix.premultiply(matrixOf(parent.placement));
	if (object !== source) {
		matrix.multiply(matrixOf(object.linkPlacement ?? object.placement));
		if (!object.linkTransform) matrix.multiply(matrixOf(source.placement).invert());
	}
	return matrix;
}

/** @param {Uint8Array} bytes */
async function readFreecad(bytes) {
	let total = 0;
	const unpack = (/** @type {(name: string) => boolean} */ wanted) =>
		unzipSync(bytes, {
			filter: file => {
				if (!wanted(file.name)) return false;
				total += file.originalSize;
				if (total > UNPACKED_MOST) throw new Error('The file is too large to be shown here.');
				return true;
			},
		});
	const words = unpack(name => name === 'Document.xml' || name === 'GuiDocument.xml');
	if (!words['Document.xml']) throw new Error('This is no FreeCAD document.');
	const objects = readDocument(strFromU8(words['Document.xml']));
	const looks = words['GuiDocument.xml'] ? readLooks(strFromU8(words['GuiDocument.xml'])) : new Map();
	const { drawn, missing } = visibleShapes(objects, looks);
	const needed = new Set(drawn.flatMap(({ source }) => [source.shape, looks.get(source.name)?.appearance]));
	const files = unpack(name => needed.has(name));
	const occt = await loadKernel();
	const parts = [];
	for (const one of drawn) {
		const shape = files[one.source.shape ?? ''];
		if (!shape?.length) continue;
		const read = occt.ReadBrepFile(shape, MESHING);
		const look = looks.get(one.object.name);
		const own = looks.get(one.source.name) ?? look;
		// FreeCAD packs colours as RRGGBBAA.
		const packed = own?.colour ?? firstDiffuse(files[own?.appearance ?? '']);
		if (!read.success) missing.push(one.object.label);
		else
			for (const mesh of read.meshes)
				if (mesh.index.array.length)
					parts.push(
						part(
							mesh,
							one.object.label,
							packed === null || packed === undefined ? GREY : packed >>> 8,
							1 - Math.min(90, own?.transparency ?? 0) / 100,
							placeOf(one),
						),
					);
	}
	return { parts, missing };
}

/** @param {any} read */
function readAll(read) {
	if (!read.success) throw new Error('The CAD kernel cannot read this file.');
	return {
		parts: read.meshes.map((/** @type {any} */ mesh, /** @type {number} */ at) =>
			part(
				mesh,
				mesh.name || `Body ${at + 1}`,
				mesh.color
					? (Math.round(mesh.color[0] * 255) << 16) +
							(Math.round(mesh.color[1] * 255) << 8) +
							Math.round(mesh.color[2] * 255)
					: GREY,
				1,
				new Matrix4(),
			),
		),
		missing: [],
	};
}

/** @param {Uint8Array} bytes @param {string} name */
function readStl(bytes, name) {
	const shape = new STLLoader().parse(/** @type {ArrayBuffer} */ (bytes.buffer));
	const position = shape.getAttribute('position').array;
	return {
		parts: [
			part(
				{
					attributes: {
						position: { array: position },
						normal: { array: shape.getAttribute('normal').array },
					},
					index: { array: Uint32Array.from({ length: position.length / 3 }, (_, at) => at) },
				},
				name,
				GREY,
				1,
				new Matrix4(),
			),
		],
		missing: [],
	};
}

/** @param {string} name @param {Uint8Array} bytes */
async function read(name, bytes) {
	const ending = name.toLowerCase().split('.').pop() ?? '';
	if (ending === 'fcstd') return readFreecad(bytes);
	if (ending === 'stl') return readStl(bytes, name);
	const occt = await loadKernel();
	if (ending === 'stp' || ending === 'step') return readAll(occt.ReadStepFile(bytes, MESHING));
	if (ending === 'igs' || ending === 'iges') return readAll(occt.ReadIgesFile(bytes, MESHING));
	if (ending === 'brp' || ending === 'brep') return readAll(occt.ReadBrepFile(bytes, MESHING));
	throw new Error('There is no preview of this kind of file.');
}

self.onmessage = async ({ data }) => {
	try {
		const model = await read(data.name, data.bytes);
		const moved = new Set(
			model.parts.flatMap((/** @type {any} */ one) => [
				one.position.buffer,
				one.normal.buffer,
				one.index.buffer,
				one.edges.buffer,
			]),
		);
		self.postMessage(model, { transfer: /** @type {Transferable[]} */ ([...moved]) });
	} catch (error) {
		self.postMessage({ failed: error instanceof Error ? error.message : 'The file cannot be shown.' });
	}
};
