// The types of Portico's protocol. Written by `make schema` from the Python types; do not edit.

export interface AcpRuntimeBackend {
  type: "acpAgentRuntime";
  runtime_id: string;
}

export interface AgentMessage {
  type: "agentMessage";
  id: string;
  text: string;
  phase?: "commentary" | "final_answer";
  markdown?: unknown;
  markdownVersion?: number | null;
}

/** An AGENTS.md document of the tree (reference 5.8); the list is empty until that feature exists. */
export interface AgentsDocSummary {
  id: string;
  workspace_id: string;
  folder_id?: string | null;
  status: string;
  title: string;
  content_sha256: string;
  version: number;
  char_count: number;
  created_at: number;
  updated_at: number;
}

export interface ApiProviderBackend {
  type: "apiProvider";
  provider: string;
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

/** Output above 64 KiB: its digest in the blob store and its size (ours, design 4). */
export interface BlobRef {
  sha256: string;
  sizeBytes: number;
}

export interface ByteRange {
  start: number;
  end: number;
}

export interface CliRuntimeBackend {
  type: "cliAgentRuntime";
  runtime_id: string;
  runtime_kind: string;
}

export interface CliRuntimeInstance {
  id: string;
  kind: "claude" | "codex";
  display_name: string;
  enabled: boolean;
  binary_path?: string | null;
  home_path: string;
  shadow_home_path?: string | null;
}

/** Options of a CLI runtime's turn (reference 3.3); refused until that feature exists. */
export interface CliRuntimeOptions {
  approval_policy?: string | null;
  sandbox?: unknown;
  effort?: string | null;
  personality?: string | null;
  summary?: string | null;
  steer_if_active?: boolean | null;
}

export interface CliRuntimesSettings {
  instances?: Array<CliRuntimeInstance>;
}

export interface CommandExecution {
  type: "commandExecution";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
  command: Array<string>;
  cwd?: string | null;
}

/**
 * Flow: what the compression came to. Without `error` the model is asked (again, if `will_retry`) with the rest.
 *
 * `compressed_tokens` is the reference's (with `error` it is absent), the other fields are ours.
 */
export interface ContextCompressed {
  type: "contextCompressed";
  reason: "overflow" | "threshold";
  tokensBefore: number;
  tokensAfter: number;
  droppedTurns: number;
  willRetry?: boolean;
  error?: string | null;
  compressedTokens?: number | null;
}

export interface ContextCompressedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  reason: "overflow" | "threshold";
  tokens_before: number;
  tokens_after: number;
  dropped_turns: number;
  will_retry?: boolean;
  error?: string | null;
  compressed_tokens?: number | null;
  version?: number;
  sequence?: number;
}

/**
 * Flow: the conversation does not fit (`threshold`), or the provider said so (`overflow`) (reference 8.8).
 *
 * `message` is the reference's, the other fields are ours.
 */
export interface ContextCompressing {
  type: "contextCompressing";
  reason: "overflow" | "threshold";
  tokensBefore: number;
  message?: string | null;
}

export interface ContextCompressingParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  reason: "overflow" | "threshold";
  tokens_before: number;
  message?: string | null;
  version?: number;
  sequence?: number;
}

/** Something that was said before, as the caller tells it (ours); what the assistant said is text. */
export interface ContextMessage {
  role: "assistant" | "user";
  content: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
}

/** A row over a thread. `is_loaded`: its messages are in memory; `queued` starts wait behind `running_turn_id`. */
export interface Conversation {
  conversation_id: string;
  thread_id: string;
  workspace_id: string;
  created_at: number;
  updated_at: number;
  is_loaded: boolean;
  running_turn_id?: string | null;
  queued?: number;
}

/** Names the conversation, or the thread behind it: exactly one of the two. */
export interface ConversationGetParams {
  conversation_id?: string | null;
  thread_id?: string | null;
}

/** Newest activity first; `cursor` is the `next_cursor` of the page before. */
export interface ConversationListParams {
  limit?: number;
  cursor?: string | null;
}

export interface ConversationListResponse {
  items: Array<Conversation>;
  next_cursor?: string | null;
}

/** What was said, by whom, in which turn; `created_at` is the turn's. */
export interface ConversationMessage {
  id: string;
  turn_id: string;
  role: "assistant" | "user";
  text: string;
  attachments?: Array<ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  created_at: number;
}

/** The newest page, oldest message first; `cursor` leads to the page before it. */
export interface ConversationMessagesParams {
  conversation_id: string;
  limit?: number;
  cursor?: string | null;
}

export interface ConversationMessagesResponse {
  items: Array<ConversationMessage>;
  next_cursor?: string | null;
}

/** Without `conversation_id` a new UUID; without `workspace_id` the default workspace. */
export interface ConversationOpenParams {
  conversation_id?: string | null;
  workspace_id?: string | null;
  request?: RequestClaim | null;
}

/** `turn_id` is what the caller starts: a new id, or, for a claim that is known, the id of the first time. */
export interface ConversationOpenResponse {
  conversation: Conversation;
  turn_id: string;
  is_new: boolean;
  is_repeated?: boolean;
  epoch: string;
  head_version: number;
}

export interface ConversationRef {
  conversation_id: string;
}

export interface ConversationResponse {
  conversation: Conversation;
}

export interface DeletedResponse {
  deleted: boolean;
}

/** Parameters of the four streamed notifications. */
export interface DeltaParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  delta: string;
  stream: string;
  version: number;
  sequence: number;
}

export interface Download {
  type: "download";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
  url?: string | null;
  finalUrl?: string | null;
  statusCode?: number | null;
  path?: string | null;
  bytesWritten?: number | null;
  sha256?: string | null;
  contentType?: string | null;
  elapsedMs?: number | null;
  truncated?: boolean | null;
}

/** Any tool without a form of its own. */
export interface DynamicToolCall {
  type: "dynamicToolCall";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
}

/** `error.data`: `code` is the reference's string if it has one, else the kind. */
export interface ErrorData {
  code: string;
  kind: ErrorKind;
  path?: string | null;
  retry_after_seconds?: number | null;
  ref?: string | null;
  details?: Record<string, unknown> | null;
}

/** Why a call was refused; HTTP statuses are mapped at the edge (design 6). */
export type ErrorKind = "conflict" | "denied" | "internal" | "invalid" | "not_found" | "unavailable";

