// doc/openapi.yaml as the pages need it: operations by tag, references followed, and the comments
// beside the error codes, which say their status and meaning. Knows nothing of HTML.
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** @param {string} file */
export function readContract(file) {
	const document = parseDocument(readFileSync(file, 'utf8'), { merge: true });
	if (document.errors.length) throw document.errors[0];
	const whole = document.toJS();
	const follow = thing =>
		thing?.$ref
			? follow(
					thing.$ref
						.slice(2)
						.split('/')
						.reduce((at, key) => at[key], whole),
				)
			: thing;
	const operations = Object.entries(whole.paths).flatMap(([path, entry]) =>
		METHODS.filter(method => entry[method]).map(method => {
			const own = entry[method];
			return {
				...own,
				path,
				method: method.toUpperCase(),
				isPublic: own.security?.length === 0,
				parameters: [...(entry.parameters ?? []), ...(own.parameters ?? [])].map(follow),
				responses: Object.entries(own.responses).map(([status, response]) => ({
					status,
					...follow(response),
				})),
			};
		}),
	);
	return {
		info: whole.info,
		follow,
		operations,
		schemas: whole.components.schemas,
		security: whole.components.securitySchemes,
		// An operation with two tags stands on the first one's page.
		tags: whole.tags.map(tag => ({
			...tag,
			operations: operations.filter(one => one.tags[0] === tag.name),
		})),
		errors: errorCodes(document),
	};
}

/** "code # 404 What it means." @param {import('yaml').Document} document */
function errorCodes(document) {
	return document.getIn(['components', 'schemas', 'ErrorCode', 'enum']).items.map(node => {
		const [, status, meaning] = /^\s*(\d{3}) (.*)$/.exec(node.comment ?? '') ?? [];
		if (!status) throw new Error(`the error code ${node.value} has no "# status meaning" beside it`);
		return { code: node.value, status, meaning };
	});
}
