export type { LinkInfo } from './far-commands.ts';
export * from './hub-commands.ts';
export * from './parse.ts';
export type { HeldReason, PromptOutcome, QueuedPrompt } from './prompt-commands.ts';
export * from './viewer-commands.ts';
