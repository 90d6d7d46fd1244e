export { HeadlessDesk } from './desk.ts';
export { promptHeadless, queueOf, unqueue } from './prompt.ts';
