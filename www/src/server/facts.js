// What the server says of itself before anyone signs in (GET /api/auth/config): leases, limits, roles, types. The
// page keeps no number and no list of its own where the server has one.
import { signal } from '@preact/signals';

/** Empty until the session has begun. @type {import('@preact/signals').Signal<import('./types.js').Config>} */
export const config = signal({
	version: '',
	lock_minimum_seconds: 0,
	lock_maximum_seconds: Infinity,
	lock_warning_seconds: 0,
	heartbeat_seconds: 0,
	limits: {},
	roles: [],
	item_types: [],
	event_types: [],
});

/** The most of something, for example the characters of a description. @param {string} name */
export const most = name => config.value.limits[name];
