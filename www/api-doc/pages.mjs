// The API's pages, made from doc/openapi.yaml when the page is built: plain HTML with one style sheet
// and no script, so that the strict policy holds and they can be read anywhere. All links are
// relative: the pages work at / and below a prefix.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { readContract } from './contract.mjs';
import { html, markdown } from './html.mjs';
import { Body, Members, Type, objectLink } from './schema.mjs';

const Text = ({ of }) =>
	of &&
	html`
		<div class="text" dangerouslySetInnerHTML=${markdown(of)} />
	`;
const Method = ({ of }) => html`
	<span class=${`method ${of.toLowerCase()}`}>${of}</span>
`;
const pageOf = operation => `${operation.tags[0]}.html`;
const capital = word => word[0].toUpperCase() + word.slice(1);

function Example({ of, title = 'Example' }) {
	return (
		of !== undefined &&
		html`
			<details>
				<summary>${title}</summary>
				<pre>${typeof of === 'string' ? of : JSON.stringify(of, null, 2)}</pre>
			</details>
		`
	);
}

const WHERE = { path: 'in the path', query: 'in the query', header: 'header' };

function Parameters({ operation }) {
	return (
		operation.parameters.length > 0 &&
		html`
			<h3>Parameters</h3>
			<dl class="members">
				${operation.parameters.map(
					one => html`
						<dt>
							<code>${one.name}</code>
							${' '}
							<span class="type">${WHERE[one.in]},${' '}</span>
							<${Type} schema=${one.schema} />
							${
								one.required &&
								html`
									${' '}
									<span class="required">required</span>
								`
							}
						</dt>
						<dd>
							<${Text} of=${one.description} />
							${
								one.example !== undefined &&
								html`
									<p>
										e.g.${' '}
										<code>${one.example}</code>
									</p>
								`
							}
						</dd>
					`,
				)}
			</dl>
		`
	);
}

function Request({ body }) {
	return (
		body &&
		html`
			<h3>Body${body.required ? '' : ', may be left out'}</h3>
			<${Text} of=${body.description} />
			${Object.entries(body.content).map(
				([type, { schema, example }]) => html`
					<p><code class="media">${type}</code></p>
					${
						schema &&
						html`
							<${Body} schema=${schema} />
						`
					}
					<${Example} of=${example} />
				`,
			)}
		`
	);
}

const isError = schema => schema?.$ref?.endsWith('/Error');

// All refusals have the same body (the overview says so): their example tells more than its name.
function Response({ response }) {
	return html`
		<dt><span class=${`status s${response.status[0]}`}>${response.status}</span></dt>
		<dd>
			<${Text} of=${response.description} />
			${
				response.headers &&
				html`
					<p class="type">
						with${' '}
						${Object.keys(response.headers).map(
							(name, i) => html`
								${i > 0 && ', '}
								<code>${name}</code>
							`,
						)}
					</p>
				`
			}
			${Object.entries(response.content ?? {}).map(
				([type, { schema, example }]) => html`
					${
						type !== 'application/json' &&
						html`
							<p><code class="media">${type}</code></p>
						`
					}
					${
						schema &&
						!isError(schema) &&
						html`
							<${Body} schema=${schema} />
						`
					}
					<${Example} of=${example} />
				`,
			)}
		</dd>
	`;
}

function Operation({ operation }) {
	return html`
		<section id=${operation.operationId}>
			<h2>${operation.summary}</h2>
			<p class="address">
				<${Method} of=${operation.method} />
				${' '}
				<code>${operation.path}</code>
				${
					operation.isPublic &&
					html`
						${' '}
						<span class="public">needs no sign-in</span>
					`
				}
			</p>
			<${Text} of=${operation.description} />
			<${Parameters} operation=${operation} />
			<${Request} body=${operation.requestBody} />
			<h3>Answers</h3>
			<dl class="answers">
				${operation.responses.map(
					response => html`
						<${Response} response=${response} />
					`,
				)}
			</dl>
		</section>
	`;
}

const OperationList = ({ operations }) => html`
	<ul class="operations">
		${operations.map(
			one => html`
				<li>
					<a href=${`${pageOf(one)}#${one.operationId}`}>
						<${Method} of=${one.method} />
						${' '}
						<code>${one.path}</code>
					</a>
					${' '}
					<span>${one.summary}</span>
				</li>
			`,
		)}
	</ul>
`;

