// The types of Portico's boundary: its methods, events and answers. Written by `make schema`; do not edit.

/** `is_saved` false only plans: a shell stores a token that is to be put, then calls again to save. */
export interface AddParams {
  id: string;
  name: string;
  url: string;
  has_token?: boolean;
  is_saved?: boolean;
}

/** The field grew by `text`. */
export interface Append {
  op: "append";
  key: string;
  text: string;
  field?: "text";
}

export interface ArtifactInput {
  type: "artifact";
  artifactId: string;
  versionId?: string | null;
}

export interface AudioInput {
  type: "audio";
  url: string;
}

export interface BootstrapParams {
  workspace_id?: string | null;
}

/** A hard line break. */
export interface Break {
  type: "break";
}

export interface ByteRange {
  start: number;
  end: number;
}

/** `chosen` is the choice so far; `to` what a person chooses now. Without `to` it is only said what it comes to. */
export interface ChoiceParams {
  thread_id?: string | null;
  chosen?: Chosen;
  to?: Chosen | null;
}

/** The choice as it is to be kept, and what it comes to: names, and the efforts that its model offers. */
export interface ChoiceTold {
  chosen: Chosen;
  provider: string | null;
  model: string | null;
  provider_title: string;
  model_title: string;
  row: ModelRow | null;
  efforts: Array<EffortRow>;
}

/** What was chosen so far; null is the default. `is_manual`: a person did, so a thread's own model leaves it. */
export interface Chosen {
  provider?: string | null;
  model?: string | null;
  effort?: string | null;
  is_manual?: boolean;
}

/** `language` is the first word of the fence, empty if there is none. */
export interface Code {
  type: "code";
  text: string;
  language?: string;
}

export interface CodeSpan {
  type: "code_span";
  text: string;
}

/** What an opened thread's composer needs: the turn that runs, and what waits for it. */
export interface ComposerTold {
  event: "composer";
  thread_id: string;
  running: string | null;
  queued?: Array<QueuedTurn>;
  steers?: Array<QueuedSteer>;
}

/**
 * Without a URL the shell's own gateway, or by its id one of the list; `name` is how a person calls it.
 *
 * The token is the shell's to give: its own secret store has it under the reference that the list names.
 */
export interface ConnectParams {
  url?: string | null;
  gateway_id?: string | null;
  token?: string | null;
  name?: string | null;
}

export interface Connected {
  gateway: GatewayInfo;
}

/** The state of the connection, as a person understands it. */
export interface ConnectionTold {
  event: "connection";
  state: "connecting" | "failed" | "gateway_too_new" | "gateway_too_old" | "online" | "reconnecting" | "signed_out" | "stopping";
  words: Phrase;
  action?: "retry" | "sign_in" | "update_client" | "update_gateway" | null;
  action_words?: Phrase | null;
  detail?: string;
  retry_seconds?: number;
}

/** The same id again makes a retry harmless. */
export interface CreateParams {
  name: string;
  workspace_id?: string | null;
}

export interface Created {
  id: string;
}

export interface DiagnosticsResult {
  problems: Array<Problem>;
}

/** `sign` is a space, a plus or a minus. */
export interface DiffLine {
  sign: string;
  text: string;
}

/** A parsed message. With a `notice` the bounds were met and `blocks` hold the text as it is, in one paragraph. */
export interface Document {
  blocks: Array<Paragraph | Heading | Code | ListBlock | Quote | Table | Rule>;
  notice?: "too_deep" | "too_large" | "too_many" | null;
  version?: number;
}

/** It is done; what it changed comes as events. */
export type Done = {};

/** The ids make a retry harmless. */
export interface DraftParams {
  thread_id: string;
  text?: string;
  picked?: Array<ImagePick | MentionPick>;
  provider?: string | null;
  model?: string | null;
  effort?: string | null;
  mode?: ThreadMode;
  busy?: "follow_up" | "queue" | "steer";
  turn_id?: string | null;
  steer_id?: string | null;
}

/** The row is gone. */
export interface Drop {
  op: "drop";
  key: string;
}

