// The shapes of the HTTP contract that the page uses; types only.

/**
 * @typedef {{part_number: string, item_id: string, lease_id?: number, locked_by: string, locked_at: string,
 *   expires_at: string, comment: string, workstation: string}} Lock
 * @typedef {{id: string, part_number: string, item_type: string, description: string,
 *   project: string | null, properties: Record<string, any>, current_revision: number,
 *   has_thumbnail?: boolean, created_at: string, created_by: string, updated_at: string,
 *   updated_by: string, lock: Lock | null}} Item
 * @typedef {{revision_number: number, comment: string, created_at: string, created_by: string,
 *   filename: string | null, size: number | null, sha256: string | null,
 *   has_thumbnail: boolean, properties: Record<string, any>}} Revision
 * @typedef {{username: string, display_name: string, role: string, auth_source: string}} Me
 * @typedef {{already: boolean, locked_by: string, holder_active: boolean, message: string,
 *   requested_at: string}} ReleaseRequest
 * @typedef {{id: string, type: string, data: any}} FeedEvent
 * @typedef {{version: string, lock_minimum_seconds: number, lock_maximum_seconds: number,
 *   lock_warning_seconds: number, heartbeat_seconds: number, limits: Record<string, number>,
 *   roles: string[], item_types: string[], event_types: string[]}} Config
 * @typedef {{id: string, name: string, prefix: string, created_at: string,
 *   expires_at: string | null, last_used_at: string | null, token?: string}} Token
 * @typedef {{username: string, display_name: string, role: string, active: boolean,
 *   has_password: boolean, created_at: string, updated_at: string}} User
 */
export {};
