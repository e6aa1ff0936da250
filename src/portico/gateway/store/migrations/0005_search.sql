-- How threads are named and what was said in them, each message in parts: a projection. `shown` is the text, `name` and
-- `said` are its words as both engines index them alike. The row of a thread's name has position 0.
create table search_text (
  {row_number}
  thread_id {ordered} not null,
  position bigint not null,
  part bigint not null,
  workspace_id text not null,
  turn_id text not null,
  item_id text not null,
  at bigint not null,
  shown text not null,
  name text not null,
  said text not null,
  unique (thread_id, position, part)
);
-- Threads of before this step: their rows are made from the log while the gateway runs.
create table search_backlog (
  thread_id {ordered} primary key
) {without_rowid};
alter table thread add column forked_from text;
alter table thread add column forked_turn text;
insert into search_backlog (thread_id) select id from thread where ephemeral = 0;
-- An ephemeral thread is never searched: its rows are not even kept.

-- only sqlite
create virtual table search_index using fts5 (
  name, said,
  content = 'search_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- What is erased leaves no word behind in the index.
insert into search_index (search_index, rank) values ('secure-delete', 1);
create trigger search_text_ephemeral before insert on search_text
when exists (select 1 from thread t where t.id = new.thread_id and t.ephemeral = 1)
begin select raise(ignore); end;
create trigger search_text_inserted after insert on search_text
begin insert into search_index (rowid, name, said) values (new.id, new.name, new.said); end;
create trigger search_text_deleted after delete on search_text
begin insert into search_index (search_index, rowid, name, said) values ('delete', old.id, old.name, old.said); end;
create trigger search_text_updated after update on search_text
begin
  insert into search_index (search_index, rowid, name, said) values ('delete', old.id, old.name, old.said);
  insert into search_index (rowid, name, said) values (new.id, new.name, new.said);
end;

-- only postgres
alter table search_text
  add column lexemes tsvector generated always as (to_tsvector('simple', name || ' ' || said)) stored;
create index search_text_lexemes on search_text using gin (lexemes);
create function search_text_ephemeral() returns trigger language plpgsql as $$
begin
  if exists (select 1 from thread t where t.id = new.thread_id and t.ephemeral = 1) then return null; end if;
  return new;
end $$;
create trigger search_text_ephemeral before insert on search_text
for each row execute function search_text_ephemeral();
