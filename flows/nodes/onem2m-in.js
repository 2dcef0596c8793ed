export { default } from '../behaviours/onem2m-in.ts';
