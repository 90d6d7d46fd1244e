export { ProcessJournal } from './journal.ts';
export { journaled } from './journaled.ts';
