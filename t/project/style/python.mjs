// What ruff finds in the project's Python.  Debian has no package of ruff, so it is the one that npm
// brings, and its settings are here.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ruff from '@astral-sh/ruff-wasm-nodejs';

const top = join(dirname(fileURLToPath(import.meta.url)), '../../..');
// Errors, unused and undefined names, likely faults, needless constructions; nothing that is only taste.
// The addon runs in FreeCAD 0.20 with Python 3.8.
const settings = {
	'line-length': 120,
	'target-version': 'py38',
	lint: { select: ['E', 'F', 'W', 'B', 'C4', 'PIE', 'PLE', 'RET'] },
};

const skipped = new Set(['.git', 'node_modules', 'var', 'build-aux', 'autom4te.cache']);
function* pythonBelow(folder) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory() && !skipped.has(entry.name)) yield* pythonBelow(path);
		else if (entry.isFile() && entry.name.endsWith('.py')) yield path;
		else if (
			entry.isFile() &&
			!entry.name.includes('.') &&
			/^#!.*python/.test(readFileSync(path, 'latin1'))
		)
			yield path;
	}
}

const workspace = new ruff.Workspace(settings, ruff.PositionEncoding.Utf16);
let files = 0;
let failed = 0;
for (const path of pythonBelow(top)) {
	const found = workspace.check(readFileSync(path, 'utf8'));
	for (const { code, message, start_location: at } of found)
		console.log(`${relative(top, path)}:${at.row}:${at.column}: ${code ?? 'syntax'} ${message}`);
	files++;
	if (found.length > 0) failed++;
}
// A search that finds nothing to read is no proof.
if (files < 10) failed++;
console.log(`${files - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
