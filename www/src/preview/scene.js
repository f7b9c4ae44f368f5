// Draws one or two models side by side with one camera on one canvas; draws only when something
// changed. Knows nothing of files or of the page.
import {
	Box3,
	BufferAttribute,
	BufferGeometry,
	Color,
	DirectionalLight,
	DoubleSide,
	Group,
	HemisphereLight,
	LineBasicMaterial,
	LineSegments,
	Mesh,
	MeshStandardMaterial,
	OrthographicCamera,
	Scene,
	SRGBColorSpace,
	Vector3,
	WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

/** @param {any} model */
function build(model) {
	const scene = new Scene();
	const group = new Group();
	for (const part of model.parts) {
		const shape = new BufferGeometry();
		shape.setAttribute('position', new BufferAttribute(part.position, 3));
		shape.setAttribute('normal', new BufferAttribute(part.normal, 3));
		shape.setIndex(new BufferAttribute(part.index, 1));
		const lines = new BufferGeometry();
		lines.setAttribute('position', new BufferAttribute(part.edges, 3));
		const one = new Group();
		one.name = part.label;
		one.add(
			new Mesh(
				shape,
				new MeshStandardMaterial({
					color: new Color().setHex(part.colour, SRGBColorSpace),
					roughness: 0.62,
					metalness: 0.08,
					side: DoubleSide,
					transparent: part.opacity < 1,
					opacity: part.opacity,
					polygonOffset: true,
					polygonOffsetFactor: 1,
					polygonOffsetUnits: 1,
				}),
			),
		);
		one.add(
			new LineSegments(
				lines,
				new LineBasicMaterial({ color: 0x10161e, transparent: true, opacity: 0.75 }),
			),
		);
		one.applyMatrix4(new Group().matrix.fromArray(part.matrix));
		group.add(one);
	}
	// A key from above the left shoulder and a weak fill from the right, so that no two faces of a box
	// are equally bright; both turn with the camera.
	const key = new DirectionalLight(0xfff8ee, 2.5);
	const fill = new DirectionalLight(0xeaf1ff, 1.15);
	const sky = new HemisphereLight(0xffffff, 0x8793a3, 1.2);
	sky.position.set(0, 0, 1);
	scene.add(group, sky, key, key.target, fill, fill.target);
	return { scene, group, lights: [key, fill] };
}

// What the words above and the buttons below cover, in pixels.
const BAR = 56;
// Where the key and the fill stand, seen from the camera: right, up, towards the reader.
const SHOULDERS = [new Vector3(-0.9, 1.1, 0.9), new Vector3(1.2, -0.2, 0.6)];
const VIEWS = { iso: [1, -1, 0.8], front: [0, -1, 0], top: [0, -0.0001, 1], right: [1, 0, 0] };

/** @param {HTMLCanvasElement} canvas @param {any[]} models */
export function createScene(canvas, models) {
	const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
	const rooms = models.map(build);
	const camera = new OrthographicCamera(-1, 1, 1, -1, -1e6, 1e6);
	camera.up.set(0, 0, 1);
	const controls = new OrbitControls(camera, canvas);
	controls.enableDamping = false;
	controls.listenToKeyEvents(canvas);
	const box = new Box3();
	for (const { group } of rooms) box.union(new Box3().setFromObject(group));
	const middle = box.isEmpty() ? new Vector3() : box.getCenter(new Vector3());
	const radius = box.isEmpty() ? 1 : box.getSize(new Vector3()).length() / 2 || 1;
	let asked = 0;

	/** The room of one model; half of its height shows the whole model, however it is turned. */
	function measure() {
		const each = canvas.clientWidth / rooms.length;
		const aspect = each / canvas.clientHeight;
		return { each, aspect, half: (radius * 1.08) / Math.min(1, aspect) };
	}

	function draw() {
		asked = 0;
		const width = canvas.clientWidth;
		const height = canvas.clientHeight;
		if (!width || !height) return;
		renderer.setPixelRatio(Math.min(2, devicePixelRatio));
		renderer.setSize(width, height, false);
		const { each, aspect, half } = measure();
		camera.left = -half * aspect;
		camera.right = half * aspect;
		camera.top = half;
		camera.bottom = -half;
		camera.near = -radius * 20;
		camera.far = radius * 40;
		camera.updateProjectionMatrix();
		renderer.setScissorTest(true);
		rooms.forEach(({ scene, lights }, at) => {
			lights.forEach((light, one) => {
				light.position.copy(controls.target).add(
					SHOULDERS[one]
						.clone()
						.applyQuaternion(camera.quaternion)
						.multiplyScalar(radius * 3),
				);
				light.target.position.copy(controls.target);
			});
			renderer.setViewport(at * each, 0, each, height);
			renderer.setScissor(at * each, 0, each, height);
			renderer.render(scene, camera);
		});
	}
	const soon = () => {
		asked ||= requestAnimationFrame(draw);
	};

	/** @param {keyof typeof VIEWS} name */
	function look(name) {
		const [x, y, z] = VIEWS[name];
		controls.target.copy(middle);
		camera.position.copy(middle).add(new Vector3(x, y, z).normalize().multiplyScalar(radius * 3));
		controls.update();
		camera.updateMatrixWorld();
		camera.zoom = fitting();
		soon();
	}

	/** How near the model may come, seen from here, without touching the edges or the bars. */
	function fitting() {
		const { aspect, half } = measure();
		const free = 1 - (2 * BAR) / canvas.clientHeight;
		const right = new Vector3().setFromMatrixColumn(camera.matrixWorld, 0);
		const up = new Vector3().setFromMatrixColumn(camera.matrixWorld, 1);
		let wide = 0;
		let high = 0;
		for (const x of [box.min.x, box.max.x])
			for (const y of [box.min.y, box.max.y])
				for (const z of [box.min.z, box.max.z]) {
					const corner = new Vector3(x, y, z).sub(middle);
					wide = Math.max(wide, Math.abs(corner.dot(right)));
					high = Math.max(high, Math.abs(corner.dot(up)));
				}
		const zoom = Math.min((half * aspect) / wide, (half * free) / high) * 0.92;
		return Number.isFinite(zoom) && zoom > 0 ? zoom : 1;
	}
	controls.addEventListener('change', soon);
	const watcher = new ResizeObserver(soon);
	watcher.observe(canvas);
	look('iso');

	return {
		look,
		/** @param {string} label @param {boolean} visible */
		show(label, visible) {
			for (const { group } of rooms)
				for (const one of group.children) if (one.name === label) one.visible = visible;
			soon();
		},
		/** @param {number} factor */
		zoom(factor) {
			camera.zoom = Math.min(200, Math.max(0.05, camera.zoom * factor));
			soon();
		},
		end() {
			watcher.disconnect();
			cancelAnimationFrame(asked);
			controls.dispose();
			for (const { scene } of rooms)
				scene.traverse((/** @type {any} */ one) => {
					one.geometry?.dispose();
					one.material?.dispose();
				});
			renderer.dispose();
		},
	};
}
