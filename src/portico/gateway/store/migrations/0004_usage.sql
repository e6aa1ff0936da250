-- Tokens of calls that are no turns, a row each: records, never content.
create table usage (
  id {ordered} primary key,
  at bigint not null,
  principal {ordered} not null,
  provider text not null,
  model text not null,
  face text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_input_tokens bigint not null,
  reasoning_tokens bigint not null,
  status text not null,
  duration_ms bigint not null
) {without_rowid};
create index usage_at on usage (at, id);
create index usage_principal on usage (principal, at);
