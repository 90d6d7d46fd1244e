export * from './close-codes.ts';
export * from './codec.ts';
export * from './failure.ts';
export * from './limits.ts';
export * from './link.ts';
export type {
  AuthPayload,
  ClientMessage,
  Failure,
  HubMessage,
  InputMessage,
  LogMessage,
  Message,
  WireEvent,
} from './messages.ts';
export * from './mismatch.ts';
export * from './network-now.ts';
export type { SessionPatch } from './session-schema.ts';
export * from './system-clock.ts';
export * from './turned-away.ts';
