-- The token by which a browser's session was begun, if one was: the session ends with it.
alter table browser_session add column token_id text;
