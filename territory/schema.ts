import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Feed, type RoomSchema } from '#platform';
import { alertEventTable, alertTable } from './alerts/alert-table.ts';
import { commandTable } from './commands/command-table.ts';
import { quarantineTable } from './quarantine/quarantine-table.ts';

/** Name of the work feed's table. */
export const workTable = 'territory.work';

class TerritoryTables1763800002000 implements MigrationInterface {
  name = 'TerritoryTables1763800002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA territory CASCADE');
  }
}

const tables = [
  'CREATE SCHEMA territory',
  // One row: the change number of the last commit. Writers lock it, so numbers are given in the order of commits and
  // without holes, and a reader that has seen n will never find anything new below n.
  'CREATE TABLE territory.head (seq bigint NOT NULL)',
  'INSERT INTO territory.head VALUES (0)',
  `CREATE TABLE territory.entity (
     key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     id text NOT NULL UNIQUE,
     type text NOT NULL,
     commune text,
     attributes jsonb NOT NULL,
     bounds box,
     search text NOT NULL,
     reporting_interval double precision,
     seq bigint NOT NULL,
     created_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     heard_at timestamptz(3)
   ) WITH (fillfactor = 70)`,
  'CREATE UNIQUE INDEX entity_seq ON territory.entity (seq)',
  'CREATE INDEX entity_type ON territory.entity (type, id)',
  'CREATE INDEX entity_commune ON territory.entity (commune, id)',
  'CREATE INDEX entity_bounds ON territory.entity USING gist (bounds)',
  'CREATE INDEX entity_heard ON territory.entity ((coalesce(heard_at, created_at)))',
  // One row per message and not per value: a message of twelve values costs one index entry.
  `CREATE TABLE territory.observation (
     entity integer NOT NULL,
     observed_at timestamptz(3) NOT NULL,
     origin text NOT NULL,
     mapping text,
     fields jsonb NOT NULL,
     received_at timestamptz(3) NOT NULL,
     PRIMARY KEY (entity, observed_at, origin)
   ) PARTITION BY RANGE (observed_at)`,
  `CREATE TABLE territory.alert (
     id uuid PRIMARY KEY,
     rule text NOT NULL,
     entity text NOT NULL,
     state text NOT NULL,
     severity text NOT NULL,
     message jsonb NOT NULL,
     value jsonb,
     unit text,
     origin jsonb,
     observed_at timestamptz(3),
     is_condition_active boolean NOT NULL,
     opened_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     ended_at timestamptz(3),
     event_count integer NOT NULL,
     seq bigint NOT NULL
   )`,
  `CREATE UNIQUE INDEX alert_one_open ON territory.alert (rule, entity) WHERE state IN ('open', 'acknowledged')`,
  'CREATE INDEX alert_latest ON territory.alert (rule, entity, opened_at DESC)',
  'CREATE INDEX alert_entity ON territory.alert (entity, opened_at DESC)',
  'CREATE INDEX alert_opened ON territory.alert (opened_at DESC, id DESC)',
  'CREATE UNIQUE INDEX alert_seq ON territory.alert (seq)',
  `CREATE TABLE territory.alert_event (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     alert uuid NOT NULL REFERENCES territory.alert ON DELETE CASCADE,
     at timestamptz(3) NOT NULL,
     kind text NOT NULL,
     by_id text NOT NULL,
     by_name text NOT NULL,
     note text
   )`,
  'CREATE INDEX alert_event_alert ON territory.alert_event (alert, id)',
  `CREATE TABLE territory.command (
     id uuid PRIMARY KEY,
     entity text NOT NULL,
     type text NOT NULL,
     action text NOT NULL,
     parameters jsonb NOT NULL,
     state text NOT NULL,
     by_id text NOT NULL,
     by_name text NOT NULL,
     issued_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     deadline timestamptz(3) NOT NULL,
     outcome jsonb,
     seq bigint NOT NULL
   )`,
  `CREATE INDEX command_waiting ON territory.command (entity) WHERE state IN ('issued', 'sent', 'timed-out')`,
  `CREATE INDEX command_deadline ON territory.command (deadline) WHERE state IN ('issued', 'sent')`,
  'CREATE INDEX command_issued ON territory.command (issued_at DESC, id DESC)',
  'CREATE INDEX command_entity ON territory.command (entity, issued_at DESC)',
  'CREATE UNIQUE INDEX command_seq ON territory.command (seq)',
  // The message is text, not jsonb: what could not be understood may hold what jsonb refuses (U+0000, lone surrogates).
  `CREATE TABLE territory.quarantine (
     id uuid PRIMARY KEY,
     state text NOT NULL,
     stage text NOT NULL,
     reason jsonb NOT NULL,
     mapping text,
     origin_resource text NOT NULL,
     origin_sequence bigint,
     message text NOT NULL,
     attempts integer NOT NULL,
     created_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     replayed_by_id text,
     replayed_by_name text
   )`,
  'CREATE UNIQUE INDEX quarantine_message ON territory.quarantine (origin_resource, coalesce(origin_sequence, -1))',
  'CREATE INDEX quarantine_created ON territory.quarantine (created_at DESC, id DESC)',
  `CREATE INDEX quarantine_unresolved ON territory.quarantine (origin_resource) WHERE state <> 'resolved'`,
  ...Feed.createSql(workTable),
];

/** What the territory keeps. */
export const schema: RoomSchema = {
  entities: [alertTable, alertEventTable, commandTable, quarantineTable],
  migrations: [TerritoryTables1763800002000],
};