function overview({ info, security, tags }) {
	return html`
		<h1>${info.title}: the HTTP interface</h1>
		<${Text} of=${info.description} />
		<p>
			For programs:${' '}
			<a href="openapi.yaml" download>openapi.yaml</a>
			, from which these pages are made. For refusals: ${objectLink('Error')} and the${' '}
			<a href="errors.html">codes</a>
			.
		</p>
		<section id="ways-in">
			<h2>Ways in</h2>
			<dl class="members">
				${Object.values(security).map(way =>
					way.type === 'http'
						? html`
								<dt><code>Authorization: Bearer silo_…</code></dt>
								<dd>${way.description}</dd>
							`
						: html`
								<dt>
									Cookie${' '}
									<code>${way.name}</code>
								</dt>
								<dd>
									From${' '}
									<a href="sign-in.html#login">signing in</a>
								</dd>
							`,
				)}
			</dl>
		</section>
		${tags.map(
			tag => html`
				<section id=${tag.name}>
					<h2>${tag.description}</h2>
					<${OperationList} operations=${tag.operations} />
				</section>
			`,
		)}
	`;
}

const tagPage = tag => html`
	<h1>${tag.description}</h1>
	<${OperationList} operations=${tag.operations} />
	${tag.operations.map(
		operation => html`
			<${Operation} operation=${operation} />
		`,
	)}
`;

const objects = ({ schemas }) => html`
	<h1>Objects</h1>
	${Object.entries(schemas)
		.filter(([name]) => name !== 'ErrorCode')
		.map(
			([name, schema]) => html`
				<section id=${name}>
					<h2>${name}</h2>
					<${Text} of=${schema.description} />
					${
						schema.properties
							? html`
									<${Members} schema=${schema} />
								`
							: html`
									<p>
										<${Type} schema=${schema} />
										${
											schema.pattern &&
											html`
												${' '}
												<code>${schema.pattern}</code>
											`
										}
									</p>
								`
					}
					<${Example} of=${schema.example} />
				</section>
			`,
		)}
	<section id="ErrorCode">
		<h2>ErrorCode</h2>
		<p>
			One of the${' '}
			<a href="errors.html">error codes</a>
			.
		</p>
	</section>
`;

const errors = contract => html`
	<h1>Error codes</h1>
	<p>
		Any answer of status 400 and above has an ${objectLink('Error')}; its${' '}
		<code>error</code>
		${' '}is one of these and never changes its meaning.
	</p>
	<dl class="answers">
		${contract.errors.map(
			one => html`
				<dt id=${one.code}>
					<span class=${`status s${one.status[0]}`}>${one.status}</span>
					${' '}
					<code>${one.code}</code>
				</dt>
				<dd>${one.meaning}</dd>
			`,
		)}
	</dl>
`;

// The same small picture that the page has for an icon.
const ICON =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
	"%3Crect width='32' height='32' rx='7' fill='%230b5cad'/%3E" +
	"%3Cpath d='M9 12c0-2.2 3.1-4 7-4s7 1.8 7 4v8c0 2.2-3.1 4-7 4s-7-1.8-7-4z' fill='%23fff'/%3E%3C/svg%3E";

function frame(contract, here, title, content) {
	const links = [
		['index.html', 'Overview'],
		...contract.tags.map(tag => [`${tag.name}.html`, capital(tag.name)]),
		['objects.html', 'Objects'],
		['errors.html', 'Error codes'],
	];
	return `<!doctype html>\n${renderToStaticMarkup(html`
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<title>${title} · Silo API</title>
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<link rel="icon" href=${ICON} />
				<link rel="stylesheet" href="api.css" />
			</head>
			<body>
				<a class="skip" href="#main">To the content</a>
				<header>
					<a class="home" href="../../">Silo</a>
					<nav aria-label="API">
						<ul>
							${links.map(
								([file, name]) => html`
									<li>
										<a href=${file} aria-current=${file === here ? 'page' : undefined}>
											${name}
										</a>
									</li>
								`,
							)}
						</ul>
					</nav>
				</header>
				<main id="main" tabindex="-1">${content}</main>
			</body>
		</html>
	`)}\n`;
}

/** Writes all pages into a folder. @param {string} file @param {string} folder */
export function writePages(file, folder) {
	const contract = readContract(file);
	const write = (name, title, content) =>
		writeFileSync(join(folder, name), frame(contract, name, title, content));
	mkdirSync(folder, { recursive: true });
	write('index.html', 'Overview', overview(contract));
	for (const tag of contract.tags) write(`${tag.name}.html`, capital(tag.name), tagPage(tag));
	write('objects.html', 'Objects', objects(contract));
	write('errors.html', 'Error codes', errors(contract));
	cpSync(file, join(folder, 'openapi.yaml'));
}