/**
 * `turn_id` is the turn whose message was edited. The new ids make a retry harmless.
 *
 * What was attached to the message goes along, unless `keeps_attachments` is false.
 */
export interface EditParams {
  thread_id: string;
  text?: string;
  picked?: Array<ImagePick | MentionPick>;
  provider?: string | null;
  model?: string | null;
  effort?: string | null;
  mode?: ThreadMode;
  turn_id: string;
  keeps_attachments?: boolean;
  new_thread_id?: string | null;
  new_turn_id?: string | null;
}

/**
 * The new thread with the turn that was started in it; with refusals and no `thread_id` nothing was done.
 *
 * With both, the thread is there and its turn was refused: the shell opens it and keeps the draft.
 */
export interface Edited {
  thread_id?: string | null;
  turn_id?: string | null;
  refusals?: Array<Refusal>;
}

/** A line of the effort picker; `value` is canonical. */
export interface EffortRow {
  value: string;
  title: Phrase;
  is_default?: boolean;
}

export interface Efforts {
  efforts: Array<EffortRow>;
}

export interface Emphasis {
  type: "emphasis";
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
}

/** Why a call was refused; HTTP statuses are mapped at the edge (design 6). */
export type ErrorKind = "conflict" | "denied" | "internal" | "invalid" | "not_found" | "unavailable";

/** Of any thread, open or not; `language` is that of the words around what was said, in Markdown. */
export interface ExportParams {
  thread_id: string;
  format?: "json" | "markdown";
  language?: "de" | "en";
}

export interface Exported {
  text: string;
}

/** `code` is for programs, `kind` one of the six; `path` is the place in the parameters, where it is one. */
export interface Failed {
  status: "error";
  message: string;
  code: string;
  kind: ErrorKind;
  path?: string | null;
}

export interface FieldRefusal {
  id: string;
  words: Phrase;
}

/** What a call does to one file; without hunks only that it is touched. `write` replaces the whole file. */
export interface FileDiff {
  path: string;
  change: "add" | "delete" | "update" | "write";
  hunks?: Array<Hunk>;
  moved_to?: string | null;
}

export interface FileInput {
  type: "file";
  url: string;
}

export interface FolderCreateParams {
  name: string;
  folder_id?: string | null;
  parent_folder_id?: string | null;
}

export interface FolderMoveParams {
  folder_id: string;
  parent_folder_id?: string | null;
}

export interface FolderParams {
  folder_id: string;
}

export interface FolderRenameParams {
  folder_id: string;
  name: string;
}

/** Where a fork's turns were copied from; `turn_id` is the last of them, absent when there was none (ours). */
export interface ForkedFrom {
  thread_id: string;
  turn_id?: string | null;
}

/**
 * `is_local`: the caller's connection comes over loopback; `is_persistent`: threads outlive a stop.
 *
 * `scopes` are the caller's own, by name: one that a client does not know is passed over. Absent: an older gateway.
 */
export interface GatewayInfo {
  version: string;
  epoch: string;
  home?: string | null;
  pid?: number | null;
  is_local: boolean;
  is_persistent?: boolean;
  default_model_provider: string;
  default_model: string;
  scopes?: Array<string> | null;
}

export interface GatewayParams {
  id: string;
  is_saved?: boolean;
}

/** `level` is 1 to 6. */
export interface Heading {
  type: "heading";
  level: number;
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
}

/** What `portico doctor` says are the `findings`; absent without the scope `admin`, and from an older gateway. */
export interface Health {
  connection: ConnectionTold;
  gateway?: GatewayInfo | null;
  findings?: Array<HealthFinding> | null;
}

/** One check's answer, in words without secrets; `mend` says what to do about it. */
export interface HealthFinding {
  name: string;
  status: "error" | "ok" | "warning";
  message: string;
  mend?: string | null;
}

/** `header` says where: what stands behind the @@. */
export interface Hunk {
  lines: Array<DiffLine>;
  header?: string;
}

/** An image by URL; `data:` URLs carry it inline. */
export interface ImageInput {
  type: "image";
  url: string;
}

/** `data` is base64 of the file's bytes. */
export interface ImagePick {
  kind: "image";
  key: string;
  name: string;
  media_type: string;
  data: string;
}

