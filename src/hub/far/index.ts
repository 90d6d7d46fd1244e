export { FarDesk, type FarDeskOptions } from './desk.ts';
export type { LinkOffer } from './kept.ts';
