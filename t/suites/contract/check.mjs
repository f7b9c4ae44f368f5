// Holds doc/openapi.yaml against a linter, the route table (silo-api --routes), the table of error
// codes, and the answers that the HTTP suites have seen (t/suites/http/*.seen: lines of method, path, status
// and, where it was JSON, the body).
import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { bundle, lint, loadConfig } from '@redocly/openapi-core';

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, '../../..');
const build = process.env.SILO_BUILD ?? top;
const ref = process.env.SILO_OPENAPI ?? join(top, 'doc/openapi.yaml');
// The one route of another program: silo-events has a single address.
const elsewhere = new Set(['GET /api/events']);
const methods = ['get', 'put', 'post', 'delete', 'patch'];
let passed = 0;
let failed = 0;

function holds(title, faults) {
	if (faults.length === 0) {
		passed++;
		return;
	}
	failed++;
	console.log(`FAILED: ${title}`);
	for (const fault of faults.slice(0, 40)) console.log(`  ${fault}`);
}

const config = await loadConfig({ configPath: join(here, 'redocly.yaml') });
const problems = await lint({ ref, config });
holds(
	'the linter finds nothing',
	problems.map(p => `${p.severity} ${p.ruleId} at ${p.location[0]?.pointer}: ${p.message}`),
);

const contract = (await bundle({ ref, config, dereference: true })).bundle.parsed;
const operations = new Map();
for (const [path, entry] of Object.entries(contract.paths))
	for (const method of methods)
		if (entry[method]) operations.set(`${method.toUpperCase()} ${path}`, entry[method]);

// ---- the route table, both ways
const lists = new Map();
const routes = new Map(
	execFileSync(join(build, 'silo-api'), ['--routes'], { encoding: 'utf8' })
		.trim()
		.split('\n')
		.map(line => {
			const [method, pattern, role, , , list, ...query] = line.split(' ');
			const name = `${method} ${pattern.replace(/:(\w+)/g, '{$1}')}`;
			if (list) lists.set(name, query.filter(Boolean).sort().join(' '));
			return [name, role];
		}),
);
holds(
	'every route is in the contract',
	[...routes.keys()].filter(r => !operations.has(r)),
);
holds(
	'the contract has no other route',
	[...operations.keys()].filter(o => !routes.has(o) && !elsewhere.has(o)),
);
holds(
	'what is public is so in both',
	[...operations]
		.filter(
			([name, o]) => routes.has(name) && (o.security?.length === 0) !== (routes.get(name) === 'public'),
		)
		.map(([n]) => n),
);
holds(
	'what needs a role says 401, above viewer 403',
	[...operations].flatMap(([name, o]) => {
		const role = routes.get(name) ?? 'viewer';
		const wanted = role === 'public' ? [] : ['editor', 'admin'].includes(role) ? ['401', '403'] : ['401'];
		return wanted.filter(s => !o.responses[s]).map(s => `${name}: no ${s}`);
	}),
);

holds('there are lists', lists.size > 5 ? [] : [`only ${lists.size}`]);
holds(
	'a list has the parameters that the contract says',
	[...lists].flatMap(([name, query]) => {
		const said = (operations.get(name)?.parameters ?? [])
			.filter(p => p.in === 'query')
			.map(p => p.name)
			.sort()
			.join(' ');
		return said === query ? [] : [`${name}: "${query}", the contract says "${said}"`];
	}),
);