/** `href` is http, https or mailto, in ASCII. `is_image`: an image stood here; it is not loaded. */
export interface Link {
  type: "link";
  href: string;
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
  is_image?: boolean;
}

/** `items` are blocks each; `start` is the first number of an ordered one; `tight`: no blank lines between. */
export interface ListBlock {
  type: "list";
  ordered: boolean;
  items: Array<Array<Paragraph | Heading | Code | ListBlock | Quote | Table | Rule>>;
  start?: number;
  tight?: boolean;
}

export interface LocalAudioInput {
  type: "localAudio";
  path: string;
}

export interface LocalFileInput {
  type: "localFile";
  path: string;
}

/** An image by its path on the gateway host. */
export interface LocalImageInput {
  type: "localImage";
  path: string;
}

export interface LocalVideoInput {
  type: "localVideo";
  path: string;
}

/** The row's document: from place `keep` on it consists of `blocks`. */
export interface Mark {
  op: "mark";
  key: string;
  keep: number;
  blocks: Array<Paragraph | Heading | Code | ListBlock | Quote | Table | Rule>;
  notice?: "too_deep" | "too_large" | "too_many" | null;
}

export interface MentionInput {
  type: "mention";
  name: string;
  path: string;
}

export interface MentionPick {
  kind: "mention";
  key: string;
  name: string;
  path: string;
}

/** `model` is absent where its list was not read. */
export interface ModelDisplay {
  provider_title: string;
  model_title: string;
  model?: ModelRow | null;
}

export interface ModelParams {
  provider: string;
  model: string;
}

/** A line of the model list. None is not known: a model that does not say is not refused. */
export interface ModelRow {
  provider: string;
  id: string;
  title: string;
  context_window?: number | null;
  max_output?: number | null;
  price?: Phrase | null;
  takes_images?: boolean | null;
  takes_tools?: boolean | null;
  is_active?: boolean;
  efforts?: Array<EffortRow>;
}

/** `is_stale`: the gateway could not refresh them, `error` says why. */
export interface Models {
  provider: string;
  models: Array<ModelRow>;
  is_stale?: boolean;
  error?: string | null;
}

export interface ModelsParams {
  provider: string;
}

/** `before` is the key of the oldest row that the shell has. */
export interface MoreParams {
  thread_id: string;
  before: string;
  limit?: number;
}

/**
 * `now_ms` is what time it is by the clock that times of rows are of, in Unix milliseconds: a shell on another
 * machine adds what its own clock is ahead or behind.
 */
export interface NextEvents {
  events: Array<ConnectionTold | WorkspacesTold | TreeTold | TreePatchesTold | ProvidersTold | SettingsTold | TimelineTold | PatchesTold | ComposerTold | ThreadGone | TurnEnded>;
  now_ms: number;
}

/** Waits up to `wait_ms` for a first event. */
export interface NextEventsParams {
  wait_ms?: number;
  limit?: number;
}

/** A call without parameters. */
export type NoParams = {};

/** A line of the tree. `is_pending`: this client changed it and the gateway has not told it back yet. */
export interface Node {
  id: string;
  kind: "folder" | "thread";
  name: string;
  children?: Array<Node>;
  updated_at?: number;
  preview?: string;
  is_pending?: boolean;
  forked_from?: string | null;
}

/**
 * `cursor` is that of the last event that the shell has of the thread, `limit` how many rows a snapshot has.
 *
 * `toggles` are the groups of rows that the shell had opened or closed, by key: what is folded is each shell's own.
 */
export interface OpenParams {
  thread_id: string;
  cursor?: string | null;
  limit?: number;
  toggles?: Record<string, boolean>;
}

export type OriginKind = "system" | "task_run" | "user";

export interface Paragraph {
  type: "paragraph";
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
}

/** What follows on the cursor before. A `put` behind a row that the shell does not have belongs to older rows. */
export interface PatchesTold {
  event: "patches";
  thread_id: string;
  cursor: string;
  patches: Array<Put | Drop | Append | Mark>;
}

/** Where an item stands for a person who looks. */
export type Phase = "done" | "failed" | "running";

