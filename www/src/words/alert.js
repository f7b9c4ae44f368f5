// Which event is an alert for whom, and in which words. Pure, so that it can be tested by itself.

/** @typedef {{
 *   kind: 'good' | 'warn' | 'bad', icon?: 'bell' | 'clock' | 'free', title: string, text: string,
 *   offer?: 'release' | 'renew',
 * }} Alert */

/** @param {import('../server/types.js').FeedEvent} event @param {string | undefined} username
 *  @returns {Alert | null} */
export function alertOf({ type, data }, username) {
	if (!username) return null;
	const pn = data.part_number;
	if (type === 'lock.requested' && data.locked_by === username)
		return {
			kind: 'warn',
			icon: 'bell',
			title: `${data.by} asks for ${pn}`,
			offer: 'release',
			text: `${data.by} asks you to release ${pn}${data.message ? `: “${data.message}”` : ''}`,
		};
	if (type === 'lock.expiring' && data.locked_by === username)
		return {
			kind: 'warn',
			icon: 'clock',
			title: `${pn}: lock ends soon`,
			text: `Your lock on ${pn} ends soon`,
			offer: 'renew',
		};
	if (type !== 'item.unlocked') return null;
	if (data.locked_by === username && data.reason === 'forced')
		return {
			kind: 'bad',
			title: `${pn} was force-released`,
			text: `${data.by} force-released your lock on ${pn}${data.note ? `: “${data.note}”` : ''}`,
		};
	if (data.locked_by === username && data.reason === 'expired')
		return {
			kind: 'warn',
			icon: 'clock',
			title: `${pn}: lock ended`,
			text: `Your lock on ${pn} has expired`,
		};
	if ((data.requested_by ?? []).includes(username))
		return {
			kind: 'good',
			icon: 'free',
			title: `${pn} is free`,
			text: `${pn} is free now. You asked for it.`,
		};
	return null;
}
