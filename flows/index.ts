/** Flows: the Node-RED process, our nodes and the flows that ship. */
export { type Flows, type FlowsOptions, startFlows } from './start-flows.ts';
