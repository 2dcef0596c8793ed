export { default } from '../behaviours/raise-alert.ts';