// ---- error codes, both ways
const table = new Map(
	[
		...readFileSync(join(top, 'fcgi/base/error_codes.c'), 'utf8').matchAll(
			/^\t\{"([a-z_]+)",\s+(\d+),/gm,
		),
	].map(m => [m[1], m[2]]),
);
const codes = contract.components.schemas.ErrorCode.enum;
holds('there are error codes', table.size > 20 ? [] : [`only ${table.size}`]);
holds(
	'every error code is in the contract',
	[...table.keys()].filter(c => !codes.includes(c)),
);
holds(
	'the contract has no other error code',
	codes.filter(c => !table.has(c)),
);
holds(
	'a code is under its status',
	[...operations].flatMap(([name, o]) =>
		Object.entries(o.responses).flatMap(([status, r]) => {
			const code = r.content?.['application/json']?.example?.error;
			return code && table.get(code) !== status ? [`${name}: ${code} under ${status}`] : [];
		}),
	),
);

// What a client knows of by name; the codes of its own are not the server's.
const clients = [
	['the page', 'www/src', /\.js$/, /\bcode [!=]== '(\w+)'/g, ['cancelled']],
	[
		'silo',
		'cli',
		/\.c$/,
		/strcmp\([\w.>-]*\bcode, "(\w+)"\)/g,
		['interrupted', 'no_folder', 'unreachable'],
	],
	['the addon', 'freecad/Silo', /\.py$/, /\bcode (?:==|!=|in) \(?"(\w+)"/g, []],
];
for (const [client, folder, ending, pattern, own] of clients) {
	const named = readdirSync(join(top, folder), { recursive: true })
		.filter(file => ending.test(file))
		.flatMap(file => [...readFileSync(join(top, folder, file), 'utf8').matchAll(pattern)].map(m => m[1]));
	holds(`${client} knows some error codes`, named.length > 2 ? [] : named);
	holds(
		`each that ${client} knows is one of the server's`,
		named.filter(code => !table.has(code) && !own.includes(code)),
	);
}

// ---- facts that are declared once, in base/facts.def
const facts = readFileSync(join(top, 'fcgi/base/facts.def'), 'utf8');
const limits = new Map([...facts.matchAll(/^LIMIT\((\w+), (\d+)\)/gm)].map(m => [m[1], Number(m[2])]));
const words = kind => [...facts.matchAll(new RegExp(`^${kind}\\((?:\\w+, )?"(.+)"\\)`, 'gm'))].map(m => m[1]);
const said = contract.components.schemas;
const example = operations.get('GET /api/auth/config').responses['200'].content['application/json'].example;
// Of a schema, each number beside its limit: [where, its x-limit, the number, the schema].
function numbersOf(value, where, found = []) {
	if (Array.isArray(value)) value.forEach((one, i) => numbersOf(one, `${where}/${i}`, found));
	else if (value !== null && typeof value === 'object') {
		const number =
			value.maxLength ??
			(value.maxItems > 1 ? value.maxItems : undefined) ??
			(value['x-limit'] && value.maximum);
		if (typeof number === 'number' || value['x-limit'])
			found.push([where, value['x-limit'], number, value]);
		for (const [key, one] of Object.entries(value)) numbersOf(one, `${where}/${key}`, found);
	}
	return found;
}
const numbers = numbersOf(JSON.parse(JSON.stringify(contract)), '');
const same = (one, other) =>
	JSON.stringify(one) === JSON.stringify(other)
		? []
		: [`${JSON.stringify(one)}, declared is ${JSON.stringify(other)}`];
holds(
	'there are limits',
	limits.size > 20 && numbers.length > 30 ? [] : [`${limits.size} limits, ${numbers.length} numbers`],
);
holds(
	'a length or count names its limit and has its number',
	numbers
		.filter(([, limit, number]) => limits.get(limit) !== number)
		.map(([where, limit, number]) => `${where}: ${number}, ${limit} is ${limits.get(limit)}`),
);
holds('the limits are those that the server tells', same(said.Limits.required, [...limits.keys()]));
holds('and are described', same(Object.keys(said.Limits.properties), [...limits.keys()]));
holds('the example tells them', same(example.limits, Object.fromEntries(limits)));
holds(
	'the roles are the declared ones',
	[said.Role.enum, example.roles].flatMap(list => same(list, words('ROLE'))),
);
holds(
	'the help and the manual of silo-admin name them',
	['fcgi/admin/main.c', 'doc/silo-admin.8'].filter(
		file => !readFileSync(join(top, file), 'utf8').includes(words('ROLE').join('|')),
	),
);
holds(
	'the item types are the declared ones',
	[said.ItemType.enum, example.item_types].flatMap(list => same(list, words('ITEM_TYPE'))),
);
holds(
	'the event types too',
	[said.EventType.enum.slice(0, -2), example.event_types].flatMap(list => same(list, words('EVENT_TYPE'))),
);
holds(
	'a password has the least length',
	numbers
		.filter(([, limit]) => limit === 'password')
		.flatMap(([, , , schema]) => same(schema.minLength, limits.get('password_least'))),
);
holds(
	'a part number has the most characters',
	same(said.PartNumber.pattern.match(/\{0,(\d+)\}/)[1], String(limits.get('part_number') - 1)),
);

// ---- answers seen by the HTTP suites: status and body are what the contract says
const shapes = [...operations].map(([name, operation]) => {
	const [method, path] = name.split(' ');
	return {
		method,
		shape: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
		operation,
		name,
	};
});
const ajv = addFormats(new Ajv({ strict: false, allErrors: false }));
const validators = new Map();
// OpenAPI 3.0's `nullable` in the words of JSON Schema.
function plain(schema) {
	if (Array.isArray(schema)) return schema.map(plain);
	if (schema === null || typeof schema !== 'object') return schema;
	const { nullable, example, ...rest } = schema;
	const made = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, plain(value)]));
	return nullable ? { anyOf: [{ type: 'null' }, made] } : made;
}
// What is wrong with the body of an answer, or nothing.
function faultOf(route, status, body) {
	const schema = route.operation.responses[status]?.content?.['application/json']?.schema;
	if (!schema)
		return body.startsWith('{') ? [`${route.name} ${status}: a body the contract does not know`] : [];
	const key = `${route.name} ${status}`;
	if (!validators.has(key)) validators.set(key, ajv.compile(plain(schema)));
	const validate = validators.get(key);
	return validate(JSON.parse(body))
		? []
		: [`${key}: ${ajv.errorsText(validate.errors)} in ${body.slice(0, 200)}`];
}
const seen = new Set();
const faults = new Set();
let bodies = 0;
let files = [];
try {
	files = readdirSync(join(build, 't/suites/http')).filter(f => f.endsWith('.seen'));
} catch {
	// Another build folder without tests run.
}
for (const file of files)
	for (const line of readFileSync(join(build, 't/suites/http', file), 'utf8').split('\n')) {
		const [method, path, status, ...rest] = line.split(' ');
		const body = rest.join(' ');
		const route = shapes.find(
			s => s.method === (method === 'HEAD' ? 'GET' : method) && s.shape.test(path),
		);
		// An encoded slash may name another address once nginx has taken the path apart.
		if (!route || /%2f/i.test(path)) continue;
		seen.add(`${route.name} ${status}`);
		if (!body) continue;
		bodies++;
		for (const fault of faultOf(route, status, body)) faults.add(fault);
	}
holds(
	'every status seen is in the contract',
	[...seen].filter(s => {
		const [method, path, status] = s.split(' ');
		return !operations.get(`${method} ${path}`).responses[status];
	}),
);
holds('every body seen is of the shape that the contract says', [...faults]);
if (files.length > 0) {
	const called = new Set([...seen].map(s => s.split(' ').slice(0, 2).join(' ')));
	holds(
		'the HTTP suites have called every route',
		[...routes.keys()].filter(r => !called.has(r)),
	);
	console.log(`${seen.size} pairs of route and status, ${bodies} bodies seen by the HTTP suites`);
} else {
	console.log('no answers recorded: run the HTTP suites first (./check --only http)');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
