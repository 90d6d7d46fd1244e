export { HEADLESS_AGENTS, type HeadlessAgentName, headlessCommand, headlessResume, isHeadlessAgent } from './agents.ts';
export { LINE_LIMIT_BYTES, LineSplitter } from './lines.ts';
export { type AgentMessage, type MessagePage, MessageRecord } from './record.ts';
export { Talk, type TalkEvent, type TalkOptions, type TalkState } from './talk.ts';
export { HeadlessMemory, type HeadlessOptions, HeadlessTransport } from './transport.ts';
export type { Adapter, AdapterPorts, AgentEvent, Block, NewMessage, TurnResult, Usage } from './types.ts';
export { TalkView } from './view.ts';
