export {
  HEADLESS_AGENTS,
  type HeadlessAgentName,
  headlessAgent,
  headlessCommand,
  isHeadlessAgent,
} from './agents.ts';
export { type AgentMessage, type MessagePage, MessageRecord } from './record.ts';
export { type Submitted, Talk, type TalkEvent, type TalkOptions, type TalkState } from './talk.ts';
export { HeadlessMemory, type HeadlessOptions, HeadlessTransport } from './transport.ts';
export type {
  Adapter as HeadlessAdapter,
  AgentEvent,
  Block as MessageBlock,
  TurnResult,
  Usage as AgentUsage,
} from './types.ts';
