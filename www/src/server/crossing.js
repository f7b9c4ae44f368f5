// Answers and events cross on their way: what the server read before an event may arrive after it,
// and would take the newer state back. A reader also gets the events that came meanwhile, to
// apply them once more on top. Knows neither the API nor the stream.

/** @typedef {import('./types.js').FeedEvent} FeedEvent */

export function createCrossing() {
	/** @type {Set<FeedEvent[]>} */
	const underWay = new Set();
	return {
		/** Every event goes through here. @param {FeedEvent[]} events */
		note(events) {
			for (const missed of underWay) missed.push(...events);
		},
		/** @template T @param {() => Promise<T>} ask @returns {Promise<{answer: T, missed: FeedEvent[]}>} */
		async read(ask) {
			/** @type {FeedEvent[]} */
			const missed = [];
			underWay.add(missed);
			try {
				return { answer: await ask(), missed };
			} finally {
				underWay.delete(missed);
			}
		},
	};
}
