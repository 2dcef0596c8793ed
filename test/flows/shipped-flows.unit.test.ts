import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from 'chai';
import { mappings } from '#ontologies';
import { createLog } from '#platform';
import { fingerprint, installShippedFlows, readShippedFlows } from '../../flows/runtime/shipped-flows.ts';

interface FlowNode {
  id: string;
  type: string;
  z?: string;
  name?: string;
  [property: string]: unknown;
}

const log = createLog('silent');

describe('flows: the flows that ship', () => {
  let userDir: string;
  const flowFile = () => join(userDir, 'flows.json');
  const readFlows = (): FlowNode[] => JSON.parse(readFileSync(flowFile(), 'utf8'));
  const writeFlows = (nodes: readonly FlowNode[]) => writeFileSync(flowFile(), JSON.stringify(nodes));
  const tab = (label: string) => readFlows().find((node) => node.type === 'tab' && node.label === label);

  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'alzette flows '));
  });
  afterEach(() => rmSync(userDir, { recursive: true, force: true }));

  /** Makes the installed flows look as if an older version of the product had put them there. */
  const pretendOlder = (change: (node: FlowNode) => void) => {
    const recordFile = join(userDir, 'shipped.json');
    const record = JSON.parse(readFileSync(recordFile, 'utf8'));
    const nodes = readFlows();
    nodes.forEach(change);
    writeFlows(nodes);
    for (const entry of Object.values(record) as { installed: string; nodeIds: string[] }[]) {
      entry.installed = fingerprintOf(nodes, entry.nodeIds);
    }
    writeFileSync(recordFile, JSON.stringify(record));
  };

  it('has one tab per theme, one for commands and one for what nobody could decode', () => {
    installShippedFlows(userDir, log);
    const labels = readFlows()
      .filter(({ type }) => type === 'tab')
      .map(({ label }) => label);
    assert.deepEqual(labels, ['Déchets', 'Éclairage', 'Éolien', 'Énergie', 'Commandes', 'Non décodés']);
    assert.equal(statSync(flowFile()).mode & 0o777, 0o600);
  });

  it('is whole: wires and connections lead to nodes of the same flow, mappings exist, ids are unique', () => {
    const nodes = readShippedFlows().flatMap((flow) => flow.nodes) as FlowNode[];
    const byId = new Map(nodes.map((node) => [node.id, node]));
    assert.equal(byId.size, nodes.length);
    for (const node of nodes) {
      for (const target of ((node.wires ?? []) as string[][]).flat())
        assert.equal(byId.get(target)?.z, node.z, node.id);
      if (node.connection !== undefined) assert.equal(byId.get(String(node.connection))?.type, 'alzette connection');
      if (node.type === 'map to ontology')
        assert.include(
          mappings.map(({ id }) => id),
          node.mapping,
          node.id,
        );
      if (node.z !== undefined) assert.equal(byId.get(node.z)?.type, 'tab');
    }
  });

  it('holds no secret', () => {
    assert.notMatch(JSON.stringify(readShippedFlows()), /token|password|bearer/i);
  });

  it('does nothing when it is installed already', () => {
    installShippedFlows(userDir, log);
    const before = readFileSync(flowFile(), 'utf8');
    installShippedFlows(userDir, log);
    assert.equal(readFileSync(flowFile(), 'utf8'), before);
  });

  it('is brought up to date while the user has not changed it', () => {
    installShippedFlows(userDir, log);
    pretendOlder((node) => {
      if (node.label === 'Déchets') node.info = 'an older text';
    });
    installShippedFlows(userDir, log);
    assert.notEqual(tab('Déchets')?.info, 'an older text');
  });

  it('is left alone once the user has changed it, and the others are still brought up to date', () => {
    installShippedFlows(userDir, log);
    pretendOlder((node) => {
      if (node.type === 'tab') node.info = 'an older text';
    });
    const mine: FlowNode = { id: 'mine', type: 'debug', z: String(tab('Déchets')?.id), name: 'mine', wires: [] };
    writeFlows([...readFlows(), mine]);
    installShippedFlows(userDir, log);
    assert.equal(tab('Déchets')?.info, 'an older text');
    assert.isTrue(readFlows().some(({ id }) => id === 'mine'));
    assert.notEqual(tab('Éolien')?.info, 'an older text');
  });

  it('stays away when the user has deleted it', () => {
    installShippedFlows(userDir, log);
    const gone = tab('Énergie')?.id;
    writeFlows(readFlows().filter(({ id, z }) => id !== gone && z !== gone));
    installShippedFlows(userDir, log);
    assert.isUndefined(tab('Énergie'));
  });

  it('counts as unchanged when the editor only adds empty members or reorders', () => {
    installShippedFlows(userDir, log);
    pretendOlder((node) => {
      if (node.type === 'tab') node.info = 'an older text';
    });
    writeFlows(
      readFlows()
        .reverse()
        .map((node) => Object.fromEntries([...Object.entries(node).reverse(), ['note', '']]) as FlowNode),
    );
    installShippedFlows(userDir, log);
    assert.notEqual(tab('Déchets')?.info, 'an older text');
  });

  it('stops with the name of the file when the flow file is damaged, instead of replacing it', () => {
    writeFileSync(flowFile(), '[{"id":');
    assert.throws(() => installShippedFlows(userDir, log), /flows\.json cannot be read/);
    assert.equal(readFileSync(flowFile(), 'utf8'), '[{"id":');
  });
});

function fingerprintOf(nodes: readonly FlowNode[], ids: readonly string[]): string {
  return fingerprint(nodes.filter(({ id }) => ids.includes(id)));
}
