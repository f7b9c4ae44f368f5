-- Who may call what. Neither role can touch a table, and neither can call a function that is not named
-- here.

revoke execute on all functions in schema silo from public, silo_api, silo_hub;

grant usage on schema silo to silo_api, silo_hub;

grant execute on function
  silo.sign_in, silo.login_start, silo.login_finish, silo.logout,
  silo.auth_me, silo.password_hash, silo.password_change,
  silo.token_list, silo.token_create, silo.token_revoke,
  silo.user_list, silo.user_create, silo.user_update,
  silo.item_list, silo.item_show, silo.item_by_uuid, silo.item_create, silo.item_update,
  silo.item_archive, silo.item_restore, silo.item_history, silo.project_list, silo.project_create, silo.part_number_next,
  silo.schema_list, silo.schema_form,
  silo.lock_acquire, silo.lock_show, silo.lock_release, silo.lock_request, silo.lock_list,
  silo.locks_acquire, silo.locks_release,
  silo.revision_list, silo.revision_show, silo.revision_create, silo.revision_rollback, silo.upload_check,
  silo.revision_upload, silo.file_show, silo.thumbnail_show, silo.thumbnail_list, silo.blobs_unnamed,
  silo.vault_names, silo.vault_owners, silo.vault_check_begin, silo.vault_check_note, silo.vault_check_show,
  silo.server_mode, silo.in_time, silo.ready, silo.metrics
to silo_api;

grant execute on function
  silo.sign_in, silo.stream_check,
  silo.feed_lead, silo.feed_advance, silo.feed_read, silo.feed_bounds,
  silo.leases_end, silo.leases_warn, silo.trim, silo.hub_report, silo.server_mode
to silo_hub;
