export type { LinkInfo } from './far-commands.ts';
export * from './hub-commands.ts';
export type { AuditEntry, ClientInfo, TokenInfo } from './network-commands.ts';
export * from './parse.ts';
export * from './problem.ts';
export type { HeldReason, PromptOutcome, QueuedPrompt } from './prompt-commands.ts';
export type { AskedFrom } from './sharing-commands.ts';
export * from './viewer-commands.ts';
