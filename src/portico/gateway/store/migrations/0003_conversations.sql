-- Names of callers over threads, and the requests whose repetition must do nothing: records, no projections.
create table conversation (
  conversation_id {ordered} primary key,
  thread_id {ordered} not null,
  workspace_id text not null,
  created_at bigint not null
) {without_rowid};
create unique index conversation_thread on conversation (thread_id);
create table request_claim (
  principal {ordered} not null,
  key {ordered} not null,
  digest text not null,
  conversation_id text not null,
  thread_id {ordered} not null,
  turn_id text not null,
  created_at bigint not null,
  primary key (principal, key)
) {without_rowid};
create index request_claim_thread on request_claim (thread_id);
create index request_claim_age on request_claim (created_at);
-- A thread of one request: no part of the tree, erased at the next start if it is still there.
alter table thread add column ephemeral bigint not null default 0;
create index thread_ephemeral on thread (ephemeral) where ephemeral = 1;
-- What was said is read by pages, without what tools put out between it.
create index turn_item_said on turn_item (thread_id, position) where type in ('user_message', 'agent_message');
