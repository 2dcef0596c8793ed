import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Feed, type RoomSchema } from '#platform';
import { CseCrossMembers1763847500000 } from './cross-resource-schema.ts';
import { CseRequests1763850500000 } from './request-schema.ts';

export const changeTable = 'cse.change';
const instancePartitions = 8;

class CseResources1763800001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      'CREATE SCHEMA IF NOT EXISTS cse',
      // Numbers are handed out in blocks of a thousand, so that creating a resource needs no round trip for its identifier.
      'CREATE SEQUENCE cse.resource_no INCREMENT BY 1000',
      `CREATE TABLE cse.resource (
         no bigint PRIMARY KEY,
         parent_no bigint REFERENCES cse.resource (no),
         ri text NOT NULL UNIQUE,
         rn text NOT NULL,
         ty smallint NOT NULL,
         path text COLLATE "C" NOT NULL UNIQUE,
         depth smallint NOT NULL,
         creator text NOT NULL,
         version integer NOT NULL DEFAULT 1,
         attributes jsonb NOT NULL,
         ct text COLLATE "C" GENERATED ALWAYS AS (attributes->>'ct') STORED,
         lt text COLLATE "C" GENERATED ALWAYS AS (attributes->>'lt') STORED,
         et text COLLATE "C" GENERATED ALWAYS AS (attributes->>'et') STORED
       )`,
      'CREATE INDEX ON cse.resource (parent_no, ty)',
      "CREATE INDEX ON cse.resource (et) WHERE et < '9999'",
      `CREATE INDEX ON cse.resource USING gin ((attributes->'lbl'))`,
      // Beside the container's row, narrow and with room on its page, because it changes with every instance.
      // `evicted`: no instance has a state tag up to this one; spares looking through what has been evicted.
      `CREATE TABLE cse.counter (
         no bigint PRIMARY KEY, st bigint NOT NULL, cni bigint NOT NULL, cbs bigint NOT NULL, evicted bigint NOT NULL DEFAULT 0
       ) WITH (fillfactor = 50)`,
      // An instance is identified by its container and the state tag the container had after it; both make up its `ri`.
      `CREATE TABLE cse.instance (
         no bigint NOT NULL,
         st bigint NOT NULL,
         rn text COLLATE "C",
         ct text COLLATE "C" NOT NULL,
         et text COLLATE "C" NOT NULL,
         cs integer NOT NULL,
         lbl text[],
         body text NOT NULL,
         PRIMARY KEY (no, st)
       ) PARTITION BY HASH (no)`,
      ...Array.from(
        { length: instancePartitions },
        (_, remainder) =>
          `CREATE TABLE cse.instance_${remainder} PARTITION OF cse.instance
           FOR VALUES WITH (MODULUS ${instancePartitions}, REMAINDER ${remainder})
           WITH (autovacuum_vacuum_scale_factor = 0.05)`,
      ),
      'CREATE UNIQUE INDEX ON cse.instance (no, rn) WHERE rn IS NOT NULL',
      // For the sweep. What never expires, which is most, is not in it.
      "CREATE INDEX ON cse.instance (et) WHERE et < '9999'",
      // As Number.prototype.toString(36) writes it, for searches by the identifier of an instance.
      `CREATE FUNCTION cse.base36 (value bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
       DECLARE digits text := '';
       BEGIN
         LOOP
           digits := substr('0123456789abcdefghijklmnopqrstuvwxyz', (value % 36)::integer + 1, 1) || digits;
           value := value / 36;
           EXIT WHEN value = 0;
         END LOOP;
         RETURN digits;
       END $$`,
      // Containers that were deleted and whose instances have still to be removed.
      'CREATE TABLE cse.garbage (no bigint PRIMARY KEY)',
      // Notifications that have not been delivered.
      `CREATE TABLE cse.notification (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         subscription bigint NOT NULL,
         target text NOT NULL,
         at timestamptz NOT NULL DEFAULT now(),
         body text NOT NULL
       )`,
      'CREATE INDEX ON cse.notification (subscription, target, id)',
      `CREATE TABLE cse.credential (
         id text PRIMARY KEY,
         originator text NOT NULL,
         label text NOT NULL,
         secret bytea NOT NULL UNIQUE,
         created_at timestamptz NOT NULL DEFAULT now(),
         expires_at timestamptz
       )`,
      ...Feed.createSql(changeTable),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA cse CASCADE');
  }
}

class CseActions1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE cse.action_firing (action bigint PRIMARY KEY, last_at timestamptz NOT NULL, fired integer NOT NULL)',
    );
    // Types that act by themselves are held in memory; at the start they are read by type.
    await runner.query(
      'CREATE INDEX resource_acting ON cse.resource (ty) WHERE ty IN (7, 8, 10, 11, 12, 14, 19, 20, 21, 62, 63, 64, 65)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cse.resource_acting');
    await runner.query('DROP TABLE cse.action_firing');
  }
}

class CseSubscriptions1763840001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // The few subscriptions that monitor operations are asked for at a start and by every request after a change.
      "CREATE INDEX resource_monitors ON cse.resource (parent_no) WHERE ty = 23 AND attributes->'enc' ? 'om'",
      // One row per cross-resource subscription: the members that have told of an event in the window that runs.
      `CREATE TABLE cse.cross_window (
         no bigint PRIMARY KEY,
         ends_at timestamptz,
         arrived text[] NOT NULL DEFAULT '{}',
         told boolean NOT NULL DEFAULT false
       )`,
      'CREATE INDEX ON cse.cross_window (ends_at)',
      // Cross-resource subscriptions that are gone, and whose members have still to be told.
      `CREATE TABLE cse.cross_leaving (
         no bigint PRIMARY KEY, ri text NOT NULL, creator text NOT NULL, attributes jsonb NOT NULL
       )`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of [
      'DROP INDEX cse.resource_monitors',
      'DROP TABLE cse.cross_window',
      'DROP TABLE cse.cross_leaving',
    ])
      await runner.query(statement);
  }
}

