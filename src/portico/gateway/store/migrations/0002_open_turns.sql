-- Start-up asks which turns a crash left open; a partial index answers without reading every stream.
create index stream_open_turn on stream (open_turn) where open_turn is not null;
