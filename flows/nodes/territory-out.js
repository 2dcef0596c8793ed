export { default } from '../behaviours/territory-out.ts';
