export { SharingDesk } from './desk.ts';
export { isReport, peopleOf, shownName, Typist } from './typist.ts';
