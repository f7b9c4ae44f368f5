// Lists read page by page, newest first.

/** The newest page on top of what is shown, each once; null when they have nothing in common, for
 * then something lies between them that was not read.
 * @template T @param {T[]} newest @param {T[]} known @param {(one: T) => any} key @returns {T[] | null} */
export function onTop(newest, known, key) {
	const seen = new Set(newest.map(key));
	const rest = known.filter(one => !seen.has(key(one)));
	return rest.length < known.length ? [...newest, ...rest] : null;
}