/** What is said, by id with its values, so that a catalogue can say it in another language; `str` says it here. */
export interface Phrase {
  id: string;
  values?: Array<[string, string | number]>;
}

/** With refusals nothing would be sent. `provider` and `model` are what the choice comes to. */
export interface Planned {
  action: "follow_up" | "queue" | "start" | "steer";
  refusals?: Array<Refusal>;
  provider?: string | null;
  model?: string | null;
}

/** `number` counts from 1. `where` are lines of our code, the innermost last; what was sent is never part of it. */
export interface Problem {
  number: number;
  method: string;
  code: string;
  kind: ErrorKind;
  path?: string | null;
  ref?: string | null;
  where?: Array<string>;
}

export interface PromptDiagnostic {
  code: string;
  message: string;
  file?: string | null;
  section_id?: string | null;
  hook_source?: string | null;
}

/** Which sections a turn's prompt had, and their fingerprints. */
export interface PromptManifest {
  compiler_version: string;
  profile: "assistant_full" | "assistant_minimal" | "assistant_none" | "cli_runtime";
  section_ids: Array<string>;
  fingerprint_stable: string;
  fingerprint_dynamic: string;
  fingerprint_full: string;
  diagnostics: Array<PromptDiagnostic>;
  hook_sources: Array<string>;
}

/** `base_url` and `clear_base_url` are ours. */
export interface ProviderConfigureParams {
  workspace_id: string;
  provider: string;
  api_key?: string | null;
  proxy_url?: string | null;
  clear_proxy?: boolean;
  base_url?: string | null;
  clear_base_url?: boolean;
}

export interface ProviderConfigureResponse {
  provider: string;
  api_key_updated: boolean;
  proxy_updated: boolean;
  proxy_deleted: boolean;
  proxy_url?: string | null;
  base_url?: string | null;
}

export interface ProviderDeleteApiKeyResponse {
  provider: string;
  deleted: boolean;
}

export interface ProviderParams {
  workspace_id: string;
  provider: string;
}

/**
 * A line of the provider list. `why_not` is None when a turn could use it now.
 *
 * One that is not `is_available` cannot be set up either: this gateway has no adapter for it.
 */
export interface ProviderRow {
  name: string;
  title: string;
  is_usable: boolean;
  why_not?: Phrase | null;
  has_key?: boolean;
  key_source?: Phrase | null;
  base_url?: string | null;
  default_model?: string | null;
  is_available?: boolean;
}

export interface ProviderSetApiKeyParams {
  workspace_id: string;
  provider: string;
  api_key: string;
}

export interface ProviderSetApiKeyResponse {
  provider: string;
  updated: boolean;
}

export interface ProvidersTold {
  event: "providers";
  workspace_id: string;
  providers: Array<ProviderRow>;
}

/**
 * The row as it is now, new or changed; it stands behind the row `after`, without one it is the first.
 *
 * A row without a document keeps the one that a shell has of it: a `mark` follows if the document changed.
 */
export interface Put {
  op: "put";
  key: string;
  row: Row;
  after?: string | null;
}

/** Input that the running turn has not taken yet (ours). */
export interface QueuedSteer {
  steer_id: string;
  delivery: "follow_up" | "steer";
  input: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
}

/** A start that waits for its thread (ours). */
export interface QueuedTurn {
  turn_id: string;
  thread_id: string;
  position: number;
  input: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  queued_at: number;
}

export interface Quote {
  type: "quote";
  blocks: Array<Paragraph | Heading | Code | ListBlock | Quote | Table | Rule>;
}

/** Why the draft cannot be sent; `about` is the key of the pick that is meant. */
export interface Refusal {
  words: Phrase;
  about?: string | null;
}

/** The gateways in the order in which they were added; `selected` is the id of one of them. */
export interface Registry {
  gateways?: Array<RemoteGateway>;
  selected?: string | null;
}

/** With `refusals` (by field) nothing is done. `warnings` are shown and do not stand against it. */
export interface RegistryPlan {
  registry: Registry;
  tokens?: Array<TokenChange>;
  refusals?: Array<[string, Phrase]>;
  warnings?: Array<Phrase>;
}

