export { NoticeDesk } from './desk.ts';
