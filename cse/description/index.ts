/** What the CSE says about itself: its types, their schemas, its bindings. All of it follows from the definitions. */
export { asyncApi } from './asyncapi.ts';
export { exampleOf } from './example.ts';
export { schemaDocument } from './json-schema.ts';
export type { Meaning } from './meanings.ts';
export { openApi, type Whereabouts } from './openapi.ts';
export { type Page, reference } from './reference.ts';
export {
  type AttributeDescription,
  describedTypes,
  describeType,
  type TypeDescription,
  type TypeSummary,
} from './type-description.ts';