/** A gateway by its root URL. `token_ref` names its token in the shell's secret store; None has none. */
export interface RemoteGateway {
  id: string;
  name: string;
  url: string;
  token_ref?: string | null;
}

export interface RenameParams {
  workspace_id: string;
  name: string;
}

/**
 * A line of the timeline. `key` is stable, so that a shell can update in place.
 *
 * `text` is what was said, told or printed, as it came: a shell shows it as text only. `markdown` is the parsed
 * `text` of what an assistant said, where it was asked for. `parent` is the key of the row under which it stands.
 * `is_open` belongs to rows that others stand under. While something runs, shells tick from `started_at_ms`, which is
 * of the clock of the client that made the row: see `ticking`.
 *
 * `title`, `detail` and `text` are content, or English of ours. Then `title_words`, `detail_words` and `text_words`
 * are the same as phrases, for shells that speak another language: rows are shared, so they cannot be in one's own.
 */
export interface Row {
  key: string;
  kind: string;
  text?: string;
  phase?: Phase;
  title?: string;
  detail?: string;
  level?: "error" | "info" | "warning";
  turn_id?: string;
  parent?: string | null;
  code?: string | null;
  markdown?: Document | null;
  attachments?: Array<ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  diff?: Array<FileDiff>;
  exit_code?: number | null;
  elapsed_ms?: number | null;
  started_at_ms?: number | null;
  count?: number | null;
  is_open?: boolean | null;
  model?: string | null;
  model_provider?: string | null;
  usage?: Usage | null;
  title_words?: Phrase | null;
  detail_words?: Phrase | null;
  text_words?: Phrase | null;
}

export interface Rows {
  rows: Array<Row>;
  has_more: boolean;
}

/** A thematic break. */
export interface Rule {
  type: "rule";
}

/** One JSON Schema document. */
export interface SchemaResult {
  document: Record<string, unknown>;
}

/** What a credential may do; they stand alone (design 6). */
export type Scope = "admin" | "agent" | "chat" | "read";

/**
 * Everything for the first screen; the same comes as events whenever it changes.
 *
 * `scopes` are what this credential may do: a shell hides the rest; absent where nobody knows. What the shell kept
 * of a gateway whose `epoch` is another one is of another time.
 */
export interface Screen {
  gateway: GatewayInfo;
  epoch: string;
  scopes?: Array<Scope> | null;
  workspaces: WorkspacesTold;
  tree: TreeTold;
  providers: ProvidersTold;
  settings?: SettingsTold | null;
}

/** A stored secret by its reference, e.g. `provider_api_key/workspace:W:provider:openai`. */
export interface Secret {
  ref: string;
  kind: string;
  label?: string | null;
  updated_at: number;
}

export interface SecretDeleteResponse {
  ref: string;
  deleted: boolean;
}

export interface SecretListResponse {
  secrets: Array<Secret>;
}

export interface SecretRefParams {
  ref: string;
}

export interface SecretSetParams {
  ref: string;
  value: string;
  label?: string | null;
}

export interface SecretSetResponse {
  secret: Secret;
}

/** With refusals nothing was sent and the draft stays. `outcome` of a start: started, queued or steered. */
export interface Sent {
  action: "follow_up" | "queue" | "start" | "steer";
  refusals?: Array<Refusal>;
  turn_id?: string | null;
  outcome?: string | null;
}

/** A line of a page of settings. */
export interface SettingRow {
  id: string;
  kind: string;
  title: Phrase;
  value: boolean | number | string | Array<string> | null;
  choices?: Array<string>;
}

export interface SettingsPage {
  id: string;
  title: Phrase;
  rows: Array<SettingRow>;
}

/** With refusals nothing was saved. */
export interface SettingsSaved {
  settings?: SettingsTold | null;
  refusals?: Array<FieldRefusal>;
}

export interface SettingsTold {
  event: "settings";
  pages: Array<SettingsPage>;
}

/** New values by the id of the row. */
export interface SettingsUpdate {
  changes: Record<string, unknown>;
}

export type SidebarVisibility = "hidden" | "visible";

export interface SkillInput {
  type: "skill";
  name: string;
  path: string;
}

