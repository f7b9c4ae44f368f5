// Bundles the page into the folder named: app.js and app.css, and beside them, loaded only when a 3D
// preview is opened, the viewer with its worker and kernel. Everything is compressed once, here.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { kernelGlue } from './kernel-glue.mjs';

const source = dirname(fileURLToPath(import.meta.url));
const [out, modules] = process.argv.slice(2);
const require = createRequire(join(modules, 'x.js'));
const esbuild = require('esbuild');

// The templates are indented for the reader. What white space there is around a line break means nothing
// to htm, so it need not be sent.
const flush = text => text.replace(/\n\t+/g, '\n').replace(/\n(?=<|\$\{)/g, '');
const flushTemplates = {
	name: 'flush-templates',
	setup(build) {
		build.onLoad({ filter: /\.js$/ }, async ({ path }) =>
			path.startsWith(join(source, 'src/'))
				? { contents: flush(await readFile(path, 'utf8')) }
				: undefined,
		);
	},
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const common = {
	absWorkingDir: source,
	outdir: out,
	bundle: true,
	format: 'esm',
	splitting: true,
	minify: true,
	target: ['chrome123', 'firefox120', 'safari17.5'],
	plugins: [kernelGlue, flushTemplates],
	nodePaths: [modules],
	chunkNames: '[name]-[hash]',
	external: ['data:*'],
	// The kernel's glue asks for node's modules behind a test that is false in a browser.
	alias: {
		fs: './src/preview/nothing.js',
		path: './src/preview/nothing.js',
		crypto: './src/preview/nothing.js',
	},
	legalComments: 'none',
	logLevel: 'warning',
	metafile: true,
};
// Two builds, so that the page shares no chunk with the viewer: one request less for every visitor.
const page = await esbuild.build({
	...common,
	entryPoints: { app: 'src/app.js', 'app-style': 'style/app.css' },
});
const viewer = await esbuild.build({
	...common,
	entryPoints: { 'preview-worker': 'src/preview/worker.js', 'preview-scene': 'src/preview/scene.js' },
});
await cp(join(out, 'app-style.css'), join(out, 'app.css'));
await rm(join(out, 'app-style.css'));

// Whose code is inside, and under which terms: one file for all packages that were bundled.
const inside = new Set(
	[page, viewer]
		.flatMap(({ metafile }) => Object.keys(metafile.inputs))
		.map(path => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
		.filter(Boolean),
);
/** A package without a file of its terms names them at least. */
const licenseNamed = async folder => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).license;
const terms = [];
for (const name of [...inside].sort()) {
	const folder = join(modules, name);
	const file = (await readdir(folder)).find(one => /^licen[cs]e/i.test(one));
	terms.push(`${name}\n\n${await (file ? readFile(join(folder, file), 'utf8') : licenseNamed(folder))}\n`);
}
await writeFile(join(out, 'licenses.txt'), terms.join(`${'-'.repeat(72)}\n`));

const kernel = join(modules, 'occt-import-js/dist');
for (const file of ['occt-import-js.wasm', 'license.occt.txt', 'license.occt-import-js.txt'])
	await cp(join(kernel, file), join(out, file));
for (const file of ['index.html']) await cp(join(source, file), join(out, file));

// The API's pages; their maker lies beside the packages it needs, wherever those are.
const maker = join(modules, '.silo-api-doc.mjs');
const pages = join(out, 'doc/api');
await esbuild.build({
	absWorkingDir: source,
	entryPoints: ['api-doc/pages.mjs'],
	outfile: maker,
	bundle: true,
	packages: 'external',
	format: 'esm',
	platform: 'node',
	logLevel: 'warning',
});
await esbuild.build({
	absWorkingDir: source,
	entryPoints: ['api-doc/api.css'],
	outdir: pages,
	bundle: true,
	minify: true,
	target: common.target,
	logLevel: 'warning',
});
(await import(pathToFileURL(maker))).writePages(join(source, '../doc/openapi.yaml'), pages);

// nginx sends these as they are (gzip_static).
for (const file of await readdir(out, { recursive: true }))
	if (/\.(js|css|html|wasm|txt|yaml)$/.test(file))
		await writeFile(join(out, `${file}.gz`), gzipSync(await readFile(join(out, file)), { level: 9 }));
