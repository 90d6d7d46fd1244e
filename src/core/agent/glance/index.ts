export { type Glance, glance } from './glance.ts';