export interface Strike {
  type: "strike";
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
}

export interface Strong {
  type: "strong";
  inlines: Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>;
}

export interface SwitchParams {
  workspace_id: string;
}

/** `align` has one entry per column; every row has as many cells. */
export interface Table {
  type: "table";
  align: Array<"" | "center" | "left" | "right">;
  head: Array<Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>>;
  rows: Array<Array<Array<Text | CodeSpan | Break | Strong | Emphasis | Strike | Link>>>;
}

export interface Text {
  type: "text";
  text: string;
}

export interface TextElement {
  byte_range: ByteRange;
  placeholder?: string | null;
}

/** `is_literal` (ours): a beginning slash or the like is text, never a command (reference chat-http A16.11). */
export interface TextInput {
  type: "text";
  text: string;
  textElements?: Array<TextElement>;
  isLiteral?: boolean;
}

/**
 * A durable conversation. `model` and `model_provider` are empty when the gateway's default holds.
 *
 * `cwd`, `tools`, `ephemeral` and `forked_from` are ours (design 8).
 */
export interface Thread {
  workspace_id: string;
  id: string;
  name?: string | null;
  preview: string;
  mode: ThreadMode;
  model: string;
  model_provider: string;
  created_at: number;
  updated_at: number;
  status: ThreadStatus;
  origin_kind: OriginKind;
  sidebar_visibility: SidebarVisibility;
  agent_nickname?: string | null;
  agent_role?: string | null;
  turns?: Array<Turn>;
  cwd?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
  ephemeral?: boolean;
  forked_from?: ForkedFrom | null;
}

/** A shell that gives the id may try again. */
export interface ThreadCreateParams {
  thread_id?: string | null;
  name?: string | null;
  mode?: ThreadMode;
  folder_id?: string | null;
}

/** Ours: copies the ended turns, up to `through_turn_id`, into a new thread; the source stays as it is. */
export interface ThreadForkParams {
  thread_id: string;
  new_thread_id: string;
  through_turn_id?: string | null;
}

/** The new thread, followed from its head. */
export interface ThreadForkResponse {
  thread: Thread;
  epoch: string;
  head_version: number;
}

/** An opened thread was deleted; it is closed. */
export interface ThreadGone {
  event: "thread_gone";
  thread_id: string;
}

export type ThreadMode = "Agent" | "Chat";

/** Without a folder to the root. */
export interface ThreadMoveParams {
  thread_id: string;
  folder_id?: string | null;
}

export interface ThreadParams {
  thread_id: string;
}

export interface ThreadRenameParams {
  thread_id: string;
  name: string;
}

/**
 * A message, or without `turn_id` and `item_id` the name of a thread. `name` is what the tree shows.
 *
 * `matches` are the places of the words in `snippet`, each its first character and the one behind it, counted in
 * Unicode characters (code points).
 */
export interface ThreadSearchHit {
  thread_id: string;
  name: string;
  turn_id?: string | null;
  item_id?: string | null;
  snippet: string;
  matches?: Array<[number, number]>;
  at: number;
}

/** Ours: words, the last one as a beginning, and "phrases", all of which stand in one name or message. */
export interface ThreadSearchParams {
  workspace_id: string;
  query: string;
  cursor?: string | null;
  limit?: number;
}

/** Names first, then messages, each the newest first. */
export interface ThreadSearchResponse {
  items: Array<ThreadSearchHit>;
  next_cursor?: string | null;
}

export type ThreadStatus = "Active" | "Closed" | "Idle";

/** An opened thread's newest rows, in the place of what the shell has of it. `has_more`: older ones can be read. */
export interface TimelineTold {
  event: "timeline";
  thread_id: string;
  cursor: string;
  rows: Array<Row>;
  has_more: boolean;
}

export interface ToggleParams {
  thread_id: string;
  key: string;
  is_open: boolean;
}

/** An issued credential; `is_current` marks the one that asked. */
export interface Token {
  id: string;
  name: string;
  scopes: Array<Scope>;
  created_at: number;
  expires_at?: number | null;
  revoked_at?: number | null;
  last_used_at?: number | null;
  is_current?: boolean;
}