/** The `error` member of an answer. */
export interface ErrorObject {
  code: number;
  message: string;
  data?: ErrorData | null;
}

export type Event = ThreadStarted | ThreadUpdated | TurnStarted | TurnCompleted | TurnFailed | TurnBlocked | ToolLoopBudgetExceeded | TurnQueueChanged | ContextCompressing | ContextCompressed | ItemStarted | ItemDelta | ItemCompleted | ItemUpdated | ItemTimeoutDetected | ItemRecoveryOpened | ItemRecoveryAttached | ItemRetryScheduled | ItemRetryAttemptStarted | ItemRecoverySucceeded | ItemRecoveryExhausted | ItemToolRetryScheduled | ItemToolRetryResolved | ItemToolRetryExhausted | ThreadTreeChanged | ThreadClosed | FolderCreated | FolderMoved | FolderRenamed | FolderDeleted | ThreadPlaced | ProviderChanged | WorkspaceChanged | SettingsChanged | TokensChanged;

export interface FileChange {
  type: "fileChange";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
  changedFiles: Array<string>;
  exitCode?: number | null;
  stdout?: string | null;
  stderr?: string | null;
}

export interface FileInput {
  type: "file";
  url: string;
}

export interface FolderCreated {
  type: "folderCreated";
  folder: ThreadFolder;
}

/** Layout only: threads and folders inside go to `moved_to` (absent: the root). */
export interface FolderDeleted {
  type: "folderDeleted";
  workspaceId: string;
  folderId: string;
  movedTo?: string | null;
}

export interface FolderMoved {
  type: "folderMoved";
  folder: ThreadFolder;
}

export interface FolderRenamed {
  type: "folderRenamed";
  folder: ThreadFolder;
}

/** Where a fork's turns were copied from; `turn_id` is the last of them, absent when there was none (ours). */
export interface ForkedFrom {
  thread_id: string;
  turn_id?: string | null;
}

/** What `portico doctor` would say of a gateway that runs, within five seconds. */
export interface GatewayHealthResponse {
  findings: Array<HealthFinding>;
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

export interface GatewayInfoResponse {
  gateway: GatewayInfo;
}

/** `GatewaySettingsSnapshot` of the reference. */
export interface GatewaySettings {
  general?: GeneralSettings;
  memory?: MemorySettings;
  thread_episodic?: ThreadEpisodicSettings;
  cli_runtimes?: CliRuntimesSettings;
  remote_access?: RemoteAccessSettings;
}

export interface GeneralSettings {
  keepawake?: boolean;
  preflight_model?: ModelSelection;
  default_model_provider?: string | null;
  default_model?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string>;
}

export interface GeneralUpdate {
  keepawake?: boolean | null;
  preflight_model?: ModelSelection | null;
  default_model_provider?: string | null;
  default_model?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
}

/** One check's answer, in words without secrets; `mend` says what to do about it. */
export interface HealthFinding {
  name: string;
  status: "error" | "ok" | "warning";
  message: string;
  mend?: string | null;
}

/** Nothing is shown. */
export interface HiddenDisplay {
  kind: "hidden";
}

/** A fact of the log as replay tells it. `version` (per stream) is ours; `sequence` counts within the turn. */
export interface HistoryEvent {
  sequence?: number;
  created_at: number;
  turn_id?: string | null;
  version: number;
  payload: Event;
}

/** An image by URL; `data:` URLs carry it inline. */
export interface ImageInput {
  type: "image";
  url: string;
}

export interface ItemCompleted {
  type: "itemCompleted";
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
}

export interface ItemCompletedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
  version?: number;
  sequence?: number;
}

/** A piece of an item's text; under load neighbours of one item and stream are merged. */
export interface ItemDelta {
  type: "itemDelta";
  itemId: string;
  delta: string;
  stream?: "agent_message" | "file_change" | "reasoning" | "stderr" | "stdout" | "tool_progress";
}

export interface ItemRecoveryAttached {
  type: "itemRecoveryAttached";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  trigger: "provider_error" | "timeout" | "unknown";
  action: string;
  attemptNumber: number;
  recoveryItemId: string;
  recoveryItemType: string;
  existingStatus: string;
  nextAttemptNumber: number;
}

export interface ItemRecoveryAttachedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  trigger: "provider_error" | "timeout" | "unknown";
  action: string;
  attempt_number: number;
  recovery_item_id: string;
  recovery_item_type: string;
  existing_status: string;
  next_attempt_number: number;
  version?: number;
  sequence?: number;
}

export interface ItemRecoveryExhausted {
  type: "itemRecoveryExhausted";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  attemptNumber: number;
  status: string;
  errorMessage: string;
}

export interface ItemRecoveryExhaustedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  attempt_number: number;
  status: string;
  error_message: string;
  version?: number;
  sequence?: number;
}

export interface ItemRecoveryOpened {
  type: "itemRecoveryOpened";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  trigger: "provider_error" | "timeout" | "unknown";
  action: string;
  attemptNumber: number;
}

export interface ItemRecoveryOpenedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  trigger: "provider_error" | "timeout" | "unknown";
  action: string;
  attempt_number: number;
  version?: number;
  sequence?: number;
}

export interface ItemRecoverySucceeded {
  type: "itemRecoverySucceeded";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  attemptNumber: number;
}

export interface ItemRecoverySucceededParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  attempt_number: number;
  version?: number;
  sequence?: number;
}

export interface ItemRetryAttemptStarted {
  type: "itemRetryAttemptStarted";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  attemptNumber: number;
}

export interface ItemRetryAttemptStartedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  attempt_number: number;
  version?: number;
  sequence?: number;
}

/** `max_attempts` and `delay_ms` are ours. */
export interface ItemRetryScheduled {
  type: "itemRetryScheduled";
  itemId: string;
  itemType: string;
  recoveryJobId: string;
  attemptNumber: number;
  nextRunAtUnix: number;
  reason?: string | null;
  maxAttempts?: number | null;
  delayMs?: number | null;
}

export interface ItemRetryScheduledParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  recovery_job_id: string;
  attempt_number: number;
  next_run_at_unix: number;
  reason?: string | null;
  max_attempts?: number | null;
  delay_ms?: number | null;
  version?: number;
  sequence?: number;
}

