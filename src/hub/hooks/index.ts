export { HookDesk, type HookProgram } from './desk.ts';
export { hookRequests } from './request.ts';