/** `put`: the shell stores the token that the person gave; `delete`: it forgets it. */
export interface TokenChange {
  kind: "delete" | "put";
  ref: string;
}

export interface TokenIssueParams {
  name?: string;
  scopes?: Array<Scope>;
  ttl_seconds?: number | null;
}

/** `secret` is the JWT; it is shown here and nowhere else. */
export interface TokenIssueResponse {
  token: Token;
  secret: string;
}

export interface TokenListResponse {
  tokens: Array<Token>;
}

export interface TokenRevokeParams {
  token_id: string;
}

export interface TokenRevokeResponse {
  token_id: string;
  revoked: boolean;
}

/** The line is gone, with what is still in it. */
export interface TreeDrop {
  op: "drop";
  id: string;
}

/** What follows on the tree that was told before: taken in their order, each on the lines after the one before. */
export interface TreePatchesTold {
  event: "tree_patches";
  workspace_id: string;
  patches: Array<TreePut | TreeDrop>;
}

/**
 * The line as it is now, new, changed or moved: in the folder `parent` (null: the root), directly behind the line
 * `after` (null: as the first). `node.children` is empty and says nothing: what a folder holds stays in it.
 */
export interface TreePut {
  op: "put";
  node: Node;
  parent: string | null;
  after: string | null;
}

/** The whole tree of the opened workspace, with this shell's own edits, in the place of what the shell has. */
export interface TreeTold {
  event: "tree";
  workspace_id: string;
  nodes: Array<Node>;
}

/** One exchange of a thread. From `model` on the fields are ours. */
export interface Turn {
  id: string;
  status: TurnStatus;
  error?: string | null;
  prompt_manifest?: PromptManifest | null;
  turn_kind?: TurnKind;
  origin?: TurnOrigin;
  model?: string | null;
  model_provider?: string | null;
  effort?: string | null;
  created_at?: number | null;
  completed_at?: number | null;
  duration_ms?: number | null;
  usage?: Usage | null;
  error_class?: string | null;
}

/** A turn of the opened workspace is over, told once; `name` is that of its thread, `elapsed_ms` what it took. */
export interface TurnEnded {
  event: "turn_ended";
  thread_id: string;
  turn_id: string;
  name: string;
  status: TurnStatus;
  elapsed_ms?: number | null;
}

export type TurnKind = "conversation" | "task_run";

export type TurnOrigin = "attached_task" | "detached_task" | "scheduled_task" | "user";

export interface TurnQueueRemoveResponse {
  removed: boolean;
}

export interface TurnRef {
  thread_id: string;
  turn_id: string;
}

export type TurnStatus = "Blocked" | "Completed" | "Failed" | "InProgress" | "Interrupted";

/** `token` is `put` for a new one, `delete` to forget it. */
export interface UpdateParams {
  id: string;
  name?: string | null;
  url?: string | null;
  token?: "delete" | "put" | null;
  is_saved?: boolean;
}

/** Tokens of a turn (ours), summed over its provider calls. */
export interface Usage {
  input_tokens?: number;
  output_tokens?: number;
  cached_input_tokens?: number;
  reasoning_tokens?: number;
  provider_calls?: number;
}

export interface Version {
  boundary: number;
  client: string;
}

export interface VideoInput {
  type: "video";
  url: string;
}

/** The sentences of a language by id; a value stands in braces by its name. `languages` are those that there are. */
export interface Words {
  words: Record<string, string>;
  language: "de" | "en";
  languages: Array<"de" | "en">;
}

/** The languages are `Words.languages`. */
export interface WordsParams {
  language?: "de" | "en";
}

/** A place for threads and files. `root` (ours) is an absolute folder on the gateway host. */
export interface Workspace {
  id: string;
  name: string;
  is_active: boolean;
  is_current: boolean;
  created_at: number;
  updated_at: number;
  root?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
}

/** `opened` is the one that this shell looks at. */
export interface WorkspacesTold {
  event: "workspaces";
  workspaces: Array<Workspace>;
  opened?: string | null;
}