export interface ItemStarted {
  type: "itemStarted";
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
}

export interface ItemStartedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
  version?: number;
  sequence?: number;
}

export interface ItemTimeoutDetected {
  type: "itemTimeoutDetected";
  itemId: string;
  itemType: string;
  attemptNumber: number;
  reason: "hard_deadline_exceeded" | "idle_deadline_exceeded" | "lease_expired" | "start_deadline_exceeded";
  recoveryJobId?: string | null;
}

export interface ItemTimeoutDetectedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  item_type: string;
  attempt_number: number;
  reason: "hard_deadline_exceeded" | "idle_deadline_exceeded" | "lease_expired" | "start_deadline_exceeded";
  recovery_job_id?: string | null;
  version?: number;
  sequence?: number;
}

export interface ItemToolRetryExhausted {
  type: "itemToolRetryExhausted";
  itemId: string;
  toolRetryEpisodeId: string;
  toolName: string;
  attemptNumber: number;
  errorClass: string;
  exhaustionKind: "error_class" | "failure_signature" | "tool_name" | "total_retry_rounds";
  budgets: Array<RetryBudget>;
  failureSignatureFingerprint: string;
  reason: string;
}

export interface ItemToolRetryExhaustedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  tool_retry_episode_id: string;
  tool_name: string;
  attempt_number: number;
  error_class: string;
  exhaustion_kind: "error_class" | "failure_signature" | "tool_name" | "total_retry_rounds";
  budgets: Array<RetryBudget>;
  failure_signature_fingerprint: string;
  reason: string;
  version?: number;
  sequence?: number;
}

export interface ItemToolRetryResolved {
  type: "itemToolRetryResolved";
  itemId: string;
  toolRetryEpisodeId: string;
  toolName: string;
  attemptNumber: number;
  resolution: "non_retryable" | "succeeded";
  budgets: Array<RetryBudget>;
  reason: string;
}

export interface ItemToolRetryResolvedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  tool_retry_episode_id: string;
  tool_name: string;
  attempt_number: number;
  resolution: "non_retryable" | "succeeded";
  budgets: Array<RetryBudget>;
  reason: string;
  version?: number;
  sequence?: number;
}

export interface ItemToolRetryScheduled {
  type: "itemToolRetryScheduled";
  itemId: string;
  toolRetryEpisodeId: string;
  toolName: string;
  attemptNumber: number;
  errorClass: string;
  retryHint?: string | null;
  budgets: Array<RetryBudget>;
  failureSignatureFingerprint: string;
  reason: string;
}

export interface ItemToolRetryScheduledParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item_id: string;
  tool_retry_episode_id: string;
  tool_name: string;
  attempt_number: number;
  error_class: string;
  retry_hint?: string | null;
  budgets: Array<RetryBudget>;
  failure_signature_fingerprint: string;
  reason: string;
  version?: number;
  sequence?: number;
}

export interface ItemUpdated {
  type: "itemUpdated";
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
}

export interface ItemUpdatedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  item: UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall;
  version?: number;
  sequence?: number;
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

export interface McpServerCapability {
  type: "mcpServer";
  name: string;
  scopeKind: string;
}

export interface McpToolCapability {
  type: "mcpTool";
  serverName: string;
  rawToolName: string;
  scopeKind: string;
}

export interface MemorySettings {
  enabled?: boolean;
  deterministic_recall_enabled?: boolean;
  active_recall_enabled?: boolean;
  tools_enabled?: boolean;
  proactive_writes_enabled?: boolean;
  background_extraction_enabled?: boolean;
  proactive_writes_model?: ModelSelection;
  debug_trace_enabled?: boolean;
  strict_diagnostics_enabled?: boolean;
}

export interface MentionInput {
  type: "mention";
  name: string;
  path: string;
}

export interface MetadataStorage {
  kind: "metadata";
  metadata: Record<string, unknown>;
}

export interface ModelCapabilities {
  vision?: boolean | null;
  tool_calling?: boolean | null;
  json_output?: boolean | null;
  streaming?: boolean | null;
  embeddings?: boolean | null;
  transcription?: boolean | null;
  thinking?: boolean | null;
  reasoning?: ModelReasoning | null;
  fine_tuning?: boolean | null;
  input_modalities?: Array<string>;
  output_modalities?: Array<string>;
}

export interface ModelLimits {
  max_input_tokens?: number | null;
  max_output_tokens?: number | null;
  context_window?: number | null;
}

export interface ModelPricing {
  input_token?: number | null;
  output_token?: number | null;
  image?: number | null;
  request?: number | null;
}

export interface ModelReasoning {
  supported?: boolean | null;
  effort_options: Array<string>;
  default_effort?: string | null;
  mandatory?: boolean | null;
  supports_token_budget?: boolean | null;
  source?: ReasoningSource | null;
}

/** `custom` needs provider and model; they are trimmed and cut at 80 and 160 characters. */
export interface ModelSelection {
  source: "custom" | "thread";
  model_provider?: string | null;
  model?: string | null;
}

export interface MovedResponse {
  moved: boolean;
}

/** A call without parameters. */
export type NoParams = {};

/** Nothing is kept beside the display. */
export interface NoStorage {
  kind: "none";
}

export interface Observation {
  traceId: string;
  turnId: string;
  toolCallId: string;
  attemptId: string;
  pipelineStage: string;
  tsUnixMs: number;
  monoNs: number;
  eventSeq: number;
}

export type OriginKind = "system" | "task_run" | "user";

export interface Outcome {
  status: "fatal_error" | "ok" | "partial_success" | "recoverable_error";
  errorClass?: string | null;
  shouldRetry?: boolean;
  retryHint?: string | null;
  incomplete?: boolean;
  incompleteReason?: string | null;
}

/** The six decisions about a tool's output (reference 9.2). */
export interface OutputPolicy {
  llm: "full" | "structured" | "summary_only";
  llmRetention?: "do_not_retain" | "until_turn_terminal";
  timeline: "full" | "hidden" | "metadata_only" | "summary";
  storage: "full" | "metadata_only" | "none" | "summary";
  recovery: "evidence" | "metadata_only" | "none";
  deltas: "disabled" | "persist_and_display" | "progress_only";
}

