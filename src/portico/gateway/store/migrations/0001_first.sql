-- Dialects replace {blob} (blob, bytea) and {ordered} (text, text collate "C").
create table stream (
  stream {ordered} primary key,
  head bigint not null,
  decided bigint not null,
  fence bigint not null,
  open_turn text,
  workspace_id text,
  erased_at bigint
) {without_rowid};
create table event (
  stream {ordered} not null,
  version bigint not null,
  turn_id text,
  sequence bigint not null,
  type text not null,
  schema bigint not null,
  flow bigint not null,
  data {blob} not null,
  at bigint not null,
  cause text,
  primary key (stream, version)
) {without_rowid};
create table blob_ref (
  sha256 {ordered} not null,
  stream text not null,
  size bigint not null,
  primary key (sha256, stream)
);
create index blob_ref_stream on blob_ref (stream);

create table workspace (
  id {ordered} primary key,
  name text not null,
  is_active bigint not null,
  is_current bigint not null,
  root text,
  tools {blob},
  created_at bigint not null,
  updated_at bigint not null
) {without_rowid};
create table setting (
  name text primary key,
  data {blob} not null
) {without_rowid};
create table token (
  id {ordered} primary key,
  name text not null,
  scopes text not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);
create table browser_session (
  id_hash text primary key,
  created_at bigint not null,
  used_at bigint not null
);
create table provider_config (
  workspace_id text not null,
  provider text not null,
  base_url text,
  proxy_url text,
  primary key (workspace_id, provider)
);
create table model_list (
  workspace_id text not null,
  provider text not null,
  authority text not null,
  data {blob} not null,
  fetched_at bigint not null,
  primary key (workspace_id, provider)
);

create table thread (
  id {ordered} primary key,
  workspace_id text not null,
  name text,
  preview text not null,
  mode text not null,
  model text not null,
  model_provider text not null,
  status text not null,
  origin_kind text not null,
  sidebar_visibility text not null,
  agent_nickname text,
  agent_role text,
  cwd text,
  tools {blob},
  created_at bigint not null,
  updated_at bigint not null
) {without_rowid};
create index thread_workspace on thread (workspace_id);
create table thread_folder (
  id {ordered} primary key,
  workspace_id text not null,
  parent_folder_id text,
  name text not null,
  created_at bigint not null,
  updated_at bigint not null
) {without_rowid};
create index thread_folder_workspace on thread_folder (workspace_id);
create table thread_placement (
  thread_id {ordered} primary key,
  workspace_id text not null,
  folder_id text
) {without_rowid};
create index thread_placement_workspace on thread_placement (workspace_id);
create table turn (
  thread_id {ordered} not null,
  id {ordered} not null,
  position bigint not null,
  status text not null,
  data {blob} not null,
  request {blob} not null,
  primary key (thread_id, id)
) {without_rowid};
create index turn_position on turn (thread_id, position);
create table turn_item (
  thread_id {ordered} not null,
  turn_id {ordered} not null,
  item_id {ordered} not null,
  position bigint not null,
  type text not null,
  status text not null,
  data {blob} not null,
  primary key (thread_id, turn_id, item_id)
) {without_rowid};
create table queued_turn (
  thread_id {ordered} not null,
  turn_id {ordered} not null,
  position bigint not null,
  scopes text not null,
  params {blob} not null,
  queued_at bigint not null,
  primary key (thread_id, turn_id)
) {without_rowid};
create table turn_signal (
  thread_id {ordered} not null,
  turn_id {ordered} not null,
  id {ordered} not null,
  kind text not null,
  position bigint not null,
  data {blob} not null,
  created_at bigint not null,
  primary key (thread_id, turn_id, id)
) {without_rowid};