class CseTimetable1763841000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE cse.timetable (
         kind text NOT NULL, no bigint NOT NULL, due timestamptz NOT NULL, done integer NOT NULL DEFAULT 0, PRIMARY KEY (kind, no))`,
    );
    await runner.query('CREATE INDEX ON cse.timetable (due)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cse.timetable');
  }
}

class CseTimeSeries1763841001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // Key of the data generation time; only instances of timeSeries have one.
      'ALTER TABLE cse.instance ADD COLUMN dgt text COLLATE "C"',
      'CREATE UNIQUE INDEX instance_dgt ON cse.instance (no, dgt) WHERE dgt IS NOT NULL',
      "CREATE INDEX resource_monitored ON cse.resource (no) WHERE ty = 29 AND attributes->'mdd' = 'true'",
      // Where the detection of missing data of a timeSeries stands, milliseconds: generation time of the first instance,
      // what has to be added to generation times to get our time, number of the next expected point.
      `CREATE TABLE cse.missing_data_detection (
         no bigint PRIMARY KEY, first bigint NOT NULL, relative boolean NOT NULL, shift bigint NOT NULL, next bigint NOT NULL
       )`,
      // One row per subscription to missing data whose window runs.
      `CREATE TABLE cse.missing_data_window (
         subscription bigint PRIMARY KEY, ends_at timestamptz NOT NULL, count integer NOT NULL, untold text[] NOT NULL
       )`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of [
      'DROP TABLE cse.missing_data_window',
      'DROP TABLE cse.missing_data_detection',
      'DROP INDEX cse.resource_monitored',
      'ALTER TABLE cse.instance DROP COLUMN dgt',
    ])
      await runner.query(statement);
  }
}

class CseGroups1763842000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // Addresses that take the place of `nu` in subscriptions made through groups, and where notifications go from there.
      `CREATE TABLE cse.group_forwarding (
         key text PRIMARY KEY, no bigint NOT NULL, targets text[] NOT NULL, UNIQUE (no, targets)
       )`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cse.group_forwarding');
  }
}

class CseGeofences1763844000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Where a device was last, and whether that was inside the fence.
    await runner.query('CREATE TABLE cse.geofence (policy bigint PRIMARY KEY, place jsonb NOT NULL, inside boolean)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cse.geofence');
  }
}

class CseStatistics1763843000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // TS-0001 Table 10.2.11.14-1, summed up by the hour.
    await runner.query(
      `CREATE TABLE cse.statistics_record (
         stats_collect_id text NOT NULL,
         collecting_entity_id text NOT NULL,
         collected_entity_id text NOT NULL,
         event smallint NOT NULL,
         operation smallint NOT NULL,
         hour timestamptz NOT NULL,
         event_start timestamptz NOT NULL,
         event_end timestamptz NOT NULL,
         count bigint NOT NULL,
         size_bytes bigint NOT NULL,
         PRIMARY KEY (stats_collect_id, collected_entity_id, event, operation, hour)
       )`,
    );
    await runner.query('CREATE INDEX ON cse.statistics_record (hour)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cse.statistics_record');
  }
}

class CseAnnouncements1763847000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      // What is announced to other CSEs, or is to be; `sent` is what the announced resource shows.
      `CREATE TABLE cse.announcement (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         no bigint NOT NULL,
         st bigint,
         ri text NOT NULL,
         place text NOT NULL,
         cse text NOT NULL,
         address text,
         sent jsonb NOT NULL DEFAULT '{}',
         wanted boolean NOT NULL DEFAULT true,
         next_at timestamptz,
         attempts integer NOT NULL DEFAULT 0,
         since timestamptz,
         UNIQUE (ri, place)
       )`,
      'CREATE INDEX ON cse.announcement (no)',
      'CREATE INDEX ON cse.announcement (next_at) WHERE next_at IS NOT NULL',
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cse.announcement');
  }
}

class CseBeacons1763848500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX resource_beacons ON cse.resource (no) WHERE ty = 60');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cse.resource_beacons');
  }
}

class CseAccess1763849000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX cse_role_holder ON cse.resource ((attributes->>'tkhd')) WHERE ty = 31");
    await runner.query("CREATE INDEX cse_token_id ON cse.resource ((attributes->>'tkid')) WHERE ty = 32");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cse.cse_role_holder, cse.cse_token_id');
  }
}

class CseDecisionPoints1763849600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX cse_announced_from ON cse.resource ((attributes->>'lnk')) WHERE ty > 10000");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cse.cse_announced_from');
  }
}

class CseCredentialUse1763851000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE cse.credential ADD COLUMN last_used_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE cse.credential DROP COLUMN last_used_at');
  }
}

/** Tables of this room, for `openDatabase`. */
export const schema: RoomSchema = {
  migrations: [
    CseResources1763800001000,
    CseActions1763840000000,
    CseSubscriptions1763840001000,
    CseTimetable1763841000000,
    CseTimeSeries1763841001000,
    CseGroups1763842000000,
    CseStatistics1763843000000,
    CseGeofences1763844000000,
    CseAnnouncements1763847000000,
    CseBeacons1763848500000,
    CseCrossMembers1763847500000,
    CseAccess1763849000000,
    CseRequests1763850500000,
    CseDecisionPoints1763849600000,
    CseCredentialUse1763851000000,
  ],
};
