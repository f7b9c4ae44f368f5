// A schema in words: its type with a link to the object it names, its bounds, and the list of its
// members. Covers what doc/openapi.yaml uses and stops the build at anything else.
import { html, markdown } from './html.mjs';

const KNOWN = new Set([
	'$ref',
	'allOf',
	'type',
	'format',
	'enum',
	'items',
	'properties',
	'required',
	'nullable',
	'description',
	'example',
	'default',
	'pattern',
	'minLength',
	'maxLength',
	'minItems',
	'maxItems',
	'minimum',
	'maximum',
	'x-limit',
]);

export const objectLink = name => html`
	<a href=${`objects.html#${name}`}>${name}</a>
`;

const refName = schema => schema.$ref?.split('/').pop();

function check(schema) {
	const unknown = Object.keys(schema).find(key => !KNOWN.has(key));
	if (unknown) throw new Error(`the pages cannot show "${unknown}" of a schema yet`);
}

/** The type in a line: "array of Lock, 1 to 1000", "integer ≥ 60 or null". */
export function Type({ schema }) {
	check(schema);
	if (schema.$ref) return objectLink(refName(schema));
	if (schema.allOf)
		return html`
			<span class="type">
				${schema.allOf.map(
					(part, i) => html`
						${i > 0 && ' and '}
						<${Type} schema=${part} />
					`,
				)}
			</span>
		`;
	return html`
		<span class="type">
			${
				schema.type === 'array'
					? html`
							array of${' '}
							<${Type} schema=${schema.items} />
						`
					: schema.enum
						? html`
								one of${' '}
								${schema.enum.map(
									(word, i) => html`
										${i > 0 && ', '}
										<code>${word}</code>
									`,
								)}
							`
						: [schema.type ?? 'anything', schema.format && ` (${schema.format})`]
			}${bounds(schema)}${schema.nullable ? ' or null' : ''}
		</span>
	`;
}

function bounds(schema) {
	const range = (least, most) =>
		most === undefined
			? `at least ${least}`
			: least === undefined
				? `at most ${most}`
				: `${least} to ${most}`;
	const between = (least, most, what) =>
		least === undefined && most === undefined ? [] : [`, ${range(least, most)}${what}`];
	return [
		...between(schema.minimum, schema.maximum, ''),
		...between(schema.minLength, schema.maxLength, ' characters'),
		...between(schema.minItems, schema.maxItems, ''),
		schema.default === undefined ? '' : `, ${schema.default} if not given`,
	].join('');
}

/** The members of an object, those of unnamed objects inside it under their whole path. */
export function Members({ schema, above = '' }) {
	check(schema);
	const inner = member => (member.type === 'array' ? inner(member.items) : member);
	const rows = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
		html`
			<dt>
				<code>${above}${name}</code>
				${' '}
				<${Type} schema=${member} />
				${
					schema.required?.includes(name) &&
					html`
						${' '}
						<span class="required">required</span>
					`
				}
			</dt>
			<dd>
				${
					member.description &&
					html`
						<div dangerouslySetInnerHTML=${markdown(member.description)} />
					`
				}${
					member.pattern &&
					html`
						<code>${member.pattern}</code>
					`
				}
			</dd>
		`,
		inner(member).properties && !inner(member).$ref
			? html`
					<${Members}
						schema=${inner(member)}
						above=${`${above}${name}${member.type === 'array' ? '[]' : ''}.`}
					/>
				`
			: null,
	]);
	return above
		? rows
		: rows.length > 0 &&
				html`
					<dl class="members">${rows}</dl>
				`;
}

/** A schema where a body is told of: a link, or its members. */
export function Body({ schema }) {
	if (schema.allOf)
		return schema.allOf.map(
			part => html`
				<${Body} schema=${part} />
			`,
		);
	const has = schema.properties && !schema.$ref;
	return html`
		${
			!has &&
			html`
				<p><${Type} schema=${schema} /></p>
			`
		}${
			has &&
			html`
				<${Members} schema=${schema} />
			`
		}
	`;
}
