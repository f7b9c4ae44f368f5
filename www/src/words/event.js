// What one event of the feed says, in words. Pure.

/** @type {Record<string, (data: any) => [string, string, string, string?]>} icon, who, what, quote */
const sentences = {
	// One that is created with revisions comes back from the archive.
	'item.created': data => ['plus', data.by, data.revision > 0 ? 'restored' : 'created', ''],
	'item.updated': data => ['edit', data.by, 'changed the properties of', ''],
	'item.deleted': data => ['trash', data.by, 'archived', ''],
	'revision.created': data => [
		'upload',
		data.by,
		`checked in revision ${data.revision_number} of`,
		data.comment,
	],
	'item.locked': data => [
		'locked',
		data.locked_by,
		data.renewed ? 'renewed the lock on' : 'locked',
		data.comment,
	],
	'item.unlocked': data => [
		'free',
		data.by ?? data.locked_by,
		{
			released: 'released',
			committed: 'checked in and released',
			forced: `force-released ${data.locked_by}’s lock on`,
			expired: 'let the lock expire on',
			archived: 'archived and released',
		}[/** @type {string} */ (data.reason)] ?? 'released',
		data.note,
	],
	'lock.expiring': data => ['clock', data.locked_by, 'will soon lose the lock on', ''],
	'lock.requested': data => ['bell', data.by, `asked ${data.locked_by} to release`, data.message],
};

/** The event in words, for tests and screen readers. @param {string} type @param {any} data */
export function eventWords(type, data) {
	const known = sentences[type];
	return known
		? known(data)
		: /** @type {[string, string, string, string?]} */ (['activity', data.by ?? '', type, '']);
}