/** Every method: its parameters and its result. */
export interface Methods {
  "gateway_connect": { params: ConnectParams; result: Connected; };
  "gateway_next_events": { params: NextEventsParams; result: NextEvents; };
  "gateway_disconnect": { params: NoParams; result: Done; };
  "workspace_bootstrap": { params: BootstrapParams; result: Screen; };
  "workspace_switch": { params: SwitchParams; result: Screen; };
  "workspace_create": { params: CreateParams; result: Screen; };
  "workspace_rename": { params: RenameParams; result: Done; };
  "provider_list": { params: NoParams; result: ProvidersTold; };
  "provider_list_models": { params: ModelsParams; result: Models; };
  "provider_model_display": { params: ModelParams; result: ModelDisplay; };
  "reasoning_effort_rows": { params: ModelParams; result: Efforts; };
  "provider_set_key": { params: ProviderSetApiKeyParams; result: ProviderSetApiKeyResponse; };
  "provider_delete_key": { params: ProviderParams; result: ProviderDeleteApiKeyResponse; };
  "provider_configure": { params: ProviderConfigureParams; result: ProviderConfigureResponse; };
  "composer_choice": { params: ChoiceParams; result: ChoiceTold; };
  "composer_plan": { params: DraftParams; result: Planned; };
  "composer_edit": { params: EditParams; result: Edited; };
  "composer_send": { params: DraftParams; result: Sent; };
  "thread_tree_refresh": { params: NoParams; result: TreeTold; };
  "thread_create": { params: ThreadCreateParams; result: Created; };
  "thread_rename": { params: ThreadRenameParams; result: Done; };
  "thread_move": { params: ThreadMoveParams; result: Done; };
  "thread_delete": { params: ThreadParams; result: Done; };
  "folder_create": { params: FolderCreateParams; result: Created; };
  "folder_move": { params: FolderMoveParams; result: Done; };
  "folder_rename": { params: FolderRenameParams; result: Done; };
  "folder_delete": { params: FolderParams; result: Done; };
  "active_thread_open": { params: OpenParams; result: Done; };
  "active_thread_close": { params: ThreadParams; result: Done; };
  "active_thread_toggle": { params: ToggleParams; result: Done; };
  "active_thread_stop": { params: ThreadParams; result: Done; };
  "active_thread_queue_remove": { params: TurnRef; result: TurnQueueRemoveResponse; };
  "active_thread_more": { params: MoreParams; result: Rows; };
  "thread_search": { params: ThreadSearchParams; result: ThreadSearchResponse; };
  "thread_fork": { params: ThreadForkParams; result: ThreadForkResponse; };
  "thread_export": { params: ExportParams; result: Exported; };
  "settings_get": { params: NoParams; result: SettingsSaved; };
  "settings_update": { params: SettingsUpdate; result: SettingsSaved; };
  "tokens_list": { params: NoParams; result: TokenListResponse; };
  "tokens_issue": { params: TokenIssueParams; result: TokenIssueResponse; };
  "tokens_revoke": { params: TokenRevokeParams; result: TokenRevokeResponse; };
  "secrets_list": { params: NoParams; result: SecretListResponse; };
  "secrets_set": { params: SecretSetParams; result: SecretSetResponse; };
  "secrets_delete": { params: SecretRefParams; result: SecretDeleteResponse; };
  "registry_list": { params: NoParams; result: Registry; };
  "registry_add": { params: AddParams; result: RegistryPlan; };
  "registry_update": { params: UpdateParams; result: RegistryPlan; };
  "registry_remove": { params: GatewayParams; result: RegistryPlan; };
  "registry_select": { params: GatewayParams; result: RegistryPlan; };
  "health": { params: NoParams; result: Health; };
  "diagnostics": { params: NoParams; result: DiagnosticsResult; };
  "version": { params: NoParams; result: Version; };
  "words": { params: WordsParams; result: Words; };
  "schema": { params: NoParams; result: SchemaResult; };
}

export type BoundaryEvent = ConnectionTold | WorkspacesTold | TreeTold | TreePatchesTold | ProvidersTold | SettingsTold | TimelineTold | PatchesTold | ComposerTold | ThreadGone | TurnEnded;

export type Answer<T> = { status: "ok"; value: T } | Failed;
