// How times, sizes and people look to the reader: the reader's locale, never our own words for
// what Intl knows.

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

/** @param {string} at */
export const exactTime = at => exact.format(new Date(at));

/** Short and enough to tell: 14:05 today, 3 Mar this year, 3 Mar 2024 before.
 * @param {string} at @param {number} now */
export function shortTime(at, now) {
	const then = new Date(at);
	const today = new Date(now);
	if (then.toDateString() === today.toDateString()) return clock.format(then);
	return (then.getFullYear() === today.getFullYear() ? day : dayYear).format(then);
}

/** The same within a sentence: "at 14:05", "on 3 Mar".
 * @param {string} at @param {number} now */
export const dayOrTime = (at, now) =>
	`${new Date(at).toDateString() === new Date(now).toDateString() ? 'at' : 'on'} ${shortTime(at, now)}`;

/** "5 min ago", "yesterday"; beyond a month the date.
 * @param {string} at @param {number} now */
export function relativeTime(at, now) {
	const seconds = (Date.parse(at) - now) / 1000;
	const size = Math.abs(seconds);
	if (size < 45) return ago.format(0, 'second');
	if (size < 3600) return ago.format(Math.round(seconds / 60), 'minute');
	if (size < 86400) return ago.format(Math.round(seconds / 3600), 'hour');
	if (size < 30 * 86400) return ago.format(Math.round(seconds / 86400), 'day');
	return shortTime(at, now);
}

/** Time left of a lease, in two units at most.
 * @param {number} ms */
export function timeLeft(ms) {
	const minutes = Math.floor(ms / 60000);
	if (ms <= 0) return 'ended';
	if (minutes < 1) return 'under 1 min';
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return hours < 6 && minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
	const days = Math.floor(hours / 24);
	return days < 3 && hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** @param {number | null | undefined} bytes */
export function fileSize(bytes) {
	if (bytes === null || bytes === undefined) return '';
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
	let step = 0;
	let value = bytes;
	while (value >= 1000 && step < units.length - 1) {
		value /= 1000;
		step++;
	}
	return new Intl.NumberFormat(undefined, {
		style: 'unit',
		unit: units[step],
		unitDisplay: 'short',
		maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
	}).format(value);
}

/** One of eight colours, always the same for one person.
 * @param {string} username */
export function personColour(username) {
	let sum = 7;
	for (const letter of username) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
	return sum % 8;
}

/** @param {string} username */
export function initials(username) {
	const words = username.split(/[\s._@-]+/).filter(Boolean);
	const text = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? '?').slice(0, 2);
	return text.toUpperCase();
}
