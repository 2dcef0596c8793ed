export { default } from '../behaviours/onem2m-out.ts';
