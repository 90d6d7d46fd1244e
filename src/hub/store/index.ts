export { SessionKeeper } from './keeper.ts';
export type { SavedWorkspace } from './messages.ts';
export { OUTPUT_LIMITS } from './output-queue.ts';
export { Store, type StoreEvent, type StoreOptions } from './store.ts';