export interface ProgressDisplay {
  kind: "progress";
  stage: string;
  metadata: Record<string, unknown>;
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

/**
 * A definition with the presence of its key. From `kind` on the fields are ours.
 *
 * `is_available`: this gateway has an adapter for it; `is_usable`: a turn could use it now.
 */
export interface Provider {
  name: string;
  capabilities: ProviderCapabilities;
  api_key_configured: boolean;
  proxy_url?: string | null;
  kind?: string | null;
  base_url?: string | null;
  key_source?: string | null;
  is_available?: boolean | null;
  default_model?: string | null;
  is_usable?: boolean | null;
}

export interface ProviderCapabilities {
  embeddings: boolean;
  transcription: boolean;
}

/** A key, base URL or proxy changed (on the workspace's stream); values are never told. */
export interface ProviderChanged {
  type: "providerChanged";
  workspaceId: string;
  provider: string;
  change: "configured" | "key_deleted" | "key_set";
}

export interface ProviderChangedParams {
  workspace_id: string;
  provider: string;
  change: "configured" | "key_deleted" | "key_set";
  version?: number;
  sequence?: number;
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

export interface ProviderKeyState {
  required?: boolean;
  present?: boolean;
}

export interface ProviderListParams {
  workspace_id: string;
}

export interface ProviderListResponse {
  providers: Array<Provider>;
}

/** `ProviderModelInfo` of the reference. */
export interface ProviderModel {
  id: string;
  name?: string | null;
  description?: string | null;
  created?: number | null;
  provider: string;
  owned_by?: string | null;
  limits: ModelLimits;
  capabilities: ModelCapabilities;
  pricing?: ModelPricing | null;
  active?: boolean | null;
  family?: string | null;
  lifecycle_status?: string | null;
}

/** `is_stale` and `error` (ours): the last refresh failed, the list is the last good one. */
export interface ProviderModelsListResponse {
  provider: string;
  models: Array<ProviderModel>;
  is_stale?: boolean;
  error?: string | null;
}

export interface ProviderParams {
  workspace_id: string;
  provider: string;
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

export interface Reasoning {
  effort: string;
}

export interface ReasoningItem {
  type: "reasoning";
  id: string;
  summary: Array<string>;
  content: Array<string>;
}

export type ReasoningSource = "cli_metadata" | "config_override" | "provider_metadata" | "static_registry" | "unknown";

export interface Recovery {
  errorClass?: string | null;
  retryHint?: string | null;
  incompleteReason?: string | null;
  diagnosticSummary?: string | null;
  diagnosticExcerpt?: string | null;
  outputFingerprint?: string | null;
  contentFingerprint?: string | null;
  wasTruncated?: boolean;
  continuation?: unknown;
}

/** How often and how a failed tool item may be run again (reference 8.7). */
export interface RecoveryPolicy {
  retryClass: string;
  idempotencyMode: string;
  maxAttempts: number;
  canResume: boolean;
  resolvedAction: string;
  baseBackoffSecs: number;
  maxWallClockSecs: number;
  noProgressLimit: number;
}

export interface RemoteAccessSettings {
  enabled: boolean;
  server?: string | null;
  service_name?: string | null;
  transport: "noise" | "tcp" | "tls" | "websocket";
  has_key: boolean;
  status?: RemoteAccessStatus;
}

export interface RemoteAccessStatus {
  state: "connected" | "disabled" | "failed" | "reconnecting" | "starting" | "stopped";
  error_kind?: string | null;
  message?: string | null;
  updated_at_unix?: number | null;
}

export interface RemoteAccessUpdate {
  enabled?: boolean | null;
  server?: string | null;
  key?: string | null;
  clear_key?: boolean | null;
}

/** A caller's `Idempotency-Key` and the digest of what it asked: the same pair again gets the same turn. */
export interface RequestClaim {
  key: string;
  digest: string;
}

export interface RetryBudget {
  kind: string;
  used: number;
  limit: number;
}

/** The answer's form of the policy: `mode` is always sent. */
export interface Sandbox {
  mode: SandboxMode;
}

export type SandboxMode = "FullAccess";

export interface SandboxPolicy {
  mode?: SandboxMode;
}

/** What a credential may do; they stand alone (design 6). */
export type Scope = "admin" | "agent" | "chat" | "read";

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

export interface SettingsChanged {
  type: "settingsChanged";
  settings: GatewaySettings;
}

export interface SettingsChangedParams {
  settings: GatewaySettings;
  version?: number;
  sequence?: number;
}

/**
 * `general` and `thread_episodic` are partial, `memory` and `cli_runtimes` come whole.
 *
 * `thread_episodic` is checked name by name against `ThreadEpisodicSettings`.
 */
export interface SettingsPatch {
  general?: GeneralUpdate | null;
  memory?: MemorySettings | null;
  thread_episodic?: Record<string, unknown> | null;
  cli_runtimes?: CliRuntimesSettings | null;
  remote_access?: RemoteAccessUpdate | null;
}

export interface SettingsResponse {
  settings: GatewaySettings;
}

export interface SettingsUpdateParams {
  update: SettingsPatch;
}

export interface ShellDisplay {
  kind: "shell";
  stdout?: string | null;
  stderr?: string | null;
  aggregated_output?: string | null;
  exit_code?: number | null;
  duration_ms?: number | null;
  timed_out?: boolean | null;
  truncated?: boolean;
}

export type SidebarVisibility = "hidden" | "visible";

export interface SkillCapability {
  type: "skill";
  slug: string;
  sourceKind: string;
}

export interface SkillInput {
  type: "skill";
  name: string;
  path: string;
}

export interface SummaryDisplay {
  kind: "summary";
  title: string;
  lines: Array<string>;
  metadata: Record<string, unknown>;
  truncated: boolean;
}

export interface SystemEvent {
  type: "systemEvent";
  id: string;
  level: "error" | "info" | "warning";
  message: string;
  code?: string | null;
  details?: unknown;
}

/** A task's row in its parent's timeline (reference 5.6). */
export interface TaskItem {
  type: "task";
  id: string;
  taskId: string;
  runId?: string | null;
  parentTaskId?: string | null;
  rootTaskId?: string | null;
  title: string;
  status: string;
  triggerKind: string;
  executorKind: string;
  childThreadId?: string | null;
  childTurnId?: string | null;
  agentRole?: string | null;
  depth: number;
  maxDepth: number;
  nextFireAt?: number | null;
  resultPreview?: string | null;
  errorPreview?: string | null;
  createdAt: number;
  updatedAt: number;
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

/** The thread was deleted; it stands on the workspace's stream, the thread's own is erased. */
export interface ThreadClosed {
  type: "threadClosed";
  workspaceId: string;
  threadId: string;
}

export interface ThreadClosedParams {
  workspaceId: string;
  threadId: string;
  version?: number;
}

/** Ours: erases the thread, its log and its rows. */
export interface ThreadDeleteParams {
  workspace_id: string;
  thread_id: string;
}

export interface ThreadEpisodicSettings {
  enabled?: boolean;
  indexing_enabled?: boolean;
  recall_enabled?: boolean;
  default_prompt_chars?: number;
  max_prompt_chars?: number;
  max_hit_chars?: number;
  default_max_candidates?: number;
  max_candidate_work?: number;
  max_segments?: number;
  min_relevancy?: number;
  min_results?: number;
  snippet_chars?: number;
  index_batch_limit?: number;
  retry_base_delay_secs?: number;
  retry_max_delay_secs?: number;
  max_attempts?: number;
  near_capacity_percent?: number;
  vector_search?: VectorSearchSettings;
}

export interface ThreadFolder {
  id: string;
  workspace_id: string;
  parent_folder_id?: string | null;
  name: string;
  created_at: number;
  updated_at: number;
}

/** `folder_id` (ours) lets a client choose the id, so that a retry is harmless. */
export interface ThreadFolderCreateParams {
  workspace_id: string;
  name: string;
  parent_folder_id?: string | null;
  folder_id?: string | null;
}

export interface ThreadFolderDeleteParams {
  workspace_id: string;
  folder_id: string;
}

export interface ThreadFolderMoveParams {
  workspace_id: string;
  folder_id: string;
  parent_folder_id?: string | null;
}

/** Ours. Two folders may have one name. */
export interface ThreadFolderRenameParams {
  workspace_id: string;
  folder_id: string;
  name: string;
}

export interface ThreadFolderResponse {
  folder: ThreadFolder;
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

export interface ThreadGetParams {
  thread_id: string;
}

/** The thread with its newest 20 turns, oldest first. */
export interface ThreadGetResponse {
  thread: Thread;
  epoch: string;
  head_version: number;
}

/** Without a cursor: the newest `limit` (default 200), oldest first. All but `limit` are ours. */
export interface ThreadHistoryParams {
  thread_id: string;
  limit?: number | null;
  after_version?: number | null;
  before_version?: number | null;
  include_deltas?: boolean;
  epoch?: string | null;
}

/**
 * The page covers versions `from_version` to `to_version`, deltas left out included.
 *
 * A client pages until `to_version == head_version`; `reset` means that its cursor was of another time.
 * `now_ms` is what time it is for the gateway (Unix milliseconds): a client whose clock is another reads the events'
 * times by it. Absent: an older gateway.
 */
export interface ThreadHistoryResponse {
  workspace_id: string;
  thread_id: string;
  events: Array<HistoryEvent>;
  epoch: string;
  from_version: number;
  to_version: number;
  head_version: number;
  reset?: boolean;
  now_ms?: number | null;
}

export type ThreadMode = "Agent" | "Chat";

export interface ThreadMoveParams {
  workspace_id: string;
  thread_id: string;
  folder_id?: string | null;
}

export interface ThreadPlaced {
  type: "threadPlaced";
  workspaceId: string;
  threadId: string;
  folderId?: string | null;
}

/** Where a thread stands in the tree; no folder means the root. */
export interface ThreadPlacement {
  thread_id: string;
  workspace_id: string;
  folder_id?: string | null;
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

/**
 * Creates or opens a thread. `cwd`, `tools` and `ephemeral` are ours (design 8).
 *
 * An ephemeral thread is no part of the tree; what a crash left of one is erased at the next start.
 */
export interface ThreadStartParams {
  thread_id: string;
  workspace_id: string;
  name?: string | null;
  model?: string | null;
  model_provider?: string | null;
  sandbox?: SandboxMode | null;
  mode?: ThreadMode | null;
  origin_kind?: OriginKind | null;
  sidebar_visibility?: SidebarVisibility | null;
  agent_nickname?: string | null;
  agent_role?: string | null;
  cwd?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
  ephemeral?: boolean;
}

/** `epoch` and `head_version` (ours) are where the connection's subscription begins. */
export interface ThreadStartResponse {
  thread: Thread;
  sandbox: Sandbox;
  epoch: string;
  head_version: number;
}

export interface ThreadStarted {
  type: "threadStarted";
  thread: Thread;
}

export interface ThreadStartedParams {
  thread: Thread;
  version?: number;
  sequence?: number;
}

export type ThreadStatus = "Active" | "Closed" | "Idle";

/** Something that the tree shows changed elsewhere: a thread came, went or was renamed. */
export interface ThreadTreeChanged {
  type: "threadTreeChanged";
  workspaceId: string;
  threadId: string;
  reason: "thread_closed" | "thread_started" | "thread_updated";
}

export interface ThreadTreeChangedParams {
  workspace_id: string;
  version?: number;
  sequence?: number;
}

export interface ThreadTreeParams {
  workspace_id: string;
}

/** `agents_docs` stays empty until that feature exists. */
export interface ThreadTreeResponse {
  workspace_id: string;
  threads: Array<Thread>;
  folders: Array<ThreadFolder>;
  placements: Array<ThreadPlacement>;
  agents_docs?: Array<AgentsDocSummary>;
}

/** Both spellings are read: `threadId` of the code, `thread_id` of the seed's sample. */
export interface ThreadUnsubscribeParams {
  thread_id?: string | null;
  threadId?: string | null;
}

/** `notLoaded`, `notSubscribed` or `unsubscribed`. */
export interface ThreadUnsubscribeResponse {
  status: string;
}

/** `model`, `model_provider`, `mode`, `cwd`, `tools` are ours; an empty name clears it. */
export interface ThreadUpdateParams {
  workspace_id: string;
  thread_id: string;
  name?: string | null;
  model?: string | null;
  model_provider?: string | null;
  mode?: ThreadMode | null;
  cwd?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
}

export interface ThreadUpdateResponse {
  thread: Thread;
}

export interface ThreadUpdated {
  type: "threadUpdated";
  thread: Thread;
}

export interface ThreadUpdatedParams {
  thread: Thread;
  version?: number;
  sequence?: number;
}

export interface TimelineItem {
  id: string;
  origin: TimelineOrigin;
  payload: TimelinePayload;
}

export interface TimelineOrigin {
  kind: "child_turn" | "parent_turn" | "task_event";
  taskId?: string | null;
  runId?: string | null;
  childThreadId?: string | null;
  childTurnId?: string | null;
  originEventId?: string | null;
  originTurnItemId?: string | null;
  originSequence: number;
  occurredAt: number;
  lane: "child_agent" | "child_reasoning" | "child_result" | "child_tool" | "parent" | "task";
}

export interface TimelinePayload {
  kind: "task_event" | "turn_item_event";
  event: HistoryEvent;
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

/** Every issued token and session is void, the home's token file is new. */
export interface TokenRotateResponse {
  revoked: number;
  secret: string;
}

export interface TokensChanged {
  type: "tokensChanged";
  change: "issued" | "revoked" | "rotated";
  tokenId: string;
}

export interface TokensChangedParams {
  change: "issued" | "revoked" | "rotated";
  token_id: string;
  version?: number;
  sequence?: number;
}

/** Flow: a total of the running turn is used up. */
export interface ToolLoopBudgetExceeded {
  type: "turnToolLoopBudgetExceeded";
  limitKind: "agent_rounds" | "provider_returned_tools_after_tools_disabled" | "tool_calls";
  limit: number;
  observed: number;
  action: string;
  reason: string;
}

export interface ToolLoopBudgetExceededParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  limit_kind: "agent_rounds" | "provider_returned_tools_after_tools_disabled" | "tool_calls";
  limit: number;
  observed: number;
  action: string;
  reason: string;
  version?: number;
  sequence?: number;
}

export type ToolStatus = "completed" | "failed" | "in_progress";

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

export interface TurnBlocked {
  type: "turnBlocked";
  turn: Turn;
  resume?: TurnResume | null;
}

export interface TurnBlockedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  turn: Turn;
  resume?: TurnResume | null;
  version?: number;
  sequence?: number;
}

export interface TurnCancelParams {
  thread_id: string;
  turn_id: string;
  reason?: string | null;
}

/** An explicit pick of the composer (reference 3.3). */
export interface TurnCapability {
  id: string;
  kind: SkillCapability | McpServerCapability | McpToolCapability;
  label?: string | null;
}

/** Announces Completed and Interrupted; the status inside decides. */
export interface TurnCompleted {
  type: "turnCompleted";
  turn: Turn;
}

export interface TurnCompletedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  turn: Turn;
  version?: number;
  sequence?: number;
}

export interface TurnFailed {
  type: "turnFailed";
  turn: Turn;
}

export interface TurnFailedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  turn: Turn;
  version?: number;
  sequence?: number;
}

export interface TurnItemsResponse {
  thread_id: string;
  workspace_id: string;
  turn_id: string;
  events: Array<HistoryEvent>;
  last_sequence: number;
}

export type TurnKind = "conversation" | "task_run";

/** Ours: newest first; `cursor` is the `next_cursor` of the page before. */
export interface TurnListParams {
  thread_id: string;
  limit?: number;
  cursor?: string | null;
}

export interface TurnListResponse {
  items: Array<Turn>;
  next_cursor?: string | null;
}

export type TurnOrigin = "attached_task" | "detached_task" | "scheduled_task" | "user";

/** The queued starts of the thread changed (ours); `depth` is how many wait now. */
export interface TurnQueueChanged {
  type: "turnQueueChanged";
  depth: number;
  change: "queued" | "removed" | "started";
  queuedTurnId: string;
}

export interface TurnQueueChangedParams {
  workspace_id: string;
  thread_id: string;
  depth: number;
  change: "queued" | "removed" | "started";
  queued_turn_id: string;
  version?: number;
  sequence?: number;
}

export interface TurnQueueListParams {
  thread_id: string;
}

/** `steers` wait for the running turn, in their order. */
export interface TurnQueueListResponse {
  items: Array<QueuedTurn>;
  steers?: Array<QueuedSteer>;
}

export interface TurnQueueRemoveResponse {
  removed: boolean;
}

export interface TurnRef {
  thread_id: string;
  turn_id: string;
}

/** `started_version` (ours) is the version of the thread's event that started the turn, where it was read. */
export interface TurnResponse {
  thread_id: string;
  workspace_id: string;
  turn: Turn;
  started_version?: number | null;
}

/** Why a blocked turn stopped and what would let it go on (reference 4.2). */
export interface TurnResume {
  reason_class: string;
  human_message: string;
  resume_requirements: Array<string>;
  resume_command: string;
  blocked_recovery_job_id?: string | null;
  latest_checkpoint_id?: string | null;
  can_resume_same_turn: boolean;
}

/**
 * Answers before any model output. From `when_busy` to `context` they are ours (design 8).
 *
 * `attended`: the caller waits; a start that is still queued when the gateway ends is then `Interrupted`, not run.
 * `instructions` are added to the prompt; `context` stands in place of the thread's own earlier turns.
 *
 * Names of later surfaces are known: `permission_profile` and `agent_launch` are restrictions or launches that
 * are refused as `unavailable`, `reply_to_turn_id` and `mentioned_principal_ids` are read and ignored.
 */
export interface TurnStartParams {
  thread_id: string;
  turn_id: string;
  input: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  capabilities?: Array<TurnCapability>;
  model?: string | null;
  model_provider?: string | null;
  sandbox_policy?: SandboxPolicy | null;
  mode?: ThreadMode | null;
  execution_backend?: ApiProviderBackend | CliRuntimeBackend | AcpRuntimeBackend | null;
  reasoning?: Reasoning | null;
  cli_runtime_options?: CliRuntimeOptions | null;
  when_busy?: "follow_up" | "queue" | "reject" | "steer";
  cwd?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
  attended?: boolean;
  instructions?: string | null;
  context?: Array<ContextMessage> | null;
  permission_profile?: unknown;
  agent_launch?: unknown;
  reply_to_turn_id?: unknown;
  mentioned_principal_ids?: unknown;
}

/** `outcome` (ours): the turn runs, waits in the queue at `queue_position`, or steered `turn`. */
export interface TurnStartResponse {
  turn: Turn;
  outcome: "queued" | "started" | "steered";
  queue_position?: number | null;
  epoch: string;
  head_version: number;
}

export interface TurnStarted {
  type: "turnStarted";
  workspaceId: string;
  threadId: string;
  turn: Turn;
  input: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
}

export interface TurnStartedParams {
  workspace_id: string;
  thread_id: string;
  turn_id: string;
  turn: Turn;
  version?: number;
  sequence?: number;
}

export type TurnStatus = "Blocked" | "Completed" | "Failed" | "InProgress" | "Interrupted";

/**
 * Ours: input for the running turn `expected_turn_id`.
 *
 * `delivery`: before its next model call, or (`follow_up`) when it would otherwise end (reference chat-http A9).
 */
export interface TurnSteerParams {
  thread_id: string;
  expected_turn_id: string;
  input: Array<TextInput | ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  steer_id: string;
  delivery?: "follow_up" | "steer";
}

export interface TurnSteerResponse {
  turn_id: string;
  steer_id: string;
}

export interface TurnTimelineParams {
  threadId: string;
  turnId: string;
  composeTasks?: boolean;
  includeCollapsedTaskEvents?: boolean;
  maxChildItemsPerTask?: number;
}

export interface TurnTimelineResponse {
  threadId: string;
  workspaceId: string;
  turnId: string;
  items: Array<TimelineItem>;
  lastSequence: number;
}

/** Tokens of a turn (ours), summed over its provider calls. */
export interface Usage {
  input_tokens?: number;
  output_tokens?: number;
  cached_input_tokens?: number;
  reasoning_tokens?: number;
  provider_calls?: number;
}

/** Newest first; `cursor` is the `next_cursor` of the page before, `since` in Unix seconds. */
export interface UsageListParams {
  cursor?: string | null;
  limit?: number;
  since?: number;
}

export interface UsageListResponse {
  items: Array<UsageRow>;
  next_cursor?: string | null;
}

/**
 * One pass-through call of `principal` (a token's id, or the name of a built-in credential).
 *
 * `input_tokens` counts the cached ones in, `output_tokens` those of reasoning. What a provider did not tell is
 * estimated; zeros: nothing was answered.
 */
export interface UsageRow {
  id: string;
  at: number;
  principal: string;
  provider: string;
  model: string;
  face: string;
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  reasoning_tokens: number;
  status: "cancelled" | "completed" | "failed";
  duration_ms: number;
}

/** `literal` (ours): none of the text is a command, however it begins. */
export interface UserMessage {
  type: "userMessage";
  id: string;
  text: string;
  attachments?: Array<ImageInput | LocalImageInput | FileInput | LocalFileInput | AudioInput | LocalAudioInput | VideoInput | LocalVideoInput | ArtifactInput | MentionInput | SkillInput>;
  literal?: boolean;
}

export interface VectorSearchSettings {
  enabled?: boolean;
  provider?: "local" | "openai" | "openrouter";
  model?: string;
  local_model?: string;
  embedding_dimension?: number;
  embedding_normalized?: boolean;
  use_search_instructions?: boolean;
  provider_key?: ProviderKeyState;
  refill_status?: "complete" | "disabled" | "failed" | "required" | "running" | "unknown";
  local_model_status?: "downloading" | "failed" | "installed" | "missing" | "not_selected" | "unknown";
}

export interface VideoInput {
  type: "video";
  url: string;
}

export interface WebFetch {
  type: "webFetch";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
  url?: string | null;
  finalUrl?: string | null;
  statusCode?: number | null;
  contentType?: string | null;
  extractMode?: string | null;
  resolvedMode?: string | null;
  bytesReceived?: number | null;
  elapsedMs?: number | null;
  truncated?: boolean | null;
  title?: string | null;
  wordCount?: number | null;
  links?: Array<WebLink>;
}

export interface WebLink {
  text: string;
  url: string;
}

export interface WebSearch {
  type: "webSearch";
  id: string;
  toolName: string;
  arguments: unknown;
  status: ToolStatus;
  recoveryPolicy?: RecoveryPolicy | null;
  outputPolicy: OutputPolicy;
  display: ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay;
  storage: ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage;
  recovery?: Recovery | null;
  success?: boolean | null;
  outcome?: Outcome | null;
  observation?: Observation | null;
  blob?: BlobRef | null;
  query?: string | null;
  provider?: string | null;
  tookMs?: number | null;
  resultCount?: number | null;
  results?: Array<WebSearchResult>;
}

export interface WebSearchResult {
  rank: number;
  title: string;
  url: string;
  snippet: string;
  source: string;
  publishedAt?: string | null;
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

export type WorkspaceChangeKind = "created" | "current_changed" | "updated";

export interface WorkspaceChanged {
  type: "workspaceChanged";
  kind: WorkspaceChangeKind;
  workspace: Workspace;
}

export interface WorkspaceChangedParams {
  kind: WorkspaceChangeKind;
  workspace: Workspace;
  version?: number;
  sequence?: number;
}

/** `root` and `tools` (ours) need the scope `admin`. */
export interface WorkspaceCreateParams {
  workspace_id: string;
  name?: string | null;
  root?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
}

export interface WorkspaceListResponse {
  workspaces: Array<Workspace>;
}

export interface WorkspaceResponse {
  workspace: Workspace;
}

export interface WorkspaceSelectParams {
  workspace_id: string;
}

/** `root` and `tools` (ours) need the scope `admin`. */
export interface WorkspaceUpdateParams {
  workspace_id: string;
  name?: string | null;
  root?: string | null;
  tools?: "all" | "none" | "readonly" | Array<string> | null;
}

/** Every call: its parameters and its result. */
export interface Methods {
  "workspace/list": { params: NoParams; result: WorkspaceListResponse; };
  "workspace/create": { params: WorkspaceCreateParams; result: WorkspaceResponse; };
  "workspace/default": { params: NoParams; result: WorkspaceResponse; };
  "workspace/select": { params: WorkspaceSelectParams; result: WorkspaceResponse; };
  "workspace/update": { params: WorkspaceUpdateParams; result: WorkspaceResponse; };
  "thread/start": { params: ThreadStartParams; result: ThreadStartResponse; };
  "thread/get": { params: ThreadGetParams; result: ThreadGetResponse; };
  "thread/update": { params: ThreadUpdateParams; result: ThreadUpdateResponse; };
  "thread/tree": { params: ThreadTreeParams; result: ThreadTreeResponse; };
  "thread/move": { params: ThreadMoveParams; result: MovedResponse; };
  "thread/folder/create": { params: ThreadFolderCreateParams; result: ThreadFolderResponse; };
  "thread/folder/move": { params: ThreadFolderMoveParams; result: MovedResponse; };
  "thread/folder/rename": { params: ThreadFolderRenameParams; result: ThreadFolderResponse; };
  "thread/folder/delete": { params: ThreadFolderDeleteParams; result: DeletedResponse; };
  "thread/history": { params: ThreadHistoryParams; result: ThreadHistoryResponse; };
  "thread/unsubscribe": { params: ThreadUnsubscribeParams; result: ThreadUnsubscribeResponse; };
  "thread/delete": { params: ThreadDeleteParams; result: DeletedResponse; };
  "thread/search": { params: ThreadSearchParams; result: ThreadSearchResponse; };
  "thread/fork": { params: ThreadForkParams; result: ThreadForkResponse; };
  "conversation/open": { params: ConversationOpenParams; result: ConversationOpenResponse; };
  "conversation/get": { params: ConversationGetParams; result: ConversationResponse; };
  "conversation/list": { params: ConversationListParams; result: ConversationListResponse; };
  "conversation/messages": { params: ConversationMessagesParams; result: ConversationMessagesResponse; };
  "conversation/delete": { params: ConversationRef; result: DeletedResponse; };
  "turn/start": { params: TurnStartParams; result: TurnStartResponse; };
  "turn/cancel": { params: TurnCancelParams; result: TurnResponse; };
  "turn/steer": { params: TurnSteerParams; result: TurnSteerResponse; };
  "turn/get": { params: TurnRef; result: TurnResponse; };
  "turn/list": { params: TurnListParams; result: TurnListResponse; };
  "turn/items": { params: TurnRef; result: TurnItemsResponse; };
  "turn/timeline": { params: TurnTimelineParams; result: TurnTimelineResponse; };
  "turn/queue/list": { params: TurnQueueListParams; result: TurnQueueListResponse; };
  "turn/queue/remove": { params: TurnRef; result: TurnQueueRemoveResponse; };
  "provider/list": { params: ProviderListParams; result: ProviderListResponse; };
  "provider/models/list": { params: ProviderParams; result: ProviderModelsListResponse; };
  "provider/set_api_key": { params: ProviderSetApiKeyParams; result: ProviderSetApiKeyResponse; };
  "provider/delete_api_key": { params: ProviderParams; result: ProviderDeleteApiKeyResponse; };
  "provider/configure": { params: ProviderConfigureParams; result: ProviderConfigureResponse; };
  "usage/list": { params: UsageListParams; result: UsageListResponse; };
  "settings/get": { params: NoParams; result: SettingsResponse; };
  "settings/update": { params: SettingsUpdateParams; result: SettingsResponse; };
  "gateway/info": { params: NoParams; result: GatewayInfoResponse; };
  "gateway/health": { params: NoParams; result: GatewayHealthResponse; };
  "token/issue": { params: TokenIssueParams; result: TokenIssueResponse; };
  "token/list": { params: NoParams; result: TokenListResponse; };
  "token/revoke": { params: TokenRevokeParams; result: TokenRevokeResponse; };
  "token/rotate": { params: NoParams; result: TokenRotateResponse; };
  "secret/list": { params: NoParams; result: SecretListResponse; };
  "secret/set": { params: SecretSetParams; result: SecretSetResponse; };
  "secret/delete": { params: SecretRefParams; result: SecretDeleteResponse; };
}

/** What the gateway tells. */
export interface Notifications {
  "access/changed": TokensChangedParams;
  "context/compressed": ContextCompressedParams;
  "context/compressing": ContextCompressingParams;
  "item/agent_message/delta": DeltaParams;
  "item/command_execution/output_delta": DeltaParams;
  "item/completed": ItemCompletedParams;
  "item/file_change/output_delta": DeltaParams;
  "item/reasoning/delta": DeltaParams;
  "item/recovery_attached": ItemRecoveryAttachedParams;
  "item/recovery_exhausted": ItemRecoveryExhaustedParams;
  "item/recovery_opened": ItemRecoveryOpenedParams;
  "item/recovery_succeeded": ItemRecoverySucceededParams;
  "item/retry_attempt_started": ItemRetryAttemptStartedParams;
  "item/retry_scheduled": ItemRetryScheduledParams;
  "item/started": ItemStartedParams;
  "item/timeout_detected": ItemTimeoutDetectedParams;
  "item/tool/progress": DeltaParams;
  "item/tool/retry_exhausted": ItemToolRetryExhaustedParams;
  "item/tool/retry_resolved": ItemToolRetryResolvedParams;
  "item/tool/retry_scheduled": ItemToolRetryScheduledParams;
  "item/updated": ItemUpdatedParams;
  "provider/changed": ProviderChangedParams;
  "settings/changed": SettingsChangedParams;
  "thread/closed": ThreadClosedParams;
  "thread/started": ThreadStartedParams;
  "thread/tree/changed": ThreadTreeChangedParams;
  "thread/updated": ThreadUpdatedParams;
  "turn/blocked": TurnBlockedParams;
  "turn/completed": TurnCompletedParams;
  "turn/failed": TurnFailedParams;
  "turn/queue/changed": TurnQueueChangedParams;
  "turn/started": TurnStartedParams;
  "turn/tool_loop/budget_exceeded": ToolLoopBudgetExceededParams;
  "workspace/changed": WorkspaceChangedParams;
}

/** The number of each kind of refusal. */
export interface ErrorCodes {
  invalid: -32602;
  not_found: -32602;
  conflict: -32600;
  denied: -32600;
  unavailable: -32001;
  internal: -32603;
}
