import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who carries out which non-blocking request, and a way to find those that are not finished. */
export class CseRequests1763850500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE cse.request_claim (no bigint PRIMARY KEY, until timestamptz NOT NULL)');
    await runner.query(
      "CREATE INDEX resource_unfinished_requests ON cse.resource (no) WHERE ty = 17 AND attributes->>'rs' IN ('3', '4', '5')",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cse.resource_unfinished_requests');
    await runner.query('DROP TABLE cse.request_claim');
  }
}
